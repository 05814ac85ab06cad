"""What a benchmark of the geometry says: rows with an id, the anchor's figure, dcode's, and whether the goal is met."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from math import exp, log
from statistics import median
from typing import Generic, TypeVar

T = TypeVar("T")

HEADING = f"{'id':<3} {'what':<38} {'anchor':>10} {'dcode':>10} {'unit':<12} {'ratio':>7}  goal"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `at_most` and `at_least` are for its ratio to the anchor's; without one, or `itself`, for itself."""

    goal: str
    what: str
    unit: str
    dcode: float
    anchor: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    itself: bool = False

    @property
    def ratio(self) -> float | None:
        return self.dcode / self.anchor if self.anchor else None

    @property
    def met(self) -> bool | None:
        """None where there is no goal."""
        if self.at_most is None and self.at_least is None:
            return None
        value = self.dcode if self.itself or self.ratio is None else self.ratio
        return (self.at_most is None or value <= self.at_most) and (self.at_least is None or value >= self.at_least)

    def as_line(self) -> str:
        ratio = "" if self.ratio is None else f"{self.ratio:.3f}"
        return (
            f"{self.goal:<3} {self.what:<38} {_short(self.anchor):>10} {_short(self.dcode):>10} {self.unit:<12} "
            f"{ratio:>7}  {self._judged()}"
        ).rstrip()

    def _judged(self) -> str:
        if self.met is None:
            return ""
        bounds = [f"at least {self.at_least:.3g}"] if self.at_least is not None else []
        bounds += [f"at most {self.at_most:.3g}"] if self.at_most is not None else []
        bound = ", ".join(bounds)
        of_itself = f" {self.unit}" if self.itself and self.anchor is not None else ""
        return f"{bound}{of_itself}: {'met' if self.met else 'MISSED'}"

    def as_json(self) -> str:
        return json.dumps({**asdict(self), "ratio": self.ratio, "met": self.met})


@dataclass(frozen=True, slots=True)
class Untold:
    """What could not be measured, and why."""

    goal: str
    why: str
    met: None = None

    def as_line(self) -> str:
        return f"{self.goal:<3} not measured: {self.why}"

    def as_json(self) -> str:
        return json.dumps({"goal": self.goal, "not_measured": self.why})


def show(rows: Iterable[Row | Untold], *, as_json: bool) -> int:
    """Print them as they come, under a heading unless they are JSON; how many goals are missed."""
    missed = 0
    if not as_json:
        print(HEADING)
    for row in rows:
        missed += row.met is False
        print(row.as_json() if as_json else row.as_line(), flush=True)
    return missed


def _short(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What some work gave, and the seconds that it took."""

    result: T
    seconds: float


def timed(work: Callable[[], T]) -> Callable[[], Done[T]]:
    """Work that tells the seconds of this process that it takes."""

    def run() -> Done[T]:
        begin = time.process_time()
        result = work()
        return Done(result, time.process_time() - begin)

    return run


def in_turns(ways: dict[str, Callable[[], Done[T]]], rounds: int) -> dict[str, Done[T]]:
    """What each way gives, with its median seconds. The ways take turns: a busy moment hits all alike."""
    found: dict[str, list[Done[T]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            found[name].append(way())
    return {name: Done(done[-1].result, median(each.seconds for each in done)) for name, done in found.items()}


def mean(ratios: list[float]) -> float:
    """The geometric one."""
    return exp(sum(map(log, ratios)) / len(ratios))
