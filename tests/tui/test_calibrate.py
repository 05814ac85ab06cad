"""The guides on the screen, against the simulated wall that calibration does not know."""

from __future__ import annotations

from collections.abc import Callable

from tests.daemon.conftest import Rig
from tests.tui.terminal import Terminal


def test_leaving_the_guide_for_the_pen_saves_nothing(rig: Callable[..., Rig], screen: Callable[..., Terminal]) -> None:
    daemon = rig("sim:marlin?wall=crooked")
    daemon.client.call("plotter.connect")
    daemon.client.call("plotter.home", here=True)
    before = daemon.client.call("machine.show")
    terminal = screen(daemon)
    terminal.see("● IDLE")
    terminal.press("c")
    terminal.see("What is to be found out?")
    terminal.press("p")
    terminal.see("1 of ", "Escape leaves")
    terminal.press("escape")
    terminal.see("nothing is saved", "What is to be found out?")
    assert daemon.client.call("machine.show") == before
    assert daemon.status()["pen"] == "up"
