"""Lines as dots, and dots as braille characters, for a picture in a terminal: 2 by 4 dots a character.

A terminal's characters are twice as high as wide, so the dots are square. Coordinates are in dots: x to the right, y
down, from the middle of the upper left one. Which dots a line touches is sampled as often as it passes one in the
direction in which it is longer (a DDA), all lines at once.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.bounds import Bounds
from dcode.geometry.crop import span
from dcode.geometry.lines import Lines, Mask

ACROSS: Final = 2
UPRIGHT: Final = 4
BLANK: Final = 0x2800
# Unicode's order of the dots, by column, then from the top: "Braille Patterns", U+2800.
BITS: Final = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
NEVER: Final = np.iinfo(np.int32).max  # of a dot that no line touches

Floats = npt.NDArray[np.floating]
Rows = npt.NDArray[np.int32]
Indices = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint16]


class Raster:
    """What many lines leave on a field of dots, line by line.

    `first`, shape (height, width), is the least row of those that touch a dot, NEVER where none does, so that what is
    drawn up to a row is seen at once for any row; `count` is how often one does, which tells how dark it is there.
    """

    __slots__ = ("count", "first")

    def __init__(self, columns: int, rows: int) -> None:
        """For so many characters."""
        shape = rows * UPRIGHT, columns * ACROSS
        self.first: Rows = np.full(shape, NEVER, np.int32)
        self.count: Rows = np.zeros(shape, np.int32)

    def add(self, x0: Floats, y0: Floats, x1: Floats, y1: Floats, rows: Rows) -> Indices:
        """Draw segments, each with its row; the flat indices of the dots that they touch."""
        height, width = self.first.shape
        index, owner = touched(x0, y0, x1, y1, width, height)
        np.minimum.at(self.first.reshape(-1), index, rows[owner])
        np.add.at(self.count.reshape(-1), index, np.int32(1))
        return index


def touched(
    x0: Floats, y0: Floats, x1: Floats, y1: Floats, width: int, height: int, *, every: int = 1
) -> tuple[Indices, Indices]:
    """The dots of segments in a field: the flat index of each dot, and the number of the segment that it is of.

    In the order of the segments, from where each begins to its end. The dot where one begins is not among them (the
    segment before has it): a stroke is begun by a segment without length. Dots that follow each other differ.
    `every`: only one of so many, for a dotted line.
    """
    which, (x0, y0, x1, y1) = _within(x0, y0, x1, y1, width, height)
    dx, dy = x1 - x0, y1 - y0
    steps = np.maximum(np.ceil(np.maximum(np.abs(dx), np.abs(dy)) / every), 1).astype(np.int64)
    total = int(steps.sum())
    if total == len(steps):  # none is longer than that: its end is all of it
        index, owner = _index(x1, y1, width, height), np.arange(total)
    else:
        owner = np.repeat(np.arange(len(steps)), steps)
        number = np.arange(1, total + 1) - (np.cumsum(steps) - steps)[owner]  # of the dot in its segment
        x = x0[owner] + (dx / steps)[owner] * number
        y = y0[owner] + (dy / steps)[owner] * number
        index = _index(x, y, width, height)
    fresh = np.empty(len(index), np.bool_)
    fresh[:1] = True
    np.not_equal(index[1:], index[:-1], out=fresh[1:])
    owner = owner[fresh]
    return index[fresh], owner if which is None else which[owner]


def dotted(lines: Lines, columns: int, rows: int) -> Mask:
    """Which dots of so many characters polylines touch, shape (height, width). Points in dots; one point is a dot."""
    width, height = columns * ACROSS, rows * UPRIGHT
    lit = np.zeros((height, width), np.bool_)
    begins = np.roll(lines.points, 1, axis=0)
    begins[lines.starts[:-1]] = lines.points[lines.starts[:-1]]
    (x0, y0), (x1, y1) = begins.T, lines.points.T
    lit.reshape(-1)[touched(x0, y0, x1, y1, width, height)[0]] = True
    return lit


def characters(lit: Mask) -> Codes:
    """The code points of the characters for dots, shape (height, width), of which some are lit; (rows, columns)."""
    codes: Codes = np.full((lit.shape[0] // UPRIGHT, lit.shape[1] // ACROSS), BLANK, np.uint16)
    dots = lit.view(np.uint8)
    for column, bits in enumerate(BITS):
        for row, bit in enumerate(bits):
            codes += dots[row::UPRIGHT, column::ACROSS] * np.uint16(bit)
    return codes


def filled(outlines: Lines, width: int, height: int) -> Mask:
    """Which dots, shape (height, width), are inside closed outlines, by the even-odd rule. Points in dots."""
    crossed = np.zeros((height, width + 1), np.uint8)
    for outline in outlines:
        ends = np.roll(outline, -1, axis=0)
        low, high = np.minimum(outline[:, 1], ends[:, 1]), np.maximum(outline[:, 1], ends[:, 1])
        rows = np.arange(height)[:, None]
        row, edge = np.nonzero((low <= rows) & (rows < high))  # half open: a corner is crossed once
        slope = (ends[edge, 0] - outline[edge, 0]) / (ends[edge, 1] - outline[edge, 1])
        x = outline[edge, 0] + slope * (row - outline[edge, 1])
        np.add.at(crossed, (row, np.clip(np.ceil(x), 0, width).astype(np.int64)), np.uint8(1))
    return np.asarray((np.cumsum(crossed[:, :-1], axis=1, dtype=np.uint8) & 1).astype(np.bool_))


def _within(
    x0: Floats, y0: Floats, x1: Floats, y1: Floats, width: int, height: int
) -> tuple[Indices | None, tuple[Floats, Floats, Floats, Floats]]:
    """Which segments are in the field at least in part, None for all, and those, cut at its edges."""
    edges = Bounds(-0.5, width - 0.5, height - 0.5, -0.5)
    low_x, high_x, low_y, high_y = np.minimum(x0, x1), np.maximum(x0, x1), np.minimum(y0, y1), np.maximum(y0, y1)
    whole = (low_x >= edges.left) & (high_x <= edges.right) & (low_y >= edges.bottom) & (high_y <= edges.top)
    if whole.all():
        return None, (x0, y0, x1, y1)
    meets = (low_x <= edges.right) & (high_x >= edges.left) & (low_y <= edges.top) & (high_y >= edges.bottom)
    kept = np.flatnonzero(meets)
    x0, y0, x1, y1 = (np.asarray(one[kept], np.float64) for one in (x0, y0, x1, y1))
    cut = np.flatnonzero(~whole[kept])
    begin, end = np.column_stack([x0[cut], y0[cut]]), np.column_stack([x1[cut], y1[cut]])
    enter, leave = span(begin, end, edges)
    way = end - begin
    x0[cut], y0[cut] = (begin + enter[:, None] * way).T
    x1[cut], y1[cut] = (begin + leave[:, None] * way).T
    good = np.ones(len(kept), np.bool_)
    good[cut] = enter <= leave
    return kept[good], (x0[good], y0[good], x1[good], y1[good])


def _index(x: Floats, y: Floats, width: int, height: int) -> Indices:
    column = np.clip(np.rint(x), 0, width - 1).astype(np.int64)
    return np.clip(np.rint(y), 0, height - 1).astype(np.int64) * width + column
