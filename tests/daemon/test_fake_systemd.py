"""The service manager that other tests rely on, with a service of a few lines."""

from __future__ import annotations

import os
import pty
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon.fake_systemd import FakeSystemd

# Says what it was given, has the terminal in its argument kept, and waits for its end.
SERVICE = """
import os, signal, sys
from dcode.daemon.notify import Notifier, inherited, watchdog_seconds
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
notifier, found = Notifier(), inherited()
if "port" in found:
    os.write(found["port"], b"again\\n")
else:
    fd = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
    os.write(fd, b"first\\n")
    notifier.store(fd, "port")
notifier.status(f"{sorted(found)} {watchdog_seconds()} {[n for n in os.environ if n.startswith('LISTEN_')]}")
notifier.watchdog()
try:
    notifier.ready()
    signal.pause()
finally:
    notifier.stopping()
"""


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[FakeSystemd]:
    fake = FakeSystemd(tmp_path, watchdog=30.0)
    yield fake
    fake.close()


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    master, slave = pty.openpty()
    name = os.ttyname(slave)
    os.close(slave)
    yield master, name
    os.close(master)


def command(terminal: str) -> list[str]:
    return [sys.executable, "-c", SERVICE, terminal]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_stored_port_stays_open_and_comes_back_at_the_next_start(
    manager: FakeSystemd, terminal: tuple[int, str], number: int, code: int
) -> None:
    master, name = terminal
    manager.start(command(name))
    manager.wait_until(lambda it: it.ready)
    assert (manager.status, manager.watchdogs, len(manager.named("port"))) == ("[] 30.0 []", 1, 1)
    assert manager.stop(number) == code
    assert manager.stopping is (number == signal.SIGTERM)
    assert os.read(master, 100) == b"first\r\n"
    os.set_blocking(master, False)
    with pytest.raises(BlockingIOError):  # with nobody holding the terminal it would be an input/output error
        os.read(master, 100)
    manager.start(command(name))
    manager.wait_until(lambda it: it.ready)
    assert manager.status == "['port'] 30.0 []"
    assert os.read(master, 100) == b"again\r\n"


def test_what_hung_up_is_not_kept(manager: FakeSystemd, terminal: tuple[int, str]) -> None:
    master, slave = pty.openpty()
    name = os.ttyname(slave)
    manager.start(command(name))
    manager.wait_until(lambda it: it.ready)
    manager.stop()
    os.close(slave)
    os.close(master)
    manager.start(command(terminal[1]))
    manager.wait_until(lambda it: it.ready)
    assert manager.status == "[] 30.0 []"


def test_a_service_that_ends_early_is_not_waited_for(manager: FakeSystemd) -> None:
    process = manager.start([sys.executable, "-c", ""])
    process.wait(30)
    with pytest.raises(AssertionError, match="ended"):
        manager.wait_until(lambda it: it.ready)
