"""What is shown while no daemon answers: the offer to start one, for the simulated plotter or for a port."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from dcode.client.launch import Target, start
from dcode.client.sentences import sentences, with_stop
from dcode.errors import DcodeError
from dcode.tui.child import dcode
from dcode.tui.messages import Failed
from dcode.tui.store import Changes, LinkState, Part
from dcode.tui.widgets.answers import NUMBER_KEYS, Answers, Choice
from dcode.tui.work import begin

if TYPE_CHECKING:
    from dcode.tui.app import DcodeApp

NONE_RUNS: Final = "○ No daemon runs. It owns the plotter and the queue; jobs go on when this screen is closed."
LOST: Final = "✕ {why} This screen tries again and again; a job goes on without it."
STARTING: Final = "◌ Starting a daemon…"
AS_SET: Final = Choice("as-set", "enter", "start one, for the machine that the settings say")
SIMULATED: Final = Choice("sim", "s", "start one with a simulated plotter")


class NoDaemon(Vertical):
    """Only there while it is needed."""

    DEFAULT_CSS = """
    NoDaemon { height: auto; max-height: 14; border: round $warning; padding: 0 1; display: none; }
    NoDaemon.needed { display: block; }
    """
    BORDER_TITLE = "Daemon"

    def __init__(self) -> None:
        super().__init__()
        self._starting = False
        self._ports: list[str] = []

    @property
    def _app(self) -> DcodeApp:
        return cast("DcodeApp", self.app)

    def compose(self) -> ComposeResult:
        yield Static(NONE_RUNS, id="why", markup=False)
        yield Answers([AS_SET, SIMULATED], id="ways")

    def on_mount(self) -> None:
        self._app.changed.subscribe(self, self._changed)
        self._changed(frozenset({Part.LINK}))  # it may have been told before this was there

    def _changed(self, changes: Changes) -> None:
        if Part.LINK not in changes:
            return
        link = self._app.store.link
        needed = link in (LinkState.ABSENT, LinkState.LOST)
        if needed and not self.has_class("needed"):
            self.add_class("needed")
            self.query_one(Answers).focus()
            begin(self, self._list_ports, "ports", exclusive=True)
        elif not needed and self.has_class("needed"):
            if self.has_focus_within:
                self.screen.focus_next()  # around to the sheet
            self.remove_class("needed")
        if not self._starting:
            why = LOST.format(why=with_stop(self._app.store.link_message))
            self.query_one("#why", Static).update(why if link is LinkState.LOST else NONE_RUNS)

    async def _list_ports(self) -> None:
        """The ports that there are, by the command line: this process opens none."""
        try:
            found = (await dcode("ports")).value
        except (DcodeError, OSError):
            return  # the command line says what is wrong with it when it is asked
        self._ports = [str(port["stable"] or port["device"]) for port in found][: len(NUMBER_KEYS)]
        listed = [
            Choice(f"port-{n}", NUMBER_KEYS[n], f"start one for {device}") for n, device in enumerate(self._ports)
        ]
        self.query_one(Answers).show_choices([AS_SET, SIMULATED, *listed])

    def on_answers_chosen(self, event: Answers.Chosen) -> None:
        event.stop()
        target = self._app.target
        if event.choice == "sim":
            target = replace(target, port="sim")
        elif event.choice != "as-set":
            target = replace(target, port=self._ports[int(event.choice.removeprefix("port-"))])
        if not self._starting:
            begin(self, partial(self._start, target), "start")

    async def _start(self, target: Target) -> None:
        self._starting = True
        self.query_one("#why", Static).update(STARTING)
        try:
            client, _ = await asyncio.to_thread(start, self._app.link.address, target)
            client.close()
        except DcodeError as error:
            sentence, below = sentences(error)
            self.post_message(Failed(sentence, "\n".join(below)))
        finally:
            self._starting = False
            self._changed(frozenset({Part.LINK}))
