"""A still picture in a terminal: by the terminal's own protocol where it has one, else as braille."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Final

import numpy as np
from rich.text import Text
from textual.widgets import Static

from dcode.geometry.braille import ACROSS, UPRIGHT, characters

if TYPE_CHECKING:
    from PIL.Image import Image

# Terminals that are known to show pictures; others are not asked, for some print the question.
_BY_NAME: Final = {"TERM_PROGRAM": ("WezTerm", "iTerm.app", "mintty"), "TERM": ("xterm-kitty", "foot", "mlterm")}
_BY_VARIABLE: Final = ("KITTY_WINDOW_ID", "KONSOLE_VERSION", "WEZTERM_PANE")


def terminal_shows_pictures() -> bool:
    """Whether the terminal says by its name that it has sixel or kitty's protocol. tmux has neither by itself."""
    if os.environ.get("TMUX") or os.environ.get("NO_COLOR"):
        return False
    named = any(os.environ.get(name, "") in values for name, values in _BY_NAME.items())
    return named or any(os.environ.get(name) for name in _BY_VARIABLE)


class Still(Static):
    """Shows PNGs. Where textual-image is there and the terminal can, in full; else dark pixels become dots."""

    DEFAULT_CSS = """
    Still { width: 1fr; height: 1fr; content-align: center middle; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(markup=False, id=id)
        self._png = b""

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
            opened.load()
            picture = opened.convert("L")
            if terminal_shows_pictures():
                from textual_image.renderable import Image as Renderable

                self.update(Renderable(opened.convert("RGB"), height=rows))
                return
        self.update(Text("\n".join(dotted(picture, columns, rows)), no_wrap=True))


def dotted(picture: Image, columns: int, rows: int) -> list[str]:
    """Lines of braille, as large as the picture fits; Floyd and Steinberg's dots, dark ones set."""
    scale = min(columns * ACROSS / picture.width, rows * UPRIGHT / picture.height)
    size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
    dark = ~np.asarray(picture.resize(size).convert("1"), dtype=bool)
    padded = np.zeros((-(-size[1] // UPRIGHT) * UPRIGHT, -(-size[0] // ACROSS) * ACROSS), dtype=bool)
    padded[: size[1], : size[0]] = dark
    return ["".join(map(chr, row)) for row in characters(padded).tolist()]
