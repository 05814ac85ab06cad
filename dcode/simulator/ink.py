"""The ink on the paper: one polyline for each time that a pen was put down."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dcode.geometry.bounds import Bounds
from dcode.geometry.svg import Stroke, svg

Point = tuple[float, float]

# A vertex this near to the line that its neighbours span says nothing: far less than any motor step.
_STRAIGHT_MM: Final = 1e-6


@dataclass(frozen=True, slots=True)
class InkStroke:
    """What one pen laid between pen down and pen up: points in mm on paper, y up. One point is a dot."""

    pen: int
    points: list[Point]


class Ink:
    """Strokes as they are laid. `tip` tells where the pen is now, so that the stroke under way ends there."""

    def __init__(self, tip: Callable[[], Point] | None = None) -> None:
        self.pen = 1
        self._tip = tip
        self._strokes: list[tuple[int, array[float]]] = []
        self._open: array[float] | None = None
        self.points = 0  # how many are kept

    @property
    def down(self) -> bool:
        """Whether a pen is on the paper."""
        return self._open is not None

    def pen_down(self, x: float, y: float) -> None:
        """Put the pen down; a stroke begins."""
        if self._open is None:
            self._open = array("d", (x, y))
            self._strokes.append((self.pen, self._open))
            self.points += 1

    def line_to(self, x: float, y: float) -> None:
        """Lay ink from the last point to this one, if the pen is down. Straight runs are kept as one piece."""
        points = self._open
        if points is None or (points[-2] == x and points[-1] == y):
            return
        if len(points) >= 4 and _is_straight(points[-4], points[-3], points[-2], points[-1], x, y):
            points[-2], points[-1] = x, y
        else:
            points.append(x)
            points.append(y)
            self.points += 1

    def pen_up(self) -> None:
        """Lift the pen; the stroke is finished."""
        self._open = None

    def __len__(self) -> int:
        return len(self._strokes)

    def __iter__(self) -> Iterator[InkStroke]:
        for pen, flat in self._strokes:
            points = list(zip(flat[::2], flat[1::2], strict=True))
            if flat is self._open and self._tip is not None and self._tip() != points[-1]:
                points.append(self._tip())
            yield InkStroke(pen, points)

    @property
    def strokes(self) -> list[InkStroke]:
        """All of it, in the order in which it was laid."""
        return list(self)

    def svg(self, sheet: Bounds, looks: Mapping[int, tuple[str, float]] | None = None, title: str = "") -> str:
        """The sheet as an SVG picture. `looks` gives colour and width in mm by pen number."""
        plain = ("#000000", 0.5)
        return svg(
            (Stroke(stroke.points, *(looks or {}).get(stroke.pen, plain)) for stroke in self),
            sheet,
            title=title,
        )


def _is_straight(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> bool:
    """Whether b lies on the way from a to c, to within _STRAIGHT_MM."""
    dx, dy = cx - ax, cy - ay
    ex, ey = bx - ax, by - ay
    along = ex * dx + ey * dy
    square = dx * dx + dy * dy
    if square == 0.0 or not 0.0 <= along <= square:  # there and exactly back is a turn
        return False
    cross = ex * dy - ey * dx
    return cross * cross <= _STRAIGHT_MM * _STRAIGHT_MM * square
