"""A real daemon with a real simulated plotter, in processes of their own."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dcode.client.address import Address
from dcode.client.launch import Target, start
from dcode.client.sync import Client
from dcode.client.upload import upload
from tests.patience import PATIENCE, bounded

__all__ = ["bounded"]

Message = dict[str, Any]


class Rig:
    """One daemon, and what a test wants of it."""

    def __init__(self, state: Path, target: Target) -> None:
        self.state = state
        self.client, _ = start(Address.find(state), target)
        self.pid: int = self.client.call("daemon.info")["pid"]
        self.listener = Client(Address.find(state).socket)
        self.listener.call("subscribe")

    def status(self) -> Message:
        return self.client.call("status")

    def queue(self, program: str, name: str = "test.gcode", **options: Any) -> Message:
        """The job that comes of a program."""
        job: Message = upload(self.client, name, program.encode(), **options)["job"]
        return job

    def job(self, number: int) -> Message:
        return self.client.call("job.show", job=number)

    def wait_for_job(self, number: int, *states: str) -> Message:
        """The job, once it is in one of these states."""
        job = self.job(number)
        while job["state"] not in states:
            event = next(self.events)
            if event["event"] == "job" and event["job"]["id"] == number:
                job = event["job"]
        return job

    def wait_for_state(self, *states: str) -> Message:
        """The status, once the machine is in one of these states."""
        status = self.status()
        while status["state"] not in states:
            event = next(self.events)
            if event["event"] == "status":
                status = event["status"]
        return status

    @property
    def events(self) -> Iterator[Message]:
        return self.listener.events()

    def ink(self) -> str:
        """The SVG of what the simulated pen has laid."""
        path = self.state / "ink.svg"
        self.client.call("sim.ink", path=str(path))
        return path.read_text()

    def close(self) -> None:
        self.listener.close()
        self.client.close()
        try:
            os.kill(self.pid, signal.SIGTERM)
        except ProcessLookupError:
            return
        if not _wait_until_gone(self.pid):
            os.kill(self.pid, signal.SIGKILL)
            raise TimeoutError("the daemon did not end when it was asked to")


def _wait_until_gone(pid: int) -> bool:
    """Whether a process has ended, after a while at the most."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], PATIENCE)[0])
    finally:
        os.close(handle)


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """A folder whose name leaves room for a socket's."""
    with tempfile.TemporaryDirectory(prefix="dcode-") as folder:
        yield Path(folder)


@pytest.fixture
def rig(short_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Rig]]:
    """Starts daemons: rig("sim:grbl"), by default as fast as the simulator can."""
    monkeypatch.setenv("DCODE_CONFIG_DIR", str(short_dir / "config"))
    monkeypatch.setenv("DCODE_SIM_SPEED", "0")
    started: list[Rig] = []

    def make(
        port: str | None = None, profile: str | None = None, machine: Path | None = None, state: Path | None = None
    ) -> Rig:
        started.append(Rig(state or short_dir / f"state{len(started)}", Target(port, profile, machine)))
        return started[-1]

    yield make
    for one in started:
        one.close()


@pytest.fixture
def serve_plotter(short_dir: Path) -> Iterator[Callable[..., tuple[str, subprocess.Popen[str]]]]:
    """Starts a simulated plotter as a stranger would: the daemon does not know that it is one."""
    started: list[subprocess.Popen[str]] = []

    def make(profile: str, speed: float = 0.0, *more: str) -> tuple[str, subprocess.Popen[str]]:
        link = short_dir / f"plotter{len(started)}"
        command = [sys.executable, "-m", "dcode.simulator", "--profile", profile, "--speed", str(speed)]
        process = subprocess.Popen(
            [*command, "--link", str(link), "--json", "--control", *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout
        process.stdout.readline()
        return str(link), process

    yield make
    for process in started:
        process.kill()
        process.communicate()
