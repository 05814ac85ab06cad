"""What is done from the row that is looked at: a job begins again there, or is rehearsed from there on."""

from __future__ import annotations

from functools import partial
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label, Static

from dcode.api.codec import Message
from dcode.errors import DcodeError
from dcode.tui.from_here import FromHere, from_here
from dcode.tui.numbers import number
from dcode.tui.path import Path
from dcode.tui.screens.base import FramedDialog
from dcode.tui.screens.rehearse import MOST_SECONDS, SECONDS, has_program, queue_rehearsal
from dcode.tui.store import Store
from dcode.tui.widgets.answers import Answers, Choice
from dcode.tui.work import begin

BEGIN: Final = Choice("begin", "b", "begin again here")
REHEARSE: Final = Choice("rehearse", "r", "rehearse from here on, with the pen up")
NOTHING: Final = Choice("leave", "escape", "nothing")


class FromHereDialog(FramedDialog[None]):
    """Says what is possible, and offers that."""

    DEFAULT_CSS = """
    FromHereDialog #told { margin-bottom: 1; }
    FromHereDialog Horizontal { height: 1; margin-top: 1; }
    FromHereDialog Label { width: 24; }
    FromHereDialog Input { border: none; height: 1; width: 12; }
    """

    def __init__(self, job: int, row: int, path: Path) -> None:
        super().__init__()
        self._job, self._row, self._path = job, row, path
        self._found: FromHere | None = None

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("", id="told", markup=False)
            yield Answers([NOTHING])
            yield Horizontal(Label("Seconds to be rehearsed"), Input(SECONDS, type="number", id="seconds"))

    def on_mount(self) -> None:
        self.query_one(Answers).focus()
        begin(self, self._look, "look")

    async def _look(self) -> None:
        job = self.store.jobs.get(self._job)
        if job is None:
            self.finish()
            return
        try:
            drawn = await self._drawn(job)
        except DcodeError as error:
            self._found = FromHere(None, error.message)
        else:
            self._found = from_here(self._path, self._row, job, drawn)
        self._show(job, self._found)

    def _show(self, job: Message, found: FromHere) -> None:
        place = "X {:.2f} Y {:.2f}".format(*self._path.place(self._row))
        head = f"Job {job['id']}, {job['name']}, at row {self._row} of {self._path.rows}: {place}."
        self.query_one("#told", Static).update(f"{head}\n\n{found.told}")
        rehearses = has_program(job)
        choices = [*[BEGIN] * (found.back_mm is not None), *[REHEARSE] * rehearses, NOTHING]
        self.query_one(Answers).show_choices(choices)
        self.query_one(Horizontal).display = rehearses

    async def _drawn(self, job: Message) -> tuple[int, tuple[float, float] | None]:
        """To which row, and to which place in it, the job is surely drawn. Raises DcodeError."""
        if job["state"] == "interrupted":
            executed = (await self.dcode.link.call("job.recovery", job=self._job))["executed"]
            return executed["row"], (executed["x"], executed["y"])
        return job["row"], _position(self.store)

    def on_answers_chosen(self, event: Answers.Chosen) -> None:
        match event.choice:
            case "begin":
                self._begin()
            case "rehearse":
                self._rehearse()
            case _:
                self.finish()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._rehearse()

    def _begin(self) -> None:
        job = self.store.jobs.get(self._job)
        back_mm = self._found.back_mm if self._found else None
        self.finish()
        if job is None or back_mm is None:
            return
        if job["state"] == "interrupted":  # where the position may have to be found first
            self.dcode.action_recover(self._job, back_mm)
        else:
            self.dcode.act("plotter.resume", job=self._job, how="back", back_mm=back_mm)

    def _rehearse(self) -> None:
        text = self.query_one("#seconds", Input).value
        seconds = number(text)
        if seconds is None or not 0 < seconds <= MOST_SECONDS:
            self.notify(f"{text!r} is no number of seconds: up to {MOST_SECONDS:.0f} are.", markup=False)
            return
        job, how = self.store.jobs.get(self._job), {"what": "seconds", "seconds": seconds, "row": self._row}
        self.finish()
        if job is not None:
            begin(self.dcode, partial(queue_rehearsal, self.dcode, job, how), "rehearse")


def _position(store: Store) -> tuple[float, float] | None:
    position = store.status.get("position")
    return (float(position[0]), float(position[1])) if position else None
