"""The colours and widths of what is around the ink, the same in every kind of picture."""

from __future__ import annotations

from typing import Final

from dcode.geometry.bounds import Bounds
from dcode.geometry.drawing import Drawing

PAPER: Final = "#ffffff"  # always: a viewer with a dark background would swallow black ink
AROUND: Final = "#ededea"  # outside the paper
UNREACHABLE: Final = "#8c8270"
UNREACHABLE_SHADE: Final = 0.3
FRAME: Final = "#bbbbbb"
FRAME_MM: Final = 0.5
TRAVEL: Final = "#5b8def"
TRAVEL_MM: Final = 0.2
TRAVEL_SHADE: Final = 0.3
STRAY: Final = "#e02020"
STRAY_SHADE: Final = 0.35
STRAY_MM: Final = 3.0
EXIT_RADIUS: Final = 1 / 80  # of the page's longer side
EXIT_WIDTH: Final = 1 / 500
PEN: Final = "#ff6a00"  # where the pen is in a moving picture
PEN_RADIUS: Final = 1 / 120

_FINEST: Final = 1 / 1500  # of the page's longer side: finer lines are not seen when all of it is


def travel_mm(ink: Drawing, page: Bounds) -> float:
    """How wide ways with the pen up are drawn: never wider than the finest ink."""
    return min([seen(TRAVEL_MM, page), *(layer.width_mm for layer in ink.layers)])


def seen(width_mm: float, page: Bounds) -> float:
    """How wide a line that is not ink is drawn: as wide as it should be, or as it must be to be seen."""
    return max(width_mm, _FINEST * max(page.width, page.height))
