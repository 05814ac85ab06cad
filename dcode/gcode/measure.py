"""How large a motion is: bounds, lengths, pen lifts."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from typing import Final, Literal

from dcode.gcode.motion import Kind, Motion
from dcode.geometry.bounds import Bounds

LARGE: Final = 20_000  # rows from which numpy pays for its import
_BLOCK: Final = 1 << 15  # rows that numpy takes at a time
_Corners = tuple[float, float, float, float]  # left, right, top, bottom
_Sums = tuple[int, int, float, float, bool]  # moves, lifts, drawn mm, travelled mm, pen down
_Found = tuple[_Sums, _Corners, _Corners]

Way = Literal["auto", "compiled", "numpy", "python"]


@dataclass(frozen=True, slots=True)
class Measure:
    """Lengths in mm. A motion that goes nowhere has no bounds, one that draws nothing no ink."""

    bounds: Bounds | None  # of everything that the gondola is sent to or draws, homes included
    ink: Bounds | None  # of what is drawn
    draw_mm: float
    travel_mm: float
    pen_lifts: int
    moves: int  # travels and draws
    pen_down_at_end: bool


def measure(motion: Motion, way: Way = "auto") -> Measure:
    """Measure a motion. The three ways differ in speed, and by rounding in the last digits of the lengths."""
    (moves, lifts, draw, travel, down), all_corners, ink_corners = _measure(motion, way)
    bounds, ink = _bounds(all_corners), _bounds(ink_corners)
    if bounds and ink:  # a stroke that begins where the gondola stands
        bounds = bounds.union(ink)
    return Measure(bounds, ink, draw, travel, lifts, moves, down)


def _bounds(corners: _Corners) -> Bounds | None:
    return Bounds(*corners) if corners[0] <= corners[1] else None


def _measure(motion: Motion, way: Way) -> _Found:
    if way in ("auto", "compiled"):
        try:
            from dcode.gcode import _scan
        except ImportError:
            if way == "compiled":
                raise
        else:
            return _scan.measure(motion.kind, motion.x, motion.y, *motion.start, False)
    if way == "numpy" or (way == "auto" and len(motion) > LARGE):
        return _by_numpy(motion)
    return _by_python(motion)


def _by_python(motion: Motion) -> _Found:
    moves = lifts = 0
    draw = travel = 0.0
    down = False
    every, ink = _Extent(), _Extent()
    here_x, here_y = motion.start
    for kind, x, y, _, _ in motion:
        if kind in (Kind.TRAVEL, Kind.DRAW, Kind.HOME):
            dx, dy = x - here_x, y - here_y
            length = sqrt(dx * dx + dy * dy)
            here_x, here_y = x, y
            every.add(x, y)
            moves += kind != Kind.HOME
            if kind == Kind.DRAW:
                draw += length
                ink.add(x, y)
            else:
                travel += length
        elif kind == Kind.PEN_DOWN:
            down = True
            ink.add(x, y)
        elif kind == Kind.PEN_UP:
            down = False
            lifts += 1
    return (moves, lifts, draw, travel, down), every.corners(), ink.corners()


class _Extent:
    def __init__(self) -> None:
        self.left = self.bottom = inf
        self.right = self.top = -inf

    def add(self, x: float, y: float) -> None:
        self.left, self.right = min(self.left, x), max(self.right, x)
        self.bottom, self.top = min(self.bottom, y), max(self.top, y)

    def corners(self) -> _Corners:
        return self.left, self.right, self.top, self.bottom


def _by_numpy(motion: Motion) -> _Found:
    import numpy as np

    kinds = np.frombuffer(motion.kind, np.uint8)
    xs, ys = np.frombuffer(motion.x), np.frombuffer(motion.y)
    moves = lifts = 0
    draw = travel = 0.0
    every, ink = _Extent(), _Extent()
    here_x, here_y = motion.start
    for begin in range(0, len(kinds), _BLOCK):
        kind, x, y = (column[begin : begin + _BLOCK] for column in (kinds, xs, ys))
        drawn = kind == Kind.DRAW
        length = np.hypot(np.diff(x, prepend=here_x), np.diff(y, prepend=here_y))
        draw_here = float(length[drawn].sum())
        draw += draw_here
        travel += float(length.sum()) - draw_here
        here_x, here_y = float(x[-1]), float(y[-1])
        moves += int(np.count_nonzero(kind <= Kind.DRAW))
        lifts += int(np.count_nonzero(kind == Kind.PEN_UP))
        for extent, part in (
            (every, (kind <= Kind.DRAW) | (kind == Kind.HOME)),
            (ink, drawn | (kind == Kind.PEN_DOWN)),
        ):
            if part.any():
                extent.add(float(x[part].min()), float(y[part].min()))
                extent.add(float(x[part].max()), float(y[part].max()))
    pens = np.flatnonzero((kinds == Kind.PEN_UP) | (kinds == Kind.PEN_DOWN))
    down = bool(len(pens)) and bool(kinds[pens[-1]] == Kind.PEN_DOWN)
    return (moves, lifts, draw, travel, down), every.corners(), ink.corners()
