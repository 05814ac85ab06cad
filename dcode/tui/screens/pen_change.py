"""A job waits: for another pen, for a fresh one, or for somebody's word. Without time limit."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from dcode.api.codec import Message
from dcode.client.sentences import with_stop
from dcode.client.words import asked_words
from dcode.tui.numbers import millimetres
from dcode.tui.screens.base import FramedDialog
from dcode.tui.store import Changes
from dcode.tui.widgets.answers import Answers, Choice

GO_ON: Final = {
    "pen": "it is in: go on",
    "dry": "a fresh one is in: go on",
    "pause": "go on",
}
BACK_MM: Final = "100"


def choices(asks: Message) -> list[Choice]:
    """What may be answered to a job that waits."""
    found = [Choice("in", "enter", GO_ON[asks["kind"]])]
    if asks["kind"] == "pen":
        found.append(Choice("fresh", "f", "it is in, and it is a fresh one: go on"))
    if asks["kind"] == "dry":
        found.append(Choice("old", "o", "go on with the old one"))
    return [
        *found,
        Choice("touch", "t", "touch test: try the pen beside the drawing"),
        Choice("back", "b", "draw so many mm of the last ink once more, and go on"),
        Choice("up", "u", "raise the pen, or lower it"),
        Choice("cancel", "c", "cancel the job"),
    ]


class PenChangeDialog(FramedDialog[None]):
    """Says what is asked for, by name and colour, and closes when it is answered here or by another client."""

    DEFAULT_CSS = """
    PenChangeDialog Static { margin-bottom: 1; }
    """

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("", id="asked", markup=False)
            yield Answers(id="answers")
            yield Input(BACK_MM, type="number", id="back", placeholder="mm of ink")

    def on_mount(self) -> None:
        self.query_one("#back").display = False
        self.dcode.changed.subscribe(self, self._show)
        self._show(frozenset())
        self.query_one(Answers).focus()

    def on_screen_resume(self) -> None:
        self._show(frozenset())

    def _show(self, changes: Changes) -> None:
        asks = self.store.status.get("asks")
        if asks is None:
            self.finish()
            return
        told = self.query_one("#asked", Static)
        text = f"⧗ {with_stop(asked_words(asks))}" + (f"\nColour: {asks['colour']}" if asks.get("colour") else "")
        if str(told.content) != text:
            told.update(text)
            self.query_one(Answers).show_choices(choices(asks))

    def on_answers_chosen(self, event: Answers.Chosen) -> None:
        match event.choice:
            case "in":
                self.dcode.act("plotter.pen_changed")
            case "fresh":
                self.dcode.act("plotter.pen_changed", fresh=True)
            case "old":
                self.dcode.act("plotter.pen_changed", fresh=False)
            case "touch":
                self.dcode.act("plotter.touch_test")
            case "up":
                self.dcode.action_pen()
            case "cancel":
                self.dcode.act("job.cancel")
            case "back":
                back = self.query_one("#back", Input)
                back.display = True
                back.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Ink to be drawn once more, mm."""
        event.stop()
        if (back_mm := millimetres(event.value)) is None:
            self.notify(f"{event.value!r} is no number of mm of ink.", markup=False)
        else:
            self.dcode.act("plotter.pen_changed", back_mm=back_mm)
