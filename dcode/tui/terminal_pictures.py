"""Whether the terminal shows pictures by a protocol of its own. It can be asked only before the application runs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from textual_image.widget import SixelImage, TGPImage

# Terminals that are known to show pictures; others are not asked, for some print the question.
_BY_NAME: Final = {"TERM_PROGRAM": ("WezTerm", "iTerm.app", "mintty"), "TERM": ("xterm-kitty", "foot", "mlterm")}
_BY_VARIABLE: Final = ("KITTY_WINDOW_ID", "KONSOLE_VERSION", "WEZTERM_PANE")

_widget: type[SixelImage | TGPImage] | None = None


def ask_terminal() -> None:
    """Find out by sixel's and kitty's own questions, where the terminal's name gives reason to. Before the screen."""
    global _widget
    if not _promising():
        return
    from textual_image import renderable, widget  # which ask when they are imported

    # Other ways are coarser than braille.
    known: dict[object, type[SixelImage | TGPImage]] = {
        renderable.SixelImage: widget.SixelImage,
        renderable.TGPImage: widget.TGPImage,
    }
    _widget = known.get(renderable.Image)


def picture_widget() -> type[SixelImage | TGPImage] | None:
    """The widget that shows pictures in this terminal; None: there is none."""
    return _widget


def _promising() -> bool:
    """tmux has neither protocol by itself."""
    if os.environ.get("TMUX") or os.environ.get("NO_COLOR"):
        return False
    named = any(os.environ.get(name, "") in values for name, values in _BY_NAME.items())
    return named or any(os.environ.get(name) for name in _BY_VARIABLE)
