"""Ink that is no line: areas wider than any line is."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.contours import contours
from dcode.geometry.lines import Lines, Mask
from dcode.geometry.skeleton.depth import Depths, depths
from dcode.geometry.skeleton.ink import Inked
from dcode.geometry.skeleton.labels import labelled
from dcode.geometry.skeleton.thin import Ink

_SPREAD: Final = 1.0  # pixels beyond a core's circles that are still its own: what is round is not quite
_CORNER: Final = 3.0  # widths of the widest line that what sticks out of an area may be long to be a corner of it,
_STUB: Final = 6.0  # and widths of its own


def parted(ink: Inked, widest: float) -> tuple[Inked, Lines]:
    """The ink without the areas in which there is room for a circle of `widest` pixels across, and their outlines.

    An area is what such circles cover (a morphological opening by a disc), with what sticks out of it no further than
    a corner does; the rest are lines. Outlines are closed, x and y in pixels from the picture's upper left corner.
    """
    core = _core(ink.mask, widest / 2)
    if not core.any():
        return ink, Lines.of(())
    area = ink.mask & _near(core, ink.mask, widest / 2 + _SPREAD)
    rest = ink.mask & ~area
    rows, columns = np.nonzero(rest)
    corner = _corners(
        rest, area, depths(~core, rows, columns, (_CORNER + 1) * widest, beyond=True) - widest / 2, widest
    )
    area[rows[corner], columns[corner]] = True
    return Inked(ink.mask & ~area, ink.shares), _outlines(area, ink)


def _corners(rest: Ink, area: Ink, out: Depths, widest: float) -> Mask:
    """For each pixel of the rest whether it is in a corner of an area; `out` is how far from one it is."""
    rows, columns = np.nonzero(rest)
    label = labelled(rest)
    beside, length, width = np.zeros((3, int(label.max(initial=-1)) + 1))
    np.maximum.at(beside, label, _widened(area)[rows, columns])
    np.maximum.at(length, label, out)
    np.maximum.at(width, label, 2 * depths(rest, rows, columns, widest) - 1)
    return np.asarray(((beside > 0) & (length < _CORNER * widest) & (length < _STUB * width))[label])


def _near(core: Ink, mask: Ink, reach: float) -> Ink:
    """The pixels of ink so near a core."""
    rows, columns = np.nonzero(mask)
    found = np.zeros_like(mask)
    found[rows, columns] = depths(~core, rows, columns, reach, beyond=True) < reach
    return found


def _widened(mask: Ink) -> Ink:
    """With the pixels around each one."""
    wide = np.pad(mask, 1)
    rows = wide[:-2] | wide[1:-1] | wide[2:]
    return np.asarray(rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:])


def _core(mask: Ink, radius: float) -> Ink:
    """The pixels of ink around which a circle is all ink."""
    rows, columns = np.nonzero(_within_boxes(mask, max(0, math.ceil(radius / math.sqrt(2)) - 1)))
    core = np.zeros_like(mask)
    deep = depths(mask, rows, columns, radius) >= radius
    core[rows[deep], columns[deep]] = True
    return core


def _within_boxes(mask: Ink, reach: int) -> Ink:
    """Where all is ink up to so many pixels to the sides, above and below: a test that is quick, and seldom passed."""
    height, width = mask.shape
    found, side = np.zeros_like(mask), 2 * reach + 1
    if side > min(height, width):
        return found
    sums = np.zeros((height + 1, width + 1), dtype=np.int32)
    np.cumsum(mask, axis=0, out=sums[1:, 1:], dtype=np.int32)
    np.cumsum(sums, axis=1, out=sums)
    inside = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    found[reach : height - reach, reach : width - reach] = inside == side * side
    return found


def _outlines(area: Ink, ink: Inked) -> Lines:
    """Between the pixels, where half of one would be ink."""
    soft: npt.NDArray[np.float32] = np.where(_widened(area) & ~ink.mask, ink.shares, 0).astype(np.float32)
    return contours(np.where(area, np.maximum(ink.shares, 128).astype(np.float32), soft), 127.5)
