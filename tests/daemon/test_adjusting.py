"""Depth and feed, changed while a job is drawn, on every firmware."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dcode.config.paths import data_dir
from dcode.errors import JobError, LimitError, MachineNotReady

Starter = Callable[..., Any]

UP, DOWN = "M280 P0 S90\n", "M280 P0 S40\n"
HELD = f"G21 G90\n{UP}G0 X-50 Y0\nM0 look\n{DOWN}G1 X-40 Y0 F600\n{UP}G0 X-50 Y10\n{DOWN}G1 X-40 Y10 F600\n{UP}"
OVER = ("done", "failed", "interrupted", "cancelled")

# What lowers the pen by 2 degrees less than machine.json's 40, and how fast 600 mm/min at 150 % are told.
TOLD = {
    "makelangelo": ("M280 P0 S42", "F15"),
    "marlin": ("M280 P0 S42", "F900"),
    "grbl": ("M3 S233", "F600"),
    "grblhal": ("M3 S233", "F600"),
    "fluidnc": ("G0 Z0.2", "F600"),
}


def held(machine: Any) -> int:
    """A job that waits before its first stroke."""
    job: int = machine.queue(HELD, require_ready=True)["id"]
    machine.wait_for_job(job, "paused")
    return job


def sent(machine: Any) -> list[str]:
    """The lines that went out, without numbers and checksums."""
    lines = machine.client.call("wire.follow")["lines"]
    return [re.sub(r"^N\d+ |\*\d+$", "", line["text"]).strip() for line in lines if line["way"] == "out"]


def heard(machine: Any, what: str) -> bool:
    return any(what in line["text"] for line in machine.client.call("wire.follow")["lines"] if line["way"] == "in")


@pytest.mark.parametrize("profile", TOLD)
def test_depth_and_feed_are_as_they_were_adjusted_until_the_job_ends(rig: Starter, profile: str) -> None:
    machine = rig(f"sim:{profile}")
    job = held(machine)
    status = machine.client.call("plotter.adjust", pen_degrees=-2, feed=150)
    assert (status["pen_offset"], status["feed_override"]) == (-2, 150)
    machine.client.call("plotter.resume")
    ended = machine.wait_for_job(job, *OVER)
    assert (ended["state"], ended["feed_override"], ended["pen_offsets"]) == ("done", 150, {"0": -2})
    pen, feed = TOLD[profile]
    lines = sent(machine)
    assert lines.count(pen) == 2
    drawn = [line for line in lines if line.startswith("G1") and "F" in line]
    assert any(line.endswith(feed) for line in drawn)
    if feed == "F600":
        assert heard(machine, "Ov:150")
    status = machine.status()
    assert (status["pen_offset"], status["feed_override"]) == (0, 100)


@pytest.mark.parametrize("profile", ["grbl", "marlin"])
def test_one_call_takes_all_of_it_back(rig: Starter, profile: str) -> None:
    machine = rig(f"sim:{profile}")
    job = held(machine)
    machine.client.call("plotter.adjust", pen_degrees=-2, feed=50)
    status = machine.client.call("plotter.adjust", undo=True)
    assert (status["pen_offset"], status["feed_override"]) == (0, 100)
    machine.client.call("plotter.resume")
    ended = machine.wait_for_job(job, *OVER)
    assert (ended["state"], ended["feed_override"], ended["pen_offsets"]) == ("done", 100, {})
    assert TOLD[profile][0] not in sent(machine)


def test_no_adjustment_passes_the_limits(rig: Starter, short_dir: Path) -> None:
    """900 mm/min is what this machine may do: half as much again of 800 is not told, nor made of it by an override."""
    told = json.loads((data_dir("configs") / "machine.json").read_text())
    told["machine"]["max_feed"] = 900
    file = short_dir / "machine.json"
    file.write_text(json.dumps(told))
    machine = rig("sim:grbl", machine=file)
    job = held(machine)
    with pytest.raises(LimitError, match="goes from 0 to 180"):
        machine.client.call("plotter.adjust", pen_degrees=45)
    machine.client.call("plotter.adjust", pen_degrees=-20)
    with pytest.raises(LimitError, match="would not leave"):
        machine.client.call("plotter.adjust", pen_degrees=-30)
    machine.client.call("plotter.adjust", undo=True)
    machine.client.call("plotter.adjust", feed=200)
    machine.client.call("plotter.resume")
    assert machine.wait_for_job(job, *OVER)["state"] == "done"
    feeds = [float(found[1]) for line in sent(machine) if (found := re.search(r"F([\d.]+)", line))]
    assert max(feeds) <= 900.06
    assert not any(heard(machine, f"Ov:{percent},") for percent in range(101, 201))


def test_in_mid_stroke_the_pen_goes_deeper_at_once_where_that_stops_nothing(rig: Starter) -> None:
    machine = rig("sim:makelangelo?speed=2")
    program = f"G21 G90\n{UP}{DOWN}G1 X300 Y0 F600\n{UP}"
    job = machine.queue(program, require_ready=True)["id"]
    status = machine.status()
    while status["pen"] != "down" or not status["feed"]:
        event = next(machine.events)
        status = event["status"] if event["event"] == "status" else status
    machine.client.call("plotter.adjust", pen_degrees=1)
    machine.client.call("job.cancel", job=job)
    machine.wait_for_job(job, *OVER)
    lines = sent(machine)
    at = lines.index("M280 P0 S39")
    assert lines[at - 1].startswith("G1")
    assert lines[at + 1].startswith(("G1", "G4 S0"))


def test_what_was_adjusted_is_kept_on_request(rig: Starter, short_dir: Path) -> None:
    file = short_dir / "machine.json"
    file.write_text((data_dir("configs") / "machine.json").read_text())
    machine = rig("sim:marlin", machine=file)
    job = held(machine)
    machine.client.call("plotter.adjust", pen_degrees=3, feed=120)
    with pytest.raises(MachineNotReady, match="is at the machine"):
        machine.client.call("plotter.keep_adjusted", job=job)
    with pytest.raises(MachineNotReady, match="keep it after that"):
        machine.client.call("plotter.keep_adjusted")
    before = json.loads(file.read_text())["pen"]
    machine.client.call("plotter.resume")
    machine.wait_for_job(job, *OVER)
    kept = machine.client.call("plotter.keep_adjusted")["changes"]
    assert kept == {"pen.down_angle": 37.0, "pen.draw_speed": pytest.approx(before["draw_speed"] * 1.2)}
    assert json.loads(file.read_text())["pen"]["down_angle"] == 37.0
    with pytest.raises(JobError, match="Nothing was adjusted"):
        machine.client.call("plotter.keep_adjusted")


def test_a_resumed_job_begins_as_machine_json_says_and_says_so(rig: Starter) -> None:
    machine = rig("sim:grbl")
    job = held(machine)
    machine.client.call("plotter.adjust", pen_degrees=-2, feed=50)
    machine.client.call("plotter.stop")
    assert machine.wait_for_job(job, *OVER)["state"] == "interrupted"
    machine.client.call("plotter.home", here=True)
    machine.client.call("plotter.resume", job=job)
    notice = next(event for event in machine.events if event["event"] == "notice" and event["kind"] == "adjusted")
    assert "the feed was 50 % and the pen was 2 degrees lighter" in notice["message"]
    assert machine.wait_for_job(job, "paused", *OVER)["feed_override"] == 100
    machine.client.call("plotter.resume")
    assert machine.wait_for_job(job, *OVER)["state"] == "done"
    assert "M3 S233" not in sent(machine)


def test_nothing_is_adjusted_while_nothing_is_drawn(rig: Starter) -> None:
    machine = rig("sim:marlin")
    machine.client.call("plotter.home", here=True)
    with pytest.raises(MachineNotReady, match="Nothing is being drawn"):
        machine.client.call("plotter.adjust", feed=50)
