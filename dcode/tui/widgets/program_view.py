"""A program to be read, however long: only the lines that are seen are made into text."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from dcode.client.printable import printable


class ProgramView(ScrollView, can_focus=True):
    """Lines with their numbers. Arrows, Page Up and Down, Home and End go through them."""

    DEFAULT_CSS = """
    ProgramView { height: 1fr; width: 1fr; border: round $foreground 40%; }
    ProgramView:focus { border: round $accent; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[bytes] = []
        self._lit = 0  # counted from 1; 0 for none

    def show(self, program: bytes) -> None:
        """Another program."""
        self._lines, self._lit = program.splitlines(), 0
        longest = max(map(len, self._lines), default=0)
        self.virtual_size = Size(self._digits + 2 + longest, len(self._lines))
        self.scroll_home(animate=False)
        self.refresh()

    def go_to(self, line: int) -> None:
        """Light a line, counted from 1, and bring it to where it is seen."""
        self._lit = min(max(line, 1), len(self._lines))
        self.scroll_to(y=self._lit - 1 - self.size.height // 2, animate=False)
        self.refresh()

    def find(self, text: str) -> int | None:
        """The next line after the one that is lit, counted from 1, that has a text in it; None for none."""
        wanted, count = text.encode().lower(), len(self._lines)
        places = ((self._lit + n) % count for n in range(count))
        return next((at + 1 for at in places if wanted in self._lines[at].lower()), None)

    @property
    def count(self) -> int:
        return len(self._lines)

    @property
    def _digits(self) -> int:
        return len(str(len(self._lines)))

    def render_line(self, y: int) -> Strip:
        at = y + self.scroll_offset.y
        if at >= len(self._lines):
            return Strip.blank(self.size.width, self.rich_style)
        text = f"{at + 1:>{self._digits}}  {printable(self._lines[at].decode('utf-8', 'replace'))}"
        style = self.rich_style + Style(reverse=True) if at + 1 == self._lit else self.rich_style
        strip = Strip([Segment(text.expandtabs(), style)])
        left = self.scroll_offset.x
        return strip.crop_extend(left, left + self.size.width, style)
