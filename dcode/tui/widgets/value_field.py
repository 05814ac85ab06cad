"""One line in which the value of a setting is typed; what is wrong with it is said right below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Label, Static

from dcode.client.sentences import with_stop
from dcode.errors import ConfigError
from dcode.tui.widgets.settings import Setting


class ValueField(Vertical):
    """Shown by `ask`, gone when it posts Entered or Left. A wrong value stays where it was typed, to be mended."""

    DEFAULT_CSS = """
    ValueField { height: auto; display: none; padding: 0 1; border-top: solid $accent; }
    ValueField.asking { display: block; }
    ValueField Horizontal { height: 1; }
    ValueField Label { margin-right: 2; text-style: bold; }
    ValueField Input, ValueField Input:focus {
        border: none;
        height: 1;
        width: 1fr;
        background: $boost;
        padding: 0;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", id="value.leave", tooltip="Leave the value as it was."),
    ]

    @dataclass
    class Entered(Message):
        """A value, as its setting reads it."""

        setting: str
        value: str

    @dataclass
    class Left(Message):
        """The value stays as it was."""

    def __init__(self) -> None:
        super().__init__()
        self._setting: Setting | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="asked", markup=False)
        yield Horizontal(Label(id="label", markup=False), Input(id="value"))
        yield Static(id="wrong", markup=False)

    def ask(self, setting: Setting) -> None:
        """Have a value typed in the place of the one that there is."""
        assert setting.typed
        self._setting = setting
        self.query_one("#asked", Static).update(setting.typed.asked)
        self.query_one("#label", Label).update(setting.label.strip())
        field = self.query_one("#value", Input)
        field.value = setting.value
        field.focus()
        field.action_select_all()
        self._say("")
        self.add_class("asking")

    def close(self) -> None:
        """Not shown any longer."""
        self._setting = None
        self.remove_class("asking")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        setting = self._setting
        if setting is None or setting.typed is None:
            return
        try:
            value = setting.typed.read(event.value)
        except ConfigError as error:
            self._say(error.message.removeprefix(f"key {error.key}: "))
            return
        self.close()
        self.post_message(self.Entered(setting.id, value))

    def _say(self, wrong: str) -> None:
        told = self.query_one("#wrong", Static)
        told.update(f"✕ {with_stop(wrong)}" if wrong else "")
        told.display = bool(wrong)

    def action_leave(self) -> None:
        self.close()
        self.post_message(self.Left())
