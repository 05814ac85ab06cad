"""A simulated plotter, a daemon, and who judges what they have drawn: real processes, for tests that hurt them."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1] / "reliability"))  # whose modules know each other by these names

from judge import Judge

from dcode.client.address import Address
from dcode.client.launch import Target, start
from dcode.client.sync import Client
from dcode.client.upload import upload
from dcode.errors import DaemonUnreachable
from dcode.gcode.motion import Motion
from dcode.gcode.place import Place
from dcode.simulator.ink import InkStroke
from tests.daemon.ink_file import polylines

WITHIN: Final = 60.0  # seconds without any news: a bound against hanging, nothing is measured by it
_HOME: Final = (0.0, 0.0)
# A machine in a hurry.
_MACHINE: Final = {
    "machine": {"width_mm": 1219.2, "height_mm": 1524.0},
    "work_area": {"left": -420.5, "right": 420.5, "top": 594.5, "bottom": -594.5},
    "pen": {"up_angle": 90, "down_angle": 40, "travel_speed": 6000, "draw_speed": 3000},
}

Message = dict[str, Any]


class Broken(AssertionError):
    """A promise was broken, or nothing went on."""


class SimulatedPlotter:
    """A simulated plotter in a process of its own; nobody tells the daemon that it is one."""

    def __init__(self, folder: Path, profile: str, speed: float, *more: str) -> None:
        self.port, self._picture = folder / "plotter", folder / "ink.svg"
        self.machine = folder / "machine.json"
        self.machine.write_text(json.dumps(_MACHINE))
        command = [sys.executable, "-m", "dcode.simulator", "--profile", profile, "--speed", str(speed), *more]
        self.process = subprocess.Popen(
            [*command, "--machine", str(self.machine), "--link", str(self.port), "--json", "--control"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.process.stdout.readline()

    def obey(self, *orders: Mapping[str, object]) -> list[Message]:
        """Answers to orders that are carried out at one moment."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("".join(json.dumps(order) + "\n" for order in orders))
        self.process.stdin.flush()
        answers = [json.loads(self.process.stdout.readline()) for _ in orders]
        for answer in answers:
            assert answer["ok"], answer
        return answers

    def status(self) -> Message:
        return self.obey({"do": "status"})[0]

    def at_rest(self, *, lifted: bool = False) -> Message:
        """The status once nothing moves, and the pen is up where somebody has lifted it. Raises Broken."""
        end = time.monotonic() + WITHIN
        while (status := self.status())["moving"] or (lifted and status["pen"] == "down"):
            if time.monotonic() > end:
                raise Broken(f"the plotter does not come to rest: {status}")
        return status

    def ink(self) -> list[InkStroke]:
        """What the pen has laid up to now."""
        self.obey({"do": "ink", "path": str(self._picture)})
        return [InkStroke(1, points) for points in polylines(self._picture.read_text())]

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


class Daemon:
    """One life of a daemon that this process has started."""

    def __init__(self, state: Path, target: Target) -> None:
        self.state = state
        self.client, _ = start(Address.find(state), target)
        self.pid: int = self.client.call("daemon.info")["pid"]
        self._listener = Client(Address.find(state).socket)
        self._listener.call("subscribe")
        self._news = self._listener.events(WITHIN)

    @property
    def plotter_pid(self) -> int | None:
        """The process that owns the port."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return int(children[0]) if children else None

    def until(self, true: Callable[[], bool]) -> None:
        """Look at each piece of news whether it is true now. Raises Broken."""
        end = time.monotonic() + 2 * WITHIN
        while not true():
            if time.monotonic() > end:
                raise Broken(f"nothing came of it: {self.status()}")
            try:
                next(self._news)
            except DaemonUnreachable as silence:
                raise Broken(f"nothing more was heard: {self.status()}") from silence

    def status(self) -> Message:
        return self.client.call("status")

    def job(self, number: int) -> Message:
        return self.client.call("job.show", job=number)

    def queue(self, program: str) -> int:
        return int(upload(self.client, "torture.gcode", program.encode())["job"]["id"])

    def end(self, number: int) -> int:
        """Signal it, wait for its end; its exit status as waitpid gives it."""
        handle = os.pidfd_open(self.pid)
        os.kill(self.pid, number)
        try:
            wait_for_end(handle)
        except Broken:
            os.kill(self.pid, signal.SIGKILL)
            raise
        finally:
            self._listener.close()
            self.client.close()
        return os.waitpid(self.pid, 0)[1]


def judge_of(state: Path, job: int, profile: str) -> Judge:
    """Who knows what should be on the paper, by the motion that the daemon has checked."""
    return Judge(Motion.load(state / "jobs" / str(job) / "motion"), profile, _HOME)


def place_of(shown: Message) -> Place:
    """A place as the API tells it."""
    return Place(shown["row"], shown["x"], shown["y"])


def watched(pid: int | None) -> int | None:
    """By which to wait for the end of a process; None where there is none."""
    try:
        return None if pid is None else os.pidfd_open(pid)
    except ProcessLookupError:
        return None


def wait_for_end(handle: int) -> None:
    """Until the process behind a descriptor of pidfd_open is gone; the descriptor is closed."""
    try:
        if not select.select([handle], [], [], 2 * WITHIN)[0]:
            raise Broken("a process did not end")
    finally:
        os.close(handle)
