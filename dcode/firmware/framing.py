"""From a command's text to the bytes of a line, and the proof that the firmware can take them as they are."""

from __future__ import annotations

import re
from functools import reduce
from operator import xor
from typing import Final

from dcode.errors import Refused
from dcode.firmware.profile import FirmwareProfile

# N, ten digits (the firmwares count in 32 bits), a space, an asterisk and three digits of checksum.
_NUMBER_AND_CHECKSUM: Final = len("N2147483647 ") + len("*255")
# Comments: Marlin answers a line of comment with nothing at all (queue.cpp process_line_done). An asterisk or a
# leading N in the text would pass for a checksum or a number.
_NEVER: Final = ";()*"


class Framing:
    """The lines of one dialect. `room` is the length that a command's text may have."""

    __slots__ = ("_good", "_profile", "numbered", "room")

    def __init__(self, profile: FirmwareProfile) -> None:
        self._profile = profile
        self.numbered = profile.numbering is not None
        self.room = profile.flow.max_line - (_NUMBER_AND_CHECKSUM if self.numbered else 0)
        taken = "".join(chr(byte) for byte in sorted(reserved_bytes(profile)) if 0x20 <= byte < 0x7F)
        first = "" if not self.numbered else r"(?![Nn]\d)"
        self._good = re.compile(rf"{first}(?! )(?:(?![{re.escape(_NEVER + taken)}])[ -~]){{1,{self.room}}}")

    def check(self, text: str) -> None:
        """Raise Refused unless the firmware can take the text as one line and nothing else."""
        if self._good.fullmatch(text) is None:
            raise Refused(f"not sent, {self._why(text)}: {text[:120]!r}", line=text, why=self._why(text))

    def _why(self, text: str) -> str:
        if not text.strip():
            return "the line is empty"
        if text.startswith(" "):
            return "the line begins with a space"
        if len(text) > self.room:
            return f"longer than the {self.room} characters that {self._profile.title} can take"
        bad = next(
            (c for c in text if not " " <= c <= "~" or c in _NEVER or ord(c) in reserved_bytes(self._profile)), None
        )
        if bad is None:
            return "dcode numbers the lines itself"
        if bad in "\r\n":
            return "it is more than one line"
        if bad in _NEVER or not " " <= bad <= "~":
            return f"{bad!r} does not belong in a line"
        return f"{bad!r} would act at once, outside the line"

    def bare(self, text: str) -> bytes:
        """The line without a number. Always a bare line feed: grbl takes CR and LF for a line each (protocol.c)."""
        return text.encode("ascii") + b"\n"

    def numbered_line(self, number: int, text: str) -> bytes:
        """The line with number and checksum."""
        return self.checksummed(f"N{number} {text}")

    def checksummed(self, text: str) -> bytes:
        """The line with a checksum alone."""
        line = text.encode("ascii")
        return b"%b*%d\n" % (line, reduce(xor, line))


def reserved_bytes(profile: FirmwareProfile) -> frozenset[int]:
    """The bytes that this firmware acts on wherever they are, even inside a comment."""
    real = profile.realtime
    steers = real.status + real.hold + real.resume + real.reset + real.jog_cancel
    return frozenset(steers + real.feed_override + real.reserved)
