"""Plotting while the drawing is being made: the rest comes to its end, and what is interrupted is drawn the same."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dcode.client.launch import Target
from tests.daemon.conftest import Rig
from tests.daemon.ink_file import polylines

ROOT = Path(__file__).parents[2]
SIDE = 120.0  # mm, of the frame on the sheet


@pytest.fixture(autouse=True)
def with_fakes(short_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = short_dir / "python"
    engine = "--engine live=tests.generation.fake_engines:Live"
    worker = f'exec "{sys.executable}" -m dcode.generation.worker {engine}'
    script.write_text(f'#!/bin/sh\nexport PYTHONPATH="{ROOT}"\n{worker}\n')
    script.chmod(0o700)
    monkeypatch.setenv("DCODE_GENERATION_PYTHON", str(script))


def live(rig: Rig, prompt: str, squares: int, style: str | None = None) -> int:
    wish = {"engine": "live", "live": True, "confirmed": True, "require_ready": True, "style": style}
    number: int = rig.client.call("job.draw", prompt=prompt, seed=squares, width_mm=SIDE, height_mm=SIDE, **wish)["id"]
    return number


def sides(rig: Rig) -> list[float]:
    """The widths of the squares in the ink, in order, as parts of the frame."""
    widths = [max(x for x, _ in line) - min(x for x, _ in line) for line in polylines(rig.ink())]
    return [round(100 * width / SIDE) for width in widths]


def test_strokes_are_plotted_while_more_of_them_come(rig: Callable[..., Rig]) -> None:
    daemon = rig("sim")
    job = live(daemon, "squares", 12)
    done = daemon.wait_for_job(job, "done", "failed", "interrupted")
    assert (done["state"], done["growing"], done["row"]) == ("done", False, done["rows"])
    assert sides(daemon) == [100 - 2 * number for number in range(12)]


def test_a_worker_that_is_lost_is_asked_again_and_goes_on_where_the_other_ended(
    rig: Callable[..., Rig], short_dir: Path
) -> None:
    daemon = rig("sim")
    job = live(daemon, "lost", 8, style=str(short_dir / "was here"))
    assert daemon.wait_for_job(job, "done", "failed", "interrupted")["state"] == "done"
    assert sides(daemon) == [100 - 2 * number for number in range(8)]


def test_a_machine_that_has_drawn_all_that_there_is_waits_with_the_pen_up_and_can_be_paused(
    rig: Callable[..., Rig],
) -> None:
    daemon = rig("sim")
    job = live(daemon, "for ever", 8)
    shown = daemon.wait_for_job(job, "plotting")
    while shown["executed_row"] < shown["rows"] or not shown["rows"]:
        event = next(daemon.events)
        if event["event"] == "job" and event["job"]["id"] == job:
            shown = event["job"]
    status = daemon.status()
    assert (status["state"], status["pen"]) == ("plotting", "up")
    daemon.client.call("plotter.pause")
    assert daemon.wait_for_job(job, "paused")["growing"]
    assert daemon.client.call("job.cancel", job=job)["state"] in ("paused", "cancelled")
    assert not daemon.wait_for_job(job, "cancelled")["growing"]


def test_what_a_killed_daemon_left_is_drawn_to_its_end_and_resumed(rig: Callable[..., Rig], serve_plotter) -> None:
    link, _ = serve_plotter("grbl", speed=40.0)
    daemon = rig(link, "grbl")
    daemon.client.call("plotter.home", here=True)
    job = live(daemon, "squares", 9)
    daemon.wait_for_job(job, "plotting")
    os.kill(daemon.pid, signal.SIGKILL)

    again = Rig(daemon.state, Target(link, "grbl"))
    try:
        assert again.job(job)["state"] == "interrupted"
        again.client.call("plotter.home", here=True)
        again.client.call("plotter.resume", job=job, how="redraw")
        done = again.wait_for_job(job, "done", "failed")
        assert (done["state"], done["growing"]) == ("done", False)
        assert done["draw_mm"] == pytest.approx(sum(4 * SIDE * (100 - 2 * inner) / 100 for inner in range(9)), abs=0.1)
    finally:
        again.close()
