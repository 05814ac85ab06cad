"""The compiled path: the scanner reads plain lines, the careful interpreter the others, on one and the same state."""

from __future__ import annotations

from dcode.gcode._scan import Scanner
from dcode.gcode.careful import Interpreter
from dcode.gcode.meaning import Meaning
from dcode.gcode.reading import Reading


def read(data: bytes, reading: Reading) -> Interpreter:
    """Read the whole of `data`; the interpreter that comes back has the motion and the notes."""
    scanner = Scanner(data)
    interpreter = Interpreter(data, reading, scanner)
    motion = interpreter.motion
    while not interpreter.ended:
        stopped = scanner.run()
        if scanner.has_rows:
            motion.extend(scanner.take_rows())
        if stopped:
            line = scanner.line
            raw = scanner.next_line()
            meaning = interpreter.understand(raw, line)
            interpreter.carry_out(meaning, line)
            if isinstance(meaning, Meaning) and meaning.only_ops:
                scanner.teach(raw, meaning.ops)
        elif scanner.ended:
            break
    interpreter.lines = scanner.line - 1
    return interpreter
