"""One line that fills the sheet, in finer cells where the picture is darker.

A line through cells of one size covers pen / side of them, so each size has its tone. Between two sizes some cells are
divided and some are not; which ones is decided along the curve, so that what one leaves over goes to the next (L. Velho
and J. Gomes, "Digital halftoning with space filling curves", 1991).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.errors import DrawingError
from dcode.geometry.lines import Lines
from dcode.geometry.pen_width import PEN_MM
from dcode.geometry.strokes.filling import Cells, Curve, Ints, blocks
from dcode.geometry.strokes.means import Values, means
from dcode.geometry.strokes.options import option
from dcode.geometry.strokes.picture import Picture

MOST_CELLS: Final = 16_777_216  # of the finest size: 134 MB of tones

# What a cell's bend covers twice, in squares of the pen's width, (1 - pi / 4) / 4; times how many cells have one.
_BENDS: Final = {Curve.HILBERT: 0.0537 * 0.8, Curve.PEANO: 0.0537 * 0.5}


@dataclass(frozen=True, slots=True)
class Options:
    """How tones become cells."""

    curve: Curve = option(Curve.HILBERT, "which curve: cells of four parts, or of nine")
    pen: float = option(PEN_MM, "how wide the pen draws: black lines lie this far apart", unit="mm", low=0.1, high=50)
    coarsest: float = option(32.0, "the side of the largest cells, where it is white", unit="mm", low=1, high=1000)


def convert(picture: Picture, options: Options) -> Lines:
    """One stroke. Raises DrawingError for a pen too fine for the sheet."""
    frame, parts = picture.frame, options.curve.parts
    short, long, depth = _layout(frame.width, frame.height, options)
    upright = frame.height >= frame.width
    across, down = (short, long) if upright else (long, short)
    steps = parts**depth
    if across * down * steps**2 > MOST_CELLS:
        raise DrawingError(
            f"a pen of {options.pen:g} mm needs more than {MOST_CELLS} cells: choose a wider one", limit=MOST_CELLS
        )
    cells = Cells(blocks(short, long, upright, options.curve), options.curve)
    sides = [min(frame.width, frame.height) / short / parts**level for level in range(depth + 1)]
    chances = _chances(means(picture.darkness, down * steps, across * steps), sides, options)
    corners = _corners(_visited(cells, chances))
    height, width = picture.darkness.shape
    points = picture.to_paper(
        corners[:, 1] * (height / (2 * down * steps)), corners[:, 0] * (width / (2 * across * steps))
    )
    points = np.clip(points, (frame.left, frame.bottom), (frame.right, frame.top))
    return Lines(points, np.array([0, len(points)], dtype=np.int64))


def _layout(width: float, height: float, options: Options) -> tuple[int, int, int]:
    """Blocks across the shorter and along the longer side, and how often they are divided at most.

    Nearly square ones; of these, those whose finest cells come nearest to the pen's width.
    """

    def misfit(layout: tuple[int, int, int]) -> tuple[float, float]:
        short, long, depth = layout
        side = min(width, height) / short / options.curve.parts**depth
        return max(0.1, abs(math.log(longer * short / long))), abs(math.log(side / options.pen))

    longer, found = max(width, height) / min(width, height), list[tuple[int, int, int]]()
    for short in (1, 3, 5, 7):
        depth = math.log(min(width, height) / short / options.pen) / math.log(options.curve.parts)
        found.append((short, max(1, round(longer * short)), max(0, round(depth))))
    return min(found, key=misfit)


def _chances(tones: Values, sides: list[float], options: Options) -> list[Values]:
    """For each size the share, 0 to 1, in which each cell is to be divided; `tones` are those of the finest cells."""
    parts = options.curve.parts
    lines = [options.pen / side for side in sides]
    covers = [min(1.0, line - _BENDS[options.curve] * line * line) for line in lines]
    chances = [np.zeros_like(tones)]
    drawn = np.maximum(tones, covers[-1])  # the tone that a cell comes to have
    for cover, side in zip(covers[-2::-1], sides[-2::-1], strict=True):
        tones, divided = _means(tones, parts), _means(drawn, parts)
        chance = np.clip((tones - cover) / np.maximum(divided - cover, 1e-12), 0.0, 1.0)
        # Where a part is to be divided for certain, it has to be there: no shape is left to chance.
        certain = _greatest(chances[-1], parts) >= 1
        chance[certain | (side > options.coarsest)] = 1.0
        chances.append(chance)
        drawn = cover + chance * (divided - cover)
    return chances[::-1]


def _fields(values: Values, parts: int) -> list[Values]:
    """The first part of every cell, the second part of every cell, ..."""
    return [values[row::parts, column::parts] for row in range(parts) for column in range(parts)]


def _means(values: Values, parts: int) -> Values:
    return np.asarray(sum(_fields(values, parts)) / parts**2)


def _greatest(values: Values, parts: int) -> Values:
    first, *others = _fields(values, parts)
    for other in others:
        first = np.maximum(first, other)
    return first


def _visited(cells: Cells, chances: list[Values]) -> Ints:
    """The centres of the cells along the curve, in halves of the finest cell."""
    centres, order = list[Ints](), list[Ints]()
    for chance in chances:
        taken = cells.take(~_chosen(chance[cells.rows, cells.columns]), len(chances) - 1)
        centres.append(taken[0])
        order.append(taken[1])
    return np.asarray(np.concatenate(centres)[np.argsort(np.concatenate(order), kind="stable")])


def _chosen(chances: Values) -> npt.NDArray[np.bool_]:
    """Which cells, in the order of the curve, are divided: what a chance leaves over goes to the next."""
    chosen = chances >= 1
    undecided = np.flatnonzero((chances > 0) & ~chosen)
    owed = np.floor(np.cumsum(chances[undecided]) + 0.5)
    chosen[undecided] = np.diff(owed, prepend=0.0) > 0
    return chosen


def _corners(cells: Ints) -> Ints:
    """Without the points at which the line goes straight on."""
    step = np.diff(cells, axis=0)
    keep = np.ones(len(cells), dtype=bool)
    keep[1:-1] = step[:-1, 0] * step[1:, 1] != step[:-1, 1] * step[1:, 0]
    return cells[keep]
