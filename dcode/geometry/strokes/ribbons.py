"""The lines of a line screen: ribbons that are as wide as the picture is dark, filled by a pen.

The outline of a ribbon is one closed stroke, half a pen inside of it; straight passes fill it, nine tenths of a pen
apart. Where a line is to be thinner than the pen, it is dashed: the round ends of dashes are counted in.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines, ranges
from dcode.geometry.simplify import simplify
from dcode.geometry.strokes.around import Surroundings
from dcode.geometry.strokes.runs import Runs, runs_above
from dcode.geometry.strokes.screen import Screen, ordered

_APART: Final = 0.9  # of the pen's width, from one pass to the next
_STRAIGHT: Final = 0.03  # mm that an outline may be off
_DASH: Final = 8  # samples from one dash to the next
_DOT: Final = 0.02  # mm: a dash that short is a dot

Values = npt.NDArray[np.float64]


def ribbons(screen: Screen, pen: float) -> Lines:
    """Outlines, then passes, then dashes, each row by row, to and fro; by up to a cell beyond the frame."""
    samples = _Samples(screen, pen)
    half = (samples.widths - pen) / 2  # from the middle of a line to its outermost pass
    drawn = [samples.outlines(runs_above(half), half)]
    steps = np.arange(1, math.ceil(float(half.max()) / (_APART * pen)) + 1) * _APART * pen
    drawn.append(samples.straight(runs_above(half - _APART * pen / 2), 0.0))
    for off in steps.tolist():
        runs = runs_above(half - off)
        drawn += [samples.straight(runs, off), samples.straight(runs, -off)]
    return Lines.joined([*drawn, samples.straight(runs_above(samples.dashes()), 0.0)])


class _Samples:
    """How wide the lines are to be in mm, shape (rows, samples). A line is in the middle of its row of cells."""

    def __init__(self, screen: Screen, pen: float) -> None:
        self.screen, self.pen = screen, pen
        self.step = max(screen.cell, 4 * pen) / 4
        self.rows = np.arange(-screen.reach, screen.reach)[:, None]
        most = math.ceil(screen.reach * screen.cell / self.step)
        self.places = np.arange(-most, most + 1)[None, :]
        screen.check(self.rows.size * self.places.size)
        reached = screen.touches(self._at(self.places, self.rows))
        self.widths = np.zeros(reached.shape)
        row, place = np.nonzero(reached)
        around = Surroundings(screen.picture)
        for third in (-1, 0, 1):
            middles = self._at(self.places[0, place], self.rows[row, 0] + third / 3)
            self.widths[reached] += around.mean(middles, screen.cell / 3) * screen.cell / 3

    def _at(self, places: npt.ArrayLike, rows: npt.ArrayLike) -> Values:
        return self.screen.at(np.asarray(places) * (self.step / self.screen.cell), np.asarray(rows) + 0.5)

    def _lines(self, row: npt.NDArray[np.int64], place: Values, off: Values, counts: npt.NDArray[np.int64]) -> Lines:
        points = self._at(place + self.places[0, 0], row + self.rows[0, 0] + off / self.screen.cell)
        return Lines(points, np.concatenate([[0], np.cumsum(counts)]))

    def outlines(self, runs: Runs, half: Values) -> Lines:
        """Along a run at `half` mm to its left, and back to its right."""
        first = np.floor(runs.begin).astype(np.int64) + 1
        inner = np.ceil(runs.end).astype(np.int64) - first
        counts = 2 * inner + 3
        index = ranges(np.zeros(len(counts), dtype=np.int64), counts)
        run = np.repeat(np.arange(len(counts)), counts)
        along = np.minimum(index, counts[run] - 1 - index)  # 0 where the run begins, inner + 1 where it ends
        sample = first[run] + along - 1
        ends = (along == 0) | (along == inner[run] + 1)
        place = np.where(along == 0, runs.begin[run], np.where(ends, runs.end[run], sample))
        off = np.where(ends, 0.0, half[runs.row[run], np.where(ends, 0, sample)])
        off = np.where(index <= inner[run] + 1, off, -off)
        return simplify(self._lines(runs.row[run], place, off, counts), _STRAIGHT)

    def straight(self, runs: Runs, off: float) -> Lines:
        """One stroke for each run, every other row back; of a very short one its middle, as a dot."""
        dot = (runs.end - runs.begin) * self.step <= _DOT
        back = runs.row % 2 != 0
        order = np.lexsort((np.where(back, -runs.begin, runs.begin), runs.row))
        begin, end = np.where(back, runs.end, runs.begin)[order], np.where(back, runs.begin, runs.end)[order]
        counts = np.where(dot, 1, 2)[order]
        keep = np.column_stack([np.ones(len(dot), dtype=bool), ~dot[order]]).ravel()
        place, row = np.column_stack([begin, end]).ravel()[keep], np.repeat(runs.row[order], counts)
        return self._lines(row, place, np.full(len(place), off), counts)

    def dashes(self) -> Values:
        """Above 0 where the pen is down on lines thinner than it is: mm from there to the end of the dash."""
        phase = (self.places + 3 * self.rows) % _DASH
        from_middle = np.minimum(phase, _DASH - phase) * self.step
        ink = self.widths * _DASH * self.step  # mm2 of a dash
        dot = math.pi / 4 * self.pen**2
        excess = (ink - dot) / self.pen / 2 - from_middle
        number = (self.places + 3 * self.rows) // _DASH
        lone = (phase == 0) & (ink <= dot) & (ink > dot * ordered(self.rows, number))
        excess[lone] = _DOT / 4
        excess[self.widths >= self.pen] = -self.step
        return np.asarray(excess)
