"""Answers to choose from, one a line: by their letter, by arrows and Enter, or by the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

NUMBER_KEYS: Final = "123456789"  # of choices that are listed, as far as they go


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be answered; `key` is a character or a key's name, or empty: then only arrows and Enter take it."""

    id: str
    key: str
    label: str


class Answers(OptionList):
    """A list of choices; posts Chosen."""

    DEFAULT_CSS = """
    Answers, Answers:focus { height: auto; max-height: 12; border: none; padding: 0; background: transparent; }
    """

    @dataclass
    class Chosen(Message):
        """A choice was taken, by its id."""

        choice: str

    def __init__(self, choices: Sequence[Choice] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._by_key: dict[str, str] = {}
        self._begin = choices

    def on_mount(self) -> None:
        self.show_choices(self._begin)

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Take the place of the choices there are; the highlight stays on the one that it is on, if it is there."""
        lines = [f"{key_name(choice.key):>6}  {choice.label}" for choice in choices]
        self._show(
            {choice.key: choice.id for choice in choices if choice.key}, [choice.id for choice in choices], lines
        )

    def _show(self, by_key: dict[str, str], ids: list[str], lines: list[str]) -> None:
        highlighted = self.highlighted_option
        self._by_key = by_key
        self.clear_options()
        self.add_options([Option(Content(line), id=id) for id, line in zip(ids, lines, strict=True)])
        kept = highlighted.id if highlighted is not None and highlighted.id in ids else None
        self.highlighted = (ids.index(kept) if kept else 0) if ids else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id:
            self._choose(event.option_id)

    def on_key(self, event: events.Key) -> None:
        """A letter takes its choice at once; Enter and the arrows are the list's."""
        chosen = self._by_key.get(event.key) or self._by_key.get(event.character or "")
        if chosen and event.key not in ("enter", "up", "down"):
            event.stop()
            event.prevent_default()
            self._choose(chosen)

    def _choose(self, chosen: str) -> None:
        self.post_message(self.Chosen(chosen))


def key_name(key: str) -> str:
    """A key as a person reads it."""
    return {"enter": "Enter", "escape": "Esc", "space": "Space"}.get(key, key)
