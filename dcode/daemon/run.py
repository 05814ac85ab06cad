"""One job at the machine: where in its rows it is, and what comes next."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

from dcode.daemon.record import RunRecord
from dcode.firmware.command import Command, CommandKind
from dcode.firmware.translate import Translator
from dcode.gcode.motion import Kind, Motion, Step
from dcode.gcode.place import Place, beginning, pen_is_down, pen_number
from dcode.jobs.watermarks import Watermarks
from dcode.machine.ledger import InkGauge

Point = tuple[float, float]

STOPS: Final = (Kind.PAUSE, Kind.PEN_CHANGE)


class Run:
    """Hands out a motion's commands one by one. Pulled, never pushed: nothing is ahead of the window.

    `place` is where the run is once the command that was handed out last is carried out. Strokes end with a barrier,
    and where `wary` they begin with one as well: with the machine at a standstill it can be proved that it is where it
    should be, before ink is laid in the wrong place.
    """

    marks: Watermarks
    record: RunRecord

    def __init__(
        self,
        job: int,
        motion: Motion,
        translator: Translator,
        begin: Place | None = None,
        *,
        wary: bool = False,
        gauge: InkGauge | None = None,
    ) -> None:
        self.job, self.motion, self._translator, self._wary = job, motion, translator, wary
        self.place = begin or beginning(motion)
        self.pen_down = begin is not None and pen_is_down(motion, begin)
        self.stop: Kind | None = None  # the program itself asks for a pause or a pen change, now
        self.is_dry = False  # it stops because the pen would run dry in the next stroke
        self.gauge = gauge
        self._last: CommandKind | None = None  # of what was handed out
        self.finished = False  # everything has been handed out
        self.open = False  # rows may still be added at the end: there it waits, between strokes
        self._row = self.place.row  # the next one
        self._ready: deque[Command] = deque()
        self._first = gauge.listed(gauge.pen) if gauge else 0  # the pen that is in the holder at first
        number = pen_number(motion, begin) if begin else None
        translator.pen.take(self._first if number is None else number)
        if gauge and number:
            gauge.take(number, fresh=False)

    @property
    def between_strokes(self) -> bool:
        """The pen is up and no row is half sent: the place to pause."""
        return not self._ready and not self.pen_down

    @property
    def is_drawing(self) -> bool:
        """The pen is down, and what was handed out last draws."""
        return self.pen_down and self._last is CommandKind.DRAW

    @property
    def next_row(self) -> int:
        """The row that the next command belongs to."""
        return self._row - 1 if self._ready else self._row

    def next(self, at: Point) -> Command | None:
        """The next command, the gondola being at `at` when it begins; None at a stop and at the end."""
        while not self._ready:
            if self.stop is not None or self.finished:
                return None
            if self._row >= len(self.motion):
                self.finished = not self.open
                return None
            self._enter_row(at)
        command = self._ready.popleft()
        x, y = command.end or at
        self._last = command.kind
        if self.gauge and command.kind is CommandKind.DRAW:
            self.gauge.drew(math.dist(at, (x, y)))
        self.place = Place(self._row - 1, x, y) if self._ready else Place(self._row, x, y)
        return command

    def _enter_row(self, at: Point) -> None:
        row, step = self._row, self.motion[self._row]
        lacking = self.gauge.lacks(self.motion) if self.gauge and row == 0 else None
        if self.gauge and lacking is not None:
            self._first = self.gauge.listed(lacking)
            self._translator.pen.take(self._first)
            self.stop, self.place = Kind.PEN_CHANGE, Place(row, *at)
            return
        if step.kind is Kind.PEN_DOWN and not self.pen_down and self.gauge and self.gauge.runs_dry(self.motion, row):
            self.stop, self.is_dry, self.place = Kind.PAUSE, True, Place(row, *at)
            return
        self._row += 1
        if step.kind in STOPS:
            self.stop = step.kind
            self._translator.row(step, at, row)  # a pen change: from now on with that pen's angles
            self.place = Place(self._row, *at)
            return
        self._ready.extend(self._commands(step, at, row))

    def _commands(self, step: Step, at: Point, row: int) -> list[Command]:
        tools = self._translator
        match step.kind:
            case Kind.PEN_DOWN:
                before = self._barrier(row) if self._wary and not self.pen_down else []
                self.pen_down = True
                return [*before, *tools.row(step, at, row)]
            case Kind.PEN_UP | Kind.HOME:
                self.pen_down = False
                return [*tools.row(step, at, row), *self._barrier(row)]
            case Kind.DWELL if self.pen_down and step.value > tools.pen.settings.max_rest_seconds:
                lift, lower = Step(Kind.PEN_UP, *at, 0.0, step.line), Step(Kind.PEN_DOWN, *at, 0.0, step.line)
                return [command for one in (lift, step, lower) for command in tools.row(one, at, row)]
        return tools.row(step, at, row)

    def _barrier(self, row: int) -> list[Command]:
        return [command._replace(row=row) for command in self._translator.barrier()]

    def grow(self, motion: Motion, *, is_open: bool) -> None:
        """Rows were added at the end; those that were there are the same."""
        assert len(motion) >= len(self.motion)
        self.motion, self.open = motion, is_open
        self.record.grow(motion)

    def hold(self, at: Point) -> None:
        """Give up what is left of the row that is half sent: from `at`, where the gondola stands, it is made anew.

        The lines that were made leave out the feed, which a jog changes while the run is held.
        """
        if self._ready:
            self._ready.clear()
            self._row -= 1
            self.place = Place(self._row, *at)
            self.pen_down = self.pen_down and pen_is_down(self.motion, self.place)

    def rewind(self, place: Place) -> None:
        """Go on from `place` instead: what was handed out beyond it was not carried out."""
        self._ready.clear()
        self._row, self.place = place.row, place
        self.pen_down = pen_is_down(self.motion, place)
        number = pen_number(self.motion, place)
        self._translator.pen.take(self._first if number is None else number)
        self.go_on()
        self.finished = False

    def go_on(self) -> None:
        """What was asked for has been done."""
        self.stop, self.is_dry = None, False
