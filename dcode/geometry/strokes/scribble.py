"""Strokes as a hand sketches: from the darkest place along the darkest direction, and on, until enough is drawn.

A greedy search, piece by piece: of straight lines in all directions and of all lengths the darkest is drawn, its ink
is taken away from what is still to draw, and it goes on from there as long as it is dark enough. `darkest.py` does it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from dcode.geometry.lines import Lines
from dcode.geometry.order.kernels import Way
from dcode.geometry.pen_width import PEN_MM
from dcode.geometry.strokes.kernels import Kernel, kernel
from dcode.geometry.strokes.means import Values, means
from dcode.geometry.strokes.options import option
from dcode.geometry.strokes.picture import Picture

MOST_POINTS: Final = 2_000_000
_HALVINGS: Final = 3
_BLOCK: Final = 1 << _HALVINGS  # cells to a side: surroundings in which it does not matter where the ink is
_ANGLES: Final = 720
_GRAIN: Final = 0.01  # chance in the tones, so that an even one has a darkest place anywhere
_FAINTEST: Final = 0.3  # of the ink of one line through a block: what a piece must find there to be worth it
_SHARE: Final = 0.5  # of what is darkest anywhere: what a stroke must find to go on
_AVOID: Final = 0.5  # by how much a cell that is dark enough counts less: about a grey that one would not cross


@dataclass(frozen=True, slots=True)
class Options:
    """How strokes are found, and when it is enough."""

    pen: float = option(PEN_MM, "how wide the pen draws", unit="mm", low=0.1, high=50)
    strokes: int = option(50_000, "how many strokes at the most", low=1, high=500_000)
    error: float = option(0.05, "which part of the tone may be off when it is enough", low=0, high=1)
    shortest: float = option(4.0, "the shortest piece of a stroke", unit="mm", low=0.5, high=500)
    longest: float = option(16.0, "the longest piece of a stroke", unit="mm", low=0.5, high=500)
    pieces: int = option(100, "how many pieces a stroke has at the most", low=1, high=10_000)
    directions: int = option(16, "how many directions are tried for a piece", low=3, high=360)
    seed: int = option(1, "another number, another drawing", low=1, high=2**32 - 1)


def convert(picture: Picture, options: Options, way: Way | None = None) -> Lines:
    """The strokes in the order in which they were found: what is darkest first. At most so many as have room."""
    frame = picture.frame
    side = _BLOCK * max(options.pen, picture.pixel_mm)
    rows, columns = max(1, round(frame.height / side)) * _BLOCK, max(1, round(frame.width / side)) * _BLOCK
    chance = np.random.Generator(np.random.PCG64(options.seed))
    tones = means(picture.darkness, rows, columns) + _GRAIN * (chance.random((rows, columns)) - 0.5)
    side = math.sqrt(frame.width / columns * frame.height / rows)
    lines = _drawn(tones, side, options, kernel("darkest", way))
    points = np.array((frame.left, frame.top)) + lines.points * (frame.width / columns, -frame.height / rows)
    return Lines(np.clip(points, (frame.left, frame.bottom), (frame.right, frame.top)), lines.starts)


def _drawn(tones: Values, side: float, options: Options, used: Kernel) -> Lines:
    """The strokes counted in cells, of `side` mm, from the upper left corner, y down."""
    rows, columns = tones.shape
    blocks, ink = (rows // _BLOCK, columns // _BLOCK), options.pen / side
    angles = np.arange(_ANGLES) * (2 * np.pi / _ANGLES)
    shortest, longest = max(1, round(options.shortest / side)), max(1, round(options.longest / side))
    shape = [columns, rows, _HALVINGS, options.directions, shortest, max(shortest, longest)]
    room = min(MOST_POINTS, 10_000 + options.pieces + 4 * int(tones.sum() / (ink * shortest)))
    x, y, first = used.floats(np.zeros(room)), used.floats(np.zeros(room)), used.ints(np.zeros(options.strokes + 1))
    strokes = used.module.Darkest(
        used.floats(tones),
        used.floats(np.zeros(rows * columns)),
        used.floats(np.zeros(blocks[0] * blocks[1])),
        used.ints(np.zeros(blocks[0])),
        used.ints(np.zeros(blocks[0])),
        used.floats(np.round(np.cos(angles), 12)),  # the same on every machine, whatever its cosine
        used.floats(np.round(np.sin(angles), 12)),
        used.ints([*shape, options.strokes, options.pieces]),
        used.floats([ink, options.error, _FAINTEST * ink / _BLOCK, _SHARE, _AVOID]),
        x,
        y,
        first,
        options.seed,
    )
    starts = np.array(first[: strokes.draw() + 1], dtype=np.int64)
    return Lines(np.column_stack([x[: starts[-1]], y[: starts[-1]]]), starts)
