"""Saying where the gondola is: choose a mark, bring the pen over it, say so; a second mark tells how the sheet lies."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from dcode.api.codec import Message
from dcode.client.registration import NEAR_MM, STEPS, found_lines
from dcode.client.words import table
from dcode.tui.screens.base import DcodeScreen
from dcode.tui.store import Changes, Part
from dcode.tui.widgets.answers import Answers, Choice
from dcode.tui.widgets.jogging import Jogging
from dcode.tui.work import begin

NONE: Final = "No marks are known: the daemon says why. Escape leaves."
WHICH: Final = "Over which mark will the pen be?"
BRING: Final = "Bring the pen over {name}: X {x:.2f} Y {y:.2f}, {about}. The pen is up. Enter says that it is there."
SECOND: Final = Choice("second", "s", "a second mark, far from this one: it tells the turn and scale of the sheet")
DONE: Final = Choice("done", "enter", "done")


class RegisterScreen(DcodeScreen):
    """Three steps that are shown one at a time: marks, arrow keys, what was found."""

    DEFAULT_CSS = """
    RegisterScreen #steps { border: round $accent; padding: 0 1; height: 1fr; }
    RegisterScreen #told { margin-bottom: 1; }
    RegisterScreen #marks { height: auto; max-height: 16; border: none; }
    RegisterScreen #marks { text-wrap: nowrap; text-overflow: ellipsis; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "there", "It is there", id="register.there", tooltip="The pen is over the mark now."),
        Binding("t", "travel", "Go there", id="register.travel", tooltip="Go where dcode believes the mark to be."),
        Binding("escape", "app.back", "Leave", id="register.leave", tooltip="Leave; nothing is registered."),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._marks: list[Message] = []
        self._mark: Message | None = None
        self._second = False

    def content(self) -> Iterator[Widget]:
        parts = (
            Static("", id="told", markup=False),
            OptionList(id="marks"),
            Jogging(STEPS, small=True),
            Answers(id="then"),
        )
        yield Vertical(*parts, id="steps")

    def on_mount(self) -> None:
        self.query_one("#steps").border_title = "Register the position"
        begin(self, self._begin, "register", exclusive=True)

    async def _begin(self) -> None:
        await self.dcode.ask("plotter.pen", to="up")
        await self._choose()

    async def _choose(self) -> None:
        found = await self.dcode.ask("plotter.marks")
        self._marks = found["marks"] if found else []
        self._mark = None
        rows = [[mark["name"], f"X {mark['x']:.2f} Y {mark['y']:.2f}", mark["about"]] for mark in self._marks]
        marks = self.query_one("#marks", OptionList)
        marks.clear_options()
        marks.add_options([Option(Content(line)) for line in table(rows)] if rows else [])
        marks.highlighted = 0 if rows else None
        self._show(WHICH if rows else NONE, marks)

    def _show(self, told: str, focused: Widget) -> None:
        self.query_one("#told", Static).update(told)
        for widget in (self.query_one("#marks"), self.query_one(Jogging), self.query_one(Answers)):
            widget.display = widget is focused
        focused.focus()

    def store_changed(self, changes: Changes) -> None:
        """A daemon that comes back may know other marks, and of no first mark: begin anew."""
        if Part.LINK in changes and self.store.live:
            self._second = False
            begin(self, self._begin, "register", exclusive=True)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_list.id != "marks":
            return
        self._mark = self._marks[event.option_index]
        status = self.store.status
        here = status.get("position") if status.get("registered") else None
        far = here is not None and math.dist(here, (self._mark["x"], self._mark["y"])) > NEAR_MM
        told = BRING.format(**self._mark) + ("\nt goes where dcode believes it to be." if far else "")
        self._show(told, self.query_one(Jogging))

    def action_travel(self) -> None:
        if self._mark is not None and self.store.status.get("registered"):
            self.dcode.act("plotter.jog", x=self._mark["x"], y=self._mark["y"])

    def action_there(self) -> None:
        if self._mark is not None and self.query_one(Jogging).display:
            begin(self, partial(self._register, self._mark["name"]), "register")

    async def _register(self, name: str) -> None:
        found = await self.dcode.ask("plotter.register", mark=name, second=self._second)
        if found is None:
            return
        answers = self.query_one(Answers)
        answers.show_choices([DONE] if self._second else [DONE, SECOND])
        self._show("\n".join(f"✓ {line}" for line in found_lines(found, second=self._second)), answers)

    async def on_answers_chosen(self, event: Answers.Chosen) -> None:
        if event.choice == "done":
            self.leave()
        else:
            self._second = True
            await self._choose()
