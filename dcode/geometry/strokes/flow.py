"""Evenly spaced lines along directions that the picture has, closer to each other where it is darker.

The direction at a place is that of the edges around it: what the structure tensor, the mean of gradient times gradient,
says is the direction of least change (J. Bigun and G. Granlund, "Optimal orientation detection of linear symmetry",
1987). Where nothing changes, the tensor of ever wider surroundings is asked. Or lines run across edges, or along the
level lines of noise, which are closed and never cross. `streamlines.py` draws them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from dcode.errors import DrawingError
from dcode.geometry.lines import Lines, Points
from dcode.geometry.order.kernels import Way
from dcode.geometry.simplify import simplify
from dcode.geometry.strokes.blur import blurred
from dcode.geometry.strokes.kernels import kernel
from dcode.geometry.strokes.means import Values, means
from dcode.geometry.strokes.options import option
from dcode.geometry.strokes.picture import Picture, Tones

MOST_POINTS: Final = 4_000_000
_STEP: Final = 2 / 3  # of the least distance between lines
_NEARER: Final = 0.75  # of the distance that they are to have: what lines may come to before they end
_TOLERANCE: Final = 0.1  # mm that points left out may be off
_WIDER: Final = 0.01  # how much surroundings twice as wide count


class Field(Enum):
    """What lines follow."""

    EDGES = "edges"
    GRADIENT = "gradient"
    NOISE = "noise"


@dataclass(frozen=True, slots=True)
class Options:
    """Where lines lie and how close."""

    field: Field = option(
        Field.EDGES, "lines along edges, across edges, or in swirls that have nothing to do with them"
    )
    near: float = option(1.5, "between lines where it is black", unit="mm", low=0.2, high=100)
    far: float = option(12.0, "between lines where it is nearly white", unit="mm", low=0.2, high=500)
    lightest: float = option(0.04, "darkness below which nothing is drawn", low=0, high=1)
    smooth: float = option(6.0, "how wide the surroundings are that say a direction", unit="mm", low=0.5, high=500)
    swirl: float = option(60.0, "how wide the swirls of noise are", unit="mm", low=2, high=2000)
    shortest: float = option(5.0, "leave out lines that are shorter", unit="mm", low=0, high=1000)
    seed: int = option(1, "another number, another drawing", low=0, high=2**32 - 1)


def convert(picture: Picture, options: Options, way: Way | None = None) -> Lines:
    """The lines in the order in which they were found. Raises DrawingError when there would be too many points."""
    frame, chance = picture.frame, np.random.Generator(np.random.PCG64(options.seed))
    field = _noise(picture, options, chance) if options.field is Field.NOISE else _edges(picture, options)
    lines = _drawn(picture, options, field, chance, way)
    lines = simplify(_halved(_halved(lines, _TOLERANCE / 4), _TOLERANCE / 4), _TOLERANCE / 2)
    points = lines.points * (1.0, -1.0) + (frame.left, frame.top)
    return Lines(np.clip(points, (frame.left, frame.bottom), (frame.right, frame.top)), lines.starts)


def _grid(picture: Picture, side: float) -> tuple[int, int]:
    """Rows and columns of squares of about that side, at least as large as a pixel."""
    height, width = picture.darkness.shape
    if side <= picture.pixel_mm:
        return height, width
    return max(1, round(picture.frame.height / side)), max(1, round(picture.frame.width / side))


def _edges(picture: Picture, options: Options) -> Values:
    """Cosine and sine of twice the angle along edges, or across them; shape (2, rows, columns), row 0 at the top."""
    rows, columns = _grid(picture, options.smooth / 3)
    tones = np.asarray(means(picture.darkness, rows, columns), dtype=np.float32)
    across, down = _slopes(tones)
    sigma = options.smooth / 2 * columns / picture.frame.width
    twice: Tones = np.stack([across * across - down * down, 2 * across * down])
    cosine, sine = _spread(twice[0], sigma), _spread(twice[1], sigma)
    return _angles(cosine, sine) if options.field is Field.GRADIENT else _angles(-cosine, -sine)


def _noise(picture: Picture, options: Options, chance: np.random.Generator) -> Values:
    """The same along the level lines of smooth noise."""
    rows, columns = _grid(picture, options.swirl / 8)
    noise = blurred(chance.random((rows, columns), dtype=np.float32), 2.0)
    across, down = _slopes(noise)
    return _angles(down * down - across * across, -2 * across * down)


def _slopes(tones: Tones) -> tuple[Tones, Tones]:
    wide: Tones = np.pad(tones, 1, mode="edge")
    return wide[1:-1, 2:] - wide[1:-1, :-2], wide[2:, 1:-1] - wide[:-2, 1:-1]


def _spread(values: Tones, sigma: float) -> Tones:
    """Smoothed; and, for where nothing is, a little of the same at half the size, with a little of a quarter, ..."""
    near = blurred(values, sigma)
    rows, columns = values.shape
    if min(rows, columns) < 2:
        return near
    even = np.pad(values, ((0, rows % 2), (0, columns % 2)), mode="edge")
    half: Tones = np.asarray(
        (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4, dtype=np.float32
    )
    wide = _spread(half, sigma).repeat(2, axis=0).repeat(2, axis=1)[:rows, :columns]
    return near + _WIDER * blurred(wide, 1.0)


def _angles(cosine: Tones, sine: Tones) -> Values:
    """Of length 1. Where there is no direction it is level."""
    both = np.stack([cosine, sine]).astype(np.float64)
    length = np.sqrt(both[0] * both[0] + both[1] * both[1])
    both /= np.where(length > 0, length, 1.0)
    both[0][length == 0] = 1.0
    return both


def _drawn(picture: Picture, options: Options, field: Values, chance: np.random.Generator, way: Way | None) -> Lines:
    """The lines in mm from the upper left corner, y down."""
    frame, used, near = picture.frame, kernel("streamlines", way), min(options.near, options.far)
    step = _STEP * near
    tones = means(picture.darkness, *_grid(picture, near / 2))
    apart = np.where(tones > options.lightest, 1 / ((1 - tones) / options.far + tones / options.near), 0.0)
    side = frame.width / tones.shape[1]
    room = 10_000 + int(2 * (side * side / step) * float((1 / apart[apart > 0]).sum()))
    if room > MOST_POINTS:
        raise DrawingError(
            f"the lines need {room} points, more than {MOST_POINTS}: draw them further apart", limit=room
        )
    columns, rows = int(frame.width / near) + 1, int(frame.height / near) + 1
    x, y = used.floats(np.zeros(room)), used.floats(np.zeros(room))
    arc, following, first = used.ints(np.zeros(room)), used.ints(np.zeros(room)), used.ints(np.zeros(room))
    lines = used.module.Streamlines(
        used.floats(field[0]),
        used.floats(field[1]),
        used.floats(apart),
        used.ints([field.shape[2], field.shape[1], apart.shape[1], apart.shape[0], columns, rows]),
        used.floats(
            [frame.width / field.shape[2], side, near, frame.width, frame.height, step, _NEARER, options.shortest]
        ),
        x,
        y,
        arc,
        following,
        first,
        used.ints(np.full(rows * columns, -1)),
    )
    seeds = _seeds(frame.width, frame.height, 2 * near, chance)
    count = lines.fill(used.floats(seeds[:, 0]), used.floats(seeds[:, 1]))
    if lines.full:
        raise DrawingError(f"the lines need more than {room} points: draw them further apart", limit=room)
    starts = np.array(first[: count + 1], dtype=np.int64)
    points = np.column_stack([x[: starts[-1]], y[: starts[-1]]])
    owner = np.repeat(np.arange(count), np.diff(starts))
    return Lines(points[np.lexsort((np.array(arc[: starts[-1]]), owner))], starts)


def _seeds(width: float, height: float, apart: float, chance: np.random.Generator) -> Points:
    """Places all over the sheet, in an order by chance."""
    columns, rows = max(1, round(width / apart)), max(1, round(height / apart))
    place = np.argsort(chance.random(rows * columns), kind="stable")
    return np.column_stack([(place % columns + 0.5) * (width / columns), (place // columns + 0.5) * (height / rows)])


def _halved(lines: Lines, tolerance: float) -> Lines:
    """Without every other point, where it is so near to the way between its neighbours: most of what can go, soon."""
    points, counts = lines.points, lines.counts
    within = np.arange(len(points)) - np.repeat(lines.starts[:-1], counts)
    inner = np.flatnonzero((within % 2 == 1) & (within + 1 < np.repeat(counts, counts)))
    before, way = points[inner] - points[inner - 1], points[inner + 1] - points[inner - 1]
    beside = before[:, 0] * way[:, 1] - before[:, 1] * way[:, 0]
    along = before[:, 0] * way[:, 0] + before[:, 1] * way[:, 1]
    square = way[:, 0] * way[:, 0] + way[:, 1] * way[:, 1]
    near = (beside * beside <= tolerance * tolerance * square) & (along >= 0) & (along <= square) & (square > 0)
    keep = np.ones(len(points), dtype=bool)
    keep[inner[near]] = False
    starts = np.concatenate([[0], np.cumsum(keep)])[lines.starts]
    return Lines(points[keep], starts.astype(np.int64))
