"""Strokes narrower than a pixel: each pixel gets the share of it that their ink covers.

The ink of every half pixel of a stroke is put down in its middle and divided among the four pixels around, nearer ones
getting more (a tent, one pixel wide to either side): all of it adds up to length times width exactly, and a line has
the same strength wherever it lies between pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Points
from dcode.geometry.mixing import Tones
from dcode.machine.preview.segments import Segments, pieces

_PER_PIXEL: Final = 2  # drops: at this distance tents add up to a line of even strength
_AT_ONCE: Final = 1 << 18  # drops: what is worked on stays in the cache

Values = npt.NDArray[np.float64]


def reach(width: float) -> float:
    """How far from the edge of a picture a stroke may be to be seen in it, in pixels."""
    return 1.0


def add(tones: Tones, segments: Segments, width: float) -> None:
    """Lay strokes `width` pixels wide on an array of coverage, in place."""
    low, above = segments.box
    left, top = np.floor(low - 0.5).astype(int).tolist()
    right, bottom = np.floor(above + 0.5).astype(int).tolist()
    across = right - left + 1
    ink = np.zeros((bottom - top + 1) * across, dtype=np.float32)
    for places, masses in _drops(segments, width):
        _put(ink, across, places - (left + 0.5, top + 0.5), masses)
    _lay(tones, ink.reshape(-1, across), left, top)


def _drops(segments: Segments, width: float) -> Iterator[tuple[Points, Values]]:
    """Where ink is put down, and how much of it, in pixels."""
    lengths = np.hypot(segments.way[:, 0], segments.way[:, 1])
    counts = np.ceil(_PER_PIXEL * lengths).astype(np.int64)
    for begin, end in pieces(np.cumsum(counts), _AT_ONCE):
        many = counts[begin:end]
        which = np.repeat(np.arange(begin, end), many)
        number = np.arange(len(which)) - np.repeat(np.cumsum(many) - many, many)
        share = (number + 0.5) / counts[which]
        yield segments.begin[which] + share[:, None] * segments.way[which], width * lengths[which] / counts[which]
    # A pen's tip is round: where it is put down it leaves its own area, and that is all there is of a dot.
    tips = segments.begin[segments.opens]
    yield tips, np.full(len(tips), math.pi / 4 * width * width)


def _put(ink: Tones, across: int, places: Points, masses: Values) -> None:
    """Divide ink among the four pixels around each place; places count from the middle of the first pixel."""
    column, row = places[:, 0].astype(np.int64), places[:, 1].astype(np.int64)
    right, below = places[:, 0] - column, places[:, 1] - row
    first = row * across + column
    lower = masses * below
    lower_right, upper_right = lower * right, (masses - lower) * right
    np.add.at(ink, first, (masses - lower - upper_right).astype(np.float32))
    np.add.at(ink, first + 1, upper_right.astype(np.float32))
    np.add.at(ink, first + across, (lower - lower_right).astype(np.float32))
    np.add.at(ink, first + across + 1, lower_right.astype(np.float32))


def _lay(tones: Tones, ink: Tones, left: int, top: int) -> None:
    """Add a piece of a picture where it belongs; what sticks out is cut off."""
    (height, width), (rows, columns) = tones.shape, ink.shape
    above, beside = max(0, -top), max(0, -left)
    below, beyond = min(rows, height - top), min(columns, width - left)
    if above < below and beside < beyond:
        place = tones[top + above : top + below, left + beside : left + beyond]
        place += ink[above:below, beside:beyond]
        np.minimum(place, 1.0, out=place)
