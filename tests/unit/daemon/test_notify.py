"""What is said to a service manager, and what is taken from it."""

from __future__ import annotations

import os
import pty
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from dcode.daemon.notify import Notifier, inherited, watchdog_seconds
from dcode.daemon.pass_fd import recv_fd, send_fd

LISTEN = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as near:
        near.bind(str(tmp_path / "notify"))
        near.settimeout(5)
        yield near


@pytest.fixture
def notifier(manager: socket.socket) -> Notifier:
    return Notifier({"NOTIFY_SOCKET": manager.getsockname()})


def test_reports_are_those_of_sd_notify(manager: socket.socket, notifier: Notifier) -> None:
    notifier.ready()
    notifier.status("plotting horse.gcode:\n 41 %, 12 min left")
    notifier.watchdog()
    notifier.remove("port")
    notifier.stopping()
    assert [manager.recv(200).decode() for _ in range(5)] == [
        "READY=1",
        "STATUS=plotting horse.gcode: 41 %, 12 min left",
        "WATCHDOG=1",
        "FDSTOREREMOVE=1\nFDNAME=port",
        "STOPPING=1",
    ]


def test_an_abstract_name_is_reached_too() -> None:
    name = f"dcode-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as near:
        near.bind(f"\0{name}")
        near.settimeout(5)
        Notifier({"NOTIFY_SOCKET": f"@{name}"}).ready()
        assert near.recv(100) == b"READY=1"


def test_a_stored_descriptor_is_a_duplicate_with_a_name(manager: socket.socket, notifier: Notifier) -> None:
    reading, writing = os.pipe()
    assert notifier.store(writing, "port")
    data, (kept,), _, _ = socket.recv_fds(manager, 200, 2)
    assert data == b"FDSTORE=1\nFDNAME=port"
    os.close(writing)
    os.write(kept, b"still open")
    assert os.read(reading, 100) == b"still open"
    os.close(kept)
    os.close(reading)


def test_without_a_service_manager_nothing_is_done() -> None:
    notifier = Notifier({})
    notifier.ready()
    notifier.status("idle")
    notifier.watchdog()
    notifier.stopping()
    notifier.remove("port")
    assert notifier.store(0, "port") is False


@pytest.mark.parametrize("name", ["", "relative", "/no/such/socket", "@no-such-name-of-dcode", "/" + "x" * 200, "\0"])
def test_a_service_manager_that_is_not_there_is_no_error(name: str) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": name})
    notifier.ready()
    assert notifier.store(0, "port") is False


def test_a_service_manager_that_does_not_listen_does_not_block(notifier: Notifier) -> None:
    for _ in range(2000):  # far more than a socket holds: a send that blocks would never return
        notifier.watchdog()


def test_a_descriptor_that_is_closed_is_no_error(notifier: Notifier) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    os.close(writing)
    assert notifier.store(writing, "port") is False


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "500000", "WATCHDOG_PID": str(os.getpid())}, 0.5),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "-1"}, None),
    ],
)
def test_the_watchdog_is_for_the_process_that_it_names(environment: dict[str, str], seconds: float | None) -> None:
    assert watchdog_seconds(environment) == seconds


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """None of the three variables is set, and what a test sets is gone after it."""
    for name in LISTEN:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return monkeypatch


@pytest.fixture
def handed_over(surroundings: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Three inheritable descriptors in a row, as if they had come from the service manager."""
    fds = [os.open("/dev/null", os.O_RDONLY) for _ in range(3)]
    first = max(fds) + 50
    placed = [os.dup2(fd, first + position, inheritable=True) for position, fd in enumerate(fds)]
    surroundings.setattr("dcode.daemon.notify._FIRST_FD", first)
    surroundings.setenv("LISTEN_PID", str(os.getpid()))
    surroundings.setenv("LISTEN_FDS", "3")
    yield placed
    for fd in {*fds, *placed}:
        try:
            os.close(fd)
        except OSError:
            assert fd in placed, "only what was handed over may have been closed"


def test_what_was_stored_comes_back_by_its_name(handed_over: list[int], surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("LISTEN_FDNAMES", "port:log:")
    assert inherited() == dict(zip(("port", "log", "unknown"), handed_over, strict=True))
    assert not any(map(os.get_inheritable, handed_over))
    assert not any(name in os.environ for name in LISTEN)
    assert inherited() == {}, "a second caller has none"


def test_descriptors_for_another_process_are_not_ours(handed_over: list[int], surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("LISTEN_PID", "1")
    assert inherited() == {}
    assert not any(name in os.environ for name in LISTEN)


def test_of_two_with_one_name_the_first_counts(handed_over: list[int], surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("LISTEN_FDNAMES", "port:port:log")
    first, second, third = handed_over
    assert inherited() == {"port": first, "log": third}
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(second)


def test_fewer_descriptors_than_were_announced_are_taken(
    handed_over: list[int], surroundings: pytest.MonkeyPatch
) -> None:
    surroundings.setenv("LISTEN_FDS", "5")
    surroundings.setenv("LISTEN_FDNAMES", "a:b:c:d:e")
    os.close(handed_over[2])
    assert set(inherited()) == {"a", "b"}


def test_without_variables_nothing_is_inherited(surroundings: pytest.MonkeyPatch) -> None:
    assert inherited() == {}


@pytest.fixture
def channel() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with near, far:
        yield near, far


def test_a_descriptor_goes_from_one_process_to_another(channel: tuple[socket.socket, socket.socket]) -> None:
    near, far = channel
    master, slave = pty.openpty()
    send_fd(near, slave)
    os.close(slave)
    got = recv_fd(far)
    assert got is not None and os.isatty(got) and not os.get_inheritable(got)
    os.close(got)
    os.close(master)


def test_descriptors_arrive_one_by_one(channel: tuple[socket.socket, socket.socket]) -> None:
    near, far = channel
    reading, writing = os.pipe()
    send_fd(near, reading)
    send_fd(near, writing)
    first, second = recv_fd(far), recv_fd(far)
    assert first is not None and second is not None
    os.write(second, b"x")
    assert os.read(first, 1) == b"x"
    for fd in (reading, writing, first, second):
        os.close(fd)


def test_after_the_last_descriptor_comes_the_end(channel: tuple[socket.socket, socket.socket]) -> None:
    near, far = channel
    far.setblocking(False)
    with pytest.raises(BlockingIOError):
        recv_fd(far)
    near.close()
    assert recv_fd(far) is None
