"""Pieces of line put together as they are linked: polylines through their points and, between them, smooth curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dcode.geometry.lines import Lines, Offsets, Points, ranges
from dcode.geometry.skeleton.linking import Ends
from dcode.geometry.skeleton.pieces import Pieces


def put_together(pieces: Pieces, ends: Ends) -> Pieces:
    """The pieces as they are linked, each as wide at its ends as the piece there."""
    lines, tips = joined(pieces.lines, ends)
    return Pieces.apart(lines, pieces.width.ravel()[tips], pieces.part[tips[:, 0] // 2])


def joined(lines: Lines, ends: Ends) -> tuple[Lines, Offsets]:
    """The chains of lines, shared pieces left out, and for each the ends that are its first and last, shape (n, 2).

    What comes back to where it began is closed, and its last point is its first.
    """
    mate = ends.mate.tolist()
    alone = np.flatnonzero((ends.mate.reshape(-1, 2) == -1).all(axis=1))
    walk = _Walk(lines, mate, _Bridges.between(ends))
    found, tips = list[Points](), [np.stack([2 * alone, 2 * alone + 1], axis=1)]
    for piece in np.flatnonzero((ends.mate.reshape(-1, 2) >= 0).any(axis=1)).tolist():
        if not walk.done[piece]:
            points, tip = walk.chain(piece)
            found.append(points)
            tips.append(np.array([tip]))
    return Lines.joined([lines.kept(alone), Lines.of(found)]), np.concatenate(tips)


@dataclass(frozen=True, slots=True)
class _Bridges:
    """The points between ends that are joined, first to last from the lower end of each pair on; `lines` for its number
    in `number`, -1 for an end without one or one so near that there are none between.
    """

    lines: Lines
    number: list[int]

    @classmethod
    def between(cls, ends: Ends) -> _Bridges:
        """Cubics of Hermite's, about a point for every pixel."""
        one = np.flatnonzero(ends.mate > np.arange(len(ends.mate)))
        other = ends.mate[one]
        way = ends.state[other, :2] - ends.state[one, :2]
        gap = np.hypot(way[:, 0], way[:, 1])
        far = gap >= 1.0
        one, other, gap = one[far], other[far], gap[far]
        counts = gap.astype(np.int64)
        pair = np.repeat(np.arange(len(one)), counts)
        t = ((ranges(np.ones_like(counts), counts)) / (counts[pair] + 1))[:, None]
        s = 1.0 - t
        begin, end, gap = ends.state[one[pair], :2], ends.state[other[pair], :2], gap[pair, None]
        leaves, arrives = ends.state[one[pair], 2:4], -ends.state[other[pair], 2:4]
        curve = s * s * (1 + 2 * t) * begin + t * t * (1 + 2 * s) * end + gap * t * s * (s * leaves - t * arrives)
        number = np.full(len(ends.mate), -1)
        number[one] = np.arange(len(one))
        return cls(Lines(curve, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)), number.tolist())

    def points(self, one: int, other: int) -> Points:
        number = self.number[min(one, other)]
        if number < 0:
            return np.empty((0, 2))
        line = self.lines[number]
        return line if one < other else line[::-1]


@dataclass(slots=True)
class _Walk:
    lines: Lines
    mate: list[int]
    bridges: _Bridges
    done: bytearray

    def __init__(self, lines: Lines, mate: list[int], bridges: _Bridges) -> None:
        self.lines, self.mate, self.bridges, self.done = lines, mate, bridges, bytearray(len(lines))

    def chain(self, piece: int) -> tuple[Points, tuple[int, int]]:
        """The points of the chain that a piece is in, and its first and last end."""
        first = self._first(2 * piece)
        end, parts = first, list[Points]()
        while True:
            self.done[end // 2] = 1
            line = self.lines[end // 2]
            parts.append(line[::-1] if end % 2 else line)
            last = end ^ 1
            end = self.mate[last]
            if end < 0:
                return np.concatenate(parts), (first, last)
            parts.append(self.bridges.points(last, end))
            if end == first:
                return np.concatenate([*parts, parts[0][:1]]), (first, last)

    def _first(self, end: int) -> int:
        """The end at which the chain begins; of a ring the one asked for."""
        here = end
        while (other := self.mate[here]) >= 0:
            here = other ^ 1
            if here == end:
                break
        return here
