"""What an estimate says."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field, fields, replace
from typing import Final

_PARTS: Final = ("draw_s", "travel_s", "pen_s", "dwell_s", "draw_mm", "travel_mm")


@dataclass(frozen=True, slots=True)
class PenShare:
    """The seconds and millimetres of one pen. Number 0 is the machine's own; `travel` is on the way to its strokes."""

    number: int
    name: str
    draw_s: float
    travel_s: float
    pen_s: float
    dwell_s: float
    draw_mm: float
    travel_mm: float
    lifts: int

    @property
    def seconds(self) -> float:
        return self.draw_s + self.travel_s + self.pen_s + self.dwell_s

    def __add__(self, other: PenShare) -> PenShare:
        """What a pen does that is taken once more."""
        sums = {part: getattr(self, part) + getattr(other, part) for part in _PARTS}
        return replace(self, lifts=self.lifts + other.lifts, **sums)

    def as_json(self) -> dict[str, object]:
        figures = {part: round(getattr(self, part), 3) for part in _PARTS}
        return {"number": self.number, "name": self.name, "seconds": round(self.seconds, 3), **figures} | {
            "lifts": self.lifts
        }


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
    pens: tuple[PenShare, ...] = ()

    @classmethod
    def of(cls, pens: tuple[PenShare, ...], park_s: float, elapsed: array[float]) -> Estimate:
        """The sum of what the pens do."""
        sums = {part: sum(getattr(pen, part) for pen in pens) for part in _PARTS}
        return cls(**sums, park_s=park_s, lifts=sum(pen.lifts for pen in pens), elapsed=elapsed, pens=pens)

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
        said = {one.name: getattr(self, one.name) for one in fields(self)[:7]}
        return {
            "seconds": round(self.seconds, 3),
            **{name: round(value, 3) for name, value in said.items()},
            "lifts": self.lifts,
            "pens": [pen.as_json() for pen in self.pens],
        }
