"""Which pieces of line are one stroke: every crossing decided, the clearest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines, Offsets, ranges
from dcode.geometry.near import near_pairs
from dcode.geometry.order.kernels import Way
from dcode.geometry.skeleton.ink import Shares
from dcode.geometry.skeleton.kernels import kernel
from dcode.geometry.skeleton.pieces import Pieces

_ROUNDS: Final = ((5.0, 6.0), (8.0, 4.0), (24.0, 0.0))  # costs up to which pieces are joined, and by what margin
# Within ink: how many pixels away, up to which cost, by what margin. The last is for sharp bends that there is no doubt
# about: nothing else is near that an end could go on as.
_FAR_ROUNDS: Final = ((150.0, 12.0, 0.0), (150.0, 24.0, 0.0), (30.0, 300.0, 24.0))
_MOST: Final = 24.0  # twice what it costs to leave an end alone
_ACROSS: Final = 100.0  # pixels that a line may run within a crossing
_CROWD: Final = 400  # ends near an end, in each of nine cells, that it is compared with;
_PAIRS: Final = 2_000_000  # fewer where there would be more pairs in all
_WAYS: Final = 500  # across a piece that are compared with each other at the most
_FEW: Final = 50_000  # up to so many pairs it is quicker not to ask which are near
_LONG: Final = 20  # pixels of a piece of which both ends may be joined to a ring
_NUMBERS: Final = 11  # that tell the state of an end


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """For each end, 2 i and 2 i + 1 of piece i: `mate`, the end that it is joined to, -1 for none, -2 of a piece that
    two lines share; `state`, shape (2 n, 4): where the line is there, and which way it goes, outwards.
    """

    mate: Offsets
    state: npt.NDArray[np.float64]


def crossings(pieces: Pieces, shares: Shares, way: Way | None = None) -> Ends:
    """The pieces that go on as each other where they meet."""
    table = _Table(pieces, shares, way)
    counts = pieces.lines.counts
    by_length = np.argsort(counts, kind="stable")
    shareable = table.kernel.ints(by_length[counts[by_length] <= _ACROSS])
    for limit, margin in _ROUNDS:
        table.fit()
        table.linker.share(shareable, _ACROSS)
        table.join(table.meeting(), _ACROSS, limit, margin)
    return table.ends()


def in_sight(pieces: Pieces, shares: Shares, way: Way | None = None) -> Ends:
    """The lines that go on as each other further away, with nothing but ink between them."""
    table = _Table(pieces, shares, way)
    table.fit()
    pairs = table.in_reach(max(longest for longest, _, _ in _FAR_ROUNDS))
    for longest, limit, margin in _FAR_ROUNDS:
        table.join(pairs, longest, limit, margin)
        table.fit()
        pairs = table.still_free(pairs)
    return table.ends()


class _Table:
    """The kernels' arrays: what is said of them is said in `fit.py` and `link.py`."""

    def __init__(self, pieces: Pieces, shares: Shares, way: Way | None) -> None:
        lines = pieces.lines
        count = 2 * len(lines)
        self.fitting, self.matching, linking = (kernel(name, way) for name in ("fit", "match", "link"))
        self.kernel, self.part, self.long = linking, np.repeat(pieces.part, 2), np.repeat(lines.counts > _LONG, 2)
        ints, floats = linking.ints, linking.floats
        self.points = floats(lines.points[:, 0]), floats(lines.points[:, 1])
        self.follow = ints(_followed(lines))
        self.start = ints(np.stack([2 * lines.starts[:-1], 2 * lines.starts[1:] - 1], axis=1))
        self.mates, self.free = ints(np.full(count, -1)), ints(np.repeat(~lines.closed, 2))
        self.states, self.room = floats(np.zeros(_NUMBERS * count)), (floats(np.zeros(count)), floats(np.zeros(count)))
        self.group = ints(_numbered(pieces.group.ravel()))
        self.linker = linking.module.Linker(
            self.states,
            floats(pieces.width),
            self.mates,
            self.free,
            self.group,
            ints(_rings(np.asarray(self.group))),
            linking.bytes(shares),
            shares.shape[1],
            shares.shape[0],
            ints(np.zeros(len(lines))),
            ints(np.zeros(int(np.max(self.group, initial=-1)) + 1)),
            *(ints(np.zeros(_WAYS)) for _ in range(2)),
            floats(np.zeros(_WAYS)),
        )

    def fit(self) -> None:
        self.fitting.module.fit_all(*self.points, self.follow, self.start, self.free, self.states)

    def meeting(self) -> Offsets:
        """Pairs of free ends in one group, shape (n, 2)."""
        pairs = self._pairs(np.asarray(self.group), _ACROSS)
        return np.asarray(pairs[(pairs[:, 0] // 2 != pairs[:, 1] // 2) | self.long[pairs[:, 0]]], dtype=np.int64)

    def in_reach(self, longest: float) -> Offsets:
        """Pairs of free ends in one piece of ink, shape (n, 2)."""
        pairs = self._pairs(self.part, longest)
        return np.asarray(pairs[pairs[:, 0] // 2 != pairs[:, 1] // 2], dtype=np.int64)

    def still_free(self, pairs: Offsets) -> Offsets:
        """Those of the pairs of which neither end is joined to another by now."""
        free = np.asarray(self.free, dtype=bool)
        return np.asarray(pairs[free[pairs[:, 0]] & free[pairs[:, 1]]])

    def _pairs(self, apart: Offsets, longest: float) -> Offsets:
        """Pairs of free ends near each other and alike in what tells them apart."""
        ends = np.flatnonzero(np.asarray(self.free))
        ends = ends[np.argsort(apart[ends], kind="stable")]
        room = apart[ends]
        others = np.searchsorted(room, room, side="right") - np.arange(1, len(ends) + 1)
        if others.sum() <= _FEW:
            one = np.repeat(np.arange(len(ends)), others)
            return np.stack([ends[one], ends[ranges(np.arange(1, len(ends) + 1), others)]], axis=1)
        places = self._states()[ends, :2]
        room = np.cumsum(np.diff(room, prepend=room[:1]) != 0)
        places[:, 0] += room * (np.ptp(places[:, 0]) + 2 * longest if len(ends) else 0.0)
        crowd = min(_CROWD, 1 + _PAIRS // (5 * len(ends) + 1))
        one, other = ends[near_pairs(places, longest, crowd).T]
        return np.stack([np.minimum(one, other), np.maximum(one, other)], axis=1)

    def ends(self) -> Ends:
        return Ends(np.asarray(self.mates, dtype=np.int64), self._states()[:, :4])

    def _states(self) -> npt.NDArray[np.float64]:
        return np.asarray(self.states, dtype=np.float64).reshape(-1, _NUMBERS)

    def join(self, pairs: Offsets, longest: float, limit: float, margin: float) -> None:
        one, other = (self.kernel.ints(column) for column in pairs.T)
        costs = self.kernel.floats(np.zeros(len(pairs)))
        self.linker.price(one, other, longest, max(limit, _MOST), costs)
        price = np.asarray(costs)
        some = np.flatnonzero(price <= max(limit, _MOST))
        order = some[np.lexsort((pairs[some, 1], pairs[some, 0], price[some]))]
        one, other = (self.kernel.ints(column) for column in pairs[order].T)
        costs = self.kernel.floats(price[order])
        self.matching.module.match(
            one, other, costs, limit, margin, self.mates, self.free, self.follow, self.start, *self.room
        )


def _numbered(group: Offsets) -> Offsets:
    """Groups, and for each free end one of its own."""
    free = group < 0
    return np.where(free, group.max(initial=0) + 1 + np.arange(len(group)), group)


def _rings(group: npt.NDArray[Any]) -> Offsets:
    """For each end the next of its group, round and round."""
    order = np.argsort(group, kind="stable")
    after = np.empty(len(group), dtype=np.int64)
    begins = np.flatnonzero(np.diff(group[order], prepend=-1))
    after[order[:-1]] = order[1:]
    last = np.append(begins[1:], len(order))[: len(begins)] - 1
    after[order[last]] = order[begins]
    return after


def _followed(lines: Lines) -> Offsets:
    """For each state, 2 i and 2 i + 1 of point i, the next one within its line."""
    follow = np.full(2 * len(lines.points), -1, dtype=np.int64)
    inner = ranges(lines.starts[:-1], lines.counts - 1)
    follow[2 * inner] = 2 * inner + 2
    follow[2 * inner + 3] = 2 * inner + 1
    return follow
