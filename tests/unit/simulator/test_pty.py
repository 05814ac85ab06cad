from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dcode.errors import ConfigError
from dcode.simulator.faults import Fault, FaultKind
from dcode.simulator.port import PseudoPort
from dcode.simulator.pty import Server, Service
from dcode.simulator.setup import Setup
from dcode.simulator.wall import Wall

PATIENCE = 20.0  # seconds; a bound against hanging, nothing is measured by it


def open_port(path: str) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(descriptor)
    return descriptor


def read_until(descriptor: int, end: bytes) -> bytes:
    heard = b""
    while not heard.endswith(end):
        ready, _, _ = select.select([descriptor], [], [], PATIENCE)
        assert ready, f"nothing more after {heard!r}"
        heard += os.read(descriptor, 4096)
    return heard


@pytest.fixture
def serve() -> Iterator[Callable[[Service], Server]]:
    """Serves in a thread until the test is over."""
    reading, writing = os.pipe()
    running: list[tuple[Server, threading.Thread]] = []

    def start(service: Service) -> Server:
        server = Server(service)
        thread = threading.Thread(target=server.run, args=(reading,))
        thread.start()
        running.append((server, thread))
        return server

    yield start
    os.write(writing, b"x")
    for server, thread in running:
        thread.join(PATIENCE)
        server.close()
    os.close(reading)
    os.close(writing)


def test_as_fast_as_possible_a_long_move_takes_no_time(serve: Callable[[Service], Server]) -> None:
    server = serve(Service("grbl", speed=0))
    assert server.port
    host = open_port(server.port.name)
    os.write(host, b"G1 X400 F60\nG4 P0\n")
    assert read_until(host, b"ok\r\nok\r\n").endswith(b"ok\r\nok\r\n")
    assert server.line.now > 400.0
    assert server.line.firmware.plotter.paper[0] == pytest.approx(400.0)
    os.close(host)


def test_a_host_may_come_and_go(serve: Callable[[Service], Server]) -> None:
    server = serve(Service("grbl", speed=100))
    assert server.port
    for _ in range(3):
        host = open_port(server.port.name)
        os.write(host, b"$G\n")
        assert b"[GC:" in read_until(host, b"ok\r\n")
        os.close(host)


def test_opening_resets_the_controller_where_that_is_asked_for(serve: Callable[[Service], Server]) -> None:
    server = serve(Service("grbl", speed=100, reset_on_open=True))
    assert server.port
    for _ in range(2):
        host = open_port(server.port.name)
        assert read_until(host, b"help]\r\n") == b"\r\nGrbl 1.1h ['$' for help]\r\n"
        os.close(host)
        while server.port.connected:
            select.select([], [], [], 0.01)


def test_an_unplugged_port_is_gone_and_comes_back_under_its_link(
    serve: Callable[[Service], Server], tmp_path: Path
) -> None:
    link = tmp_path / "plotter"
    server = serve(Service("grbl", speed=10, link=link, faults=(Fault(FaultKind.UNPLUG, at=10.0, seconds=10.0),)))
    host = open_port(str(link))
    heard = b"?"
    while heard:
        ready, _, _ = select.select([host], [], [], PATIENCE)
        assert ready
        try:
            heard = os.read(host, 4096)
        except OSError:
            break
    os.close(host)
    while not link.exists():
        select.select([], [], [], 0.01)
    host = open_port(str(link))
    os.write(host, b"$G\n")
    assert b"[GC:" in read_until(host, b"ok\r\n")
    assert server.port and os.readlink(link) == server.port.name
    os.close(host)


def test_what_the_host_leaves_unread_waits_for_it() -> None:
    port = PseudoPort()
    host = open_port(port.name)
    assert port.read() == b"" and port.connected
    port.write(bytes(range(256)) * 200)
    assert port.waiting
    heard = bytearray()
    while len(heard) < 51200:
        heard += os.read(host, 4096)
        port.write()
    assert bytes(heard) == bytes(range(256)) * 200 and not port.waiting
    os.close(host)
    port.close()


def test_what_is_said_to_nobody_is_lost() -> None:
    port = PseudoPort()
    port.read()
    port.write(b"hello")
    host = open_port(port.name)
    port.read()
    port.write(b"again")
    assert os.read(host, 100) == b"again"
    os.close(host)
    port.close()


def test_a_link_replaces_a_link_and_nothing_else(tmp_path: Path) -> None:
    link = tmp_path / "plotter"
    link.symlink_to("/nowhere")
    port = PseudoPort(link)
    assert os.readlink(link) == port.name
    port.close()
    assert not os.path.lexists(link)
    link.write_text("precious")
    with pytest.raises(ConfigError, match="plotter"):
        PseudoPort(link)
    assert link.read_text() == "precious"


def test_an_ink_file_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        Server(Service("grbl", ink=tmp_path / "nowhere" / "ink.svg"))


def test_as_a_program_it_says_where_it_is_takes_orders_and_leaves_its_ink(tmp_path: Path) -> None:
    link, ink = tmp_path / "plotter", tmp_path / "ink.svg"
    command = [sys.executable, "-m", "dcode.simulator", "--profile", "grbl", "--speed", "0"]
    command += ["--json", "--control", "--link", str(link), "--ink", str(ink)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout

        def order(**wanted: object) -> dict[str, object]:
            process.stdin.write(json.dumps(wanted) + "\n")
            process.stdin.flush()
            answer: dict[str, object] = json.loads(process.stdout.readline())
            return answer

        ready = json.loads(process.stdout.readline())
        assert ready["profile"] == "grbl" and ready["link"] == str(link) and os.readlink(link) == ready["port"]
        host = open_port(str(link))
        os.write(host, b"M3 S222\nG4 P0.5\nG1 X50 F600\nM5\nG4 P0.5\n")
        read_until(host, b"ok\r\n" * 5)
        status = order(do="status")
        assert status["ok"] and status["x"] == 50.0 and status["pen"] == "up" and status["connected"]
        copy = tmp_path / "copy.svg"
        assert order(do="ink", path=str(copy)) == {"ok": True, "strokes": 1, "points": 2}
        assert "M0 0L50 0" in copy.read_text()
        assert order(do="nonsense")["ok"] is False
        os.close(host)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert "M0 0L50 0" in ink.read_text()
    assert not os.path.lexists(link)


def test_ink_in_a_json_file_is_numbers(tmp_path: Path) -> None:
    server = Server(Service("makelangelo", Setup(wall=Wall()), ink=tmp_path / "ink.json"))
    server.line.receive(b"M280 P0 S40\n", 0.0)
    server.line.advance(5.0)
    server.close()
    told = json.loads((tmp_path / "ink.json").read_text())
    assert [stroke["points"] for stroke in told["ink"]] == [[[0.0, 0.0]]]
    assert told["ink"][0]["deepest"] == pytest.approx(5.0)
    assert told["truth"]["steps_per_mm"] == 80.0


def test_a_wall_that_cannot_be_read_is_told_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dcode.simulator", "--wall", str(tmp_path / "none.toml")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert ended.returncode == 2
    assert "none.toml" in ended.stderr and "cannot be read" in ended.stderr
