"""Strokes with those joined to them that lie side by side where ink is wide, and without those that lead nowhere."""

from __future__ import annotations

from typing import Final

import numpy as np

from dcode.geometry.lines import Lines, Mask, Offsets
from dcode.geometry.order.kernels import Way
from dcode.geometry.skeleton.ink import Shares
from dcode.geometry.skeleton.joined import put_together
from dcode.geometry.skeleton.linking import in_sight
from dcode.geometry.skeleton.pieces import Pieces
from dcode.geometry.skeleton.sides import Sides

_FEWEST: Final = 3  # points that are left of a stroke
_ROUNDS: Final = 3  # a stroke left out may leave another that leads nowhere


def doubled(strokes: Pieces, sides: Sides, shares: Shares, way: Way | None = None) -> Pieces:
    """All joined as they go on as each other.

    A line that is wide where it is wide, and not for another line beside it, has none to lead to: where one of the new
    strokes at a place goes on as none of the old ones, all of that place are left out, and the old ones stay whole.
    """
    kept = np.ones(len(sides.place), dtype=bool)
    for number in range(_ROUNDS):
        makes_way = np.zeros(int(sides.cut.max(initial=-1)) + 2, dtype=bool)  # the last one is for -1
        makes_way[sides.place[kept & (sides.place <= sides.cut.max(initial=-1))]] = True
        rest = _cut(strokes, makes_way[sides.cut])
        pieces = Pieces.joined(rest, sides.lines.kept(kept))
        ends = in_sight(pieces, shares, way)
        alone = np.flatnonzero(kept)[_alone(ends.mate, len(rest))]
        if number + 1 == _ROUNDS or not len(alone):
            break
        kept &= ~np.isin(sides.place, sides.place[alone])
    return put_together(pieces, ends)


def _cut(strokes: Pieces, gone: Mask) -> Pieces:
    """What is left of strokes without some of their points."""
    lines = strokes.lines
    at, owner = np.flatnonzero(~gone), np.repeat(np.arange(len(lines)), lines.counts)[~gone]
    breaks = np.flatnonzero((np.diff(at, prepend=-2) > 1) | (np.diff(owner, prepend=-1) > 0))
    left = Lines(lines.points[at], np.append(breaks, len(at)).astype(np.int64))
    whole = left.counts == lines.counts[owner[breaks]]
    kept = whole | (left.counts >= _FEWEST)
    owner = owner[breaks][kept]
    return Pieces.apart(left.kept(kept), strokes.width[owner], strokes.part[owner])


def _alone(mate: Offsets, first: int) -> Mask:
    """Which pieces, from the first one on, are joined to none before that, nor over each other."""
    other = mate[2 * first :].reshape(-1, 2)
    later = np.where(other >= 2 * first, other // 2 - first, -1)
    led: Mask = np.asarray(((other >= 0) & (other < 2 * first)).any(axis=1))
    while True:
        further: Mask = led | np.asarray((later >= 0) & led[later]).any(axis=1)
        if np.array_equal(further, led):
            return ~led
        led = further
