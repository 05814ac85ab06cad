"""Many polylines in two arrays: what a layer of a drawing is made of, what geometric operations take and give.

Ragged, so that a drawing of a million points costs 16 bytes a point and is worked on by numpy in one piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dcode.geometry.bounds import Bounds

Points = npt.NDArray[np.float64]  # shape (n, 2), mm, y up
Offsets = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def ranges(begins: Offsets, counts: Offsets) -> Offsets:
    """begins[0], begins[0] + 1, ... (counts[0] of them), begins[1], ...: the indices of many slices in one array."""
    ends = np.cumsum(counts, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + np.repeat(begins - (ends - counts), counts), dtype=np.int64)


def starts_of(counts: Sequence[int] | npt.NDArray[np.integer[Any]]) -> Offsets:
    """Where each of so many slices begins in one array, from 0, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """`points` of all polylines one after the other, shape (n, 2), mm, y up; polyline i is starts[i] to starts[i + 1].

    `starts` has one entry more than there are polylines, from 0 to n. No polyline is empty; one point is a dot.
    """

    points: Points
    starts: Offsets

    @classmethod
    def of(cls, polylines: Iterable[Sequence[tuple[float, float]] | Points]) -> Lines:
        """From single polylines; empty ones are left out."""
        arrays = [array for line in polylines if len(array := np.asarray(line, dtype=np.float64).reshape(-1, 2))]
        starts = np.zeros(len(arrays) + 1, dtype=np.int64)
        np.cumsum([len(array) for array in arrays], out=starts[1:])
        return cls(np.concatenate(arrays) if arrays else np.empty((0, 2)), starts)

    @classmethod
    def joined(cls, parts: Iterable[Lines]) -> Lines:
        """The polylines of all parts, in order."""
        kept = [part for part in parts if len(part)]
        if not kept:
            return cls.of(())
        shifts = np.cumsum([0] + [len(part.points) for part in kept])
        starts = [part.starts[:-1] + shift for part, shift in zip(kept, shifts[:-1], strict=True)]
        return cls(np.concatenate([part.points for part in kept]), np.concatenate([*starts, shifts[-1:]]))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, index: int) -> Points:
        return self.points[self.starts[index] : self.starts[index + 1]]

    def __iter__(self) -> Iterator[Points]:
        return (self[index] for index in range(len(self)))

    @property
    def counts(self) -> Offsets:
        """How many points each polyline has."""
        return np.diff(self.starts)

    @property
    def bounds(self) -> Bounds | None:
        """The smallest rectangle around all of it; None when there is nothing."""
        if not len(self.points):
            return None
        (left, bottom), (right, top) = self.points.min(axis=0).tolist(), self.points.max(axis=0).tolist()
        return Bounds(left, right, top, bottom)

    @property
    def closed(self) -> Mask:
        """Which polylines have four points or more and end exactly where they begin."""
        meets = (self.points[self.starts[:-1]] == self.points[self.starts[1:] - 1]).all(axis=1)
        return np.asarray((self.counts > 3) & meets)

    @property
    def lengths(self) -> npt.NDArray[np.float64]:
        """How long each polyline is, in mm."""
        if not len(self):
            return np.empty(0)
        steps = np.zeros(len(self.points))
        across, up = np.diff(self.points, axis=0).T
        steps[:-1] = np.hypot(across, up)
        steps[self.starts[1:] - 1] = 0.0  # the way from one polyline to the next
        return np.add.reduceat(steps, self.starts[:-1])

    def kept(self, mask: Mask | Offsets) -> Lines:
        """The polylines that a mask (one truth value each) or a list of indices names, in that order."""
        begins, counts = self.starts[:-1][mask], self.counts[mask]
        return Lines(self.points[ranges(begins, counts)], starts_of(counts))
