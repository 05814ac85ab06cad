"""How long the firmware may be busy with what it has, so that its silence can be told from a stall.

That is what is in flight, and what it took last into its planner: so many lines, and no more, however long the job is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from dcode.firmware.command import Command, CommandKind
from dcode.firmware.profile import FirmwareProfile

# Real moves take longer than length over feed: acceleration, belts that cannot go that fast, overrides at half speed.
_SLOWER_THAN_NOMINAL: Final = 2.0
# What sums and differences of seconds may leave over.
_NOTHING: Final = 1e-6
# A short move from rest takes longer than any multiple of its length over its feed: to 200 mm/s at 1000 mm/s2 it is
# 0.2 s, and Marlin waits 0.1 s before the first (BLOCK_DELAY_FOR_1ST_MOVE).
_FROM_REST: Final = 0.3


class Outlook:
    """The times of the lines in flight and in the planner, as of the last line that was sent or taken.

    `busy_until`: when all of it should be carried out. `patient_until`: until then silence is no reason to ask; a
    firmware that answers a status query while it moves is asked earlier, but for homing. `out_of_moves_at`: when all
    must be carried out that had been sent by the last line, had the planner been full of lines like the last ones.
    """

    def __init__(self, profile: FirmwareProfile, now: float) -> None:
        self.busy_until = self.patient_until = self.out_of_moves_at = now
        self._patience = profile.patience
        self._asks_early = profile.probe == "status"
        self._planner: deque[float] = deque(maxlen=profile.flow.planner_lines)
        self._planned = 0.0  # the sum of it
        self._flying = 0.0  # seconds of what is in flight
        self._homing = 0.0  # seconds of the homing among it

    def sent(self, command: Command, now: float) -> None:
        """A line has gone out."""
        if self._flying < _NOTHING and now > self.busy_until:
            self._empty_planner()
        self._add(command, 1.0)
        self._look(now)
        self.out_of_moves_at = self.busy_until + _FROM_REST

    def taken(self, command: Command, now: float) -> None:
        """A line in flight was acknowledged: now it is in the planner, or done."""
        self._add(command, -1.0)
        if command.kind is CommandKind.BARRIER:
            self._empty_planner()
        elif command.seconds:
            if len(self._planner) == self._planner.maxlen:
                self._planned -= self._planner[0]
            seconds = command.seconds * _SLOWER_THAN_NOMINAL
            self._planner.append(seconds)
            self._planned += seconds
        self._look(now)

    def recount(self, in_flight: Iterable[Command]) -> None:
        """Lines were taken out of flight in another way."""
        self._flying = self._homing = 0.0
        for command in in_flight:
            self._add(command, 1.0)

    def _add(self, command: Command, sign: float) -> None:
        seconds = command.seconds * _SLOWER_THAN_NOMINAL
        kind = command.kind
        if kind is CommandKind.HOME:
            seconds += self._patience.homing
            self._homing += sign * seconds
        elif kind is CommandKind.BARRIER:
            seconds += self._patience.barrier
        self._flying += sign * seconds

    def _look(self, now: float) -> None:
        self.busy_until = now + self._flying + self._planned
        self.patient_until = now + self._homing if self._asks_early else self.busy_until

    def _empty_planner(self) -> None:
        self._planner.clear()
        self._planned = 0.0
