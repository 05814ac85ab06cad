"""How long a job still takes: the estimate, corrected by how fast it has gone so far."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

_TRUST_SECONDS: Final = 20.0  # of estimated work before the correction counts fully


class Remaining:
    """`marks` are (row, seconds from the start) of the estimate, rows ascending."""

    def __init__(self, marks: Sequence[Sequence[float]], total: float) -> None:
        self._rows = [mark[0] for mark in marks]
        self._seconds = [mark[1] for mark in marks]
        self._total = total

    def seconds(self, row: int, elapsed: float) -> float:
        """What is left after `row` rows that took `elapsed` seconds."""
        done = self._at(row)
        pace = elapsed / done if done > 0 else 1.0
        trust = min(1.0, done / _TRUST_SECONDS)
        return max(0.0, (self._total - done) * (trust * pace + (1.0 - trust)))

    def _at(self, row: int) -> float:
        after = bisect_right(self._rows, row)
        if after == 0:
            return 0.0
        if after == len(self._rows):
            return self._total
        row0, row1 = self._rows[after - 1], self._rows[after]
        part = (row - row0) / (row1 - row0)
        return self._seconds[after - 1] + part * (self._seconds[after] - self._seconds[after - 1])
