"""Things to be done and values to be chosen, one a line: by their letter, by arrows, by Enter or the mouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.message import Message

from dcode.tui.widgets.answers import Answers, Choice, key_name

LABEL: Final = 30  # characters of one at the most: layers may be called by whole sentences
BOX: Final = 16  # characters of a value from which what is said about it does not stand in a column


@dataclass(frozen=True, slots=True)
class Typed:
    """A value that can be typed as well: what is `asked` for; `read` has the value for a text, or raises ConfigError.

    `step`, for numbers, has the next value (1), or the one before (-1).
    """

    asked: str
    read: Callable[[str], str] = str.strip
    step: Callable[[str, int], str] | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """A value to be chosen: `values` with a word about each; `key` as Choice's. `shown` takes the value's place."""

    id: str
    key: str
    label: str
    values: Mapping[str, str]
    value: str
    shown: str = ""
    about: str = ""
    typed: Typed | None = None

    def stepped(self, by: int) -> str:
        """The next value, or the one before; around, or to the end of numbers."""
        if self.typed and self.typed.step:
            return self.typed.step(self.value, by)
        names = list(self.values)
        return names[(names.index(self.value) + by) % len(names)]

    @property
    def box(self) -> str:
        """The value as it is shown."""
        return f"‹ {self.shown or self.value} ›"


class Settings(Answers):
    """Posts Chosen for what is to be done, Changed for another value, Asked for one that is to be typed.

    Left and right change the one that is lit, Enter does or has it typed where it can be. A letter changes its value
    and leaves the light where it is: Enter does then what it did before.
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

    @dataclass
    class Asked(Message):
        """The value of a setting is to be typed."""

        setting: Setting

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._settings: dict[str, Setting] = {}

    def show_settings(self, choices: Sequence[Choice], settings: Sequence[Setting]) -> None:
        """What may be done, and below it what may be set."""
        self._settings = {setting.id: setting for setting in settings}
        labels = {setting.id: _cut(setting.label) for setting in settings}
        width = max(map(len, labels.values()), default=0)
        wide = max((len(setting.box) for setting in settings if len(setting.box) <= BOX), default=0)
        lines = [f"{key_name(choice.key):>6}  {choice.label}" for choice in choices]
        for one in settings:
            about = one.about or one.values.get(one.value, "")
            lines.append(f"{key_name(one.key):>6}  {labels[one.id]:<{width}}  {one.box:<{wide}}  {about}".rstrip())
        keys = [(one.key, one.id) for one in choices] + [(one.key, one.id) for one in settings]
        self._show({key: id for key, id in keys if key}, [id for _, id in keys], lines)

    def action_step(self, by: int) -> None:
        if self.highlighted_option and (setting := self._settings.get(self.highlighted_option.id or "")):
            self.post_message(self.Changed(setting.id, setting.stepped(by)))

    def _choose(self, chosen: str) -> None:
        setting = self._settings.get(chosen)
        if setting and setting.typed:
            self.post_message(self.Asked(setting))
        elif setting:
            self.post_message(self.Changed(chosen, setting.stepped(1)))
        else:
            super()._choose(chosen)


def _cut(label: str) -> str:
    return label if len(label) <= LABEL else f"{label[: LABEL - 1]}…"
