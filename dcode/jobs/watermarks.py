"""How far a run has come, three times over: what was sent, what was acknowledged, what is surely on the paper.

After any failure the pen is somewhere between `executed` and `sent`: an acknowledged line may still wait in the
firmware's planner, and the acknowledgement of a line that is drawn already may be lost. So a job that is resumed at
`executed` misses nothing, and draws at most the stretch between the two once more.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from dcode.firmware.command import Command, CommandKind
from dcode.gcode.place import Place

Point = tuple[float, float]

# A report is rounded to steps or to hundredths; between two points of ours a belt firmware bows by less than this.
ON_PATH_MM: Final = 0.5
_MOVES: Final = (CommandKind.TRAVEL, CommandKind.DRAW)


class _Sent(NamedTuple):
    """A command on its way: its number, where the run is before and after it, what was sent before it, and where the
    gondola comes from."""

    number: int
    command: Command
    before: Place
    after: Place
    sent_before: Place
    start: Point


class Watermarks:
    """Fed with every command of a connection in the order of sending, with its acknowledgements, and with reports.

    `planner_lines`: how many acknowledged moves the firmware may not have carried out yet. `barrier_proves`: whether a
    barrier that is acknowledged proves that all before it is carried out; else only `stands` does.
    """

    def __init__(self, begin: Place, planner_lines: int, at: Point, *, barrier_proves: bool = True) -> None:
        self.sent = self.acked = self.executed = begin
        self._planner_lines, self._barrier_proves = planner_lines, barrier_proves
        self._leads_to = begin  # where the run is once all that is on its way is carried out; `sent` may be beyond
        self._at = at  # where the commands that were sent end
        self._count = self._acked_count = 0
        self._assumed: set[int] = set()  # commands, by id, that nobody has acknowledged
        self._reached = 0  # how many commands are surely carried out
        self._proved = (0, begin)  # the same by the last barrier: nothing before it can turn out to be missing
        self._limit: int | None = None  # the command of this number was not carried out: what is behind does not count
        self._flight: deque[_Sent] = deque()
        self._planner: deque[_Sent] = deque()  # acknowledged moves that may not be carried out

    def sending(self, command: Command, place: Place | None = None) -> None:
        """A command goes out; `place` is where the run is after it, None for one that is not the run's."""
        after = self._leads_to if place is None else place
        self._flight.append(_Sent(self._count, command, self._leads_to, after, self.sent, self._at))
        self._count += 1
        self._leads_to = after
        if place is not None:
            self.sent = after
        if command.end is not None:
            self._at = command.end

    def withdrawn(self, command: Command) -> None:
        """The command that was given last was never sent after all."""
        if self._flight and self._flight[-1].command is command:
            gone = self._flight.pop()
            self._count, self._leads_to, self.sent, self._at = gone.number, gone.before, gone.sent_before, gone.start

    def taken(self, command: Command) -> None:
        """A command was acknowledged. Those before it that never were have been refused, or told otherwise."""
        if not any(sent.command is command for sent in self._flight):
            return
        taken = False
        while not taken:
            sent = self._flight.popleft()
            taken = sent.command is command
            self.acked = sent.after
            self._acked_count = sent.number + 1
            surely = id(sent.command) not in self._assumed
            if sent.command.kind is CommandKind.BARRIER and surely and self._barrier_proves:
                self.stands()
            elif sent.command.kind in _MOVES:
                self._planner.append(sent)
                if surely and len(self._planner) > self._planner_lines:
                    done = self._planner.popleft()
                    self._reach(done.number + 1, done.after)

    def assumed(self, commands: Iterable[Command]) -> None:
        """These are taken as acknowledged, because the machine is at rest: what got lost may be they themselves."""
        self._assumed = {id(command) for command in commands}

    def stands(self) -> None:
        """All that was acknowledged is carried out: the machine is at rest, and where it should be."""
        self._planner.clear()
        self._reach(self._acked_count, self.acked)
        self._proved = (self._reached, self.executed)

    def taken_back(self, place: Place) -> None:
        """The run goes on from a place that it has passed, the machine being at rest."""
        self.sent = self.acked = self.executed = self._leads_to = place
        self._proved = (self._reached, place)

    def reported(self, at: Point) -> bool:
        """The gondola is at `at`, on its way. False: none of the moves that it can be in leads past there."""
        first = next(self._leading_past(at), None)
        if first is None:
            return not self._moves()
        self._reach(first.number, first.before)
        while self._planner and self._planner[0].number < first.number:
            self._planner.popleft()
        return True

    def stopped(self, at: Point) -> None:
        """The machine was stopped at `at` and has dropped what it had not drawn."""
        past = list(self._leading_past(at))
        self._flight.clear()
        self._planner.clear()
        if past:
            if self._limit is None or past[0].number < self._limit:
                self._reached, self.executed = past[0].number, _inside(past[0], at)
            self.sent = self.acked = _inside(past[-1], at)
        self._leads_to = self.executed  # lifting the pen, and its barrier, do not draw what was dropped
        self._at = at

    def refused(self, command: Command | None) -> None:
        """A command was not carried out, and what came behind it may be drawn from the wrong place.

        None: it is not known which; then only what the last barrier has proved counts.
        """
        number, place = next(
            ((sent.number, sent.before) for sent in self._flight if sent.command is command), self._proved
        )
        if self._limit is None or number < self._limit:
            self._limit = number
        if self._reached > number:
            self._reached, self.executed = number, place

    def freeze(self) -> None:
        """The firmware was reset, or has lost lines: what it acknowledges from here on proves nothing of before."""
        if self._limit is None or self._reached < self._limit:
            self._limit = self._reached

    def _reach(self, number: int, place: Place) -> None:
        """The first `number` commands are carried out, which brings the run to `place`."""
        if number > self._reached and (self._limit is None or number <= self._limit):
            self._reached, self.executed = number, place

    def _moves(self) -> list[_Sent]:
        """The moves that the gondola can be in, in their order."""
        on_way = [*self._planner, *(sent for sent in self._flight if sent.command.kind in _MOVES)]
        return [sent for sent in on_way if sent.number >= self._reached]

    def _leading_past(self, at: Point) -> Iterator[_Sent]:
        return (
            sent
            for sent in self._moves()
            if sent.command.end is not None and math.dist(at, _foot(at, sent.start, sent.command.end)) <= ON_PATH_MM
        )


def _inside(sent: _Sent, at: Point) -> Place:
    """Where the run is with the gondola at `at` in the middle of a command: on its way, so that ink goes on on it."""
    if sent.command.row < 0 or sent.command.end is None:
        return sent.before
    return Place(sent.command.row, *_foot(at, sent.start, sent.command.end))


def _foot(at: Point, start: Point, end: Point) -> Point:
    """The point of a straight piece that is nearest to a point."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    square = dx * dx + dy * dy
    part = 0.0 if square == 0.0 else ((at[0] - start[0]) * dx + (at[1] - start[1]) * dy) / square
    part = min(1.0, max(0.0, part))
    return start[0] + part * dx, start[1] + part * dy
