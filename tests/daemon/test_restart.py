"""The daemon is restarted in mid-drawing under a service manager that keeps its port: the board must not notice."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from dcode.client.address import Address
from dcode.client.sync import Client
from dcode.client.upload import upload
from dcode.config.paths import make_state_dir
from dcode.firmware.profile import BUILTIN
from tests.daemon.fake_systemd import FakeSystemd
from tests.daemon.processes import Judge, SimulatedPlotter, judge_of, place_of

WITHIN: Final = 60.0  # seconds: a bound against hanging, nothing is measured by it
SPEED: Final = 20.0  # times real speed

# Short strokes, so that a restart waits for one; and one that takes some seconds at SPEED.
STROKES = "".join(
    f"G0 X0 Y{y} F6000\nM280 P0 S40\n"
    + "".join(f"G1 X{x} Y{y + x % 2} F3000\n" for x in range(1, 61))
    + "M280 P0 S90\n"
    for y in range(10, 30, 4)
)
LONG_STROKE = (
    "G0 X10 Y10 F6000\nM280 P0 S40\n"
    + "".join(f"G1 X{200 * (n % 2)} Y{10 + n / 10} F1500\n" for n in range(1, 15))
    + "M280 P0 S90\n"
)


class Served:
    """A daemon under a service manager, and a plotter whose board is reset whenever its port is opened."""

    def __init__(self, folder: Path, profile: str, watchdog: float | None = 30.0) -> None:
        self.plotter = SimulatedPlotter(folder, profile, SPEED, "--reset-on-open")
        self.manager = FakeSystemd(folder, watchdog)
        self._state = make_state_dir(folder / "state")
        self._log = (folder / "log").open("ab")
        self._command = [sys.executable, "-m", "dcode.daemon", "--state-dir", str(self._state)]
        self._command += ["--port", str(self.plotter.port), "--profile", profile]
        self._command += ["--machine", str(self.plotter.machine)]
        self._clients: list[Client] = []

    def start(self) -> None:
        """Start the daemon, and wait until it is ready."""
        self.manager.start(self._command, stderr=self._log)
        self.manager.wait_until(lambda manager: manager.ready)
        self.client, self._listener = (Client(Address.find(self._state).socket) for _ in range(2))
        self._clients += [self.client, self._listener]
        self._listener.call("subscribe")
        self._news = self._listener.events(WITHIN)

    def until(self, true: Callable[[], bool]) -> None:
        while not true():
            next(self._news)

    def draw(self, program: str) -> int:
        """A job, once the pen is on the paper."""
        self.until(lambda: self.status()["state"] == "idle")
        self.client.call("plotter.home", here=True)
        job = int(upload(self.client, "drawing.gcode", f"G21\nG90\n{program}".encode())["job"]["id"])
        self.until(lambda: self.plotter.status()["pen"] == "down")
        return job

    def status(self) -> dict[str, Any]:
        return self.client.call("status")

    def job(self, number: int) -> dict[str, Any]:
        return self.client.call("job.show", job=number)

    def judge(self, number: int, profile: str) -> Judge:
        return judge_of(self._state, number, profile)

    @property
    def owner(self) -> int:
        """The process that owns the port."""
        assert self.manager.process
        pid = self.manager.process.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def close(self) -> None:
        for client in self._clients:
            client.close()
        if self.manager.process and self.manager.process.poll() is None:
            self.manager.stop()
        self.manager.close()
        self.plotter.close()
        self._log.close()


@pytest.fixture
def serve(short_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Served]]:
    monkeypatch.setenv("DCODE_CONFIG_DIR", str(short_dir / "config"))
    made: list[Served] = []

    def make(profile: str, watchdog: float | None = 30.0) -> Served:
        made.append(Served(short_dir, profile, watchdog))
        made[0].start()
        return made[0]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize("profile", BUILTIN)
def test_a_restart_in_mid_drawing_goes_on_by_itself_and_draws_nothing_twice(
    serve: Callable[..., Served], profile: str
) -> None:
    served = serve(profile)
    job = served.draw(STROKES)
    judge = served.judge(job, profile)
    assert served.manager.stop(signal.SIGTERM) == 0
    assert served.manager.stopping
    rest = served.plotter.status()
    assert (rest["connected"], rest["pen"], rest["moving"]) == (True, "up", False)
    assert len(served.plotter.ink()) < 5
    assert judge.ends(served.plotter.ink(), "cancelled", strict=True).missing_dots == []  # no stroke is begun only

    served.start()
    served.until(lambda: served.job(job)["state"] == "done")
    assert judge.ends(served.plotter.ink(), "done", strict=True).repeated == 0.0
    assert judge.broken == []
    assert len(served.plotter.ink()) == 5
    served.manager.wait_until(lambda manager: manager.watchdogs > 0 and manager.status == "idle")


def test_a_second_signal_ends_the_daemon_in_the_stroke_with_the_pen_up(serve: Callable[..., Served]) -> None:
    served = serve("grbl")
    job = served.draw(LONG_STROKE)
    assert served.manager.process
    served.manager.process.send_signal(signal.SIGTERM)
    served.manager.wait_until(lambda manager: manager.stopping)
    assert served.plotter.status()["pen"] == "down"  # it goes on with the stroke
    assert served.manager.stop(signal.SIGTERM) == 0
    assert served.plotter.status()["pen"] == "up"
    served.start()
    served.until(lambda: served.status()["state"] == "idle")
    assert served.job(job)["state"] == "interrupted"
    found = served.client.call("job.recovery")
    assert 0.0 < found["done_mm"] < 1500.0


@pytest.mark.parametrize("profile", BUILTIN)
def test_after_a_crash_the_position_is_proved_by_asking_and_the_job_can_be_resumed(
    serve: Callable[..., Served], profile: str
) -> None:
    served = serve(profile)
    job = served.draw(STROKES)
    judge = served.judge(job, profile)
    owner = os.pidfd_open(served.owner)
    assert served.manager.stop(signal.SIGKILL) == -signal.SIGKILL
    assert select.select([owner], [], [], WITHIN)[0]  # a service is not started again before all its processes ended
    os.close(owner)
    rest = served.plotter.status()
    assert (rest["connected"], rest["pen"], rest["moving"]) == (True, "up", False)

    served.start()
    served.until(lambda: served.status()["state"] == "idle")
    status = served.status()
    assert (status["registered"], served.job(job)["state"]) == (True, "interrupted")
    assert status["position"] == pytest.approx([rest["x"], rest["y"]], abs=0.1)
    found = served.client.call("job.recovery")
    judge.attempt_ended(served.plotter.ink(), place_of(found["executed"]), place_of(found["sent"]), strict=True)
    judge.attempt_begins(served.plotter.ink(), place_of(found["executed"]))
    served.client.call("plotter.resume")
    served.until(lambda: served.job(job)["state"] in ("done", "interrupted"))
    judge.ends(served.plotter.ink(), served.job(job)["state"], strict=True)
    assert (served.job(job)["state"], judge.broken) == ("done", [])


def test_a_process_that_streams_no_more_is_not_vouched_for(serve: Callable[..., Served]) -> None:
    served = serve("grbl", watchdog=1.5)
    served.until(lambda: served.status()["state"] == "idle")
    served.manager.wait_until(lambda manager: manager.watchdogs > 3)
    owner = served.owner
    os.kill(owner, signal.SIGSTOP)
    try:
        fed, reports = 0, 0

        def starves(manager: FakeSystemd) -> bool:  # it says how it is twice a second, and its watchdog is not fed
            nonlocal fed, reports
            reports = reports + 1 if manager.watchdogs == fed else 0
            fed = manager.watchdogs
            return reports > 6

        served.manager.wait_until(starves)
    finally:
        os.kill(owner, signal.SIGCONT)
    served.manager.wait_until(lambda manager: manager.watchdogs > fed)
