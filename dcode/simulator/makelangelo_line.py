"""Lines and words as the legacy Makelangelo-firmware reads them (parser.cpp at e803413)."""

from __future__ import annotations

import re
from typing import Final

# PARSER_BUFFER 63: 62 characters and a NUL. What comes after them is dropped, and the line is carried out.
LONGEST: Final = 62

_END: Final = re.compile(rb"[\r\n]")
_INTEGER: Final = re.compile(rb"\s*([-+]?\d+)")
_FLOAT: Final = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+))")
_NUMBERED: Final = re.compile(r" *[Nn]\d+ *")


class LineReader:
    """Gathers bytes into lines. CR and LF each end one, so that CRLF makes a second, empty line."""

    def __init__(self) -> None:
        self._line = bytearray()

    def take(self, rx: bytearray) -> bytes | None:
        """Read from `rx` up to the next line end; None when `rx` ends before it."""
        found = _END.search(rx)
        end = found.start() if found else len(rx)
        self._line += rx[: min(end, LONGEST + 1 - len(self._line))]
        del rx[: end + 1]
        if not found:
            return None
        line = bytes(self._line[:LONGEST])
        self._line.clear()
        return line.partition(b"\0")[0]


class Numbering:
    """The number that the next numbered line must have. Lines without a number count as well."""

    def __init__(self) -> None:
        self.expected = 0
        self.strict = False  # D50 S1: number and checksum are a must

    def check(self, line: bytes) -> str:
        """The refusal, "" when the line is good; then the next number is expected."""
        if line.startswith(b"N"):
            if _whole(line[1:]) != self.expected:
                return f"BADLINENUM {self.expected}"
        elif self.strict:
            return f"NOLINENUM {self.expected}"
        star = line.rfind(b"*")
        if star < 0:
            if self.strict:
                return f"NOCHECKSUM {self.expected}"
        elif _whole(line[star + 1 :]) != _checksum(line[:star]):
            return f"BADCHECKSUM{self.expected}"
        self.expected += 1
        return ""


class Words:
    """One command. A letter's word is the first one anywhere in the line, in either case."""

    def __init__(self, line: bytes) -> None:
        text = re.split("[;*]", line.decode("latin-1"), maxsplit=1)[0].lstrip(" ")
        if found := _NUMBERED.match(text):
            text = text[found.end() :]
        self.text = text
        self._upper = text.upper()

    @property
    def letter(self) -> str:
        """What the line begins with; "" for an empty one."""
        return self._upper[:1]

    @property
    def code(self) -> int:
        """The number behind the first letter."""
        return int(self._value(1))

    def __contains__(self, letter: str) -> bool:
        return letter in self._upper

    def number(self, letter: str) -> float | None:
        """The value of a word, 0 where a letter has none behind it; None when the letter is not there."""
        at = self._upper.find(letter)
        return None if at < 0 else self._value(at + 1)

    def _value(self, at: int) -> float:
        found = _FLOAT.match(self.text, at)
        return float(found[1]) if found else 0.0


def _whole(text: bytes) -> int:
    found = _INTEGER.match(text)
    return int(found[1]) if found else 0


def _checksum(text: bytes) -> int:
    total = 0
    for byte in text:
        total ^= byte
    return total
