"""Marlin 2.1 for polargraphs (bugfix-2.1.x of 2025-03, Polargraph example configuration, ATmega2560 at 250000 baud).

This is its main loop. What the commands do is in `marlin_moves` and `marlin_host`, what goes on while they wait in
`marlin_idle`.
"""

from __future__ import annotations

import re
from math import inf
from typing import Final

from dcode.simulator.firmware import Program, Wait
from dcode.simulator.marlin_command import read
from dcode.simulator.marlin_host import COMMANDS
from dcode.simulator.marlin_idle import Killed, MarlinIdle
from dcode.simulator.marlin_moves import MOVES
from dcode.simulator.marlin_reports import MarlinBuild, banner
from dcode.simulator.marlin_state import QUEUE

# Processor time, fitted to the captures: with a window of 4, bench_marlin.txt has 3.2 ms for a line of 0.1 mm.
_LINE_SECONDS: Final = 0.2e-3
_IDLE_SECONDS: Final = 0.15e-3  # one turn of the main loop
_STEP_SECONDS: Final = 60e-6  # what one step costs it: lines then lie unread for longer (fitted to "ok N2 P1 B0")


_HANDLERS: Final = MOVES | COMMANDS
_OWN_OK: Final = frozenset({"M105"})  # says "ok T:0" itself

# Commands that are carried out without a word and change nothing that a plotter has.
_SILENT: Final = frozenset(f"M{code}" for code in (17, 31, 42, 75, 76, 77, 78, 85, 108, 111, 117, 120, 121, 149, 300))
# Commands that only some builds know.
_OF_REPORTS: Final = frozenset({"M154", "S000", "P000", "R000"})


class Marlin(MarlinIdle):
    """Options: see MarlinBuild. Settings: "M203 X" and the like, see marlin_settings.FACTORY.

    With the machine's end stops, G28 works and nothing moves before it; without them the motors run until Marlin gives
    up. dcode's machines without end stops never send it.
    """

    def program(self) -> Program:
        try:
            for line in banner(self.build, self.size_stored()):
                yield from self.tell(line)
            while True:
                yield from self._turn()
                if self.queue:
                    yield from self._execute(self.queue[0])
                    self.queue.popleft()
                else:
                    yield from self._idle()
                    if self.rx:
                        yield self.now + self._idle_turn()
        except Killed as killed:
            self._dead = True
            self.plotter.flush()
            self.say(f"echo:{killed}\nError:Printer halted. kill() called!\n")
            if self.build.host_actions:
                self.say("//action:poweroff\n")
        while True:
            yield Wait()

    def _execute(self, line: bytes) -> Program:
        """Carry out one line of the queue. Its ack tells the room while it still is in the queue."""
        self._busy_at = self.now + (self.keepalive or inf)
        yield self.now + _LINE_SECONDS
        command = read(line)
        if _known(command.code, self.build):
            if handler := _HANDLERS.get(command.code):
                yield from handler(self, command)
        else:
            yield from self.tell(f'echo:Unknown command: "{command.text}"\n')
        if command.code not in _OWN_OK:
            yield from self.tell(self._ok(line))
        self._busy_at = inf

    def _ok(self, line: bytes) -> str:
        if not self.build.advanced_ok:
            return "ok\n"
        found = re.match(rb"N[-0-9]*", line)
        number = f" {found[0].decode()}" if found else ""
        return f"ok{number} P{self.plotter.room()} B{QUEUE - len(self.queue)}\n"

    def _idle_turn(self) -> float:
        """How long the main loop takes to come round, in seconds: fast motors leave it little time."""
        load = self.plotter.speed * self.settings["M92"]["X"] * _STEP_SECONDS
        return _IDLE_SECONDS / (1 - min(load, 0.95))


def _known(code: str, build: MarlinBuild) -> bool:
    """Whether this build has the command at all."""
    if code in _OF_REPORTS:
        return build.position_reports
    if code in ("M0", "M1"):
        return build.waits_for_user
    if code == "M876":
        return build.host_actions
    return code in _HANDLERS or code in _SILENT or code.startswith("T")
