"""A person who calibrates the pen of a simulated plotter: answers the guide's views by looking at the ink alone."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from dcode.machine.calibration.pen_pattern import ROW, Row

Message = dict[str, Any]
GAP_MM = 0.4  # what a person sees of one


def marks(rig: Any) -> list[Message]:
    """The strokes that are on the paper."""
    path = Path(rig.state) / "ink.json"
    rig.client.call("sim.ink", path=str(path))
    strokes: list[Message] = json.loads(path.read_text())["ink"]
    return strokes


class Person:
    """`rig` is one of conftest's. `wary` steps are what they take when the paper is near."""

    def __init__(self, rig: Any, guide: str = "pen", **options: Any) -> None:
        self._rig = rig
        self._known = 0.0
        self.shown: Message = rig.client.call("calibrate.begin", guide=guide, options=options)

    @property
    def step(self) -> str:
        return str(self.shown["view"]["step"])

    def choose(self, choice: str, **values: float) -> str:
        """The step that it leads to."""
        self.shown = self._rig.client.call("calibrate.answer", choice=choice, values=values)
        return self.step

    def ink(self) -> list[Message]:
        return marks(self._rig)

    def sees_something_new(self) -> bool:
        """Whether there is a mark that was not there when it was looked at last."""
        before, self._known = self._known, sum(1 + len(stroke["points"]) for stroke in self.ink())
        return self._known > before

    def lowers_until_it_marks(self) -> None:
        self.sees_something_new()
        for _ in range(150):
            self.choose("lower")
            if self.sees_something_new():
                return
        raise AssertionError("the pen never touched the paper")

    def reads_row(self, *, ends: bool) -> int:
        """The first number from which on every stroke begins, or ends, where it should."""
        row, ink = self._row(), self.ink()
        good = [self._is_good(row, number, ink, ends=ends) for number in range(1, ROW + 1)]
        assert good[-1], good
        return ROW - next((at for at, one in enumerate(reversed(good)) if not one), ROW) + 1

    def _row(self) -> Row:
        """Where the row is: its ticks are 11, one above the other, and alike far apart."""
        ticks = [line for line in map(_points, self.ink()) if _is_tick(line)]
        xs = sorted(line[0][0] for line in ticks[-ROW:])
        pitch = (xs[-1] - xs[0]) / (ROW - 1)
        middle = (max(y for _, y in ticks[-1]) + min(y for _, y in ticks[-1])) / 2
        return Row((xs[0], middle), pitch)

    def _is_good(self, row: Row, number: int, ink: list[Message], *, ends: bool) -> bool:
        tick, y = row.corner[0] + (number - 1) * row.pitch, row.corner[1]
        low, high = (tick - 0.6 * row.pitch, tick + 0.3 * row.pitch) if ends else (tick - 1, tick + 0.6 * row.pitch)
        pieces = sorted(_extents(ink, y, low, high))
        if not pieces:
            return False
        if ends:
            return abs(pieces[-1][1] - tick) < GAP_MM
        whole = all(later[0] - earlier[1] < GAP_MM for earlier, later in pairwise(pieces))
        return whole and abs(pieces[0][0] - tick) < GAP_MM


def _points(stroke: Message) -> list[tuple[float, float]]:
    return [(x, y) for x, y in stroke["points"]]


def _is_tick(line: list[tuple[float, float]]) -> bool:
    """Upright, and 4 mm long."""
    xs, ys = [x for x, _ in line], [y for _, y in line]
    return max(xs) - min(xs) < 0.3 and math.isclose(max(ys) - min(ys), 4.0, abs_tol=0.5)


def _extents(ink: list[Message], y: float, low: float, high: float) -> Iterator[tuple[float, float]]:
    """Of level ink at a height: from where to where it goes, ticks and numbers left out."""
    for stroke in ink:
        points = _points(stroke)
        xs, ys = [x for x, _ in points], [y for _, y in points]
        if max(ys) - min(ys) < 0.3 and abs(ys[0] - y) < 0.3 and low <= xs[0] <= high:
            yield min(xs), max(xs)
