"""From a file to ink: a real daemon, a real simulated plotter, every firmware."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from dcode.client.launch import Target
from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.errors import JobError, LimitError, MachineNotReady, UnsafeProgram
from dcode.firmware.pacing import pace_of
from dcode.firmware.profile import BUILTIN, FirmwareProfile, load_profile
from dcode.gcode.interpret import interpret
from dcode.machine.timing import estimate
from tests.daemon.ink_file import polylines

SQUARE = """G21
G90
M280 P0 S90
G28
G0 X-50 Y-50 F1000
M280 P0 S40
G1 X50 Y-50 F500
G1 X50 Y50
G1 X-50 Y50
G1 X-50 Y-50
M280 P0 S90
G0 X80 Y0
M280 P0 S40
G2 X80 Y0 I20 J0
M280 P0 S90
"""

Starter = Callable[..., "Rig"]  # noqa: F821  # conftest.Rig: a conftest cannot be imported


def length(polylines: list[list[tuple[float, float]]]) -> float:
    return sum(math.dist(a, b) for line in polylines for a, b in pairwise(line))


@pytest.mark.parametrize("profile", BUILTIN)
def test_the_ink_is_the_program_with_every_firmware(rig: Starter, profile: str) -> None:
    machine = rig(f"sim:{profile}")
    job = machine.wait_for_job(machine.queue(SQUARE, require_ready=True)["id"], "done", "failed", "interrupted")
    assert (job["state"], job["reason"]) == ("done", None)
    assert job["row"] == job["rows"]
    assert job["lines"] == 15
    assert job["sent"] == job["acked"] > 10
    ink = polylines(machine.ink())
    assert length(ink) == pytest.approx(400 + 2 * math.pi * 20, abs=0.5)
    xs, ys = [x for line in ink for x, _ in line], [y for line in ink for _, y in line]
    assert (min(xs), max(xs), min(ys), max(ys)) == pytest.approx((-50, 120, -50, 50), abs=0.1)


def test_the_shipped_drawing_is_plotted(rig: Starter) -> None:
    machine = rig("sim")
    horse = (data_dir("examples") / "horse.gcode").read_text()
    job = machine.wait_for_job(machine.queue(horse)["id"], "done", "failed", "interrupted")
    assert job["state"] == "done"
    assert length(polylines(machine.ink())) == pytest.approx(2091.8, rel=0.01)


def seconds(program: str, profile: FirmwareProfile) -> float:
    machine = load_machine(data_dir("configs") / "machine.json")
    return estimate(
        interpret(program.encode(), profile.reading(machine)).motion, machine, pace_of(profile, machine)
    ).seconds


def test_estimates_are_for_what_the_firmware_says_that_it_drives(
    rig: Starter, serve_plotter: Callable[..., tuple[str, subprocess.Popen[str]]]
) -> None:
    rails = load_profile("grblhal", data_dir("firmware_profiles"))
    belts = rails.adapted("[KINEMATICS:WallPlotter v2.01]")
    apart = seconds(SQUARE, rails), seconds(SQUARE, belts)
    assert abs(apart[0] - apart[1]) > 0.01
    desk = rig(profile="grblhal")
    waiting = desk.queue(SQUARE)["id"]
    assert desk.job(waiting)["estimate_seconds"] == pytest.approx(apart[0])
    wall, _ = serve_plotter("grblhal", 0.0, "--captured")
    desk.client.call("plotter.connect", port=wall, profile="grblhal")
    assert desk.queue(SQUARE)["estimate_seconds"] == pytest.approx(apart[1])
    while desk.job(waiting)["estimate_seconds"] != pytest.approx(apart[1]):
        next(desk.events)


def test_what_is_left_is_told_in_the_seconds_of_the_plotter_that_is_simulated_faster(rig: Starter) -> None:
    machine = rig("sim:grbl?speed=10")
    job = machine.queue((data_dir("examples") / "horse.gcode").read_text(), require_ready=True)["id"]
    machine.wait_for_job(job, "plotting")
    machine.client.call("plotter.pause", now=True)
    machine.wait_for_job(job, "paused")
    least, most = machine.status()["eta_band"]
    assert least < machine.job(job)["estimate_seconds"] / 10
    assert most < machine.job(job)["estimate_seconds"] / 5
    machine.client.call("job.cancel", job=job)
    machine.wait_for_job(job, "cancelled")


def test_jobs_are_plotted_one_after_another(rig: Starter) -> None:
    machine = rig("sim:grbl")
    first, second = machine.queue(SQUARE)["id"], machine.queue(SQUARE)["id"]
    assert machine.wait_for_job(second, "done")["started"] >= machine.job(first)["ended"]


def test_a_program_beyond_the_limits_is_not_queued(rig: Starter) -> None:
    machine = rig("sim")
    with pytest.raises(UnsafeProgram) as caught:
        machine.queue("G21\nG1 X431\nG1 X0\n")
    violation = caught.value.report["violations"][0]
    assert (violation["line"], violation["value"], violation["limit"]) == (2, 431.0, 420.5)
    assert machine.client.call("job.list")["jobs"] == []


def test_a_program_beyond_the_limits_can_be_fitted(rig: Starter) -> None:
    machine = rig("sim:grbl")
    job = machine.wait_for_job(machine.queue("M3\nG1 X900\nG1 Y900\n", fit=True)["id"], "done")
    assert max(abs(edge) for edge in job["bounds"]) <= 594.5


def test_pause_lifts_and_resume_goes_on_where_it_was(rig: Starter) -> None:
    machine = rig("sim:makelangelo?speed=50")
    job = machine.queue(SQUARE)["id"]
    machine.wait_for_job(job, "plotting")
    machine.client.call("plotter.pause", now=True)
    machine.wait_for_state("paused")
    paused = machine.wait_for_job(job, "paused")
    assert paused["row"] < paused["rows"]
    assert machine.status()["pen"] == "up", machine.status()
    machine.client.call("plotter.jog", dx=13.0, dy=-7.0)
    machine.client.call("plotter.resume")
    machine.wait_for_job(job, "done")
    assert length(polylines(machine.ink())) == pytest.approx(400 + 2 * math.pi * 20, abs=0.5)


def test_pause_without_haste_finishes_the_stroke(rig: Starter) -> None:
    machine = rig("sim:grbl?speed=20")
    stroke = "".join(f"G1 X{step}\n" for step in range(1, 101))
    job = machine.queue(f"M3\n{stroke}M5\nG0 Y10\nM3\nG1 X0\nM5\n")["id"]
    while machine.status()["pen"] != "down":
        next(machine.events)
    machine.client.call("plotter.pause", now=False)
    machine.wait_for_job(job, "paused")
    assert length(polylines(machine.ink())) == pytest.approx(100, abs=0.1)
    machine.client.call("plotter.resume")
    machine.wait_for_job(job, "done")
    assert length(polylines(machine.ink())) == pytest.approx(200, abs=0.1)


def test_a_pause_can_be_called_off_before_it_has_begun(rig: Starter) -> None:
    machine = rig("sim:grbl?speed=20")
    job = machine.queue("M3\n" + "".join(f"G1 X{step}\n" for step in range(1, 201)))["id"]
    while machine.status()["pen"] != "down":
        next(machine.events)
    assert machine.client.call("plotter.pause", now=False)["state"] == "pausing"
    assert machine.client.call("plotter.resume")["state"] == "plotting"
    machine.wait_for_job(job, "done")


def test_a_program_can_pause_itself(rig: Starter) -> None:
    machine = rig("sim:grbl")
    job = machine.queue("M3\nG1 X10\nM0 (blue pen please)\nG1 X20\nM5\n")["id"]
    assert "blue pen please" in machine.wait_for_job(job, "paused")["reason"]
    assert machine.status()["pen"] == "up", machine.status()
    machine.client.call("plotter.resume")
    machine.wait_for_job(job, "done")
    assert length(polylines(machine.ink())) == pytest.approx(20, abs=0.05)


def test_cancel_lifts_and_parks(rig: Starter) -> None:
    machine = rig("sim:marlin?speed=100")
    job = machine.queue(SQUARE)["id"]
    while machine.status()["pen"] != "down":
        next(machine.events)
    machine.client.call("job.cancel", job=0)
    assert machine.wait_for_job(job, "cancelled")["reason"] == "Cancelled."
    status = machine.wait_for_state("idle")
    assert (status["pen"], status["position"]) == ("up", [0.0, 0.0])


@pytest.mark.parametrize("profile", ["grbl", "grblhal", "fluidnc"])
def test_cancel_brakes_at_once_and_the_position_is_still_true(rig: Starter, profile: str) -> None:
    machine = rig(f"sim:{profile}?speed=10")
    job = machine.queue(SQUARE)["id"]
    while machine.status()["pen"] != "down":
        next(machine.events)
    machine.client.call("job.cancel", job=0)
    machine.wait_for_job(job, "cancelled")
    laid = length(polylines(machine.ink()))
    assert laid < 200  # what was in the buffers, 110 mm or so, was dropped
    machine.wait_for_job(machine.queue("M3\nG1 X40\nM5\n")["id"], "done")
    last = polylines(machine.ink())[-1]
    assert [*last[0], *last[-1]] == pytest.approx([0, 0, 40, 0], abs=0.05)


def test_a_line_that_the_firmware_refuses_interrupts_the_job_with_the_pen_up(
    rig: Starter, serve_plotter: Starter
) -> None:
    port, process = serve_plotter("grbl", 10.0)
    machine = rig(port, "grbl")
    machine.client.call("plotter.home", here=True)
    job = machine.queue(SQUARE)["id"]
    while machine.status()["pen"] != "down":
        next(machine.events)
    assert ask(process, {"do": "fault", "kind": "corrupt", "way": "in", "count": 1})["ok"]
    reason = machine.wait_for_job(job, "interrupted", "done")["reason"]
    assert "The firmware said 'error:" in reason
    assert "The pen is up." in reason
    assert machine.wait_for_state("idle")["registered"] is True  # braked, asked where it is, and set again
    pen_goes_up(process)


@pytest.mark.parametrize("profile", ["makelangelo", "grbl"])
def test_an_acknowledgement_that_gets_lost_costs_time_and_no_ink(
    rig: Starter, serve_plotter: Starter, short_dir: Path, profile: str
) -> None:
    port, process = serve_plotter(profile, 20.0)
    machine = rig(port, profile)
    machine.client.call("plotter.home", here=True)
    job = machine.queue(SQUARE)["id"]
    while machine.status()["pen"] != "down":
        next(machine.events)
    assert ask(process, {"do": "fault", "kind": "drop_line", "count": 1})["ok"]
    assert machine.wait_for_job(job, "done", "interrupted", "failed")["state"] == "done"
    assert ask(process, {"do": "ink", "path": str(short_dir / "ink.svg")})["ok"]
    laid = length(polylines((short_dir / "ink.svg").read_text()))
    assert laid == pytest.approx(400 + 2 * math.pi * 20, abs=0.5)


@pytest.mark.parametrize("profile", BUILTIN)
def test_stop_ends_the_motion_and_forgets_the_position(rig: Starter, profile: str) -> None:
    machine = rig(f"sim:{profile}?speed=20")
    job = machine.queue(SQUARE)["id"]
    while machine.status()["pen"] != "down":
        next(machine.events)
    status = machine.client.call("plotter.stop")
    assert (status["state"], status["registered"]) == ("alarm", False)
    assert machine.wait_for_job(job, "interrupted")["reason"].startswith("Stopped by the user.")
    with pytest.raises(MachineNotReady):
        machine.client.call("plotter.jog", dx=1.0)
    if profile == "fluidnc":  # the gondola is not at home, and this firmware can tell
        with pytest.raises(MachineNotReady, match="measures its belts from where it was switched on"):
            machine.client.call("plotter.home", here=True)
    else:
        assert machine.client.call("plotter.home", here=True)["registered"] is True


def test_a_machine_whose_position_is_unknown_refuses_to_plot(rig: Starter, serve_plotter: Starter) -> None:
    port, _ = serve_plotter("grbl")
    machine = rig(port, "grbl")
    with pytest.raises(MachineNotReady, match="dcode home --here"):
        machine.queue(SQUARE, require_ready=True)
    assert machine.client.call("job.list")["jobs"] == []
    with pytest.raises(MachineNotReady, match="position is not known"):
        machine.client.call("plotter.jog", dx=1.0)
    assert machine.client.call("plotter.home", here=True)["position"] == [0.0, 0.0]
    machine.wait_for_job(machine.queue(SQUARE, require_ready=True)["id"], "done")


@pytest.mark.parametrize("profile", BUILTIN)
def test_the_firmware_is_found_out_when_nobody_says_which(rig: Starter, serve_plotter: Starter, profile: str) -> None:
    port, _ = serve_plotter(profile)
    machine = rig()
    assert machine.client.call("plotter.connect", port=port)["profile"] == profile


def test_a_firmware_that_is_locked_when_the_port_is_opened_is_unlocked_by_homing_here(
    rig: Starter, serve_plotter: Starter
) -> None:
    port, _ = serve_plotter("grbl", 20.0)
    machine = rig(port, "grbl")
    machine.client.call("plotter.home", here=True)
    machine.queue(SQUARE)
    while machine.status()["pen"] != "down":
        next(machine.events)
    machine.client.call("plotter.stop")
    status = machine.client.call("plotter.connect", port=port, profile="grbl")
    assert (status["state"], status["registered"]) == ("alarm", False)
    assert "dcode home" in status["message"]
    status = machine.client.call("plotter.home", here=True)
    assert (status["state"], status["registered"], status["pen"]) == ("idle", True, "up")
    machine.wait_for_job(machine.queue(SQUARE, require_ready=True)["id"], "done")


def test_a_drawing_beyond_the_limits_that_the_firmware_itself_keeps_is_not_queued(
    rig: Starter, serve_plotter: Starter
) -> None:
    port, _ = serve_plotter("marlin")
    machine = rig(port, "marlin")
    machine.client.call("plotter.console", line="M665 L-30 R30 T40 B-40")
    machine.client.call("plotter.connect", port=port, profile="marlin")
    machine.client.call("plotter.home", here=True)
    with pytest.raises(MachineNotReady, match=r"firmware's own limits are X -30.0 to 30.0"):
        machine.queue("M3\nG1 X35\n", require_ready=True)
    assert machine.client.call("job.list")["jobs"] == []
    machine.wait_for_job(machine.queue("M3\nG1 X25\n", require_ready=True)["id"], "done")


def test_a_jog_beyond_the_limits_is_refused_and_nothing_moves(rig: Starter) -> None:
    machine = rig("sim:grbl")
    machine.wait_for_state("idle")
    with pytest.raises(LimitError):
        machine.client.call("plotter.jog", dx=1000.0)
    assert machine.status()["position"] == [0.0, 0.0]
    assert machine.client.call("plotter.jog", dx=10.0, dy=-5.0)["position"] == [10.0, -5.0]


def test_the_console_answers_and_refuses_what_would_leave_the_sheet(rig: Starter) -> None:
    machine = rig("sim:grbl")
    machine.wait_for_state("idle")
    assert any("VER" in line for line in machine.client.call("plotter.console", line="$I")["replies"])
    with pytest.raises(LimitError):
        machine.client.call("plotter.console", line="G0 X1000")


def test_a_plotter_that_vanishes_interrupts_the_job_and_the_daemon_goes_on(
    rig: Starter, serve_plotter: Starter
) -> None:
    port, process = serve_plotter("grbl", 5.0)
    machine = rig(port, "grbl")
    machine.client.call("plotter.home", here=True)
    job = machine.queue(SQUARE)["id"]
    while machine.status()["pen"] != "down":
        next(machine.events)
    process.kill()
    assert "lift it by hand" in machine.wait_for_job(job, "interrupted")["reason"]
    assert machine.wait_for_state("disconnected")["registered"] is False


def test_a_killed_daemon_leaves_the_pen_up_and_the_job_resumable(rig: Starter, serve_plotter: Starter) -> None:
    port, process = serve_plotter("makelangelo", 10.0)
    machine = rig(port, "makelangelo")
    machine.client.call("plotter.home", here=True)
    job = machine.queue(SQUARE)["id"]
    while machine.status()["pen"] != "down":
        next(machine.events)
    os.kill(machine.pid, signal.SIGKILL)
    pen_goes_up(process)

    again = rig(port, "makelangelo")  # another state directory: the port is free again
    assert again.wait_for_state("idle", "connecting")["registered"] is False
    assert job >= 1


def ask(process: subprocess.Popen[str], order: dict[str, object]) -> dict[str, object]:
    """One order to a simulated plotter, and its answer."""
    assert process.stdin and process.stdout
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()
    answer: dict[str, object] = json.loads(process.stdout.readline())
    return answer


def pen_goes_up(process: subprocess.Popen[str]) -> None:
    """Until a simulated plotter's pen is up; the test's own bound ends it otherwise."""
    while ask(process, {"do": "status"})["pen"] != "up":
        pass


def test_after_an_interrupted_job_the_queue_waits_for_a_word(rig: Starter) -> None:
    machine = rig("sim:grbl?speed=8")
    first, second = machine.queue(SQUARE)["id"], machine.queue(SQUARE)["id"]
    while machine.status()["pen"] != "down":
        next(machine.events)
    machine.client.call("plotter.stop")
    machine.wait_for_job(first, "interrupted")
    status = machine.client.call("plotter.home", here=True)
    assert (status["state"], machine.job(second)["state"]) == ("idle", "ready")
    assert "dcode resume" in status["message"]
    machine.client.call("plotter.resume")
    machine.wait_for_job(second, "done")


def test_a_job_that_has_ended_can_be_plotted_again_and_forgotten(rig: Starter) -> None:
    machine = rig("sim:grbl")
    job = machine.queue(SQUARE)["id"]
    machine.wait_for_job(job, "done")
    assert machine.client.call("job.retry", job=job)["row"] == 0
    machine.wait_for_job(job, "done")
    machine.client.call("job.forget", job=job)
    with pytest.raises(JobError, match="no job"):
        machine.job(job)


def test_the_queue_is_there_again_after_the_daemon_was_stopped(rig: Starter, short_dir: Path) -> None:
    machine = rig("sim:grbl?speed=10")
    first, second = machine.queue(SQUARE)["id"], machine.queue(SQUARE)["id"]
    machine.wait_for_job(first, "plotting")
    machine.close()

    again = type(machine)(machine.state, Target())
    try:
        assert again.job(first)["state"] == "interrupted"
        assert again.job(second)["state"] == "ready"
    finally:
        again.close()
