"""A still picture in a terminal: by the terminal's own protocol where it has one, else as braille."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Static

from dcode.geometry.braille import ACROSS, UPRIGHT, characters
from dcode.tui.terminal_pictures import picture_widget

if TYPE_CHECKING:
    from PIL.Image import Image


class Still(Container):
    """Shows PNGs. Where the terminal can, in full; else dark pixels become dots."""

    DEFAULT_CSS = """
    Still { width: 1fr; height: 1fr; align: center middle; }
    Still #dots { width: 1fr; height: 1fr; content-align: center middle; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._png = b""
        kind = picture_widget()
        self._picture = kind(id="picture") if kind else None

    def compose(self) -> ComposeResult:
        yield self._picture or Static(id="dots", markup=False)

    def show_png(self, png: bytes) -> None:
        """Another picture."""
        self._png = png
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        columns, rows = self.content_size
        if not self._png or not columns or not rows:
            return
        from PIL import Image

        with Image.open(io.BytesIO(self._png)) as opened:
            picture = opened.convert("L" if self._picture is None else "RGB")
        if self._picture is None:
            dots = Text("\n".join(dotted(picture, columns, rows)), no_wrap=True)
            self.query_one("#dots", Static).update(dots)
        else:
            self._picture.styles.width, self._picture.styles.height = "auto", rows
            self._picture.image = picture


def dotted(picture: Image, columns: int, rows: int) -> list[str]:
    """Lines of braille, as large as the picture fits; Floyd and Steinberg's dots, dark ones set."""
    scale = min(columns * ACROSS / picture.width, rows * UPRIGHT / picture.height)
    size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
    dark = ~np.asarray(picture.resize(size).convert("1"), dtype=bool)
    padded = np.zeros((-(-size[1] // UPRIGHT) * UPRIGHT, -(-size[0] // ACROSS) * ACROSS), dtype=bool)
    padded[: size[1], : size[0]] = dark
    return ["".join(map(chr, row)) for row in characters(padded).tolist()]
