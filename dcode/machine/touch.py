"""Where a pen may be tried without a trace in the drawing: beside it, on the sheet."""

from __future__ import annotations

from typing import Final

from dcode.geometry.bounds import Bounds

Point = tuple[float, float]

STROKE_MM: Final = 3.0
_CLEAR_MM: Final = 2.0  # from the drawing, from the edge, and from the stroke before


def trial_strokes(area: Bounds, drawing: Bounds) -> list[tuple[Point, Point]]:
    """Short strokes in the margin between a drawing and the edges of the work area, lowest first; none where there is
    no room."""
    across = _steps(area.left, area.right)
    strokes = list[tuple[Point, Point]]()
    for low, high in ((area.bottom, drawing.bottom), (drawing.top, area.top)):
        if high - low >= 2 * _CLEAR_MM:
            strokes += [_stroke(x, low + _CLEAR_MM) for x in across]
    for left, right in ((area.left, drawing.left), (drawing.right, area.right)):
        if right - left >= STROKE_MM + 2 * _CLEAR_MM:
            strokes += [_stroke(left + _CLEAR_MM, y) for y in _steps(area.bottom, area.top)]
    return list(dict.fromkeys(strokes))  # in the corners they are the same


def _steps(low: float, high: float) -> list[float]:
    """Where strokes begin, one after the other, from one edge to the other."""
    pitch = STROKE_MM + _CLEAR_MM
    return [low + _CLEAR_MM + pitch * n for n in range(int((high - low - _CLEAR_MM) / pitch))]


def _stroke(x: float, y: float) -> tuple[Point, Point]:
    return (x, y), (x + STROKE_MM, y)
