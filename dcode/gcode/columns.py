"""The numpy path: plain lines of a large file, a chunk at a time, where no compiled scanner was built.

Each chunk becomes columns with one entry a line (tokens.py). Lines that are not plain are looked up by their text: pen
lines, which neither move nor change how words are read, are noted as events within the run of plain lines around them;
any other ends the run and goes to the careful interpreter. A run is then carried out as whole columns: modes and
coordinates are filled forward with maximum.accumulate, relative moves summed in order with add.accumulate, both of
which round exactly as one line after the other does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import numpy as np

from dcode.gcode.careful import Interpreter
from dcode.gcode.lines import chunks
from dcode.gcode.meaning import Meaning
from dcode.gcode.motion import Kind
from dcode.gcode.state import act
from dcode.gcode.tokens import Lines, read_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Indices = NDArray[np.intp]

_Number = TypeVar("_Number", np.int8, np.float64)
_CHUNK: Final = 1 << 18  # bytes: the columns of a chunk stay in the cache
_SHORT_RUN: Final = 24  # lines: below it, line by line is faster


class _Event(NamedTuple):
    """A pen line within a run."""

    place: int  # of the line in the chunk
    meaning: Meaning


def read(data: bytes, interpreter: Interpreter) -> None:
    """Read the whole of `data` into the interpreter's motion and notes."""
    first_line = 1
    for start, end in chunks(data, _CHUNK):
        columns = read_lines(data[start:end])
        _read_chunk(columns, interpreter, first_line)
        if interpreter.ended:
            return
        first_line += len(columns)
        interpreter.lines = first_line - 1


def _read_chunk(lines: Lines, interpreter: Interpreter, first_line: int) -> None:
    begin = 0
    events: list[_Event] = []
    for index in lines.special():
        meaning = interpreter.understand(lines.text(index), first_line + index)
        if isinstance(meaning, Meaning) and meaning.only_ops:
            events.append(_Event(index, meaning))
            continue
        _run(lines, begin, index, events, interpreter, first_line)
        if not interpreter.ended:
            interpreter.carry_out(meaning, first_line + index)
        if interpreter.ended:
            return
        begin, events = index + 1, []
    _run(lines, begin, len(lines), events, interpreter, first_line)


def _run(lines: Lines, begin: int, end: int, events: list[_Event], interpreter: Interpreter, first_line: int) -> None:
    """Carry out lines begin to end, which are plain but for the events."""
    while begin < end and (interpreter.state.mode > 1 or end - begin < _SHORT_RUN):
        interpreter.read_line(lines.text(begin), first_line + begin)
        begin += 1
        if interpreter.ended:
            return
    if begin < end:
        events = [event for event in events if event.place >= begin]
        _Run(lines, begin, end, interpreter).carry_out(events, first_line)


class _Run:
    """Plain lines as columns, their rows, and the pen lines between them."""

    def __init__(self, lines: Lines, begin: int, end: int, interpreter: Interpreter) -> None:
        self.state, self.motion = interpreter.state, interpreter.motion
        self.begin = begin
        part = slice(begin, end)
        self.g, self.f = lines.g[part], lines.f[part]
        self.has_x, self.has_y, self.has_f = lines.has_x[part], lines.has_y[part], lines.has_f[part]
        self.x, self.y = lines.x[part], lines.y[part]

    def carry_out(self, events: list[_Event], first_line: int) -> None:
        state = self.state
        moves = self.has_x | self.has_y
        rows = np.flatnonzero(moves)
        travel, draw, fed = self._feeds(moves, rows)
        x = self._positions(self.x, self.has_x, rows, state.x, state.offset_x)
        y = self._positions(self.y, self.has_y, rows, state.y, state.offset_y)
        changed = (x != _shifted(x, state.x)) | (y != _shifted(y, state.y))
        if not changed.all():
            rows, x, y, travel, draw, fed = (column[changed] for column in (rows, x, y, travel, draw, fed))
        self._add(rows, x, y, travel, draw, fed, events, first_line)
        if len(rows):
            state.x, state.y = float(x[-1]), float(y[-1])

    def _positions(self, values: Floats, given: Flags, rows: Indices, here: float, offset: float) -> Floats:
        """The coordinate after each of the rows."""
        values, given = values[rows], given[rows]
        if self.state.relative:
            steps = np.where(given, values * self.state.scale, 0.0)
            return np.add.accumulate(np.concatenate(([here], steps)))[1:]
        places = values * self.state.scale + offset
        return places if given.all() else _filled(places, given, here)

    def _feeds(self, moves: Flags, rows: Indices) -> tuple[Floats, Floats, Flags]:
        """Travel feed and draw feed at each of the rows, and whether the source had given the latter by then."""
        state = self.state
        says_g = self.g >= 0
        mode = _filled(self.g, says_g, state.mode)
        travels = self.has_f & (mode == 0) & (moves | says_g)
        draws = self.has_f & ~travels
        feeds = self.f * state.scale
        travel = _filled(feeds, travels, state.travel_feed)
        draw = _filled(feeds, draws, state.draw_feed)
        fed = np.logical_or.accumulate(draws) | state.draw_feed_given
        state.mode = int(mode[-1])
        state.travel_feed, state.draw_feed = float(travel[-1]), float(draw[-1])
        state.draw_feed_given = bool(fed[-1])
        return travel[rows], draw[rows], fed[rows]

    def _add(
        self,
        rows: Indices,
        x: Floats,
        y: Floats,
        travel: Floats,
        draw: Floats,
        fed: Flags,
        events: list[_Event],
        first_line: int,
    ) -> None:
        """Append the rows to the motion, those of the events between them."""
        state = self.state
        places = np.searchsorted(rows, [event.place - self.begin for event in events]).tolist()
        pens = [state.down]
        kinds, values, at, numbers = [], [], [], []
        for place, event in zip(places, events, strict=True):
            for op, value in event.meaning.ops:
                if row := act(state, op, value):
                    kinds.append(row[0])
                    values.append(row[1])
                    at.append(place)
                    numbers.append(first_line + event.place)
            pens.append(state.down)
        down = np.repeat(pens, np.diff([0, *places, len(rows)]))
        if not state.unfed_line:
            unfed = np.flatnonzero(down & ~fed)
            if len(unfed):
                state.unfed_line = first_line + self.begin + int(rows[unfed[0]])
        columns: dict[str, NDArray[np.generic]] = {
            "kind": np.insert(np.where(down, Kind.DRAW, Kind.TRAVEL), at, kinds).astype(np.uint8),
            "x": np.insert(x, at, _before(x, at, state.x)),
            "y": np.insert(y, at, _before(y, at, state.y)),
            "value": np.insert(np.where(down, draw, travel), at, values).astype(np.float32),
            "line": np.insert(rows + (first_line + self.begin), at, numbers).astype(np.uint32),
        }
        self.motion.extend({name: column.view(np.uint8).data for name, column in columns.items()})


def _filled(values: NDArray[_Number], given: Flags, before: float) -> NDArray[_Number]:
    """The values, with the last given one wherever none is given, and `before` ahead of the first."""
    last = np.maximum.accumulate(np.where(given, np.arange(1, len(values) + 1), 0))
    return np.concatenate((np.array([before], values.dtype), values))[last]


def _shifted(values: Floats, first: float) -> Floats:
    return np.concatenate(([first], values[:-1]))


def _before(values: Floats, at: list[int], first: float) -> Floats:
    """The value ahead of each place."""
    return np.concatenate(([first], values))[at]
