"""A source file to the motion of the machine.

Three paths read plain lines, and give the same motion and the same notes to the last bit: `compiled` (_scan.pyx, where
it was built), `numpy` (columns.py, for large files without it) and `python` (careful.py alone). Whatever is not plain
goes to the careful path in all three.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from dcode.gcode.careful import Interpreter
from dcode.gcode.heights import suited
from dcode.gcode.lines import count_lines, lines
from dcode.gcode.motion import MOVING, Motion
from dcode.gcode.notes import Note
from dcode.gcode.reading import Reading

__all__ = ["Note", "Program", "Reading", "Scan", "interpret"]

Scan = Literal["auto", "compiled", "numpy", "python"]

LARGE: Final = 20_000  # lines from which numpy pays for its import
_SAYS_SOMETHING: Final = re.compile(rb"[^\s%]")


@dataclass(slots=True)
class Program:
    """A source, read. It must not run when any note is fatal."""

    motion: Motion
    notes: list[Note]  # by line; at most 1000
    lines: int  # of the source
    more_notes: int = 0  # that were not kept
    fatal: int = 0  # how many fatal notes there were, kept or not


def interpret(data: bytes, reading: Reading, scan: Scan = "auto") -> Program:
    """Read a whole file. Never raises for what is in it: what cannot be carried out comes as notes."""
    own, reading = reading, suited(data, reading)
    interpreter = _read(data, reading, scan)
    total = count_lines(data) if interpreter.ended else interpreter.lines
    motion, notes = interpreter.motion, interpreter.notes
    if interpreter.ended and interpreter.ended < total and _says_something_after(data, interpreter.ended):
        notes.remark(interpreter.ended, "ignored", "what follows the end of the program is not read")
    for code, (line, row) in interpreter.motors_off.items():
        if row <= _last_move(motion):
            notes.remark(line, "ignored", f"{code} left out: with the motors off the position would be lost")
    if (reading.z_up, reading.z_down) != (own.z_up, own.z_down):
        heights = f"up at {reading.z_up:g} mm, down at {reading.z_down:g} mm"
        notes.remark(1, "value", f"its pen goes by heights of its own: {heights}")
    if line := interpreter.state.unfed_line:
        notes.remark(line, "feed", f"draws before any feed is given; {reading.draw_feed:g} mm/min is taken")
    kept, more = notes.collected()
    return Program(motion, kept, total, more, notes.fatal)


def _read(data: bytes, reading: Reading, scan: Scan) -> Interpreter:
    if scan in ("auto", "compiled"):
        try:
            from dcode.gcode import compiled
        except ImportError:
            if scan == "compiled":
                raise
        else:
            return compiled.read(data, reading)
    interpreter = Interpreter(data, reading)
    if scan == "numpy" or (scan == "auto" and count_lines(data) >= LARGE):
        from dcode.gcode import columns

        columns.read(data, interpreter)
        return interpreter
    for line, raw in enumerate(lines(data), start=1):
        interpreter.read_line(raw, line)
        interpreter.lines = line
        if interpreter.ended:
            break
    return interpreter


def _says_something_after(data: bytes, line: int) -> bool:
    return any(_SAYS_SOMETHING.search(raw) for raw in islice(lines(data), line, None))


def _last_move(motion: Motion) -> int:
    """The last row that moves the gondola; -1 when none does."""
    for row in reversed(range(len(motion))):
        if motion.kind[row] in MOVING:
            return row
    return -1
