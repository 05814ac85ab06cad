"""Several screens, a daemon that goes and comes, another size, and a job that begins again at a place on the sheet."""

from __future__ import annotations

from collections.abc import Callable

from tests.daemon.conftest import Rig
from tests.tui.terminal import Terminal
from tests.tui.test_job import STROKES


def has_ink(now: str) -> bool:
    """Whether a line of the sheet has more on it than both edges of the work area, and less than one along it."""
    return any(2 < sum("⠀" < one <= "⣿" for one in line) < 30 for line in now.splitlines())


def test_two_screens_show_the_same_and_either_may_cancel(
    rig: Callable[..., Rig], screen: Callable[..., Terminal]
) -> None:
    daemon = rig("sim:marlin?speed=5")
    job = daemon.queue(STROKES, "strokes.gcode")
    wide, narrow = screen(daemon), screen(daemon, columns=80, rows=24)
    wide.see("▶ plotting", "strokes.gcode")
    narrow.see("▶ plotting strokes.gcode")
    narrow.press("space")
    wide.see("‖ PAUSED")
    wide.press("j")
    wide.see("Jobs", "‖ paused")
    wide.press("x")
    wide.see("Cancel job 1")
    wide.press("y")
    assert daemon.wait_for_job(job["id"], "cancelled", "done")["state"] == "cancelled"
    narrow.see("no job at the machine")
    assert daemon.status()["pen"] == "up"


def test_a_daemon_that_is_started_anew_is_found_by_the_screens_that_are_open(
    rig: Callable[..., Rig], screen: Callable[..., Terminal]
) -> None:
    daemon = rig("sim:marlin")
    job = daemon.queue(STROKES, "strokes.gcode")
    daemon.wait_for_job(job["id"], "done")
    main, console, draw = screen(daemon), screen(daemon), screen(daemon, columns=80, rows=24)
    for terminal, key, shown in ((console, "`", "a line for the firmware"), (draw, "d", "Prompt")):
        terminal.see("✓ done" if terminal is console else "the queue is empty")
        terminal.press(key)
        terminal.see(shown)
    main.see("✓ done")
    daemon.close()
    for terminal in (main, console, draw):
        terminal.see("NO DAEMON")
    console.press("M114", "enter")
    console.see("No daemon is connected.")
    draw.press("a horse", "enter")
    draw.see("✕ Nothing is drawn.")
    again = rig("sim:marlin", state=daemon.state)
    again.client.call("plotter.connect")
    for terminal in (main, console, draw):
        terminal.see("● IDLE")
    console.press("M114", "enter")
    console.see("Count X")
    main.see("✓ done", "strokes.gcode")


def test_the_screen_lays_itself_out_again_for_another_size(
    rig: Callable[..., Rig], screen: Callable[..., Terminal]
) -> None:
    daemon = rig("sim:marlin")
    terminal = screen(daemon)
    terminal.see("The queue is empty.", "1 dot")
    terminal.resize(80, 24)
    terminal.see("no job at the machine, the queue is empty", "^x STOP")
    terminal.see_no("The queue is empty.")
    for line in terminal.text.splitlines():
        assert len(line) <= 80
    terminal.resize(120, 40)
    terminal.see("The queue is empty.", "^x STOP")


def test_an_interrupted_job_begins_again_at_a_place_on_the_sheet(
    rig: Callable[..., Rig], screen: Callable[..., Terminal]
) -> None:
    daemon = rig("sim:grbl?speed=5")
    job = daemon.queue(STROKES, "strokes.gcode")
    while daemon.job(job["id"])["executed_row"] < 40:
        next(daemon.events)
    daemon.client.call("plotter.stop")
    daemon.wait_for_job(job["id"], "interrupted")
    daemon.client.call("plotter.home", here=True)
    drawn = daemon.client.call("job.recovery", job=job["id"])["executed"]
    terminal = screen(daemon)
    terminal.see("how to go on", "strokes.gcode")
    terminal.see_that(has_ink, "the path")
    terminal.press("end", "enter")
    terminal.see("cannot begin again later", f"row {drawn['row']}")
    terminal.press("escape")
    terminal.see_no("cannot begin")
    terminal.press("home", "}", "enter")
    terminal.see("can begin again here", "rehearse from here")
    terminal.press("b")
    terminal.see("begin so many mm of ink earlier")
    terminal.press("enter")
    assert daemon.wait_for_job(job["id"], "plotting", "failed", "done")["state"] == "plotting"
    terminal.see("▶ plotting")
    daemon.client.call("job.cancel", job=job["id"])


def test_a_job_is_rehearsed_from_a_place_on_the_sheet(rig: Callable[..., Rig], screen: Callable[..., Terminal]) -> None:
    daemon = rig("sim:marlin")
    job = daemon.queue(STROKES, "strokes.gcode")
    daemon.wait_for_job(job["id"], "done")
    before = daemon.ink()
    terminal = screen(daemon)
    terminal.see("✓ done")
    terminal.see_that(has_ink, "the path")
    terminal.press("end", "{", "enter")
    terminal.see("it begins at its start", "rehearse from here on")
    terminal.press("r")
    terminal.see("rehearsal of strokes.gcode")
    rehearsed = next(one for one in daemon.client.call("job.list")["jobs"] if one["kind"] == "rehearsal")
    assert daemon.wait_for_job(rehearsed["id"], "done", "failed")["state"] == "done"
    assert rehearsed["rows"] <= 4  # the last stroke, and the way to it
    assert daemon.ink() == before
