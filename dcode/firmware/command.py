"""One line for the firmware, with what the rest of dcode needs to know about it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class CommandKind(StrEnum):
    """What a line does."""

    TRAVEL = "travel"
    DRAW = "draw"
    PEN = "pen"
    DWELL = "dwell"
    BARRIER = "barrier"  # acknowledged once everything before it is carried out
    HOME = "home"
    POSITION = "position"  # tells the firmware where the gondola is
    MODES = "modes"
    QUERY = "query"
    CONSOLE = "console"  # typed by a user
    WIRE = "wire"  # the sender's own: numbering, probing


class Command(NamedTuple):
    """`text` is the line without number and checksum. A command of no row has row -1.

    `seconds` is how long it takes, nominally: the length over the feed, without acceleration.
    """

    text: str
    row: int = -1
    seconds: float = 0.0
    kind: CommandKind = CommandKind.CONSOLE
    end: tuple[float, float] | None = None  # where a move ends, mm, y up
    feed: float | None = None  # of a move, mm/min
    pen: str | None = None  # "up", "down" or the angle, once this is carried out
