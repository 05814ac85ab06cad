"""What is drawn when: a program cut at moments of the time that its machine takes for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dcode.gcode.motion import COLUMNS, MOVING, Kind, Motion
from dcode.geometry.drawing import Drawing
from dcode.geometry.lines import Lines, Points
from dcode.machine.drawing_motion import drawing_of
from dcode.machine.machine import Machine
from dcode.machine.pace import Pace
from dcode.machine.preview.scene import pen_up_ways
from dcode.machine.timing import estimate

Times = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """What a machine does between two moments. Where its first stroke goes on with one of the piece before, `before`

    is the point that this one came from.
    """

    ink: Drawing
    travels: Lines
    before: tuple[float, float] | None


class Timeline:
    """A program in the time that it is estimated to take; `pace` is estimate's. Within a row the speed is its mean."""

    def __init__(self, motion: Motion, machine: Machine, pace: Pace | None = None) -> None:
        self._motion, self._machine = motion, machine
        self._ends = np.array(estimate(motion, machine, pace).elapsed, dtype=np.float64)

    @property
    def seconds(self) -> float:
        """How long all of it takes."""
        return float(self._ends[-1]) if len(self._ends) else 0.0

    def moments(self, count: int) -> Times:
        """The ends of `count` equal parts of the time."""
        return np.linspace(0.0, self.seconds, count + 1)[1:]

    def places(self, moments: Times) -> Points:
        """Where the pen is at some moments, shape (n, 2) in mm."""
        ends, motion = np.append(0.0, self._ends), self._motion
        columns = zip(motion.start, (motion.x, motion.y), strict=True)
        return np.column_stack([np.interp(moments, ends, np.append(start, column)) for start, column in columns])

    def pieces(self, moments: Times) -> Iterator[Piece]:
        """What is done up to each of some moments, which must rise, since the one before."""
        cut, ends = self._cut(moments)
        changes = np.flatnonzero(np.frombuffer(cut.kind, np.uint8) == Kind.PEN_CHANGE)
        begin = 0
        for end in ends.tolist():
            earlier = changes[: np.searchsorted(changes, begin)]
            part = _part(cut, begin, end, int(earlier[-1]) if len(earlier) else None)
            yield Piece(drawing_of(part, self._machine).drawing, pen_up_ways(part), _before(cut, begin, end))
            begin = end

    def _cut(self, moments: Times) -> tuple[Motion, npt.NDArray[np.int64]]:
        """The program with the moves that are under way at the moments in two, and how many rows are done by each."""
        motion = self._motion
        rows = np.searchsorted(self._ends, moments, side="right")
        kind = np.append(np.frombuffer(motion.kind, np.uint8), np.uint8(Kind.PEN_UP))
        halves = np.isin(kind[rows], MOVING)
        at, places = rows[halves], self.places(moments[halves])
        columns = {name: np.frombuffer(getattr(motion, name), np.dtype(code)) for name, code in COLUMNS.items()}
        values = {name: column[at] for name, column in columns.items()} | {"x": places[:, 0], "y": places[:, 1]}
        cut = Motion(motion.start)
        cut.holder = motion.holder
        cut.extend({name: _bytes(np.insert(column, at, values[name])) for name, column in columns.items()})
        cut.texts = {row + int(np.searchsorted(at, row, side="right")): text for row, text in motion.texts.items()}
        return cut, rows + np.cumsum(halves)


def _part(motion: Motion, begin: int, end: int, pen_row: int | None) -> Motion:
    """Some rows as a program of their own, which begins with the pen that an earlier row has put in."""
    part = Motion(motion.position_before(begin))
    if pen_row is None:
        part.holder = motion.holder
    else:
        part.append(Kind.PEN_CHANGE, *part.start, motion.value[pen_row], motion.line[pen_row])
        part.texts = {0: motion.texts[pen_row]} if pen_row in motion.texts else {}
    shift = len(part) - begin
    part.extend({name: memoryview(getattr(motion, name))[begin:end].cast("B") for name in COLUMNS})
    part.texts |= {row + shift: text for row, text in motion.texts.items() if begin <= row < end}
    return part


def _before(motion: Motion, begin: int, end: int) -> tuple[float, float] | None:
    """Where the stroke came from that goes on at `begin`; None when none does."""
    last, first = begin - 1, begin
    while last >= 0 and motion.kind[last] == Kind.DWELL:
        last -= 1
    while first < end and motion.kind[first] == Kind.DWELL:
        first += 1
    goes_on = last >= 0 and first < end and motion.kind[first] == Kind.DRAW
    if not goes_on or motion.kind[last] not in (Kind.DRAW, Kind.PEN_DOWN):
        return None
    return motion.position_before(last)


def _bytes(column: npt.NDArray[np.generic]) -> memoryview:
    return np.ascontiguousarray(column).view(np.uint8).data
