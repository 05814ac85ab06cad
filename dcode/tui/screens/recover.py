"""How an interrupted job goes on: what is surely drawn, what is uncertain, and a choice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from dcode.api.codec import Message
from dcode.client.recovery import REDRAW, SKIP, Way, is_certain, recovery_lines
from dcode.tui.screens.base import DcodeScreen
from dcode.tui.store import Changes, Part
from dcode.tui.widgets.answers import Answers, Choice

BACK_MM: Final = 10.0
HERE: Final = Choice("here", "h", "the gondola hangs at home: register it there")
HOME: Final = Choice("home", "e", "go home by the end-stops")
REGISTER: Final = Choice("register", "r", "bring the pen over a mark on the paper and register it there")
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
    RecoverScreen #picture { width: 1fr; height: 1fr; }
    RecoverScreen #what { width: 60; height: 1fr; border: round $warning; padding: 0 1; }
    RecoverScreen #known { margin-bottom: 1; }
    """

    def __init__(self, job: int) -> None:
        super().__init__()
        self._job = job
        self._recovery: Message | None = None

    def content(self) -> Iterator[Widget]:
        known = Static("", id="known", markup=False)
        back = Input(f"{BACK_MM:g}", type="number", id="back", placeholder="mm of ink")
        yield Horizontal(Static("", id="picture"), Vertical(known, Answers(id="ways"), back, id="what"))

    def on_mount(self) -> None:
        self.query_one("#what").border_title = f"Job {self._job}"
        self.query_one("#back").display = False
        self.query_one(Answers).focus()
        super().on_mount()
        self.run_worker(self._look(), exclusive=True, group="look")

    def store_changed(self, changes: Changes) -> None:
        job = self.store.jobs.get(self._job)
        if job and job["state"] != "interrupted":
            self.run_worker(self.dcode.action_back(), group="leave")
        elif Part.STATUS in changes and self._recovery:
            known = bool(self.store.status.get("registered"))
            if known != self._recovery["registered"]:
                self.run_worker(self._look(), exclusive=True, group="look")

    async def _look(self) -> None:
        recovery = await self.dcode.ask("job.recovery", job=self._job)
        if recovery is None:
            return
        self._recovery = recovery
        self.query_one("#known", Static).update("\n".join(recovery_lines(recovery)))
        self.query_one(Answers).show_choices(choices(recovery))

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
                self.dcode.action_register()
            case "cancel":
                self.dcode.act("job.cancel", job=self._job)
            case "later":
                await self.dcode.action_back()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Ink to begin earlier, mm."""
        event.stop()
        try:
            back_mm = float(event.value.replace(",", "."))
        except ValueError:
            return
        if back_mm >= 0:
            self._go_on(Way("back", back_mm))

    def _go_on(self, way: Way) -> None:
        self.dcode.act("plotter.resume", job=self._job, **way.params)
