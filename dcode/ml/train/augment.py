"""Batches of programs out of drawings, varied: mirrored, turned, stretched, bent, strokes shifted, begun elsewhere.

A whole batch is worked on at once. What is random comes from a generator that the caller seeds; nothing else does.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.generation.sketch.events import GRID, Events, Kind, inputs, targets, told
from dcode.generation.sketch.stroke_config import UNKNOWN, StrokeConfig, detail
from dcode.geometry.lines import Offsets, ranges
from dcode.ml.train.config import DataConfig
from dcode.ml.train.stroke_data import Drawings, Numbers

_BENDS: Final = 3  # waves that a drawing is bent by
_PERIODS: Final = 0.7  # of such a wave over the grid: standard deviation, across and up
_ROUND: Final = 8  # a batch is as long as its longest program, rounded up to a multiple of this


def batch(
    drawings: Drawings,
    chosen: Numbers,
    random: np.random.Generator | None,
    data: DataConfig,
    model: StrokeConfig,
    disorder: float = 0.0,
) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of a batch of the chosen drawings, as StrokeDecoder takes them; without a generator as they are."""
    count = len(chosen)
    mirrored = random.random(count) < 0.5 if random else np.zeros(count, dtype=bool)
    lengths, events = programs(drawings, chosen, random, mirrored, data, disorder)
    events = events[:, : model.events]  # what is cut off is padding
    wanted = targets(events)
    wanted[np.arange(events.shape[1]) >= lengths[:, None]] = -1
    return {
        "inputs": inputs(events).astype(np.int16),
        "targets": wanted.astype(np.int16),
        **_conditions(drawings, chosen, random, mirrored, lengths, data, model),
    }


def programs(
    drawings: Drawings,
    chosen: Numbers,
    random: np.random.Generator | None,
    mirrored: npt.NDArray[np.bool_],
    data: DataConfig,
    disorder: float,
) -> tuple[Numbers, Events]:
    """The programs (B, T, 3) of drawings, padded with END, and the length of each with one END."""
    strokes, owner = _gathered(drawings.drawing_starts, chosen)
    if random and disorder > 0:
        place = np.arange(len(strokes)) + random.normal(0.0, disorder, len(strokes))
        strokes = strokes[np.lexsort((place, owner))]
    counts = np.diff(drawings.stroke_starts)[strokes]
    begins = drawings.stroke_starts[strokes]
    order = _begun_elsewhere(drawings, begins, counts, random, data.elsewhere) if random else ranges(begins, counts)
    stroke_of = np.repeat(np.arange(len(strokes)), counts)
    points = drawings.points[order]
    points = _varied(points, owner, stroke_of, random, mirrored, data) if random else points
    cells = np.rint(_fitted(points, owner[stroke_of])).astype(np.int64)
    return _events(cells, stroke_of, owner, len(chosen))


def _gathered(starts: Offsets, chosen: Numbers) -> tuple[Numbers, Numbers]:
    """The numbers of the parts of the chosen things, and of each part the place of its thing in `chosen`."""
    counts = np.diff(starts)[chosen]
    return ranges(starts[chosen], counts), np.repeat(np.arange(len(chosen)), counts)


def _begun_elsewhere(
    drawings: Drawings, begins: Numbers, counts: Numbers, random: np.random.Generator, share: float
) -> Numbers:
    """The indices of the points of strokes, a share of the closed ones begun at another of their points."""
    ends = begins + counts - 1
    ring = (counts > 3) & (drawings.points[begins] == drawings.points[ends]).all(axis=1)
    shift = np.where(ring & (random.random(len(begins)) < share), random.integers(0, 1 << 30, len(begins)), 0)
    place = ranges(np.zeros_like(counts), counts)
    around = np.repeat(np.where(ring, counts - 1, counts), counts)
    return np.repeat(begins, counts) + np.where(
        np.repeat(ring, counts), (place + np.repeat(shift % np.maximum(counts - 1, 1), counts)) % around, place
    )


def _varied(
    points: npt.NDArray[np.float32],
    owner: Numbers,
    stroke_of: Numbers,
    random: np.random.Generator,
    mirrored: npt.NDArray[np.bool_],
    data: DataConfig,
) -> npt.NDArray[np.float32]:
    """Each drawing by a matrix of its own, each stroke shifted by a way of its own."""
    count = len(mirrored)
    turn = np.radians(random.normal(0.0, data.turn, count))
    stretch, lean = random.normal(0.0, data.stretch, count), random.normal(0.0, data.lean, count)
    side = np.where(mirrored, -1.0, 1.0)
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.empty((count, 2, 2))  # mirrored, stretched, leant, then turned
    wide, high = side * (1 + stretch), 1 - stretch
    matrix[:, 0] = np.stack([cos * wide, (cos * lean - sin) * high], axis=1)
    matrix[:, 1] = np.stack([sin * wide, (sin * lean + cos) * high], axis=1)
    shift = random.normal(0.0, data.jitter, (len(owner), 2))[stroke_of]
    drawing_of = owner[stroke_of]
    moved = np.einsum("nij,nj->ni", matrix[drawing_of], points) + shift
    if data.bend:
        moved += _bent(points, drawing_of, count, random) * data.bend
    return np.asarray(moved, dtype=np.float32)


