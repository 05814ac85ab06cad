"""Things to be done and values to be chosen, one a line: by their letter, by arrows, by Enter or the mouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from dcode.tui.widgets.answers import Answers, Choice, key_name


@dataclass(frozen=True, slots=True)
class Setting:
    """A value to be chosen: `values` with a word about each; `key` as Choice's."""

    id: str
    key: str
    label: str
    values: Mapping[str, str]
    value: str

    def stepped(self, by: int) -> str:
        """The next value, or the one before; around."""
        names = list(self.values)
        return names[(names.index(self.value) + by) % len(names)]


class Settings(Answers):
    """Posts Chosen for what is to be done, Changed for another value. Left and right change the one that is lit.

    A letter changes its value and leaves the light where it is: Enter does then what it did before.
    """

    DEFAULT_CSS = """
    Settings, Settings:focus { text-wrap: nowrap; text-overflow: ellipsis; max-height: 20; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "step(1)", "Next value", id="settings.next", show=False, tooltip="The next value."),
        Binding("left", "step(-1)", "Value before", id="settings.before", show=False, tooltip="The value before."),
    ]

    @dataclass
    class Changed(Message):
        """A setting has another value."""

        setting: str
        value: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._settings: dict[str, Setting] = {}

    def show_settings(self, choices: Sequence[Choice], settings: Sequence[Setting]) -> None:
        """What may be done, and below it what may be set."""
        self._settings = {setting.id: setting for setting in settings}
        width = max((len(setting.label) for setting in settings), default=0)
        lines = [f"{key_name(choice.key):>6}  {choice.label}" for choice in choices]
        for one in settings:
            about = f"   {one.values[one.value]}" if one.values[one.value] else ""
            lines.append(f"{key_name(one.key):>6}  {one.label:<{width}}  ‹ {one.value} ›{about}")
        keys = [(one.key, one.id) for one in choices] + [(one.key, one.id) for one in settings]
        self._show({key: id for key, id in keys if key}, [id for _, id in keys], lines)

    def action_step(self, by: int) -> None:
        if self.highlighted_option and (setting := self._settings.get(self.highlighted_option.id or "")):
            self.post_message(self.Changed(setting.id, setting.stepped(by)))

    def _choose(self, chosen: str) -> None:
        if setting := self._settings.get(chosen):
            self.post_message(self.Changed(chosen, setting.stepped(1)))
        else:
            super()._choose(chosen)
