"""What a row of a program is. By itself, for clients that start fast: dcode.api.motion needs pydantic."""

from __future__ import annotations

from dcode.gcode.motion import Kind as Kind
