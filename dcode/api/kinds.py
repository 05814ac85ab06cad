"""What a row of a program is, and a line of the wire. By themselves, for clients that start fast: the messages need
pydantic."""

from __future__ import annotations

from typing import Final

from dcode.gcode.motion import Kind as Kind

WIRE_SIGNS: Final = {"out": ">", "in": "<", "note": "·"}  # before a line that is written down, by its `way`
