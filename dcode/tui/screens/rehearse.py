"""A rehearsal: of which job or file, and how the gondola goes, its pen up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label, Static

from dcode.api.codec import Message
from dcode.client.sentences import sentences
from dcode.client.words import length
from dcode.errors import DcodeError
from dcode.tui.messages import Failed
from dcode.tui.progress import state_word
from dcode.tui.screens.base import FramedDialog
from dcode.tui.store import Store
from dcode.tui.uploading import program_of, queue_program
from dcode.tui.widgets.answers import NUMBER_KEYS, Answers, Choice

if TYPE_CHECKING:
    from dcode.tui.app import DcodeApp

A_FILE: Final = "file"
SECONDS: Final = "30"
MOST_SECONDS: Final = 86_400.0  # as dcode.api has it
MOST_TIMES: Final = 100
WAYS: Final = (
    Choice("box", "b", "box: around the upright box that the drawing fits in"),
    Choice("hull", "h", "hull: around it as a rubber band would lie"),
    Choice("seconds", "s", "the drawing's first seconds, as it will be drawn"),
)


def has_program(job: Message) -> bool:
    """Whether its G-code can be had from the daemon."""
    return job["state"] not in ("drawing", "checking") and not job["growing"] and bool(job["rows"])


def choices(jobs: Sequence[Message]) -> list[Choice]:
    """Jobs by number keys as far as these go, and a file."""
    keys = [*NUMBER_KEYS, *[""] * len(jobs)]
    listed = [
        Choice(str(job["id"]), key, f"job {job['id']}, {job['name']}: {state_word(job)}, {length(job['draw_mm'])}")
        for key, job in zip(keys, jobs, strict=False)
    ]
    return [Choice(A_FILE, "f", "a file: it is chosen and looked at first"), *listed]


class WhatDialog(FramedDialog[str | None]):
    """Which job, by its number, or A_FILE."""

    DEFAULT_CSS = """
    WhatDialog Static { margin-bottom: 1; }
    """

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("What is to be rehearsed? The gondola goes through it with the pen up.", markup=False)
            jobs = [job for job in self.store.jobs.values() if job["kind"] == "drawing" and has_program(job)]
            yield Answers(choices(jobs))

    def on_mount(self) -> None:
        self.query_one(Answers).focus()

    def on_answers_chosen(self, event: Answers.Chosen) -> None:
        self.finish(event.choice)


class HowDialog(FramedDialog[Message | None]):
    """A Rehearsal, as job.begin takes it."""

    DEFAULT_CSS = """
    HowDialog Static { margin-bottom: 1; }
    HowDialog Horizontal { height: 1; margin-top: 1; }
    HowDialog Label { width: 22; }
    HowDialog Input { border: none; height: 1; width: 12; }
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(f"How is {self._name} to be rehearsed? The pen stays up.", markup=False)
            yield Answers(WAYS)
            yield Horizontal(Label("Seconds of it"), Input(SECONDS, type="number", id="seconds"))
            yield Horizontal(Label("How many times"), Input("1", type="integer", id="times"))

    def on_mount(self) -> None:
        self.query_one(Answers).focus()

    def on_answers_chosen(self, event: Answers.Chosen) -> None:
        self._answer(event.choice)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter after the seconds means them; after the times it goes back to the ways."""
        event.stop()
        if event.input.id == "seconds":
            self._answer("seconds")
        else:
            self.query_one(Answers).focus()

    def _answer(self, what: str) -> None:
        try:
            seconds = float(self.query_one("#seconds", Input).value.replace(",", "."))
            times = int(self.query_one("#times", Input).value)
        except ValueError:
            self.notify("Seconds and times are numbers.")
            return
        if not 0 < seconds <= MOST_SECONDS or not 1 <= times <= MOST_TIMES:
            self.notify(f"At most {MOST_SECONDS:.0f} seconds, and 1 to {MOST_TIMES} times.")
            return
        self.finish({"what": what, "times": times} | ({"seconds": seconds} if what == "seconds" else {}))


async def rehearse(app: DcodeApp, number: int | None) -> None:
    """Ask what is not said, and queue it. In a worker."""
    if number is None:
        what = await app.push_screen_wait(WhatDialog())
        if what == A_FILE:
            app.action_add()
        if what is None or what == A_FILE:
            return
        number = int(what)
    job = _job(app.store, number)
    if job is None:
        return
    if (how := await app.push_screen_wait(HowDialog(f"job {number}, {job['name']},"))) is not None:
        await queue_rehearsal(app, job, how)


async def queue_rehearsal(app: DcodeApp, job: Message, how: Message) -> None:
    """Queue it; `how` is a Rehearsal. In a worker."""
    placed = job.get("placed", "as_is")
    also = {"rehearse": how} | ({placed: True} if placed in ("fit", "clip") else {})
    try:
        program = await asyncio.to_thread(program_of, app.link.address, job["id"])
        answer = await asyncio.to_thread(queue_program, app.link.address, job["name"], program, also)
    except DcodeError as error:
        sentence, below = sentences(error)
        app.post_message(Failed(sentence, "\n".join(below)))
        return
    app.notify(f"Job {answer['job']['id']}, {answer['job']['name']}, is queued.", markup=False)


def _job(store: Store, number: int) -> Message | None:
    job = store.jobs.get(number)
    return job if job and has_program(job) else None
