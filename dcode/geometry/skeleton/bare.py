"""Ink that the strokes so far leave out: where there is none, and where there is one of two that run side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dcode.geometry.lines import Lines, Mask, Offsets, Points, ranges
from dcode.geometry.skeleton.centre import Centres, Values
from dcode.geometry.skeleton.chains import Chains
from dcode.geometry.skeleton.cover import cells
from dcode.geometry.skeleton.depth import Depths, Paper
from dcode.geometry.skeleton.pieces import Pieces, frayed
from dcode.geometry.skeleton.smooth import smoothed

_NEAR: Final = 1.6  # pixels from a stroke within which a skeleton is drawn by it
_WITHIN: Final = 0.75  # the same as a share of how deep the ink is there
_BARE: Final = 3  # pixels of skeleton in a row that are worth a stroke
_WIDER: Final = 0.6  # pixels by which ink is deeper than half a stroke where two may lie in it,
_TWICE: Final = 2.2  # and half strokes: where it is deeper, it is no two lines side by side
_BESIDE: Final = 1.0  # pixels from the strokes to where another would lie
_TWINS: Final = 6  # pixels of it in a row that are worth a stroke
_SMOOTH: Final = (2.0, 1.0)  # deviation in points, and the most that one moves


@dataclass(frozen=True, slots=True, eq=False)
class _Twins:
    """For each pixel of a skeleton whether another stroke lies beside the one that is there; where, and how wide."""

    found: Mask
    places: Points
    width: Values


def bare(chains: Chains, centres: Centres, depth: Depths, strokes: Pieces, shape: tuple[int, int]) -> Pieces:
    """The stretches of skeleton that no stroke is near, and those beside which there is room for another; smoothed."""
    marks = np.zeros(shape, dtype=bool)
    marks[cells(strokes.lines, shape)] = True
    around = Paper.around(~marks, beyond=True)
    most = np.maximum(_NEAR, _WITHIN * depth)
    lonely = around.depths(chains.rows, chains.columns, float(most.max()) + 1) > most
    lonely &= ~frayed(chains, depth)  # a stroke is drawn out over it, straight on
    twins = _twins(chains, depth, strokes, around)
    # Where lines run into each other the middle of the ink along a row is that of none of them: the pixel's own.
    middle = np.stack([chains.columns, chains.rows], axis=1) + 0.5
    return Pieces.joined(
        _strokes(chains, lonely, _BARE, np.asarray(middle, dtype=np.float64), centres.width),
        _strokes(chains, twins.found & ~lonely, _TWINS, twins.places, twins.width),
    )


def _strokes(chains: Chains, wanted: Mask, fewest: int, places: Points, width: Values) -> Pieces:
    """Runs of wanted pixels along the chains, `fewest` and more, through the places."""
    at, owner = np.flatnonzero(wanted), chains.owner[wanted]
    breaks = np.flatnonzero((np.diff(at, prepend=-2) > 1) | (np.diff(owner, prepend=-1) > 0))
    counts = np.diff(np.append(breaks, len(at)))
    first, counts = at[breaks[counts >= fewest]], counts[counts >= fewest]
    inner = ranges(first, counts)
    starts: Offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    mean = np.add.reduceat(width[inner], starts[:-1]) / counts if len(counts) else np.empty(0)
    lines = smoothed(Lines(places[inner], starts), *_SMOOTH)
    return Pieces.apart(lines, np.stack([mean, mean], axis=1), chains.parts[chains.owner[first]])


def _twins(chains: Chains, depth: Depths, strokes: Pieces, around: Paper) -> _Twins:
    """Of two lines side by side the skeleton is the middle. A stroke on one side of it leaves the other side bare.

    The other line is taken to be as wide, and to lie as far in: from the nearest stroke straight across the skeleton's
    pixel, so far beyond it as the ink is deeper than half a stroke.
    """
    shape = around.ink.shape
    rows, columns = around.nearest(chains.rows, chains.columns, float(depth.max()) + 1)
    across = np.stack([chains.columns - columns, chains.rows - rows], axis=1).astype(np.float64)
    far = np.hypot(across[:, 0], across[:, 1])
    usual = np.zeros(shape)
    usual[cells(strokes.lines, shape)] = np.repeat(strokes.width.mean(axis=1), strokes.lines.counts)
    width = usual[rows, columns]
    deeper = depth - width / 2
    room = (far > 0) & (width > 0) & (deeper > _WIDER) & (depth < _TWICE * width / 2 + 1)
    places = np.stack([chains.columns, chains.rows], axis=1) + 0.5
    places += across / np.maximum(far, 1.0)[:, None] * np.where(room, deeper, 0.0)[:, None]
    column, row = np.clip(places.astype(np.int64), 0, (shape[1] - 1, shape[0] - 1)).T
    clear = np.zeros(len(room), dtype=bool)
    clear[room] = around.depths(row[room], column[room], 2 * _BESIDE) > _BESIDE
    return _Twins(clear, np.asarray(places, dtype=np.float64), width)
