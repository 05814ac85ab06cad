"""What one line asks for, whatever state the program is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from dcode.gcode.state import Op

Use = Literal["move", "set", "reset", "home"]


class Remark(NamedTuple):
    kind: str
    message: str
    column: int = 0


class Meaning(NamedTuple):
    """A line, understood. Numbers of `axes` and `feed` are still in the program's units and coordinates."""

    remarks: tuple[Remark, ...] = ()
    ops: tuple[tuple[Op, float], ...] = ()
    scale: float | None = None
    relative: bool | None = None
    arc_absolute: bool | None = None
    motion: int | None = None
    use: Use = "move"  # of the axes
    axes: Mapping[str, float] | None = None
    feed: float | None = None
    tool: int | None = None
    change: bool = False  # M6
    tool_text: str = ""  # what a comment beside T or M6 says
    pause: str | None = None  # the message of M0, M1
    end: bool = False
    tape: bool = False  # %
    motors_off: str = ""  # the code that says so

    @property
    def only_ops(self) -> bool:
        """Whether the line does nothing but its ops, so that a path may carry it out by its text."""
        return self._replace(ops=()) == _NOTHING


_NOTHING: Final = Meaning()
