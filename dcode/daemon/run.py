"""One job at the machine: where in its rows it is, and what comes next."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from dcode.firmware.command import Command
from dcode.firmware.translate import Translator
from dcode.gcode.motion import Kind, Motion

STOPS: Final = (Kind.PAUSE, Kind.PEN_CHANGE)


@dataclass(slots=True)
class Run:
    """Hands out a motion's commands one by one. Pulled, never pushed: nothing is ahead of the window.

    `row` is the row that is being sent, `acked_row` how many rows the firmware has acknowledged whole.
    """

    job: int
    motion: Motion
    translator: Translator
    row: int = 0
    acked_row: int = 0
    pen_down: bool = False
    stop: Kind | None = None  # the program itself asks for a pause or a pen change, now
    finished: bool = False  # everything has been handed out
    _ready: deque[Command] = field(default_factory=deque)

    @property
    def between_strokes(self) -> bool:
        """The pen is up and no row is half sent: the place to pause."""
        return not self._ready and not self.pen_down

    def next(self, at: tuple[float, float]) -> Command | None:
        """The next command, the gondola being at `at` when it begins; None at a stop and at the end."""
        while not self._ready:
            if self.stop is not None or self.finished:
                return None
            if self.row >= len(self.motion):
                self.finished = True
                return None
            self._enter_row(at)
        return self._ready.popleft()

    def _enter_row(self, at: tuple[float, float]) -> None:
        row, step = self.row, self.motion[self.row]
        self.row += 1
        if step.kind in STOPS:
            self.stop = step.kind
            self.translator.row(step, at, row)  # a pen change: from now on with that pen's angles
            return
        if step.kind is Kind.PEN_DOWN:
            self.pen_down = True
        elif step.kind in (Kind.PEN_UP, Kind.HOME):
            self.pen_down = False
        self._ready.extend(self.translator.row(step, at, row))

    def hold(self) -> None:
        """Give up what is left of the row that is half sent: from where the gondola stands it is made anew.

        The lines that were made leave out the feed, which a jog changes while the run is held.
        """
        if self._ready:
            self._ready.clear()
            self.row -= 1

    def acknowledged(self, command: Command) -> None:
        """The firmware has taken a command: all rows before its own are done, as far as it says."""
        self.acked_row = max(self.acked_row, command.row)
