"""The guides on the screen, against the simulated wall that calibration does not know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.daemon.calibrating import Person
from tests.daemon.conftest import Rig
from tests.tui.terminal import Terminal

UNEVEN = """
[servo]
touch_angle = 61.0
overshoot = 0.08
swing_hz = 14.0
swing_seconds = 0.05

[surface]
top_left = 0.3
bottom_right = -0.2
"""


class AtTheScreen(Person):
    """Answers by the keys of the screen, and reads what it shows."""

    def __init__(self, rig: Rig, terminal: Terminal) -> None:
        self._rig, self._terminal, self._known = rig, terminal, 0.0
        terminal.press("c")
        terminal.see("What is to be found out?")
        terminal.press("p")
        terminal.see("1 of ")
        self.shown = rig.client.call("calibrate.show")

    def choose(self, choice: str, **values: float) -> str:
        before = self.shown
        key = next(one["key"] for one in before["view"]["choices"] if one["id"] == choice)
        for value in values.values():
            self._terminal.press(f"{value:g}")  # over what stands there, which is selected
        self._terminal.press("enter" if values else key)
        while self.shown == before:  # which the daemon changes before the machine has done what leads there
            self.shown = self._rig.client.call("calibrate.show")
        view = self.shown["view"]
        heading = (
            f"✓ {view['title']}" if self.shown["over"] else f"{view['number']} of {view['steps']}: {view['title']}"
        )
        facts = [fact["value"] for fact in view["facts"]]
        choices = [] if self.shown["over"] else [one["label"] for one in view["choices"]]
        self._terminal.see(heading, *facts, *choices)
        self._terminal.see_no("at work")
        if view["questions"]:
            self._terminal.see_no("space Pause")  # the field has the focus: letters are typed
        return self.step


def test_the_pen_is_calibrated_to_the_end_by_keys(
    rig: Callable[..., Rig], screen: Callable[..., Terminal], short_dir: Path
) -> None:
    wall = short_dir / "uneven.toml"
    wall.write_text(UNEVEN)
    daemon = rig(f"sim:marlin?wall={wall}")
    daemon.client.call("plotter.connect")
    daemon.client.call("plotter.home", here=True)
    before = daemon.client.call("machine.show")["values"]["pen.down_angle"]
    terminal = screen(daemon)
    terminal.see("● IDLE")
    person = AtTheScreen(daemon, terminal)
    if person.choose("clear") == "steps":
        person.choose("each")
    person.lowers_until_it_marks()
    person.choose("touches")
    person.choose("accept")
    person.choose("draw")
    person.choose("found", number=person.reads_row(ends=False))
    person.choose("draw")
    person.choose("found", number=person.reads_row(ends=True))
    person.choose("good")
    assert person.choose("save") == "over"
    after = daemon.client.call("machine.show")["values"]["pen.down_angle"]
    assert (after["source"], after) != (before["source"], before)
    terminal.press("enter")
    terminal.see("queue is empty")


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
