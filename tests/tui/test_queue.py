"""The queue by the keys of its screens: a file is chosen and drawn; jobs are moved, cancelled, retried, forgotten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.daemon.conftest import Rig
from tests.tui.terminal import Terminal

SQUARE = "G21\nG90\nG0 X-50 Y-50\nM280 P0 S40\nG1 X50 Y-50 F500\nG1 X50 Y50\nG1 X-50 Y50\nG1 X-50 Y-50\nM280 P0 S90\n"
LONG = "G21\nG90\n" + "".join(f"G0 X{x} Y0\nM280 P0 S40\nG1 X{x} Y20 F500\nM280 P0 S90\n" for x in range(0, 100, 2))


def test_a_file_is_chosen_looked_at_queued_and_drawn_to_its_end(
    rig: Callable[..., Rig], screen: Callable[..., Terminal], short_dir: Path
) -> None:
    (short_dir / "far.gcode").write_text("G21\nG90\nG0 X9999\nM280 P0 S40\nG1 X0 Y0 F500\n")
    (short_dir / "square.gcode").write_text(SQUARE)
    daemon = rig("sim:marlin")
    terminal = screen(daemon)
    terminal.see("● IDLE")
    terminal.press("a")
    terminal.see("Choose a file", "Folder above")
    terminal.press("/")
    terminal.see_no("Folder above")
    terminal.press(f"{short_dir}/far.gcode", "enter")
    terminal.see("far.gcode, line 3: X 9999.0 is", "p fits it")
    terminal.press("/")
    terminal.see_no("Pause")
    terminal.press(f"{short_dir}/squ")
    terminal.see("/square.gcode")
    terminal.press("right")
    terminal.press("enter")
    terminal.see("within the limits", "400 mm")
    terminal.press("o")
    terminal.see("‹ fast ›", "1, 1 pen lift")
    terminal.press("enter")
    terminal.see("✓ done")
    (job,) = daemon.client.call("job.list")["jobs"]
    assert (job["name"], job["state"]) == ("square.gcode", "done")
    assert "polyline" in daemon.ink() or "path" in daemon.ink()


def test_jobs_that_wait_are_put_in_another_order_and_rehearsed(
    rig: Callable[..., Rig], screen: Callable[..., Terminal]
) -> None:
    daemon = rig("sim:marlin?speed=1")
    for name in ("long", "one", "two"):
        daemon.queue(LONG, name)
    terminal = screen(daemon)
    terminal.see("▶ plotting", "two")
    terminal.press("j")
    terminal.see("Job 1 ", "202 lines")
    terminal.press("down", "down")
    terminal.see("Job 3 ")
    terminal.press("K")
    terminal.see_that(lambda now: 0 < now.find("3  two") < now.find("2  one"), "two before one")
    assert [job["name"] for job in daemon.client.call("job.list")["jobs"]] == ["long", "two", "one"]
    terminal.press("R")
    terminal.see("How is job 3, two, to be rehearsed?")
    terminal.press("h")
    terminal.see("rehearsal of two")
    assert daemon.job(4)["kind"] == "rehearsal"


def test_the_job_at_the_machine_is_cancelled_when_that_is_confirmed_then_retried_and_forgotten(
    rig: Callable[..., Rig], screen: Callable[..., Terminal]
) -> None:
    daemon = rig("sim:marlin?speed=5")
    job = daemon.queue(LONG, "long")["id"]
    terminal = screen(daemon)
    terminal.see("▶ plotting")
    terminal.press("j")
    terminal.see("Job 1 ", "202 lines")
    terminal.press("x")
    terminal.see("Cancel job 1, long, which is at the machine?")
    terminal.press("n")
    terminal.see_no("which is at the machine?")
    terminal.press("x")
    terminal.see("which is at the machine?")
    terminal.press("y")
    assert daemon.wait_for_job(job, "cancelled", "done")["state"] == "cancelled"
    terminal.see("− cancelled", "● IDLE")
    terminal.press("t")
    terminal.see("▶ plotting")
    daemon.client.call("job.cancel", job=job)
    terminal.see("− cancelled")
    terminal.press("G")
    terminal.see("202 lines", "G1 X2 Y20 F500")
    terminal.press("escape")
    terminal.see("− cancelled")
    terminal.press("f")
    terminal.see("The queue is empty")
    assert daemon.client.call("job.list")["jobs"] == []
