"""The application: one store, one link to the daemon, and the screens."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar, Final

from textual.app import App
from textual.binding import BindingType
from textual.screen import Screen
from textual.signal import Signal

from dcode.api.codec import Message
from dcode.client.address import Address
from dcode.client.launch import Target
from dcode.client.sentences import sentences
from dcode.errors import DcodeError
from dcode.tui.bindings import ALWAYS, SCREENS
from dcode.tui.link import Link
from dcode.tui.messages import Begun, Failed, Linked, Ordered, Told
from dcode.tui.store import Changes, Part, Store

# Screens by the name of their action; each is imported when it is first gone to.
PLACES: Final = {
    "jobs": "dcode.tui.screens.jobs:JobsScreen",
    "draw": "dcode.tui.screens.draw:DrawScreen",
    "machine": "dcode.tui.screens.machine:MachineScreen",
    "calibrate": "dcode.tui.screens.calibrate:CalibrateScreen",
    "console": "dcode.tui.screens.console:ConsoleScreen",
}


class DcodeApp(App[None]):
    """dcode-tui. Widgets subscribe to `changed` and read `store`; they ask the daemon by `ask` or `act`."""

    TITLE = "dcode"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*ALWAYS, *SCREENS]

    def __init__(self, address: Address, target: Target | None = None) -> None:
        super().__init__()
        self.store = Store()
        self.link = Link(address, self.post_message)
        self.target = target or Target()  # which machine a daemon is for that is started from here
        self.changed: Signal[Changes] = Signal(self, "changed")

    def on_mount(self) -> None:
        self.run_worker(self.link.keep(), name="link", group="link")

    def get_default_screen(self) -> Screen[None]:
        from dcode.tui.screens.main import MainScreen

        return MainScreen(id="main")

    # What comes from the daemon.

    def on_linked(self, message: Linked) -> None:
        self._publish(self.store.linked(message.state, message.message))

    def on_begun(self, message: Begun) -> None:
        self._publish(self.store.begin(message.snapshot, message.jobs, message.machine))
        if self.store.status.get("asks"):
            self.action_pen_change()

    def on_told(self, message: Told) -> None:
        known = {number: job["state"] for number, job in self.store.jobs.items()}
        changes = self.store.told(message.event)
        self._publish(changes)
        if Part.PEN_CHANGE in changes:
            self.bell()
            self.action_pen_change()
        if Part.NOTICES in changes:
            self.notify(self.store.notices[-1].message, markup=False)
        if Part.JOBS in changes and known != {number: job["state"] for number, job in self.store.jobs.items()}:
            self.run_worker(self._order(), group="order", exclusive=True)  # only the daemon knows the queue's order

    async def _order(self) -> None:
        jobs = await self.link.call("job.list")
        self.post_message(Ordered(jobs["jobs"]))

    def on_ordered(self, message: Ordered) -> None:
        self._publish(self.store.ordered(message.jobs))

    def _publish(self, changes: Changes) -> None:
        if changes:
            self.changed.publish(changes)

    # What goes to the daemon.

    async def ask(self, method: str, /, **params: Any) -> Message | None:
        """The answer to a call; None when it failed, which the person is told."""
        try:
            return await self.link.call(method, **params)
        except DcodeError as error:
            sentence, below = sentences(error)
            self.post_message(Failed(sentence, "\n".join(below)))
            return None

    def act(self, method: str, /, **params: Any) -> None:
        """Ask for something whose answer comes as an event."""
        self.run_worker(self.ask(method, **params), group="acts")

    def on_failed(self, message: Failed) -> None:
        self._publish(self.store.note("error", message.message))
        text = f"{message.message}\n{message.hint}" if message.hint else message.message
        self.notify(text, title="✕ Not done", severity="error", markup=False)

    # Keys that mean the same on every screen.

    def action_stop(self) -> None:
        """STOP first, words later."""
        from dcode.tui.screens.stop import StopDialog

        stopping = self.run_worker(self.link.stop(), group="stop", exit_on_error=False)
        if isinstance(self.screen, StopDialog):
            self.pop_screen()
        self.push_screen(StopDialog(stopping))

    def action_pause(self) -> None:
        """Pause, or go on; with an interrupted job, ask how."""
        job = self.store.current
        if job and job["state"] == "plotting":
            self.act("plotter.pause")
        elif job and self.store.status.get("asks"):
            self.action_pen_change()
        elif job:
            self.act("plotter.resume")
        elif interrupted := self.store.interrupted:
            self.action_recover(interrupted["id"])
        else:
            self.notify("No job is at the machine.")

    def action_pen(self) -> None:
        self.act("plotter.pen", to="up" if self.store.status.get("pen") == "down" else "down")

    def action_pen_change(self) -> None:
        """What a paused job waits for."""
        from dcode.tui.screens.pen_change import PenChangeDialog

        if not any(isinstance(screen, PenChangeDialog) for screen in self.screen_stack):
            self.push_screen(PenChangeDialog())

    def action_recover(self, job: int) -> None:
        """How an interrupted job goes on."""
        from dcode.tui.screens.recover import RecoverScreen

        self._go(RecoverScreen(job))

    def action_register(self) -> None:
        """Say where the gondola is."""
        from dcode.tui.screens.register import RegisterScreen

        self._go(RegisterScreen())

    def action_add(self) -> None:
        from dcode.tui.screens.add import AddScreen

        self._go(AddScreen())

    def action_jobs(self) -> None:
        self._visit("jobs")

    def action_draw(self) -> None:
        self._visit("draw")

    def action_machine(self) -> None:
        self._visit("machine")

    def action_calibrate(self) -> None:
        self._visit("calibrate")

    def action_console(self) -> None:
        self._visit("console")

    async def action_back(self) -> None:
        """To the main screen; from there nowhere."""
        if len(self.screen_stack) > 1:
            await self.pop_screen()

    def _visit(self, place: str) -> None:
        module, _, name = PLACES[place].partition(":")
        kind: type[Screen[None]] = getattr(import_module(module), name)
        self._go(kind())

    def _go(self, screen: Screen[None]) -> None:
        """Over the main screen; never a pile of screens, nor the same one twice."""
        if type(screen) is type(self.screen):
            return
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)
