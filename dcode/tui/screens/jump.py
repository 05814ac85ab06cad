"""Jump: a letter over each pane that can have the focus, and one key goes there."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase, digits
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.geometry import Offset
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from dcode.tui.screens.base import DcodeDialog

WIDTH: Final = 3  # of a letter: on the right, where lists and titles have room
LETTERS: Final = ascii_lowercase + digits


def targets(screen: Screen[object]) -> list[Widget]:
    """What can have the focus and is seen, from the top left corner on."""
    seen = [widget for widget in screen.focus_chain if screen.region.overlaps(widget.region) and widget.region.area]
    return sorted(seen, key=lambda widget: (widget.region.y, widget.region.x))[: len(LETTERS)]


class JumpDialog(DcodeDialog[None]):
    """Any other key leaves the focus where it is."""

    DEFAULT_CSS = """
    JumpDialog { background: transparent; }
    JumpDialog Static { position: absolute; width: 3; height: 1; text-style: bold reverse; }
    """

    def __init__(self, found: list[Widget]) -> None:
        super().__init__()
        self._by_letter = dict(zip(LETTERS, found, strict=False))

    def compose(self) -> ComposeResult:
        yield from self._letters()

    def _letters(self) -> Iterator[Static]:
        for letter, widget in self._by_letter.items():
            shown = Static(f" {letter} ", markup=False)
            top = widget.region.y
            shown.offset = Offset(max(widget.region.right - WIDTH - 1, widget.region.x), top)
            yield shown

    def on_resize(self, event: events.Resize) -> None:
        """With another size the panes are elsewhere."""
        if self.is_mounted and event.size != self.app.size:
            self.finish()

    def on_key(self, event: events.Key) -> None:
        widget = self._by_letter.get(event.character or "")
        if widget is None and not event.is_printable:
            return  # Escape leaves, STOP stops
        event.stop()
        event.prevent_default()
        self.finish()
        if widget is not None:
            widget.focus()
