"""The ink on the paper: one polyline for each time that a pen was put down."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import hypot, inf
from typing import Final

from dcode.geometry.bounds import Bounds
from dcode.geometry.svg import Stroke, svg

Point = tuple[float, float]

# A vertex this near to the line that its neighbours span says nothing: far less than any motor step.
_STRAIGHT_MM: Final = 1e-6
_GOUGE_WIDTH: Final = 3.0  # a stroke that ruined the paper is drawn this many times as wide


@dataclass(frozen=True, slots=True)
class InkStroke:
    """What one pen laid between pen down and pen up: points in mm on paper, y up. One point is a dot.

    dry: the pen had no ink left; a stroke during which it runs dry is two. deepest: how far it was pressed in at most,
    mm; gouged: too far. Both need a wall that knows about depth.
    """

    pen: int
    points: list[Point]
    dry: bool = False
    deepest: float = 0.0
    gouged: bool = False


class _Laid:
    """A stroke as it is kept."""

    __slots__ = ("deepest", "dry", "pen", "points")

    def __init__(self, pen: int, dry: bool, x: float, y: float) -> None:
        self.pen, self.dry, self.deepest = pen, dry, 0.0
        self.points = array("d", (x, y))


class Ink:
    """Strokes as they are laid. `tip` tells where the pen is now, so that the stroke under way ends there.

    gouge_mm: pressed in deeper than that, a pen ruins the paper. dry_after_mm: how far the ink of one pen goes.
    """

    def __init__(
        self, tip: Callable[[], Point] | None = None, *, gouge_mm: float = inf, dry_after_mm: float = inf
    ) -> None:
        self.pen = 1
        self._tip = tip
        self._gouge, self._full = gouge_mm, dry_after_mm
        self._left = dry_after_mm  # how far the pen in use still goes
        self._strokes: list[_Laid] = []
        self._open: _Laid | None = None
        self.points = 0  # how many are kept

    @property
    def down(self) -> bool:
        """Whether a pen is on the paper."""
        return self._open is not None

    def pen_down(self, x: float, y: float) -> None:
        """Put the pen down; a stroke begins."""
        if self._open is None:
            self._open = _Laid(self.pen, self._left <= 0.0, x, y)
            self._strokes.append(self._open)
            self.points += 1

    def press(self, depth: float) -> None:
        """The pen that is down is pressed in this far, in mm."""
        if self._open is not None and depth > self._open.deepest:
            self._open.deepest = depth

    def line_to(self, x: float, y: float) -> None:
        """Lay ink from the last point to this one, if the pen is down. Straight runs are kept as one piece."""
        if self._open is None:
            return
        points = self._open.points
        if points[-2] == x and points[-1] == y:
            return
        if self._left < inf and not self._open.dry:
            way = hypot(x - points[-2], y - points[-1])
            part, self._left = self._left / way, self._left - way
            if self._left <= 0.0:
                self._run_dry(points[-2] + (x - points[-2]) * part, points[-1] + (y - points[-1]) * part)
                points = self._open.points
        self._extend(points, x, y)

    def _run_dry(self, x: float, y: float) -> None:
        """The ink ends here, and a stroke without ink goes on."""
        assert self._open
        self._extend(self._open.points, x, y)
        self.pen_up()
        self.pen_down(x, y)

    def _extend(self, points: array[float], x: float, y: float) -> None:
        if len(points) >= 4 and _is_straight(points[-4], points[-3], points[-2], points[-1], x, y):
            points[-2], points[-1] = x, y
        else:
            points.append(x)
            points.append(y)
            self.points += 1

    def pen_up(self) -> None:
        """Lift the pen; the stroke is finished."""
        self._open = None

    def take(self, pen: int) -> None:
        """A fresh pen with this number, in place of the one before."""
        self.pen_up()
        self.pen, self._left = pen, self._full

    def __len__(self) -> int:
        return len(self._strokes)

    def __iter__(self) -> Iterator[InkStroke]:
        for laid in self._strokes:
            points = list(zip(laid.points[::2], laid.points[1::2], strict=True))
            if laid is self._open and self._tip is not None and self._tip() != points[-1]:
                points.append(self._tip())
            yield InkStroke(laid.pen, points, laid.dry, laid.deepest, laid.deepest > self._gouge)

    @property
    def strokes(self) -> list[InkStroke]:
        """All of it, in the order in which it was laid."""
        return list(self)

    def svg(self, sheet: Bounds, looks: Mapping[int, tuple[str, float]] | None = None, title: str = "") -> str:
        """The sheet as an SVG picture. `looks` gives colour and width in mm by pen number.

        A dry pen leaves nothing; what gouged the paper is drawn wider.
        """
        looks = looks or {}
        drawn = []
        for stroke in self:
            colour, width = looks.get(stroke.pen, ("#000000", 0.5))
            if not stroke.dry:
                drawn.append(Stroke(stroke.points, colour, width * (_GOUGE_WIDTH if stroke.gouged else 1.0)))
        return svg(drawn, sheet, title=title)


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
