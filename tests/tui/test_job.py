"""A job at the machine: paused, resumed, cancelled, stopped, given another pen; all by the keys of the main screen."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

from tests.daemon.conftest import Rig
from tests.tui.terminal import Terminal

ASKED = re.compile(r"(?s)(Put in pen \d).*it is in: go on")
SQUARE = (
    "G21\nG90\nG0 X-50 Y-50\nM280 P0 S40\n"
    + "G1 X50 Y-50 F500\nG1 X50 Y50\nG1 X-50 Y50\nG1 X-50 Y-50\n" * 9
    + "M280 P0 S90\n"
)
STROKES = "G21\nG90\n" + "".join(f"G0 X{x} Y0\nM280 P0 S40\nG1 X{x} Y20 F500\nM280 P0 S90\n" for x in range(0, 100, 2))
TWO_PENS = (
    "G21\nG90\nT1\nG0 X0 Y0\nM280 P0 S40\nG1 X20 Y0 F500\nM280 P0 S90\n"
    "T2\nG0 X0 Y10\nM280 P0 S40\nG1 X20 Y10\nM280 P0 S90\n"
)


def test_space_pauses_at_the_end_of_the_stroke_and_goes_on(
    rig: Callable[..., Rig], screen: Callable[..., Terminal]
) -> None:
    daemon = rig("sim:marlin?speed=20")
    job = daemon.queue(STROKES, "strokes.gcode")
    terminal = screen(daemon)
    terminal.see("▶ plotting")
    terminal.press("space")
    terminal.see("‖ PAUSED", "‖ paused")
    terminal.press("space")
    terminal.see("▶ PLOTTING")
    assert daemon.wait_for_job(job["id"], "done", "failed", "interrupted")["state"] == "done"


def test_stop_is_one_key_and_says_what_may_still_run(rig: Callable[..., Rig], screen: Callable[..., Terminal]) -> None:
    daemon = rig("sim:grbl?speed=5")
    job = daemon.queue(SQUARE, "square.gcode")
    terminal = screen(daemon)
    terminal.see("▶ plotting")
    terminal.press("ctrl+x")
    terminal.see("STOP was sent", "may still run", "pull the plug")
    assert daemon.wait_for_job(job["id"], "interrupted", "done")["state"] == "interrupted"
    terminal.press("enter")
    terminal.see("how to go on")


def test_stop_works_over_another_dialog(rig: Callable[..., Rig], screen: Callable[..., Terminal]) -> None:
    daemon = rig("sim:marlin?speed=20")
    daemon.queue(TWO_PENS, "two.gcode")
    terminal = screen(daemon)
    terminal.see("it is in: go on")
    terminal.press("ctrl+x")
    terminal.see("STOP was sent")


def test_a_pen_is_asked_for_and_the_job_goes_on_when_it_is_in(
    rig: Callable[..., Rig], screen: Callable[..., Terminal]
) -> None:
    daemon = rig("sim:marlin?speed=20")
    job = daemon.queue(TWO_PENS, "two.gcode")
    terminal = screen(daemon)
    asked = 0
    while "✓ done" not in (
        now := terminal.see_that(lambda now: bool(ASKED.search(now)) or "✓ done" in now, "pen or end")
    ):
        asked += 1
        question = ASKED.findall(now)[-1]
        terminal.press("enter")
        terminal.see_no(question)  # the next pen may be asked for before anybody has seen this question go
    assert asked >= 1
    assert daemon.wait_for_job(job["id"], "done", "failed")["state"] == "done"


def test_an_interrupted_job_is_resumed_after_the_cable_was_pulled(
    rig: Callable[..., Rig],
    screen: Callable[..., Terminal],
    serve_plotter: Callable[..., tuple[str, subprocess.Popen[str]]],
) -> None:
    port, plotter = serve_plotter("marlin", 20.0)
    daemon = rig(port, "marlin")
    daemon.client.call("plotter.connect")
    daemon.client.call("plotter.home", here=True)
    job = daemon.queue(STROKES, "strokes.gcode")
    terminal = screen(daemon)
    terminal.see("▶ plotting")
    assert plotter.stdin
    plotter.stdin.write('{"do": "fault", "kind": "unplug", "seconds": 0.2}\n')
    plotter.stdin.flush()
    daemon.wait_for_job(job["id"], "interrupted")
    terminal.see("how to go on", "● IDLE")
    terminal.press("space")
    terminal.see("was interrupted", "uncertain", "not known", "hangs at home")
    terminal.press("h")
    terminal.see("draw the uncertain stretch again")
    terminal.press("enter")
    assert daemon.wait_for_job(job["id"], "done", "failed")["state"] == "done"
