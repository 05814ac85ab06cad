"""Join strokes whose ends meet, so that the pen stays down.

The ends are the nodes of a graph, joined where they are near enough. Of the joints that could be made, the tightest are
made first and, of those equally tight, the straightest: at a crossing the pen goes straight on. No end is joined twice.
The chains that come of it, some of them rings, are the new strokes. O(n log n), against the greedy search of the field.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines, Points
from dcode.geometry.near import near_pairs

_CROWD: Final = 8  # ends of a crowd that each is compared with in one round
_ALIKE: Final = 8  # gaps within an eighth of the tolerance are equally tight

Mates = npt.NDArray[np.int64]


def merge(lines: Lines, tolerance: float) -> Lines:
    """The strokes with ends at most `tolerance` mm apart joined, some of them turned round.

    A gap is bridged by a straight line, so that no ink is moved. Closed strokes and dots stay as they are. A chain has
    the place and the direction of the first of its strokes.
    """
    free = ~lines.closed & (lines.counts > 1)
    mates = _mates(lines, free, tolerance)
    alone = np.asarray((mates.reshape(-1, 2) < 0).all(axis=1))
    if alone.all():
        return lines
    firsts, chains = _chains(lines, mates, np.flatnonzero(~alone).tolist())
    order = np.argsort(np.concatenate([np.flatnonzero(alone), firsts]), kind="stable")
    return Lines.joined((lines.kept(alone), Lines.of(chains))).kept(order)


def _mates(lines: Lines, free: npt.NDArray[np.bool_], tolerance: float) -> Mates:
    """For each end (2 i: where stroke i begins, 2 i + 1: where it ends) the end that it is joined to, or -1."""
    points = lines.points
    first, last = lines.starts[:-1], lines.starts[1:] - 1
    ends = np.column_stack([first, last]).ravel()
    inward = np.column_stack([np.minimum(first + 1, last), np.maximum(last - 1, first)]).ravel()
    mates = np.full(len(ends), -1, dtype=np.int64)
    unjoined = np.repeat(free, 2)
    while True:
        left = np.flatnonzero(unjoined)
        pairs = left[near_pairs(points[ends[left]], tolerance, _CROWD)]
        pairs = pairs[pairs[:, 0] // 2 != pairs[:, 1] // 2]
        if not len(pairs):
            return mates
        for one, other in _best_first(points, ends, inward, pairs, tolerance).tolist():
            if unjoined[one] and unjoined[other]:
                mates[one], mates[other] = other, one
                unjoined[one] = unjoined[other] = False


def _best_first(
    points: Points, ends: Mates, inward: Mates, pairs: npt.NDArray[np.int64], tolerance: float
) -> npt.NDArray[np.int64]:
    """The pairs of ends, tightest first, then straightest, then in their order."""
    one, other = pairs.T
    gap = np.hypot(*(points[ends[one]] - points[ends[other]]).T)
    in_way, out_way = points[ends[one]] - points[inward[one]], points[inward[other]] - points[ends[other]]
    lengths = np.hypot(*in_way.T) * np.hypot(*out_way.T)
    straight = np.einsum("ij,ij->i", in_way, out_way) / np.where(lengths > 0, lengths, 1.0)
    tight = np.floor(gap * _ALIKE / tolerance) if tolerance > 0 else gap
    return pairs[np.lexsort((other, one, -np.round(straight, 6), tight))]


def _chains(lines: Lines, mates: Mates, strokes: list[int]) -> tuple[list[int], list[Points]]:
    """Those strokes that have mates joined end to end: for each chain its first stroke, and its points."""
    mate, done = mates.tolist(), bytearray(len(lines))
    firsts, chains = list[int](), list[Points]()
    for stroke in strokes:
        if done[stroke]:
            continue
        before, closes = _walk(mate, 2 * stroke)
        after = [] if closes else _walk(mate, 2 * stroke + 1)[0]
        ahead = [(end // 2, bool(end % 2)) for end in after]  # entered at its end: backwards
        behind = [(end // 2, not end % 2) for end in reversed(before)]
        parts = [*behind, (stroke, False), *ahead]
        for index, _ in parts:
            done[index] = 1
        firsts.append(stroke)
        chains.append(_joined([lines[index][::-1] if flipped else lines[index] for index, flipped in parts]))
    return firsts, chains


def _walk(mate: list[int], end: int) -> tuple[list[int], bool]:
    """The ends at which the strokes beyond an end are entered, in order; and whether they are a ring."""
    entered, here = list[int](), mate[end]
    while here >= 0:
        if here == end ^ 1:
            return entered, True
        entered.append(here)
        here = mate[here ^ 1]
    return entered, False


def _joined(parts: list[Points]) -> Points:
    """One polyline; a point where two parts meet exactly is there once. A ring whose ends nearly meet stays open."""
    pieces = parts[:1]
    for part in parts[1:]:
        pieces.append(part[1:] if (part[0] == pieces[-1][-1]).all() else part)
    return np.concatenate(pieces) if len(pieces) > 1 else pieces[0]
