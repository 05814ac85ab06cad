"""What is said after STOP: honestly, for not everything ends at once."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Button, Static
from textual.worker import Worker, WorkerState

from dcode.api.codec import Message
from dcode.client.sentences import sentences
from dcode.errors import DcodeError
from dcode.tui.screens.base import FramedDialog
from dcode.tui.store import Changes

SENDING: Final = "■ STOP is on its way to the machine."
SENT: Final = "■ STOP was sent. The machine's state: {state}."
FAILED: Final = "✕ STOP did not reach the machine. {why}"
HONEST: Final = (
    "Moves that are already in the firmware's buffer may still run, and the position is lost unless the firmware "
    "proves it. In an emergency pull the plug."
)


class StopDialog(FramedDialog[None]):
    """Shows how a STOP went. The key for STOP sends another one."""

    DEFAULT_CSS = """
    StopDialog > Vertical { border: heavy $error; }
    StopDialog Button { margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "leave", "Close", id="stop.close", show=False, tooltip="Close this message.")
    ]

    def __init__(self, stopping: Worker[Message]) -> None:
        super().__init__()
        self._stopping = stopping

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(SENDING, id="how", markup=False)
            yield Static(HONEST, markup=False)
            yield Button("Close", variant="primary")

    def on_mount(self) -> None:
        self.query_one(Button).focus()
        self.dcode.changed.subscribe(self, self._show)
        self.run_worker(self._wait(), exit_on_error=False)

    def on_button_pressed(self) -> None:
        self.action_leave()

    async def _wait(self) -> None:
        try:
            await self._stopping.wait()
        finally:
            self._show(frozenset())

    def _show(self, changes: Changes) -> None:
        how = self.query_one("#how", Static)
        if self._stopping.state is WorkerState.SUCCESS:
            answered = self._stopping.result or self.store.status  # newer than what has been told before it
            how.update(SENT.format(state=(self.store.status if changes else answered)["state"]))
        elif self._stopping.state is WorkerState.ERROR:
            error = self._stopping.error
            sentence, _ = sentences(error) if isinstance(error, DcodeError) else (str(error), [])
            how.update(FAILED.format(why=sentence))
