"""Strokes as a few lines of braille, for a glance at a terminal."""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[float, float]


def sketch(
    strokes: Sequence[Sequence[Point]], columns: int, rows: int, *, ends: bool = True
) -> tuple[list[str], float]:
    """At most `rows` lines of at most `columns` characters, and the mm that a dot is; no lines for no strokes.

    Points in mm, y up. The first point is marked A, the last B, unless `ends` is false.
    """
    import numpy as np

    from dcode.geometry.braille import ACROSS, BLANK, UPRIGHT, characters, dotted
    from dcode.geometry.lines import Lines

    lines = Lines.of(strokes)
    bounds = lines.bounds
    if bounds is None:
        return [], 0.0
    dot = max(bounds.width / (ACROSS * columns - 1), bounds.height / (UPRIGHT * rows - 1)) or 1.0
    places = (lines.points - (bounds.left, bounds.top)) / (dot, -dot)
    codes = characters(dotted(Lines(places, lines.starts), columns, rows))
    for name, point in (("B", places[-1]), ("A", places[0])) if ends else ():
        across, down = np.rint(point).astype(np.int64)
        codes[down // UPRIGHT, across // ACROSS] = ord(name)
    down, across = np.nonzero(codes != BLANK)
    return ["".join(map(chr, line)) for line in codes[: down.max() + 1, : across.max() + 1]], dot
