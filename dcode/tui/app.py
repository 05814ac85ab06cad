"""The application: one store, one link to the daemon, and the screens."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.signal import Signal
from textual.widgets import Input

from dcode.api.codec import Message
from dcode.client.address import Address
from dcode.client.launch import Target
from dcode.client.sentences import sentences
from dcode.errors import DcodeError
from dcode.tui import themes
from dcode.tui.bindings import ALWAYS, SCREENS
from dcode.tui.link import Link
from dcode.tui.messages import Begun, Failed, Linked, Ordered, Told
from dcode.tui.store import Changes, Part, Store
from dcode.tui.work import begin

if TYPE_CHECKING:
    from textual.command import Provider

# Screens by the name of their action; each is imported when it is first gone to.
PLACES: Final = {
    "jobs": "dcode.tui.screens.jobs:JobsScreen",
    "draw": "dcode.tui.screens.draw:DrawScreen",
    "machine": "dcode.tui.screens.machine:MachineScreen",
    "calibrate": "dcode.tui.screens.calibrate:CalibrateScreen",
    "console": "dcode.tui.screens.console:ConsoleScreen",
}


def _provider(name: str) -> Callable[[], type[Provider]]:
    """What the palette finds things by, imported when it is first opened."""

    def provider() -> type[Provider]:
        found: type[Provider] = getattr(import_module("dcode.tui.palette"), name)
        return found

    return provider


class DcodeApp(App[None]):
    """dcode-tui. Widgets subscribe to `changed` and read `store`; they ask the daemon by `ask` or `act`."""

    TITLE = "dcode"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*ALWAYS, *SCREENS]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {
        _provider(name) for name in ("Actions", "Jobs", "Engines", "Themes")
    }

    def __init__(
        self,
        address: Address,
        target: Target | None = None,
        *,
        theme: str = themes.DEFAULT,
        theme_setting: str = "",
        keymap: Mapping[str, str] | None = None,
    ) -> None:
        # NO_COLOR: no greys either, the terminal's own foreground and background.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.animation_level = "none"  # nothing moves unless the machine does
        for own in themes.OWN:
            self.register_theme(own)
        self.theme = theme
        self._theme_setting = theme_setting
        self.keymap = dict(keymap or {})
        self.store = Store()
        self.link = Link(address, self.post_message)
        self.target = target or Target()  # which machine a daemon is for that is started from here
        self.changed: Signal[Changes] = Signal(self, "changed")
        self.known_engines: list[Message] = []

    def on_mount(self) -> None:
        self.set_keymap(self.keymap)
        self.run_worker(self.link.keep(), name="link", group="link")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A cursor that blinks is something that moves, over ssh too."""
        if isinstance(event.widget, Input):
            event.widget.cursor_blink = False

    def key_of(self, id: str) -> str:
        """The key for something that is on every screen, as a person reads it: for sentences that name it."""
        from dcode.tui.catalogue import key_text
        from dcode.tui.keymap import first_key

        found = {one.id: one for one in [*ALWAYS, *SCREENS] if isinstance(one, Binding)}
        return key_text(first_key(self.keymap, found[id]))

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
            begin(self, self._order, "order", exclusive=True)  # only the daemon knows the queue's order

    async def engines(self) -> list[Message]:
        """What can draw here, as the command line lists it; asked once. None where it cannot say."""
        if not self.known_engines:
            from dcode.tui.child import dcode

            with suppress(DcodeError, OSError, KeyError):  # drawing goes without a list
                self.known_engines = list((await dcode("models")).value["engines"])
        return self.known_engines

    async def _order(self) -> None:
        with suppress(DcodeError):  # the link went: the next daemon tells all of it
            self.post_message(Ordered((await self.link.call("job.list"))["jobs"]))

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

    def action_recover(self, job: int, back_mm: float | None = None) -> None:
        """How an interrupted job goes on; with `back_mm`, so much ink earlier is what is proposed."""
        from dcode.tui.screens.recover import RecoverScreen

        if isinstance(self.screen, RecoverScreen) and back_mm is not None:
            self.screen.propose(back_mm)
        else:
            self._go(RecoverScreen(job, back_mm))

    def action_register(self) -> None:
        """Say where the gondola is."""
        from dcode.tui.screens.register import RegisterScreen

        self._go(RegisterScreen())

    def action_rehearse(self, job: int | None = None) -> None:
        """Go through a drawing with the pen up."""
        from dcode.tui.screens.rehearse import rehearse

        self.run_worker(rehearse(self, job), group="rehearse", exclusive=True)

    def action_add(self) -> None:
        from dcode.tui.screens.add import AddScreen

        self._go(AddScreen())

    def action_jobs(self, job: int | None = None) -> None:
        """The queue and its history; at a job, if one is named."""
        from dcode.tui.screens.jobs import JobsScreen

        if isinstance(self.screen, JobsScreen) and job is not None:
            self.screen.light(job)
        else:
            self._visit("jobs", job)

    def action_draw(self, engine: str = "") -> None:
        """A drawing of a prompt; by an engine, if one is named."""
        from dcode.tui.screens.draw import DrawScreen

        if isinstance(self.screen, DrawScreen):
            self.screen.choose_engine(engine)
        else:
            self._visit("draw", engine)

    def action_machine(self) -> None:
        self._visit("machine")

    def action_calibrate(self) -> None:
        self._visit("calibrate")

    def action_console(self) -> None:
        self._visit("console")

    def action_help(self) -> None:
        """The keys of where one is; once more, and it is gone."""
        from dcode.tui.screens.help import HelpDialog

        if isinstance(self.screen, HelpDialog):
            self.screen.finish()
        else:
            self.push_screen(HelpDialog(self.screen))

    def action_jump(self) -> None:
        """A letter for each pane; one key goes there."""
        from dcode.tui.screens.jump import JumpDialog, targets

        if found := targets(self.screen):
            self.push_screen(JumpDialog(found))
        else:
            self.notify("Nothing on this screen takes the focus.")

    def choose_theme(self, name: str) -> None:
        """Other colours, now and the next time."""
        self.theme = name
        try:
            themes.remember_theme(self.link.address.state_dir, name, self._theme_setting)
        except (DcodeError, OSError) as error:
            self.notify(f"The choice is not kept: {error}", severity="warning", markup=False)

    async def action_back(self) -> None:
        """To the main screen; from there nowhere."""
        if len(self.screen_stack) > 1:
            await self.pop_screen()

    def _visit(self, place: str, *about: Any) -> None:
        module, _, name = PLACES[place].partition(":")
        kind: Callable[..., Screen[None]] = getattr(import_module(module), name)
        self._go(kind(*about))

    def _go(self, screen: Screen[None]) -> None:
        """Over the main screen; never a pile of screens, nor the same one twice."""
        if type(screen) is type(self.screen):
            return
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)
