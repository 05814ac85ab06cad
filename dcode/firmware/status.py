"""Status reports read: the firmware's word for its state, and where the gondola is.

grbl: <Idle|WPos:0.000,0.000,0.000|Bf:15,128|FS:0,0|WCO:0.000,0.000,0.000>; the machine position MPos is the work
position plus the work offset WCO, which only some reports carry. grbl 0.9 has both positions and a comma for the bar:
<Idle,MPos:0.000,0.000,0.000,WPos:0.000,0.000,0.000>. Marlin, Makelangelo: X and Y in the answer to M114.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dcode.firmware.profile import FirmwareProfile
from dcode.firmware.replies import Reply

Point = tuple[float, float]

_COMMA: Final = re.compile(r",(?=[A-Z])")  # between fields, not inside one


class Reports:
    """Reads the reports of one firmware. Remembers its work offset from one to the next."""

    __slots__ = ("_flip", "_offset")

    def __init__(self, profile: FirmwareProfile) -> None:
        self._flip = -1.0 if profile.y_down else 1.0
        self._offset: Point | None = None

    def read(self, reply: Reply) -> tuple[str, Point | None, Mapping[str, str]]:
        """State ("" where there is no word for it), position in mm, y up (None if not told), and all fields."""
        if not reply.text.startswith("<"):
            return "", self._upright(_point(f"{reply.fields.get('x')},{reply.fields.get('y')}")), reply.fields
        text = reply.text.strip("<>")
        state, *parts = text.split("|") if "|" in text else _COMMA.split(text)
        fields = {name: value for name, _, value in (part.partition(":") for part in parts)}
        if "WCO" in fields:
            self._offset = _point(fields["WCO"]) or self._offset
        at = _point(fields["WPos"]) if "WPos" in fields else self._work(_point(fields.get("MPos", "")))
        return state, self._upright(at), MappingProxyType(fields)

    def forget_offset(self) -> None:
        """The zero has moved: positions are not known until a report tells the new work offset."""
        self._offset = None

    def _work(self, machine: Point | None) -> Point | None:
        if machine is None or self._offset is None:
            return None
        return machine[0] - self._offset[0], machine[1] - self._offset[1]

    def _upright(self, at: Point | None) -> Point | None:
        return at and (at[0], at[1] * self._flip + 0.0)  # + 0.0: no minus zero


def _point(text: str) -> Point | None:
    """The first two of some numbers; None if the line was garbled."""
    parts = text.split(",")
    try:
        x, y = float(parts[0]), float(parts[1])
    except (ValueError, IndexError):
        return None
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None
