"""The machine by hand, on the screen: registration by a mark, jogs to the limit, feed and depth while it draws."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.daemon.conftest import Rig
from tests.tui.terminal import Terminal
from tests.tui.test_job import STROKES


def test_the_position_is_registered_by_a_mark_after_nudges(
    rig: Callable[..., Rig], screen: Callable[..., Terminal]
) -> None:
    daemon = rig("sim:marlin")
    daemon.client.call("plotter.connect")
    daemon.client.call("plotter.home", here=True)
    terminal = screen(daemon, columns=80, rows=24)
    terminal.see("● IDLE")
    terminal.press("g")
    terminal.see("by 10 mm")
    terminal.press("r")
    terminal.see("Over which mark", "the home position")
    terminal.press("enter")
    terminal.see("Bring the pen over home", "by 1 mm")
    terminal.press("5")
    terminal.see("by 10 mm")
    terminal.press("right")
    terminal.see("X 10.00")
    terminal.press("enter")
    terminal.see("✓ The gondola was 10.0 mm further left than dcode believed.")
    assert daemon.status()["position"] == pytest.approx([0.0, 0.0], abs=0.01)
    terminal.press("s")
    terminal.see("Over which mark")
    terminal.press("escape")
    terminal.see("queue is empty")


def test_a_jog_ends_at_the_limit_and_the_next_one_says_so(
    rig: Callable[..., Rig], screen: Callable[..., Terminal]
) -> None:
    daemon = rig("sim:marlin")
    daemon.client.call("plotter.connect")
    daemon.client.call("plotter.home", here=True)
    area = daemon.client.call("machine.limits")["area"]
    daemon.client.call("plotter.jog", y=area[3] + 70)
    terminal = screen(daemon, columns=80, rows=24)
    terminal.see("● IDLE")
    terminal.press("g")
    terminal.see("by 10 mm")
    terminal.press("5", "down")
    terminal.see(f"Y {area[3]:.2f}")
    terminal.press("down")
    terminal.see("edge of the work area")
    assert daemon.status()["position"] == pytest.approx([0.0, area[3]], abs=0.01)
    terminal.press("2", "up")
    terminal.see(f"Y {area[3] + 1:.2f}")


def test_feed_and_depth_are_changed_while_it_draws_and_undone(
    rig: Callable[..., Rig], screen: Callable[..., Terminal]
) -> None:
    daemon = rig("sim:marlin?speed=5")
    job = daemon.queue(STROKES, "strokes.gcode")
    terminal = screen(daemon)
    terminal.see("▶ plotting")
    terminal.press("g")
    terminal.see("nothing:  < > feed")
    terminal.press("<", "<", "<")
    terminal.see("feed 85 %")
    terminal.press("D")
    terminal.see("0.5° deeper")
    assert (daemon.status()["feed_override"], daemon.status()["pen_offset"]) == (85.0, 0.5)
    terminal.press("z")
    terminal.see("nothing:  < > feed")
    assert (daemon.status()["feed_override"], daemon.status()["pen_offset"]) == (100.0, 0.0)
    daemon.client.call("job.cancel", job=job["id"])
