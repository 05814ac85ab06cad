"""Ports as bytes on a descriptor: a pseudo-terminal and a socket stand in for hardware."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import socket
import struct
import termios
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from dcode.errors import PortBusy, PortGone, PortNotFound
from dcode.link.serial import adopt, open_port
from dcode.link.socket_port import SocketPort
from dcode.link.transport import Transport
from dcode.link.tty import DevicePort


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    master, slave = pty.openpty()
    tty.setraw(slave)
    name = os.ttyname(slave)
    os.close(slave)
    yield master, name
    os.close(master)


def read_when_there(port: Transport) -> bytes:
    assert select.select([port.fileno()], [], [], 5)[0], "nothing came"
    return port.read()


def test_bytes_go_both_ways_unchanged(terminal: tuple[int, str]) -> None:
    master, name = terminal
    port = open_port(name, 57600)
    os.write(master, b"\r\n> \n\x00\xff")
    assert read_when_there(port) == b"\r\n> \n\x00\xff"
    assert port.write(b"M114\n\x18") == 6
    assert os.read(master, 100) == b"M114\n\x18"
    port.close()


def test_nothing_to_read_is_not_the_end(terminal: tuple[int, str]) -> None:
    port = open_port(terminal[1], 115200)
    assert port.read() == b""
    port.close()


def test_a_write_into_a_full_line_is_short_and_does_not_block(terminal: tuple[int, str]) -> None:
    port = open_port(terminal[1], 115200)
    written = sum(iter(lambda: port.write(b"x" * 65536), 0))
    assert 0 < written < 10_000_000
    port.close()


def test_closing_does_not_drop_dtr(terminal: tuple[int, str]) -> None:
    port = open_port(terminal[1], 115200)
    assert not termios.tcgetattr(port.fileno())[2] & termios.HUPCL
    port.close()


def test_a_baud_rate_that_posix_does_not_know_is_set(terminal: tuple[int, str]) -> None:
    open_port(terminal[1], 250000).close()


def test_a_port_that_is_open_already_is_busy(terminal: tuple[int, str]) -> None:
    port = open_port(terminal[1], 115200)
    with pytest.raises(PortBusy, match="in use"):
        open_port(terminal[1], 115200)
    port.close()


def test_a_port_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(PortNotFound, match="dcode ports"):
        open_port(str(tmp_path / "ttyUSB9"), 115200)


def test_pulling_the_cable_is_noticed_by_reading_and_by_writing() -> None:
    master, slave = pty.openpty()
    port = DevicePort.open(os.ttyname(slave), 115200, dtr=None)
    os.close(slave)
    os.close(master)
    with pytest.raises(PortGone):
        port.read()
    with pytest.raises(PortGone):
        port.write(b"M114\n")
    port.close()


def test_a_pseudo_terminal_cannot_reset_a_board(terminal: tuple[int, str]) -> None:
    port = open_port(terminal[1], 115200)
    assert port.pulse_dtr() is False
    port.close()


# -- a descriptor that is open already

_TCGETS2 = 0x802C542A


def speed_of(fd: int) -> int:
    (speed,) = struct.unpack_from("=I", fcntl.ioctl(fd, _TCGETS2, bytes(44)), 40)
    return int(speed)


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ioctl requests that are made from here on."""
    made: list[int] = []
    really = fcntl.ioctl

    def ioctl(fd: int, request: int, *arguments: bytes) -> object:
        made.append(request)
        return really(fd, request, *arguments)

    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    return made


def test_an_adopted_port_carries_bytes_both_ways(terminal: tuple[int, str]) -> None:
    master, name = terminal
    opened = open_port(name, 57600)
    port = adopt(name, os.dup(opened.fileno()), 57600)
    opened.close()
    os.write(master, b"\r\n> \x00\xff")
    assert read_when_there(port) == b"\r\n> \x00\xff"
    assert port.write(b"M114\n\x18") == 6
    assert os.read(master, 100) == b"M114\n\x18"
    assert port.read() == b""
    port.close()


