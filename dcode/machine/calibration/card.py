"""The card that is measured to calibrate a machine: a ruler at home, and nine marks as far apart as the sheet allows.

    A    B    C     Each mark is a small cross with its letter beside it. The four in the corners are in squares, and
         |          the long cross goes through E, from B to H and from D to F. M and N are the ends of the ruler.
    D--M-E-N--F
         |
    G    H    K

Distances are named by their two letters. They are asked for in the order in which they tell most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from dcode.errors import CalibrationError
from dcode.geometry.bounds import Bounds
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.lettering import lettered
from dcode.geometry.lines import Lines

Point = tuple[float, float]
Stroke = list[Point]

RULER: Final = "MN"
# The outline, the middle and the diagonals first: four of them tell a square of 700 mm to about 0.5 mm, all to 0.3.
DISTANCES: Final = (
    *("AC", "DF", "AG", "CK", "GK", "FG", "AK", "CG"),
    *("DK", "BE", "AF", "CD", "CF", "AD", "GH", "HK", "BG", "BK"),
)
_NAMES: Final = ("ABC", "DEF", "GHK")
_CORNERS: Final = "ACGK"
_ROUND: Final = "DABCFKHG"  # the way around the edge
_RULER_MM: Final = 300.0
_RULER_TICK_MM: Final = 50.0
_TICK_MM: Final = 6.0
_ARM_MM: Final = 5.0  # of a mark's cross, on each side
_SQUARE_MM: Final = 10.0  # from a corner's mark to each side of its square
_LETTER_MM: Final = 7.0
_BESIDE_MM: Final = 3.0
_LEAST_MM: Final = 200.0  # a card that is smaller tells nothing
_SHARE: Final = 0.97  # of the sheet that is drawn on
_AIM: Final = 0.92  # of the sheet that the ink should take, whatever the pulleys are


def ruler_marks(sheet: Bounds, home: Point) -> dict[str, Point]:
    """The ends of the ruler. Raises CalibrationError for a sheet that has no room for it."""
    reach = min(home[0] - sheet.left, sheet.right - home[0]) - _LETTER_MM - 2 * _BESIDE_MM
    half = min(_RULER_MM / 2, _RULER_TICK_MM * (reach // _RULER_TICK_MM))
    if half < _RULER_TICK_MM:
        raise CalibrationError(f"The ruler needs {2 * _RULER_TICK_MM:g} mm of sheet around home; there is less.")
    return {"M": (home[0] - half, home[1]), "N": (home[0] + half, home[1])}


def card_marks(sheet: Bounds, home: Point, ratio: float) -> dict[str, Point]:
    """The nine marks, as the firmware is asked for them.

    `ratio`: how many true mm the firmware's millimetre seems to be, from the ruler. A card that would come out larger
    than the sheet is asked for smaller. Raises CalibrationError where there is no room for a card.
    """
    scale = min(_SHARE, _AIM / ratio)
    edge = _SQUARE_MM + 1.0
    left, right = (home[0] + (side - home[0]) * scale for side in (sheet.left + edge, sheet.right - edge))
    top, bottom = (home[1] + (side - home[1]) * scale for side in (sheet.top - edge, sheet.bottom + edge))
    if right - left < _LEAST_MM or top - bottom < _LEAST_MM:
        raise CalibrationError(f"A card needs {_LEAST_MM:g} mm of sheet each way; there is less.")
    across, down = (left, (left + right) / 2, right), (top, (top + bottom) / 2, bottom)
    return {name: (x, y) for names, y in zip(_NAMES, down, strict=True) for name, x in zip(names, across, strict=True)}


def ruler(marks: Mapping[str, Point]) -> Drawing:
    """A line with a tick every 50 mm, long ones at its ends, and their letters."""
    (left, y), (right, _) = marks["M"], marks["N"]
    count = round((right - left) / _RULER_TICK_MM)
    strokes: list[Stroke] = [[(left, y), (right, y)]]
    for tick in range(count + 1):
        x = left + (right - left) * tick / count
        up = 2 * _TICK_MM if tick in (0, count) else _TICK_MM
        strokes.append([(x, y), (x, y + up)])
    labels = [_letter("M", left, y - _BESIDE_MM), _letter("N", right, y - _BESIDE_MM)]
    return Drawing((Layer(Lines.joined([Lines.of(strokes), *labels])),))


def card(marks: Mapping[str, Point]) -> Drawing:
    """The long cross, then round the edge the marks, those in the corners in squares, each with its letter."""
    centre = marks["E"]
    parts = [Lines.of([[marks["B"], centre, marks["H"]], [marks["F"], centre, marks["D"]]])]
    for name in _ROUND:
        x, y = marks[name]
        parts += [Lines.of(_mark(name, x, y)), _label(name, x, y, centre[0])]
    return Drawing((Layer(Lines.joined([*parts, _label("E", *centre, centre[0])])),))


def _mark(name: str, x: float, y: float) -> Iterator[Stroke]:
    yield [(x - _ARM_MM, y), (x + _ARM_MM, y)]
    yield [(x, y + _ARM_MM), (x, y - _ARM_MM)]
    if name in _CORNERS:
        yield [(point[0], point[1]) for point in (*_around(x, y).corners, _around(x, y).corners[0])]


def _around(x: float, y: float) -> Bounds:
    return Bounds(x - _SQUARE_MM, x + _SQUARE_MM, y + _SQUARE_MM, y - _SQUARE_MM)


def _label(name: str, x: float, y: float, centre: float) -> Lines:
    """A mark's letter beside it, on the side of the middle."""
    aside = (_SQUARE_MM if name in _CORNERS else _ARM_MM) + _BESIDE_MM + _LETTER_MM / 2
    return _letter(name, x + (aside if x <= centre else -aside), y + _BESIDE_MM + _LETTER_MM)


def _letter(name: str, x: float, top: float) -> Lines:
    """A capital with its upper edge there, around x."""
    lines = lettered(name, "futural", _LETTER_MM, 10 * _LETTER_MM)
    bounds = lines.bounds
    assert bounds is not None
    return Lines(lines.points + np.array([x - bounds.centre[0], top]), lines.starts)
