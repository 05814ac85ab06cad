"""Lines that change often, written to the terminal only where they do: over ssh every byte counts."""

from __future__ import annotations

from typing import Self

from rich.text import Text
from textual.geometry import Region
from textual.widgets import Static

from dcode.tui.repaint import changed_spans


class Plain(Static):
    """Text without markup."""

    _spans: tuple[Region, ...] = ()  # to which a repaint is limited

    def __init__(self, content: str = "", *, id: str | None = None) -> None:
        super().__init__(content, id=id, markup=False)

    def tell(self, text: str, *, wrap: bool = False, ellipsis: bool = False) -> None:
        """Show a text. Nothing is painted when it is there already, nor laid out anew in vain.

        `wrap`: lines that are too long go on in the next one; else they are cut, with `ellipsis` seen to be.
        """
        shown, width = str(self.content), self.content_size.width
        if text == shown:
            return
        lines = [*text.split("\n"), *shown.split("\n")]
        overlong = width < max(map(len, lines)) and (wrap or ellipsis)
        grown = text.count("\n") != shown.count("\n") or bool(text) != bool(shown) or (overlong and wrap)
        if not (grown or overlong):
            self._spans = tuple(changed_spans(shown, text, width))
        self.update(Text(text, no_wrap=not wrap, overflow="ellipsis" if ellipsis else None), layout=grown)
        self._spans = ()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """As Textual has it; while a text is told, of what has changed."""
        return super().refresh(*(regions or self._spans), repaint=repaint, layout=layout, recompose=recompose)
