"""What an estimate says."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds and millimetres of one program on one machine.

    `seconds` is the sum of the parts; `park_s` is the way home after the last row. A pause and a change of pens take
    as long as the user likes and count nothing.
    """

    draw_s: float
    travel_s: float
    pen_s: float
    dwell_s: float
    park_s: float
    draw_mm: float
    travel_mm: float
    lifts: int
    elapsed: array[float] = field(repr=False, default_factory=lambda: array("d"))  # seconds, at the end of each row

    @property
    def seconds(self) -> float:
        return self.draw_s + self.travel_s + self.pen_s + self.dwell_s + self.park_s

    def elapsed_marks(self, n: int) -> list[tuple[int, float]]:
        """At most n + 1 pairs (rows done, seconds), from (0, 0) to the last row, evenly spaced in time.

        A straight line between two of them is off by less than an n-th of the whole and the longest row.
        """
        rows, total = len(self.elapsed), self.elapsed[-1] if self.elapsed else 0.0
        done = {bisect_left(self.elapsed, total * mark / n) + 1 for mark in range(1, n)}
        marks = sorted({row for row in done if row < rows} | {rows} - {0})
        return [(0, 0.0), *((row, self.elapsed[row - 1]) for row in marks)]

    def as_json(self) -> dict[str, object]:
        """The estimate as JSON values, as `dcode estimate --json` prints it."""
        return {
            "seconds": round(self.seconds, 3),
            "draw_s": round(self.draw_s, 3),
            "travel_s": round(self.travel_s, 3),
            "pen_s": round(self.pen_s, 3),
            "dwell_s": round(self.dwell_s, 3),
            "park_s": round(self.park_s, 3),
            "draw_mm": round(self.draw_mm, 3),
            "travel_mm": round(self.travel_mm, 3),
            "lifts": self.lifts,
        }
