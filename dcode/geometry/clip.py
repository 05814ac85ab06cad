"""Cut a straight line at the edges of a rectangle (Liang and Barsky, 1984)."""

from __future__ import annotations

from dcode.geometry.bounds import Bounds


def clip_segment(
    x0: float, y0: float, x1: float, y1: float, inside: Bounds
) -> tuple[float, float, float, float] | None:
    """The part of a segment inside a rectangle, in the same direction, as (x0, y0, x1, y1); None when there is none.

    An end that is inside is returned as it is; one that is cut lies exactly on the edge. A line that only touches a
    corner or an edge from outside gives a part without length. Anything not finite is outside.
    """
    if inside.contains(x0, y0) and inside.contains(x1, y1):
        return x0, y0, x1, y1
    enter, leave = 0.0, 1.0
    dx, dy = x1 - x0, y1 - y0
    for delta, start, low, high in (
        (dx, x0, inside.left, inside.right),
        (dy, y0, inside.bottom, inside.top),
    ):
        if delta == 0.0:
            if not low <= start <= high:
                return None
            continue
        near, far = (low, high) if delta > 0 else (high, low)
        enter = max((near - start) / delta, enter)
        leave = min((far - start) / delta, leave)
    if not enter <= leave:  # NaN is not, either
        return None
    first = (x0, y0) if inside.contains(x0, y0) else _onto(x0 + enter * dx, y0 + enter * dy, inside)
    last = (x1, y1) if inside.contains(x1, y1) else _onto(x0 + leave * dx, y0 + leave * dy, inside)
    return None if first is None or last is None else (*first, *last)


def _onto(x: float, y: float, inside: Bounds) -> tuple[float, float] | None:
    """The point moved onto the rectangle: it is there but for rounding."""
    x, y = min(max(x, inside.left), inside.right), min(max(y, inside.bottom), inside.top)
    return (x, y) if inside.contains(x, y) else None
