"""How much of something is done: a bar whose two parts are of different strokes, and the figure."""

from __future__ import annotations

from typing import Final

from rich.text import Text
from textual.widgets import Static

DONE: Final = "━"
HALF: Final = "╸"
LEFT: Final = "─"
FIGURE_COLUMNS: Final = 6


class ShareBar(Static):
    """`share` is between 0 and 1; None where nobody knows."""

    DEFAULT_CSS = """
    ShareBar { height: 1; width: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", markup=False, id=id)
        self._share: float | None = None

    def show_share(self, share: float | None) -> None:
        """It is further now. Nothing is painted where it looks the same."""
        self._share = share
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        text = bar(self._share, self.content_size.width)
        if text != str(self.content):
            self.update(Text(text, no_wrap=True))


def bar(share: float | None, width: int) -> str:
    """A bar of `width` columns, its figure at the end."""
    columns = max(width - FIGURE_COLUMNS, 0)
    halves = 0 if share is None else int(min(max(share, 0.0), 1.0) * columns * 2)
    drawn = DONE * (halves // 2) + HALF * (halves % 2)
    figure = "" if share is None else f"{int(share * 100)} %"
    return f"{drawn}{LEFT * (columns - len(drawn))}{figure:>{FIGURE_COLUMNS}}"[:width]
