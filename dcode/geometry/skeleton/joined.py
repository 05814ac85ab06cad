"""Pieces of line put together as they are linked: polylines through their points and, between them, smooth curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dcode.geometry.lines import Lines, Offsets, ranges
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
    alone = np.flatnonzero((ends.mate.reshape(-1, 2) == -1).all(axis=1))
    walk = _Walk(lines, ends.mate.tolist(), _Bridges.between(ends))
    tips = [np.stack([2 * alone, 2 * alone + 1], axis=1)]
    for piece in np.flatnonzero((ends.mate.reshape(-1, 2) >= 0).any(axis=1)).tolist():
        if not walk.done[piece]:
            tips.append(np.array([walk.chain(piece)]))
    return Lines.joined([lines.kept(alone), walk.lines()]), np.concatenate(tips)


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


class _Walk:
    """Chains of lines, each noted as runs of points: the first, how many, and whether they are passed backwards."""

    def __init__(self, lines: Lines, mate: list[int], bridges: _Bridges) -> None:
        self.mate, self.done = mate, bytearray(len(lines))
        self.points = np.concatenate([lines.points, bridges.lines.points])
        self.begins, self.counts = lines.starts[:-1].tolist(), lines.counts.tolist()
        self.bridge = bridges.number
        self.bridge_begins = (bridges.lines.starts[:-1] + len(lines.points)).tolist()
        self.bridge_counts = bridges.lines.counts.tolist()
        self.runs, self.starts = list[tuple[int, int, int]](), list[int]()

    def chain(self, piece: int) -> tuple[int, int]:
        """Note the chain that a piece is in; its first and last end."""
        first = self._first(2 * piece)
        self.starts.append(len(self.runs))
        end = first
        while True:
            self.done[end // 2] = 1
            self.runs.append((self.begins[end // 2], self.counts[end // 2], end % 2))
            last = end ^ 1
            end = self.mate[last]
            if end < 0:
                return first, last
            if (number := self.bridge[min(last, end)]) >= 0:
                self.runs.append((self.bridge_begins[number], self.bridge_counts[number], int(last > end)))
            if end == first:
                begin, count, back = self.runs[self.starts[-1]]
                self.runs.append((begin + (count - 1) * back, 1, 0))
                return first, last

    def lines(self) -> Lines:
        """What was noted."""
        begins, counts, back = np.array(self.runs, dtype=np.int64).reshape(-1, 3).T
        ends = np.cumsum(counts)
        step = np.repeat(1 - 2 * back, counts)
        away = np.arange(len(step)) - np.repeat(ends - counts, counts)
        at = np.repeat(begins + (counts - 1) * back, counts) + step * away
        starts = np.concatenate([(ends - counts)[self.starts], ends[-1:]]) if self.starts else np.zeros(1)
        return Lines(self.points[at], starts.astype(np.int64))

    def _first(self, end: int) -> int:
        """The end at which the chain begins; of a ring the one asked for."""
        here = end
        while (other := self.mate[here]) >= 0:
            here = other ^ 1
            if here == end:
                break
        return here
