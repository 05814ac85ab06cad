"""How an interrupted job goes on: what is surely drawn, what is uncertain, and a choice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.worker import Worker

from dcode.api.codec import Message
from dcode.client.recovery import REDRAW, SKIP, Way, is_certain, recovery_lines
from dcode.tui.numbers import millimetres
from dcode.tui.screens.base import DcodeScreen
from dcode.tui.screens.register import RegisterScreen
from dcode.tui.store import Changes, Part
from dcode.tui.widgets.answers import Answers, Choice
from dcode.tui.widgets.hanging import hanging
from dcode.tui.widgets.job_sheet import JobSheet
from dcode.tui.work import begin

BACK_MM: Final = 10.0
HERE: Final = Choice("here", "h", "the gondola hangs at home: register it there")
HOME: Final = Choice("home", "e", "go home by the end-stops")
REGISTER: Final = Choice("register", "r", "bring the pen over a mark and register it there")
LATER: Final = Choice("later", "escape", "not now: the job stays as it is")
FORGO: Final = Choice("cancel", "c", "never: cancel the job and let the queue go on")


def choices(recovery: Message) -> list[Choice]:
    """What may be done now: find the position first, then one of the ways to go on."""
    if not recovery["registered"]:
        return [HERE, HOME, REGISTER, LATER, FORGO]
    back = Choice("back", "b", "begin so many mm of ink earlier")
    if is_certain(recovery):
        return [Choice("redraw", "enter", "go on there"), back, LATER, FORGO]
    redraw = Choice("redraw", "enter", "draw the uncertain stretch again")
    return [redraw, Choice("skip", "s", "leave the uncertain stretch out"), back, LATER, FORGO]


class RecoverScreen(DcodeScreen):
    """Asks the daemon again whenever the machine has changed: another client may have found the position."""

    DEFAULT_CSS = """
    RecoverScreen JobSheet { width: 1fr; height: 1fr; }
    RecoverScreen #what { width: 60; height: 1fr; border: round $warning; padding: 0 1; }
    RecoverScreen.narrow JobSheet { display: none; }
    RecoverScreen.narrow #what { width: 1fr; }
    RecoverScreen #known { margin-bottom: 1; }
    """

    def __init__(self, job: int, back_mm: float | None = None) -> None:
        super().__init__()
        self._job = job
        self._proposed = back_mm  # ink to begin earlier, that somebody has chosen by looking
        self._recovery: Message | None = None
        self._looking: Worker[None] | None = None
        self._left = False

    def content(self) -> Iterator[Widget]:
        told = (Static("", id="why", markup=False), Static("", id="known", markup=False))
        back = Input(f"{BACK_MM:g}", type="number", id="back", placeholder="mm of ink")
        yield Horizontal(JobSheet(), VerticalScroll(*told, Answers(id="ways"), back, id="what", can_focus=False))

    def on_mount(self) -> None:
        self.query_one("#what").border_title = f"Job {self._job}"
        self.query_one("#back").display = False
        self.query_one(Answers).focus()
        self.query_one(JobSheet).show_job(self._job)
        self._look_again()

    def on_screen_resume(self) -> None:
        """The position may have been found, or the job have gone, while another screen was over this one."""
        self.store_changed(frozenset({Part.STATUS}))

    def propose(self, back_mm: float) -> None:
        """Begin so many mm of ink earlier: asked about when the position is known."""
        self._proposed = back_mm
        self._propose()

    def _propose(self) -> None:
        back = self.query_one("#back", Input)
        if self._proposed is not None and self._recovery and self._recovery["registered"]:
            back.value = f"{self._proposed:.2f}".rstrip("0").rstrip(".")
            self._proposed = None
            back.display = True
            back.focus()

    def store_changed(self, changes: Changes) -> None:
        job = self.store.jobs.get(self._job)
        if self.store.live and (job is None or job["state"] != "interrupted"):
            self._leave()
        elif changes & {Part.STATUS, Part.LINK} and self.store.live:
            known = bool(self.store.status.get("registered"))
            if self._recovery is None or known != self._recovery["registered"]:
                self._look_again()

    def _leave(self) -> None:
        """There is nothing to be asked any more; under a dialog (STOP) as soon as that one is closed."""
        if self.app.screen is self and not self._left:
            self._left = True
            self.leave()

    def _look_again(self) -> None:
        if self._looking is None or self._looking.is_finished:
            self._looking = begin(self, self._look, "look")

    async def _look(self) -> None:
        recovery = await self.dcode.ask("job.recovery", job=self._job)
        if recovery is None:
            return
        self._recovery = recovery
        why, *facts = recovery_lines(recovery)
        self.query_one("#why", Static).update(why)
        self.query_one("#known", Static).update(hanging(facts))
        self.query_one(Answers).show_choices(choices(recovery))
        self._propose()

    async def on_answers_chosen(self, event: Answers.Chosen) -> None:
        match event.choice:
            case "redraw":
                self._go_on(REDRAW)
            case "skip":
                self._go_on(SKIP)
            case "back":
                back = self.query_one("#back", Input)
                back.display = True
                back.focus()
            case "here":
                self.dcode.act("plotter.home", here=True)
            case "home":
                self.dcode.act("plotter.home")
            case "register":
                self.app.push_screen(RegisterScreen())  # over this one: it comes back here
            case "cancel":
                self.dcode.act("job.cancel", job=self._job)
            case "later":
                self.leave()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Ink to begin earlier, mm."""
        event.stop()
        if (back_mm := millimetres(event.value)) is None:
            self.notify(f"{event.value!r} is no number of mm of ink.", markup=False)
        else:
            self._go_on(Way("back", back_mm))

    def _go_on(self, way: Way) -> None:
        self.dcode.act("plotter.resume", job=self._job, **way.params)
