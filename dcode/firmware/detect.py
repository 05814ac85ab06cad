"""Which firmware is at the other end, from what it says."""

from __future__ import annotations

import re
from typing import Final

# The most particular first: FluidNC and grblHAL greet as Grbl too. [wire] and [src] as in the profiles.
_SIGNS: Final = (
    ("fluidnc", r"FluidNC"),  # Grbl 3.7 [FluidNC v3.7.8 ..., [VER:3.7 FluidNC v3.7.8:]
    ("grblhal", r"^GrblHAL |\[FIRMWARE:grblHAL\]|\[DRIVER VERSION:"),
    ("makelangelo", r"^HELLO WORLD! I AM |^M101 \(-?\d|^BADLINENUM \d|^BADCHECKSUM"),
    ("marlin", r"^FIRMWARE_NAME:Marlin|^Marlin [\w.]|^echo:\s?Unknown command: |^start\s+Marlin"),
    ("grbl", r"^Grbl \d|^\[VER:1\.1|^\[0\.\d\w*\.\d{8}|^\[OPT:\w*,\d+,\d+\]"),
)
_PATTERNS: Final = tuple((name, re.compile(sign, re.MULTILINE)) for name, sign in _SIGNS)

# grbl's whole answer to $I. What is built upon grbl begins its own just so and says what it is some lines later.
_NOTHING_BUT_GRBL: Final = re.compile(r"^\[(?:VER:1\.1|0\.\d)[^\n]*\]\n+(\[OPT:[^\n]*\]\n+)?ok$", re.MULTILINE)

# Asked of whatever is there: the empty line ends what another program may have left in its parser. Marlin and grbl call
# the others' questions unknown, Makelangelo says nothing to them; none of them moves anything.
PROBES: Final = b"\nM115\n$I\nM100\n"


def recognise(text: str) -> str | None:
    """The built-in profile of a firmware that said this (any number of lines); None when it is not known."""
    lines = text.replace("\r", "\n")
    return next((name for name, sign in _PATTERNS if sign.search(lines)), None)


def is_certain(text: str) -> bool:
    """Whether a firmware that said this is known, and nothing that it may still say could make it another one."""
    found = recognise(text)
    return bool(found) and (found != "grbl" or bool(_NOTHING_BUT_GRBL.search(text.replace("\r", "\n"))))
