"""The console: what is typed goes to the firmware, and what came is found again."""

from __future__ import annotations

from collections.abc import Callable

from dcode.tui.history import History
from tests.daemon.conftest import Rig
from tests.tui.terminal import Terminal


def test_a_line_is_answered_searched_for_and_typed_again(
    rig: Callable[..., Rig], screen: Callable[..., Terminal]
) -> None:
    daemon = rig("sim:marlin")
    daemon.client.call("plotter.connect")
    terminal = screen(daemon)
    terminal.see("● IDLE")
    terminal.press("`")
    terminal.see("a line for the firmware")
    terminal.press("M114", "enter")
    terminal.see("> M114", "Count X")
    terminal.press("up", "enter")
    terminal.see_that(lambda now: now.count("> M114") == 2, "the same line again")
    terminal.press("G1 X9999", "enter")
    terminal.see("✕ ")
    terminal.press("\x14")  # errors only
    terminal.see_no("Count X")
    terminal.see("errors only")


def test_history_walks_back_and_to_what_was_being_typed() -> None:
    history = History()
    for line in ("G28", "M114", "M114"):
        history.add(line)
    assert [history.older("M1"), history.older(""), history.older("")] == ["M114", "G28", "G28"]
    assert [history.newer(), history.newer(), history.newer()] == ["M114", "M1", "M1"]
