"""An order of strokes: which comes when, in which direction, and where closed ones begin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines, Offsets

LEAST_CLOSED = 4  # points: of fewer, no corner is left to choose


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """For n strokes, in drawing order: `strokes` is a permutation of 0 to n-1, `flipped` says which run backwards.

    `seams` says with which of its points each begins: 0 unless it is closed and enters elsewhere; a flipped one begins
    at that same point and runs the other way.
    """

    strokes: Offsets
    flipped: npt.NDArray[np.bool_]
    seams: Offsets

    @classmethod
    def as_given(cls, count: int) -> Sequence:
        return cls(np.arange(count), np.zeros(count, dtype=bool), np.zeros(count, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.strokes)

    def apply(self, lines: Lines) -> Lines:
        """The strokes of `lines` in this order: the same points, and no others."""
        if len(lines) != len(self):
            raise ValueError(f"an order of {len(self)} strokes for {len(lines)}")
        lengths = np.diff(lines.starts)[self.strokes]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        place = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths)  # of a point in its new stroke
        last = np.repeat(lengths - 1, lengths)
        flipped = np.repeat(self.flipped, lengths)
        place = np.where(flipped, last - place, place)
        turned = np.repeat(self.seams != 0, lengths)
        if turned.any():  # a closed stroke has one point fewer than it lists
            seam = np.repeat(self.seams, lengths)
            place[turned] = (place[turned] + seam[turned]) % last[turned]
        return Lines(lines.points[np.repeat(lines.starts[self.strokes], lengths) + place], starts)


def closed(lines: Lines) -> npt.NDArray[np.bool_]:
    """Which strokes end where they begin and have a seam to choose, one flag each."""
    if not len(lines):
        return np.zeros(0, dtype=bool)
    first, last = lines.points[lines.starts[:-1]], lines.points[lines.starts[1:] - 1]
    meets: npt.NDArray[np.bool_] = (first == last).all(axis=1)
    return meets & (np.diff(lines.starts) >= LEAST_CLOSED)
