"""One command as Marlin 2.1 reads it (gcode/parser.cpp, FASTER_GCODE_PARSER)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_NUMBERED: Final = re.compile(r"N[-+0-9][0-9]* *")
_CODE: Final = re.compile(r"([GMT]) *(\d+)(?:\.\d+)? *")
_REALTIME: Final = re.compile(r"[SPR]000(?!0)")
_PLAIN: Final = re.compile(r"(?:[A-Z][-+]?\d+(?:\.\d*)? *)*")
_WORD: Final = re.compile(r"([A-Z])([-+]?\d+\.?\d*)")
_VALUE: Final = re.compile(r" *([-+]?(?:\d+\.?\d*|\.\d+))")

# The rest of these lines is a text, not words.
_TEXTS: Final = frozenset({"M117", "M118"})


@dataclass(frozen=True, slots=True)
class Command:
    """code: letter and number, "" for what cannot be a command. words: None for a letter without a value.

    text: the line without number and checksum. argument: the rest of the line from where it stops being words.
    """

    code: str
    words: Mapping[str, float | None]
    text: str
    argument: str = ""

    def value(self, letter: str) -> float | None:
        """The value of a word; None when the letter is missing or has none."""
        return self.words.get(letter)

    def whole(self, letter: str) -> int | None:
        """The same as an integer: what follows the point is dropped."""
        value = self.words.get(letter)
        return None if value is None else int(value)


def read(line: bytes) -> Command:
    """Read a queued line. Never fails: what makes no sense has no code."""
    text = line.decode("latin-1").lstrip(" ")
    if found := _NUMBERED.match(text):
        text = text[found.end() :]
    text = text.partition("*")[0].rstrip(" ")
    found = _CODE.match(text)
    if not found:
        return Command(text[:4] if _REALTIME.match(text) else "", {}, text)
    code, rest = found[1] + str(int(found[2])), text[found.end() :]
    if code in _TEXTS:
        return Command(code, {}, text, rest)
    if _PLAIN.fullmatch(rest):
        return Command(code, {letter: float(value) for letter, value in _WORD.findall(rest)}, text)
    return _read_carefully(code, rest, text)


def _read_carefully(code: str, rest: str, text: str) -> Command:
    """Words with something else between them: skipped, and kept as the argument from where it begins."""
    words: dict[str, float | None] = {}
    argument, at = "", 0
    while at < len(rest):
        letter, begin = rest[at], at
        at += 1
        if "A" <= letter <= "Z":
            found = _VALUE.match(rest, at)
            words[letter] = float(found[1]) if found else None
            if found:
                at = found.end()
                while at < len(rest) and rest[at] in "+-.0123456789":
                    at += 1
            else:
                argument = argument or rest[begin:]
        elif letter != " ":
            argument = argument or rest[begin:]
    return Command(code, words, text, argument)
