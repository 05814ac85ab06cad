"""Drawings gone through with the pen up, and marks drawn: the same check, the same streaming, real daemons."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dcode.config.paths import data_dir
from dcode.errors import UnsafeProgram
from tests.daemon.ink_file import polylines

Starter = Callable[..., Any]

PROGRAM = (
    "G21 G90\nM280 P0 S90\nG0 X-50 Y0\nM280 P0 S40\nG1 X50 Y0 F500\nG1 X0 Y60\nM0 look\nM280 P0 S90\nM280 P0 S40\n"
    "G1 X0 Y80\n"
)


def pen_lines(machine: Any) -> list[str]:
    lines = [line["text"] for line in machine.client.call("wire.follow")["lines"] if line["way"] == "out"]
    return [text for text in lines if any(text.startswith(word) for word in ("M280", "M3", "M5")) or "M280" in text]


@pytest.mark.parametrize("profile", ["makelangelo", "grbl"])
def test_a_rehearsal_is_a_job_that_leaves_no_ink(rig: Starter, profile: str) -> None:
    machine = rig(f"sim:{profile}")
    for what in ("box", "hull", "seconds"):
        job = machine.queue(
            PROGRAM, "kite.gcode", require_ready=True, also={"rehearse": {"what": what, "seconds": 5, "times": 2}}
        )
        assert (job["kind"], job["name"], job["draw_mm"]) == ("rehearsal", "rehearsal of kite.gcode", 0)
        assert job["travel_mm"] > 90
        ended = machine.wait_for_job(job["id"], "done", "paused", "failed", "interrupted")
        assert (ended["state"], ended["reason"], ended["pen_lifts"]) == ("done", None, 0)
        assert ended["executed_row"] == ended["rows"]
    assert polylines(machine.ink()) == []
    assert not any("40" in text for text in pen_lines(machine))
    assert machine.status()["pen"] == "up"


def test_a_drawing_that_leaves_the_limits_is_not_gone_through(rig: Starter) -> None:
    machine = rig("sim")
    with pytest.raises(UnsafeProgram):
        machine.queue(PROGRAM + "G1 X0 Y600\nM280 P0 S90\n", also={"rehearse": {"what": "seconds", "seconds": 1}})
    assert machine.client.call("job.list")["jobs"] == []


def test_a_box_with_a_corner_out_of_reach_is_refused_where_its_drawing_is_not(rig: Starter, short_dir: Path) -> None:
    data = json.loads((data_dir("configs") / "machine.json").read_text())
    data["work_area"] = {"left": -600, "right": 600, "top": 700, "bottom": -700}
    file = short_dir / "machine.json"
    file.write_text(json.dumps(data))
    machine = rig("sim", machine=file)
    low = "G21 G90\nM280 P0 S90\nG0 X-580 Y0\nM280 P0 S40\nG1 X580 Y0 F500\n"
    top = low + "M280 P0 S90\nG0 X0 Y0\nG0 Y690\nM280 P0 S40\nG1 X5\n"
    machine.queue(top, also={"rehearse": {"what": "hull"}})
    with pytest.raises(UnsafeProgram, match="the way around it is not"):
        machine.queue(top, also={"rehearse": {"what": "box"}})


def test_a_rehearsal_can_be_paused_with_the_pen_up_and_goes_on(rig: Starter) -> None:
    machine = rig("sim:grbl?speed=20")
    job = machine.queue(PROGRAM, require_ready=True, also={"rehearse": {"what": "box", "times": 20}})["id"]
    machine.wait_for_job(job, "plotting")
    machine.client.call("plotter.pause")
    machine.wait_for_job(job, "paused")
    assert machine.status()["pen"] == "up"
    machine.client.call("plotter.resume")
    machine.client.call("job.cancel", job=job)
    machine.wait_for_job(job, "cancelled")
    assert polylines(machine.ink()) == []


def test_a_job_remembers_how_it_was_placed_so_that_it_can_be_rehearsed_alike(rig: Starter) -> None:
    machine = rig("sim:marlin")
    wide = "G21 G90\nG0 X-5000 Y0\nM280 P0 S40\nG1 X5000 Y0 F500\nM280 P0 S90\n"
    drawn = machine.queue(wide, "wide.gcode", fit=True)
    assert (drawn["placed"], machine.queue(PROGRAM)["placed"]) == ("fit", "as_is")
    rehearsed = machine.queue(wide, "wide.gcode", fit=True, also={"rehearse": {"what": "box"}})
    assert rehearsed["bounds"][:2] == pytest.approx(drawn["bounds"][:2])
