"""Strokes drawn out to where their ink ends: thinning eats half a line's width, a crossing a little more."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines, Mask, Offsets, Points
from dcode.geometry.order.kernels import Way
from dcode.geometry.skeleton.centre import Values
from dcode.geometry.skeleton.depth import Paper
from dcode.geometry.skeleton.ink import Shares
from dcode.geometry.skeleton.pieces import Pieces
from dcode.geometry.skeleton.sections import cell

Owners = npt.NDArray[np.int32]  # shape (height, width)

_PACE: Final = 0.5  # pixels
_BEHIND: Final = 6  # points back from the end that tell which way the stroke goes
_TIMES, _MORE = 3.0, 2.0  # how far at the most: times as wide as the line, and pixels
_BEHIND_OTHERS: Final = 2.0  # times as far where what is behind another stroke is asked
_OUT: Final = 1.5  # pixels from a line from which on ink is not of it
_AT_ONCE: Final = 16  # steps
_INK: Final = 127.5  # of 255: the edge of the ink


def extended(strokes: Pieces, shares: Shares, way: Way | None = None) -> Lines:
    """Open lines with a point more at either end, straight on, where the ink ends or another stroke is met; where it
    ends out of the other's ink, there.
    """
    lines, longest = strokes.lines, (_TIMES * strokes.width + _MORE).ravel()
    ends, inward = _ends(lines)
    free = np.repeat(~lines.closed, 2)
    points, along = lines.points[ends], lines.points[ends] - lines.points[inward]
    length = np.hypot(along[:, 0], along[:, 1])
    along /= np.maximum(length, 1e-9)[:, None]
    active = np.flatnonzero(free & (length > 0) & (longest >= _PACE))
    owners = _owners(lines, shares.shape)
    gone = np.zeros(len(ends))
    reached, met = _followed(points[active], along[active], longest[active], active // 2, owners, shares)
    gone[active] = reached
    active = active[met]
    if len(active):
        most = _BEHIND_OTHERS * longest[active]
        further, endless = _followed(points[active], along[active], most, active // 2, None, shares)
        tips = points[active] + further[:, None] * along[active]
        out = ~endless & _beside(tips, strokes, owners, way)
        gone[active[out]] = further[out]
    return _with_ends(lines, points + gone[:, None] * along, (gone > 0).reshape(-1, 2))


def _followed(
    points: Points, along: Points, longest: Values, own: Offsets, owners: Owners | None, shares: Shares
) -> tuple[Values, Mask]:
    """How far there is ink from points straight on, and which of them stop before it ends: at a stroke that is not
    their own, if `owners` tells of strokes, or as far as they may go.
    """
    gone, stopped = np.zeros(len(points)), np.ones(len(points), dtype=bool)
    active, before, begin = np.arange(len(points)), _shares_at(shares, points), 1
    while len(active):
        steps = np.arange(begin, begin + _AT_ONCE)
        places = (points[active, None] + (steps * _PACE)[:, None] * along[active, None]).reshape(-1, 2)
        tones = _shares_at(shares, places).reshape(-1, _AT_ONCE)
        out = tones < _INK
        stops = out | ((steps + 1) * _PACE > longest[active, None])
        if owners is not None:
            met = owners[cell(places, owners.shape)].reshape(-1, _AT_ONCE)
            stops |= (met >= 0) & (met != own[active, None])
        last = np.where(stops.any(axis=1), stops.argmax(axis=1), _AT_ONCE - 1)
        here = np.arange(len(active)), last
        inside, tone = np.where(last > 0, tones[here[0], last - 1], before[active]), tones[here]
        share = np.clip((inside - _INK) / np.maximum(inside - tone, 1e-9), 0.0, 1.0)
        gone[active] = (begin + last - 1 + np.where(out[here], share, 1.0)) * _PACE
        stopped[active] = ~out[here]
        before[active], active, begin = tones[:, -1], active[~stops.any(axis=1)], begin + _AT_ONCE
    return gone, stopped


def _beside(tips: Points, strokes: Pieces, owners: Owners, way: Way | None) -> Mask:
    """Which places are out of the line of the stroke nearest to them."""
    near = Paper.around(owners < 0, beyond=True, way=way)
    rows, columns = cell(tips, owners.shape)
    found = near.nearest(rows, columns, math.inf)
    half = strokes.width.mean(axis=1)[owners[found]] / 2
    return np.asarray(np.hypot(rows - found[0], columns - found[1]) > half + _OUT)


def _ends(lines: Lines) -> tuple[Offsets, Offsets]:
    """The point at each end, and one behind it."""
    first, last = lines.starts[:-1], lines.starts[1:] - 1
    ends = np.stack([first, last], axis=1).ravel()
    inward = np.stack([np.minimum(first + _BEHIND, last), np.maximum(last - _BEHIND, first)], axis=1).ravel()
    return ends, inward


def _owners(lines: Lines, shape: tuple[int, int]) -> Owners:
    """Which line goes through each pixel, -1 where none does."""
    owners = np.full(shape, -1, dtype=np.int32)
    owner = np.repeat(np.arange(len(lines), dtype=np.int32), lines.counts)
    for down, right in ((0, 0), (0, 1), (1, 0)):
        owners[cell(lines.points + np.array([right - 0.5, down - 0.5]), shape)] = owner
    return owners


def _shares_at(shares: Shares, points: Points) -> Values:
    """How much ink there is at points, in proportion between pixel centres; none outside the picture."""
    height, width = shares.shape
    inside = ((points >= 0) & (points <= (width, height))).all(axis=1)
    column, row = np.clip(points - 0.5, 0, (width - 1, height - 1)).T
    left, above = column.astype(np.int64), row.astype(np.int64)
    right, below = np.minimum(left + 1, width - 1), np.minimum(above + 1, height - 1)
    across, down = column - left, row - above
    upper = shares[above, left] * (1 - across) + shares[above, right] * across
    lower = shares[below, left] * (1 - across) + shares[below, right] * across
    return np.where(inside, upper * (1 - down) + lower * down, 0.0)


def _with_ends(lines: Lines, tips: Points, wanted: Mask) -> Lines:
    """The lines with a tip before and after those that want one."""
    counts = lines.counts + wanted.sum(axis=1)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    found = np.empty((int(starts[-1]), 2))
    begins = starts[:-1] + wanted[:, 0]
    inner = np.arange(len(lines.points)) + np.repeat(begins - lines.starts[:-1], lines.counts)
    found[inner] = lines.points
    found[starts[:-1][wanted[:, 0]]] = tips[0::2][wanted[:, 0]]
    found[starts[1:][wanted[:, 1]] - 1] = tips[1::2][wanted[:, 1]]
    return Lines(found, starts)
