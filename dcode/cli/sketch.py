"""Strokes as a few lines of braille, for a glance at a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

Point = tuple[float, float]

ACROSS, UPRIGHT = (
    2,
    4,
)  # dots of a braille character; a terminal's characters are twice as high as wide: dots are square
BLANK: Final = 0x2800
# Unicode's order of the dots, by column, then from the top: "Braille Patterns", U+2800.
BITS: Final = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))


def sketch(
    strokes: Sequence[Sequence[Point]], columns: int, rows: int, *, ends: bool = True
) -> tuple[list[str], float]:
    """At most `rows` lines of at most `columns` characters, and the mm that a dot is; no lines for no strokes.

    Points in mm, y up. The first point is marked A, the last B, unless `ends` is false.
    """
    points = [point for stroke in strokes for point in stroke]
    if not points:
        return [], 0.0
    left, top = min(x for x, _ in points), max(y for _, y in points)
    width, height = max(x for x, _ in points) - left, top - min(y for _, y in points)
    dot = max(width / (ACROSS * columns - 1), height / (UPRIGHT * rows - 1)) or 1.0

    def at(point: Point) -> Point:
        return (point[0] - left) / dot, (top - point[1]) / dot

    cells = dict[tuple[int, int], int]()
    for stroke in strokes:
        for begin, end in pairwise([*stroke[:1], *stroke]):
            for x, y in _along(at(begin), at(end)):
                cell = x // ACROSS, y // UPRIGHT
                cells[cell] = cells.get(cell, BLANK) | BITS[x % ACROSS][y % UPRIGHT]
    for name, point in (("B", points[-1]), ("A", points[0])) if ends else ():
        across, down = at(point)
        cells[round(across) // ACROSS, round(down) // UPRIGHT] = ord(name)
    last_column, last_row = (max(cell[axis] for cell in cells) for axis in (0, 1))
    return [
        "".join(chr(cells.get((column, row), BLANK)) for column in range(last_column + 1))
        for row in range(last_row + 1)
    ], dot


def _along(begin: Point, end: Point) -> list[tuple[int, int]]:
    """The dots of a line, both ends with it."""
    steps = math.ceil(max(abs(end[0] - begin[0]), abs(end[1] - begin[1]))) or 1
    return [
        (round(begin[0] + (end[0] - begin[0]) * i / steps), round(begin[1] + (end[1] - begin[1]) * i / steps))
        for i in range(steps + 1)
    ]
