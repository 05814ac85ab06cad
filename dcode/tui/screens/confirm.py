"""Something that cannot be undone is asked about once."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from dcode.tui.screens.base import FramedDialog
from dcode.tui.widgets.answers import Answers, Choice


class ConfirmDialog(FramedDialog[bool]):
    """`yes` and `no` say what happens; no is what is lit at first."""

    DEFAULT_CSS = """
    ConfirmDialog > Vertical { border: heavy $warning; }
    ConfirmDialog Static { margin-bottom: 1; }
    """

    def __init__(self, question: str, yes: str, no: str) -> None:
        super().__init__()
        self._question, self._choices = question, [Choice("no", "n", no), Choice("yes", "y", yes)]

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self._question, markup=False)
            yield Answers(self._choices)

    def on_mount(self) -> None:
        self.query_one(Answers).focus()

    def on_answers_chosen(self, event: Answers.Chosen) -> None:
        self.finish(event.choice == "yes")
