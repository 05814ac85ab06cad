"""The legacy Makelangelo-firmware (commit e803413, Makelangelo 5 on an ATmega2560) at 57600 baud.

It has no ok: its ack is the prompt, one for each line end, before anything the line makes it say, also for a line that
it refuses, and again every 2 s while it idles.
"""

from __future__ import annotations

from math import inf
from typing import Final

from dcode.simulator.firmware import Program, Wait
from dcode.simulator.makelangelo_board import PROMPT, MakelangeloBoard
from dcode.simulator.makelangelo_host import COMMANDS, greeting
from dcode.simulator.makelangelo_line import Words
from dcode.simulator.makelangelo_moves import MOVES

_IDLE_SECONDS: Final = 2.0  # TIMEOUT_OK
_LINE_SECONDS: Final = 0.3e-3  # processor time; not measured

_HANDLERS: Final = MOVES | COMMANDS


class Makelangelo(MakelangeloBoard):
    """Options: see MakelangeloBuild. Settings: see makelangelo_eeprom.enter. `captured` has a blank EEPROM, whose
    limits refuse every move; otherwise the machine's frame is entered. G28 needs the machine's end stops.
    """

    _prompted = 0.0

    def program(self) -> Program:
        yield from self.tell("\n\n" + greeting(self))
        yield from self._prompt()
        while not self.dead:
            line = self.reader.take(self.rx) if self.rx else None
            if line is not None:
                yield from self._obey(line)
            elif not self.rx:
                due = self._prompted + _IDLE_SECONDS * self.pace
                if self.plotter.room() and self.now >= due - 1e-9:
                    yield from self._prompt()
                    due = self._prompted + _IDLE_SECONDS * self.pace
                yield self.rest(due if self.plotter.room() else inf, listening=True)
                self.attend()
        while True:
            yield Wait()

    def _obey(self, line: bytes) -> Program:
        """One line: judged, then the prompt, then carried out.

        The main loop takes one character and one command a turn: its ring of eight lines never holds more than one.
        """
        yield self.now + _LINE_SECONDS
        refusal = self.numbering.check(line)
        if refusal:
            yield from self.tell(refusal + "\n")
        yield from self._prompt()
        if not refusal:
            yield from self._carry_out(line)

    def _prompt(self) -> Program:
        self._prompted = self.now
        yield from self.tell(PROMPT)

    def _carry_out(self, line: bytes) -> Program:
        """One command. A line that begins with neither G, M nor D goes on with the last move: `X10`, but also `FOO`.

        What is not known is passed over without a word.
        """
        words = Words(line)
        letter = words.letter
        if not letter:
            return
        if letter in "MD":
            name = f"{letter}{words.code}"
        else:
            code = words.code if letter == "G" else self.last_move
            self.last_move = code if code in (0, 1, 2, 3) else None
            name = f"G{code}"
        if handler := _HANDLERS.get(name):
            yield from handler(self, words)