def test_adopting_touches_neither_dtr_nor_what_is_set_already(
    terminal: tuple[int, str], requests: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_port(terminal[1], 250000)
    before = termios.tcgetattr(opened.fileno())
    requests.clear()
    monkeypatch.setattr(termios, "tcsetattr", lambda *_: pytest.fail("the settings were written"))
    adopted = adopt(terminal[1], os.dup(opened.fileno()), 250000)
    assert set(requests) == {termios.TIOCEXCL, _TCGETS2}
    assert termios.tcgetattr(adopted.fileno()) == before
    opened.close()
    adopted.close()
    assert not set(requests) & {termios.TIOCMBIS, termios.TIOCMBIC, termios.TIOCMSET}


@pytest.mark.parametrize("baud", [115200, 250000])
def test_adopting_at_another_speed_sets_it_and_nothing_else(terminal: tuple[int, str], baud: int) -> None:
    opened = open_port(terminal[1], 57600)
    before = termios.tcgetattr(opened.fileno())
    adopted = adopt(terminal[1], os.dup(opened.fileno()), baud)
    assert speed_of(adopted.fileno()) == baud
    after = termios.tcgetattr(adopted.fileno())
    speeds = termios.CBAUD | 0o010000 | 0o010017 << 16
    assert after[2] & ~speeds == before[2] & ~speeds
    assert [*after[:2], after[3], after[6]] == [*before[:2], before[3], before[6]]
    opened.close()
    adopted.close()


def test_a_lock_outlives_the_process_that_took_it_in_the_descriptor_that_was_kept(terminal: tuple[int, str]) -> None:
    first = open_port(terminal[1], 115200)
    kept = os.dup(first.fileno())
    first.close()
    with pytest.raises(PortBusy):
        open_port(terminal[1], 115200)
    adopt(terminal[1], kept, 115200).close()
    open_port(terminal[1], 115200).close()


def test_a_port_that_was_unplugged_while_nobody_had_it_is_gone(terminal: tuple[int, str]) -> None:
    master, slave = pty.openpty()
    os.close(master)
    with pytest.raises(PortGone):
        adopt("/dev/ttyUSB0", slave, 115200)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(slave)


def test_what_is_no_descriptor_is_gone() -> None:
    master, slave = pty.openpty()
    os.close(master)
    os.close(slave)
    with pytest.raises(PortGone):
        adopt("/dev/ttyUSB0", slave, 115200)


def test_opening_again_sets_dtr_and_never_clears_it(terminal: tuple[int, str], requests: list[int]) -> None:
    for _ in range(2):
        open_port(terminal[1], 115200).close()
    assert not set(requests) & {termios.TIOCMBIC, termios.TIOCMSET}


def test_a_pulse_takes_dtr_away_and_gives_it_back(terminal: tuple[int, str], monkeypatch: pytest.MonkeyPatch) -> None:
    port = open_port(terminal[1], 115200)
    made: list[tuple[int, bytes]] = []
    monkeypatch.setattr(fcntl, "ioctl", lambda fd, request, line: made.append((request, line)))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    assert port.pulse_dtr() is True
    line = struct.pack("I", termios.TIOCM_DTR)
    assert made == [(termios.TIOCMBIC, line), (termios.TIOCMBIS, line)]
    port.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        yield server


def test_a_url_carries_bytes_both_ways(listener: socket.socket) -> None:
    port = open_port(f"socket://127.0.0.1:{listener.getsockname()[1]}", 115200)
    peer, _ = listener.accept()
    with peer:
        peer.settimeout(5)
        peer.sendall(b"Grbl 1.1h\r\n")
        assert read_when_there(port) == b"Grbl 1.1h\r\n"
        assert port.write(b"$I\n") == 3
        assert peer.recv(100) == b"$I\n"
    port.close()


def test_a_url_whose_peer_hangs_up_is_gone(listener: socket.socket) -> None:
    port = open_port(f"socket://127.0.0.1:{listener.getsockname()[1]}", 115200)
    listener.accept()[0].close()
    with pytest.raises(PortGone):
        read_when_there(port)
    port.close()


def test_a_url_where_nobody_listens_is_not_found(listener: socket.socket) -> None:
    number = listener.getsockname()[1]
    listener.close()
    with pytest.raises(PortNotFound):
        open_port(f"socket://127.0.0.1:{number}", 115200)


def test_an_adopted_connection_carries_bytes_both_ways(listener: socket.socket) -> None:
    name = f"socket://127.0.0.1:{listener.getsockname()[1]}"
    opened = open_port(name, 115200)
    assert opened.adoptable
    port = adopt(name, os.dup(opened.fileno()), 115200)
    opened.close()
    assert isinstance(port, SocketPort)
    peer, _ = listener.accept()
    with peer:
        peer.settimeout(5)
        peer.sendall(b"ok\n")
        assert read_when_there(port) == b"ok\n"
        assert port.write(b"$I\n") == 3
        assert peer.recv(100) == b"$I\n"
    port.close()


def test_a_socket_that_is_not_connected_is_gone() -> None:
    with pytest.raises(PortGone):
        adopt("socket://plotter:23", socket.socket().detach(), 115200)


def test_a_url_without_a_descriptor_is_pumped() -> None:
    port = open_port("loop://", 115200)
    assert not port.adoptable
    assert port.write(b"M114\n") == 5
    heard = b""
    while len(heard) < 5:
        heard += read_when_there(port)
    assert heard == b"M114\n"
    port.close()


@pytest.mark.parametrize("name", ["socket://", "socket://localhost", "socket://localhost:99999", "nonsense://x"])
def test_a_url_that_makes_no_sense_is_not_found(name: str) -> None:
    with pytest.raises(PortNotFound):
        open_port(name, 115200)
