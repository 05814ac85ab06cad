"""How much work an order is worth: counted in moves, so that a seed gives the same order on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

DEEPEST: Final = 6  # travels that search.py has room for in a move


@dataclass(frozen=True, slots=True)
class Effort:
    """`neighbours` of each node are known; `breadth[i]` of them are tried for the travel put in at depth i of a move.

    Kicks are `kicks_each` a stroke, but at least and at most so many; seams are chosen anew in `rounds` between them.
    A kick exchanges runs of up to `run` strokes, and is repaired by moves of up to `repair` travels.
    """

    kicks_each: float
    kicks_least: int
    kicks_most: int
    rounds: int
    neighbours: int = 10
    breadth: tuple[int, ...] = (10, 8, 6, 5)
    run: int = 8
    repair: int = 3

    def __post_init__(self) -> None:
        if not (len(self.breadth) < DEEPEST and 2 <= self.repair <= DEEPEST and max(self.breadth) <= self.neighbours):
            raise ValueError(f"no search goes like this: {self}")

    def kicks(self, strokes: int) -> int:
        return max(self.kicks_least, min(self.kicks_most, round(self.kicks_each * strokes)))


class Mode(Enum):
    """FAST is local search alone; DEFAULT takes about a second, BEST up to a minute (compiled)."""

    FAST = "fast"
    DEFAULT = "default"
    BEST = "best"

    @property
    def effort(self) -> Effort:
        return EFFORTS[self]


EFFORTS: Final = {
    Mode.FAST: Effort(0, 0, 0, 1),
    Mode.DEFAULT: Effort(1, 20_000, 200_000, 2),
    Mode.BEST: Effort(60, 600_000, 1_000_000, 6),
}
