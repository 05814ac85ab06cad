"""Marlin's emergency parser (feature/e_parser.h): commands that the receive interrupt acts on, queue or no queue."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

_LINE: Final = re.compile(rb" *(?:N[-0-9 ]*)?(?:M(108|112|410)|M876 *S *[0-9]|([SPR])000)")

# The longest beginning of a line that decides: "N", a number with sign and spaces, and the command.
_DECIDES: Final = 40


class Emergency(Enum):
    """What the parser has understood."""

    CONTINUE = "108"  # M108: stop waiting for the user
    KILL = "112"
    QUICK_STOP = "410"
    ANSWER = "876"  # M876 S: the user has pressed a button of the host's dialogue
    STATUS = "S"  # S000
    PAUSE = "P"  # P000
    RESUME = "R"  # R000


class EmergencyParser:
    """Watches every byte that comes in, also those that the full ring then loses. Acts at the end of a line."""

    def __init__(self) -> None:
        self._line = bytearray()

    def hear(self, byte: int) -> Emergency | None:
        """Take one byte; what it completes, if anything."""
        if byte not in b"\r\n":
            if len(self._line) < _DECIDES:
                self._line.append(byte)
            return None
        found = _LINE.match(bytes(self._line))
        self._line.clear()
        if not found:
            return None
        return Emergency((found[1] or found[2] or b"876").decode())
