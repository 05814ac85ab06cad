"""A service manager for tests: what systemd does for one service of Type=notify with a descriptor store, and no more.

It hears the service's reports on NOTIFY_SOCKET, keeps the descriptors that it is given, and hands them to the next
start as systemd does: from 3 upwards, named, and meant for that one process (LISTEN_PID).
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

_FIRST_FD = 3
_MOST = 4096  # bytes of one report

# Becomes the service: its process id is known only now, and descriptors can be put into place without closing others.
_START = """
import os, sys
kept = [int(fd) for fd in sys.argv[1].split()]
for place, fd in enumerate(kept, 3):
    os.dup2(fd, place)
    os.set_inheritable(fd, False)
own = str(os.getpid())
os.execvpe(sys.argv[2], sys.argv[2:], {**os.environ, "LISTEN_PID": own, "WATCHDOG_PID": own})
"""


class FakeSystemd:
    """One service. `folder` is for the socket; `watchdog` in seconds, None for none."""

    def __init__(self, folder: Path, watchdog: float | None = 30.0, fd_store_max: int = 1) -> None:
        self.address = folder / "notify.sock"
        self._near = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._near.bind(str(self.address))
        self._watchdog, self._fd_store_max = watchdog, fd_store_max
        self.process: subprocess.Popen[bytes] | None = None
        self.stored: list[tuple[str, int]] = []
        self.ready = self.stopping = False
        self.status = ""
        self.watchdogs = 0

    def start(
        self,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        stdout: int | IO[bytes] | None = None,
        stderr: int | IO[bytes] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start the service with all that is stored. One that runs must have ended."""
        assert self.process is None or self.process.poll() is not None, "it runs"
        self._let_go_of_what_hung_up()
        self.ready = self.stopping = False
        self.status, self.watchdogs = "", 0
        told = {"NOTIFY_SOCKET": str(self.address)}
        if self._watchdog is not None:
            told["WATCHDOG_USEC"] = str(int(self._watchdog * 1e6))
        if self.stored:
            told["LISTEN_FDS"] = str(len(self.stored))
            told["LISTEN_FDNAMES"] = ":".join(name for name, _ in self.stored)
        beyond = _FIRST_FD + len(self.stored)  # where a duplicate is in nobody's way
        spare = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, beyond) for _, fd in self.stored]
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", _START, " ".join(map(str, spare)), *command],
            env={**(os.environ if environment is None else environment), **told},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            pass_fds=spare,
        )
        for fd in spare:
            os.close(fd)
        return self.process

    def stop(self, number: int = signal.SIGTERM, timeout: float = 60.0) -> int:
        """Signal the service and wait for its end; its exit code. What is stored stays."""
        assert self.process
        self.process.send_signal(number)
        code = self.process.wait(timeout)
        self.hear()
        return code

    def wait_until(self, said: Callable[[FakeSystemd], bool], timeout: float = 60.0) -> None:
        """Hear reports until what was wanted is true. Fails when nothing more comes in time, or the service ended."""
        while not said(self):
            assert self.process is None or self.process.poll() is None or self._waiting(0), "the service has ended"
            assert self._waiting(timeout), "the service did not say what was waited for"
            self._hear_one()

    def hear(self) -> None:
        """Take in what has been said so far."""
        while self._waiting(0):
            self._hear_one()

    def named(self, name: str) -> list[int]:
        """The stored descriptors of this name."""
        return [fd for known, fd in self.stored if known == name]

    def close(self) -> None:
        """Kill what runs and let go of all."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for _, fd in self.stored:
            os.close(fd)
        self.stored.clear()
        self._near.close()

    def _waiting(self, timeout: float) -> bool:
        return bool(select.select([self._near], [], [], timeout)[0])

    def _hear_one(self) -> None:
        data, fds, _, _ = socket.recv_fds(self._near, _MOST, 253, socket.MSG_DONTWAIT)
        fields = dict(line.split("=", 1) for line in data.decode().splitlines())
        self.ready |= fields.get("READY") == "1"
        self.stopping |= fields.get("STOPPING") == "1"
        self.watchdogs += fields.get("WATCHDOG") == "1"
        self.status = fields.get("STATUS", self.status)
        name = fields.get("FDNAME", "stored")
        if fields.get("FDSTOREREMOVE") == "1":
            for fd in self.named(name):
                self.stored.remove((name, fd))
                os.close(fd)
        for fd in fds:
            if fields.get("FDSTORE") == "1" and len(self.stored) < self._fd_store_max:
                self.stored.append((name, fd))
            else:
                os.close(fd)

    def _let_go_of_what_hung_up(self) -> None:
        poll = select.poll()
        for _, fd in self.stored:
            poll.register(fd, 0)
        dead = {fd for fd, event in poll.poll(0) if event & (select.POLLHUP | select.POLLERR)}
        self.stored = [(name, fd) for name, fd in self.stored if fd not in dead]
        for fd in dead:
            os.close(fd)
