"""What a program has set so far, as far as plain lines use and change it: shared by all three paths."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from dcode.gcode.motion import Kind
from dcode.gcode.reading import Reading


class Op(IntEnum):
    """What lines do that neither move nor change how later words are read. The numbers are known to _scan.pyx."""

    PEN = 0  # value: 0 up, 1 down
    SPINDLE = 1  # value: 0 off (M5), 1 on (M3, M4)
    POWER = 2  # value: 0 for S0, 1 for any other S
    DWELL = 3  # value: seconds


class State(Protocol):
    """Positions in mm, feeds in mm/min, as the machine sees them."""

    x: float
    y: float
    offset_x: float  # program coordinate + offset = machine coordinate (G92)
    offset_y: float
    scale: float  # mm to the program's unit
    relative: bool
    mode: int  # the G code, 0 to 3, that bare axis words mean
    travel_feed: float
    draw_feed: float
    draw_feed_given: bool  # by the source
    unfed_line: int  # the first line that draws without a feed; 0: none yet
    down: bool  # the pen
    spindle: bool
    power: bool


@dataclass(slots=True)
class PlainState:
    """The State of the paths in Python; _scan.Scanner is its compiled twin."""

    x: float = 0.0
    y: float = 0.0
    offset_x: float = 0.0
    offset_y: float = 0.0
    scale: float = 1.0
    relative: bool = False
    mode: int = 0
    travel_feed: float = 0.0
    draw_feed: float = 0.0
    draw_feed_given: bool = False
    unfed_line: int = 0
    down: bool = False
    spindle: bool = False
    power: bool = True


def begin(state: State, reading: Reading) -> None:
    """Put the state of a fresh program into place."""
    x, y = reading.start or reading.home
    state.x, state.y = x + 0.0, y + 0.0  # no -0.0, so that adding nothing changes nothing
    state.travel_feed, state.draw_feed = reading.travel_feed, reading.draw_feed


def act(state: State, op: int, value: float) -> tuple[Kind, float] | None:
    """Carry out one op on the state; the row that it adds to the motion, as (kind, value), or None."""
    if op == Op.DWELL:
        return (Kind.DWELL, value) if value > 0 else None
    down = value != 0
    if op == Op.SPINDLE:
        state.spindle = down
        down = down and state.power
    elif op == Op.POWER:
        state.power = down
        if not state.spindle:
            return None
    if down == state.down:
        return None
    state.down = down
    return (Kind.PEN_DOWN if down else Kind.PEN_UP, 0.0)
