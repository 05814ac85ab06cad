"""Strokes drawn out to where their ink ends: thinning eats half a line's width, a crossing a little more."""

from __future__ import annotations

from typing import Final

import numpy as np

from dcode.geometry.lines import Lines, Mask, Offsets, Points
from dcode.geometry.skeleton.centre import Values
from dcode.geometry.skeleton.ink import Shares

_PACE: Final = 0.5  # pixels
_BEHIND: Final = 6  # points back from the end that tell which way the stroke goes
_INK: Final = 127.5  # of 255: the edge of the ink


def extended(lines: Lines, longest: Values, shares: Shares) -> Lines:
    """Open lines with a point more at either end, straight on, where the ink ends or another stroke is met.

    `longest` is how far at the most, in pixels, shape (n, 2).
    """
    ends, inward = _ends(lines)
    free = np.repeat(~lines.closed, 2)
    points, way = lines.points[ends], lines.points[ends] - lines.points[inward]
    length = np.hypot(way[:, 0], way[:, 1])
    free &= length > 0
    way /= np.maximum(length, 1e-9)[:, None]
    owners = _owners(lines, shares.shape)
    gone = np.zeros(len(ends))
    active = np.flatnonzero(free)
    before = _shares_at(shares, points)
    for step in range(1, int(longest.max(initial=0.0) / _PACE) + 1):
        active = active[step * _PACE <= longest.ravel()[active]]
        if not len(active):
            break
        place = points[active] + step * _PACE * way[active]
        tone = _shares_at(shares, place)
        out = tone < _INK
        share = np.clip((before[active] - _INK) / np.maximum(before[active] - tone, 1e-9), 0.0, 1.0)
        gone[active] = (step - 1 + np.where(out, share, 1.0)) * _PACE
        before[active] = tone
        met = owners[_cell(place, owners.shape)]
        active = active[~out & ((met < 0) | (met == active // 2))]
    return _with_ends(lines, points + gone[:, None] * way, (gone > 0).reshape(-1, 2))


def _ends(lines: Lines) -> tuple[Offsets, Offsets]:
    """The point at each end, and one behind it."""
    first, last = lines.starts[:-1], lines.starts[1:] - 1
    ends = np.stack([first, last], axis=1).ravel()
    inward = np.stack([np.minimum(first + _BEHIND, last), np.maximum(last - _BEHIND, first)], axis=1).ravel()
    return ends, inward


def _owners(lines: Lines, shape: tuple[int, ...]) -> Offsets:
    """Which line goes through each pixel, -1 where none does."""
    owners = np.full(shape, -1, dtype=np.int64)
    owner = np.repeat(np.arange(len(lines)), lines.counts)
    for down, right in ((0, 0), (0, 1), (1, 0)):
        owners[_cell(lines.points + np.array([right - 0.5, down - 0.5]), shape)] = owner
    return owners


def _cell(points: Points, shape: tuple[int, ...]) -> tuple[Offsets, Offsets]:
    columns, rows = points.astype(np.int64).T
    return np.clip(rows, 0, shape[0] - 1), np.clip(columns, 0, shape[1] - 1)


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
