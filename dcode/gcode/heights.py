"""Programs of other machines that lift their pen by Z: at which heights, where those are not this machine's."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from dcode.gcode.reading import Reading

_HEIGHT: Final = re.compile(rb"[Zz]\s*([-+]?(?:\d+\.?\d*|\.\d+))")
# What may stand before a Z that moves the pen: plain moves and modes, in mm or inches, and no comment.
_BEFORE: Final = re.compile(rb"\s*(?:(?:[Gg](?:0*[0-3]|17|2[01]|90|94)(?![\d.])|[NXYFnxyf][-+.\d]+)\s*)*")
_RELATIVE: Final = re.compile(rb"[Gg]0*91(?![\d.])|[Gg]0*92[^\n;(]{0,80}[Zz]")
_INCHES: Final = re.compile(rb"^[^;(\n]*[Gg]0*20(?!\d)", re.MULTILINE)
_LOWERS: Final = re.compile(rb"^[^;(\n]*[Mm]0*[34](?!\d)", re.MULTILINE)
_MOST: Final = 100_000  # heights that are looked at
_LONGEST: Final = 256  # bytes of a line before its Z


def suited(data: bytes, reading: Reading) -> Reading:
    """The reading for a program.

    By this machine's heights a program may never lift its pen, or never lower it, though its Z goes up and down: it was
    written for a machine with others. Its highest Z then lifts and its lowest lowers the pen. That is not known of
    relative moves, nor where the zero of Z is moved. Where the pen goes by Z, a lone M3 is the spindle of the header
    that mills and routers want.
    """
    if reading.z_up is None or not (b"Z" in data or b"z" in data) or _RELATIVE.search(data):
        return reading
    found = _heights(data)
    if len(found) < 2:
        return reading
    scale = 25.4 if _INCHES.search(data) else 1.0
    low, high = scale * min(found), scale * max(found)
    if reading.lifts_at(low) == reading.lifts_at(high):
        reading = replace(reading, z_up=high, z_down=low)
    return replace(reading, spindle_is_pen=False) if len(_LOWERS.findall(data)) == 1 else reading


def _heights(data: bytes) -> set[float]:
    """All heights that moves go to, as they are written."""
    found = set[float]()
    for count, match in enumerate(_HEIGHT.finditer(data)):
        if count >= _MOST:
            break
        least = max(0, match.start() - _LONGEST)
        begin = data.rfind(b"\n", least, match.start()) + 1
        if (begin or not least) and _BEFORE.fullmatch(data, begin, match.start()):
            found.add(float(match[1]))
    return found
