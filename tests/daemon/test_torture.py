"""Real processes are killed, unplugged, reset and starved in mid-drawing; each job becomes a complete drawing.

More of the same: python scripts/bench torture --cycles 1000
"""

from __future__ import annotations

import contextlib
import math
import re
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dcode.client.launch import Target
from dcode.firmware.profile import BUILTIN
from tests.daemon.processes import Daemon, SimulatedPlotter, judge_of, place_of
from tests.daemon.torture import BLOWS, Outcome, torture

CYCLES = 20  # of each rig
SEEDS = (1, 2)
SECONDS = 400.0  # a bound for a slow computer
FULL = (
    r"The journal \S+ cannot be written: (No space left on device|File too large)\. "
    r"Free some space there, then resume the job\. The pen is up\."
)


@pytest.fixture
def own_config(short_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCODE_CONFIG_DIR", str(short_dir / "config"))


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Outcome]]:
    """All rigs at once: most of a cycle is waiting."""
    folder = tmp_path_factory.mktemp("t")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DCODE_CONFIG_DIR", str(folder / "config"))
        yield list(torture(folder, SEEDS, CYCLES, SECONDS))


@pytest.mark.parametrize("profile", BUILTIN)
def test_a_job_that_is_hurt_becomes_a_complete_drawing(outcomes: list[Outcome], profile: str) -> None:
    its = [outcome for outcome in outcomes if outcome.profile == profile]
    for outcome in its:
        if outcome.broken:
            pytest.fail("\n".join([str(outcome), *outcome.broken, *outcome.log]), pytrace=False)
    assert [outcome.cycles for outcome in its] == [CYCLES] * len(SEEDS)
    assert all(outcome.drawings for outcome in its)
    assert set().union(*(outcome.blows for outcome in its)) == set(BLOWS)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A disk of its own in a folder, as long as the context lasts."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m,mode=700", "dcode", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting is not permitted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(file: Path) -> None:
    """Until not a byte more can be written."""
    with file.open("wb", buffering=0) as ballast:
        for size in (1 << 16, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while ballast.write(bytes(size)) == size:
                    pass


def long_stroke(points: int) -> str:
    """One stroke of many short lines; its journal takes more room than is written ahead at once."""
    way = [f"G1 X{40 * math.cos(i / 80):.3f} Y{40 * math.sin(i / 90):.3f} F3000" for i in range(points)]
    return "\n".join(["G21", "G90", "G0 X40 Y0", "M280 P0 S40", *way, "M280 P0 S90", ""])


def starve(folder: Path, profile: str, take: Callable[[int], None], give_back: Callable[[int], None]) -> None:
    """Draw; `take` the room for more in mid-drawing, and `give_back`; both hear which process owns the port."""
    plotter = SimulatedPlotter(folder, profile, 20.0)
    daemon = Daemon(folder / "state", Target(str(plotter.port), profile, plotter.machine))
    try:
        daemon.until(lambda: daemon.status()["state"] == "idle")
        daemon.client.call("plotter.home", here=True)
        job = daemon.queue(long_stroke(4000))
        judge = judge_of(folder / "state", job, profile)
        daemon.until(lambda: plotter.status()["pen"] == "down")
        assert daemon.plotter_pid
        take(daemon.plotter_pid)
        daemon.until(lambda: daemon.job(job)["state"] != "plotting")
        assert (daemon.job(job)["state"], plotter.at_rest()["pen"]) == ("interrupted", "up")
        assert re.fullmatch(FULL, daemon.job(job)["reason"])
        give_back(daemon.plotter_pid)
        found = daemon.client.call("job.recovery")
        executed, sent = place_of(found["executed"]), place_of(found["sent"])
        judge.attempt_ended(plotter.ink(), executed, sent, strict=True)  # type: ignore[arg-type]  # as good as an Ink
        judge.attempt_begins(plotter.ink(), executed)  # type: ignore[arg-type]
        daemon.client.call("plotter.resume")
        daemon.until(lambda: daemon.job(job)["state"] in ("done", "interrupted"))
        assert daemon.job(job)["state"] == "done"
        judge.ends(plotter.ink(), "done", strict=True)  # type: ignore[arg-type]
        assert judge.broken == []
    finally:
        daemon.end(signal.SIGTERM)
        plotter.close()


def test_a_disk_that_is_full_interrupts_with_the_pen_up_and_loses_nothing(short_dir: Path, own_config: None) -> None:
    ballast = short_dir / "state" / "ballast"
    with small_disk(short_dir / "state"):
        starve(short_dir, "marlin", lambda owner: fill(ballast), lambda owner: ballast.unlink())


def test_a_quota_that_is_used_up_interrupts_with_the_pen_up_and_loses_nothing(
    short_dir: Path, own_config: None
) -> None:
    enough = resource.getrlimit(resource.RLIMIT_FSIZE)
    little = (1 << 16, enough[1])
    starve(
        short_dir,
        "grbl",
        lambda owner: resource.prlimit(owner, resource.RLIMIT_FSIZE, little),
        lambda owner: resource.prlimit(owner, resource.RLIMIT_FSIZE, enough),
    )