def _bent(
    points: npt.NDArray[np.float32], drawing_of: Numbers, count: int, random: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Where points are moved to by waves of each drawing's own, (n, 2), about 1 in each direction."""
    frequency = random.normal(0.0, _PERIODS, (count, _BENDS, 2))
    phase = random.random((count, _BENDS))
    ways = random.normal(0.0, (2 / _BENDS) ** 0.5, (count, _BENDS, 2))
    turns = np.einsum("nkj,nj->nk", frequency[drawing_of], points / (GRID - 1)) + phase[drawing_of]
    return np.asarray(np.einsum("nk,nkj->nj", np.sin(2 * np.pi * turns), ways[drawing_of]))


def _fitted(points: npt.NDArray[np.float32], drawing_of: Numbers) -> npt.NDArray[np.float32]:
    """Each drawing's bounding box in the middle of the grid, its longer side filling it."""
    firsts = np.flatnonzero(np.diff(drawing_of, prepend=-1))
    low, high = np.minimum.reduceat(points, firsts), np.maximum.reduceat(points, firsts)
    scale = (GRID - 1) / np.maximum((high - low).max(axis=1), 1e-6)
    middle = (low + high) / 2
    found = (points - middle[drawing_of]) * scale[drawing_of, None] + (GRID - 1) / 2
    return np.asarray(np.clip(found, 0, GRID - 1), dtype=np.float32)


def _events(cells: Numbers, stroke_of: Numbers, owner: Numbers, count: int) -> tuple[Numbers, Events]:
    """The events of all drawings: points on the cell before them left out, unless the stroke is a dot."""
    first = np.diff(stroke_of, prepend=-1) != 0
    keep = first | (np.diff(cells, axis=0, prepend=-1) != 0).any(axis=1)
    lone = np.bincount(stroke_of, weights=keep)[stroke_of] == 1
    keep |= lone & np.concatenate([[False], first[:-1]])  # the second point of what is now a dot
    cells, kinds, drawing_of = cells[keep], np.where(first[keep], Kind.MOVE, Kind.DRAW), owner[stroke_of[keep]]
    drawn = np.bincount(drawing_of, minlength=count)
    length = -(-(int(drawn.max()) + 1) // _ROUND) * _ROUND
    place = ranges(np.zeros_like(drawn), drawn)
    events = np.empty((count, length, 3), dtype=np.int16)
    last = cells[np.cumsum(drawn) - 1]
    events[:, :, 0], events[:, :, 1:] = Kind.END, last[:, None]
    events[drawing_of, place, 0], events[drawing_of, place, 1:] = kinds, cells
    return drawn + 1, events


def _conditions(
    drawings: Drawings,
    chosen: Numbers,
    random: np.random.Generator | None,
    mirrored: npt.NDArray[np.bool_],
    lengths: Numbers,
    data: DataConfig,
    model: StrokeConfig,
) -> dict[str, npt.NDArray[np.generic]]:
    """Words, style, detail and neighbours, each left out now and then; neighbours are mirrored as the drawing is."""
    count, first = len(chosen), drawings.phrase_starts[chosen]
    near = drawings.near[chosen]
    available = (near >= 0).sum(axis=1)
    style = drawings.style[chosen]
    details = np.array([detail(length) for length in lengths.tolist()])
    without = np.zeros(count, dtype=bool)
    if random:
        spread = drawings.phrase_starts[chosen + 1] - first
        first = first + np.where(random.random(count) < data.tag, random.integers(0, 1 << 30, count) % spread, 0)
        near = np.take_along_axis(near, _shuffled(random, near >= 0), axis=1)
        available = np.minimum(available, random.integers(1, model.neighbours + 1, count))
        available[random.random(count) < data.drop_neighbours] = 0
        without = random.random(count) < data.drop_text
        style = np.where(random.random(count) < data.drop_style, UNKNOWN, style)
        details = np.where(random.random(count) < data.drop_detail, UNKNOWN, details)
    near = _widened(near, model.neighbours)
    if random and data.own:
        itself, place = random.random(count) < data.own, (random.random(count) * np.maximum(available, 1)).astype(int)
        near[itself, place[itself]] = chosen[itself]
    neighbours = drawings.programs[np.maximum(near, 0)]
    neighbours[mirrored, ..., 1] = GRID - 1 - neighbours[mirrored, ..., 1]
    return {
        "picture": drawings.vectors[drawings.phrases[first]],
        "without": without,
        "style": style,
        "detail": details,
        "neighbours": told(neighbours).astype(np.int16),
        "present": np.arange(model.neighbours) < available[:, None],
    }


def _shuffled(random: np.random.Generator, there: npt.NDArray[np.bool_]) -> Numbers:
    """An order of the columns of each row, by chance, nearer ones rather earlier; those not there come last."""
    rank = np.arange(there.shape[1]) + random.normal(0.0, 3.0, there.shape)
    return np.asarray(np.argsort(np.where(there, rank, np.inf), axis=1), dtype=np.int64)


def _widened(near: Numbers, count: int) -> Numbers:
    """The first `count` columns, with -1 where there are fewer."""
    missing = max(0, count - near.shape[1])
    return np.pad(near[:, :count], ((0, 0), (0, missing)), constant_values=-1)
