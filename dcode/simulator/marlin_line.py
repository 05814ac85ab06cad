"""From bytes to lines to numbered commands, as Marlin 2.1 does it (queue.cpp)."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

# MAX_CMD_SIZE 96: 95 characters and a NUL. What comes after them is skipped, and the line is carried out all the same.
LONGEST: Final = 95

_END: Final = re.compile(rb"[\r\n]")
_SPECIAL: Final = re.compile(rb"[;\\\x08]")
_NUMBER: Final = re.compile(rb"\s*([-+]?\d+)")


class LineReader:
    """Gathers bytes into lines. Empty lines and lines that are only a `;` comment vanish without an answer."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._skipping = self._escaped = False

    def take(self, rx: bytearray) -> bytes | None:
        """Read from `rx` up to the end of a line that is not empty; None when `rx` ends before that."""
        while rx:
            found = _END.search(rx)
            end = found.start() if found else len(rx)
            self._gather(bytes(rx[:end]))
            del rx[: end + 1]
            if found:
                line = bytes(self._line)
                self.clear()
                if line:
                    return line
        return None

    def clear(self) -> None:
        """Forget the line under way."""
        self._line.clear()
        self._skipping = self._escaped = False

    def _gather(self, part: bytes) -> None:
        if self._escaped or _SPECIAL.search(part):
            for byte in part:
                self._put(byte)
        elif not self._skipping:
            self._line += part
        if len(self._line) >= LONGEST:
            del self._line[LONGEST:]
            self._skipping = True

    def _put(self, byte: int) -> None:
        if self._skipping or len(self._line) >= LONGEST:
            return
        if self._escaped:
            self._escaped = False
        elif byte == 0x5C:  # backslash: the next character is meant as it stands
            self._escaped = True
            return
        elif byte == 0x3B:  # semicolon
            self._skipping = True
            return
        if byte == 0x08:  # backspace
            del self._line[-1:]
        else:
            self._line.append(byte)


class Verdict(Enum):
    """What becomes of a line. The value is the error text, to which the last good number is added."""

    ACCEPTED = ""
    REPEATED = "again"  # dropped without a word: no ok, no Resend
    GAP = "Line Number is not Last Line Number+1, Last Line: "
    NO_CHECKSUM = "No Checksum with line number, Last Line: "
    MISMATCH = "checksum mismatch, Last Line: "


class Numbering:
    """The line number that was last accepted. It counts what was queued, not what was carried out."""

    def __init__(self) -> None:
        self.last = 0

    def check(self, command: bytes) -> Verdict:
        """Judge one line. A line without N is always accepted, and its checksum, if any, is not looked at."""
        command = command.lstrip(b" ")
        if not command.startswith(b"N"):
            return Verdict.ACCEPTED
        sets_number = b"M110" in command
        at = command.find(b"N", 4) if sets_number else 0
        number = leading_number(command[max(at, 0) + 1 :])
        if number != self.last + 1 and not sets_number:
            return Verdict.REPEATED if self.last - 1 <= number <= self.last else Verdict.GAP
        star = command.rfind(b"*")
        if star < 0:
            return Verdict.NO_CHECKSUM
        if leading_number(command[star + 1 :]) != checksum(command[:star]):
            return Verdict.MISMATCH
        self.last = number
        return Verdict.ACCEPTED


def leading_number(text: bytes) -> int:
    """C's strtol: the integer at the beginning, 0 when there is none."""
    found = _NUMBER.match(text)
    return int(found[1]) if found else 0


def checksum(text: bytes) -> int:
    """All bytes, exclusive-or."""
    total = 0
    for byte in text:
        total ^= byte
    return total
