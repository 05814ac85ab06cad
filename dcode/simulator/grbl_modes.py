"""grbl's modal state, what outlives a reset, and the operations that lines come down to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from dcode.machine.motion_model import Three

ORIGIN: Final[Three] = (0.0, 0.0, 0.0)


class Move(NamedTuple):
    """A straight move in machine coordinates. feed: mm/min; with `inverse` moves a minute; rapid ignores it."""

    target: Three
    feed: float
    rapid: bool
    inverse: bool = False


class Spindle(NamedTuple):
    """Spindle to M3, M4 or M5 with this S; grbl waits for the motion before it."""

    mode: int
    speed: float


class Dwell(NamedTuple):
    seconds: float


class Pause(NamedTuple):
    """M0: hold until cycle start. `end`: M2 and M30, which reset the modes instead."""

    end: bool


Operation = Move | Spindle | Dwell | Pause


@dataclass(slots=True)
class Modes:
    """One value for each modal group; grbl's state after a reset."""

    motion: int = 0
    coordinates: int = 54
    plane: int = 17
    units: int = 21
    distance: int = 90
    feed_mode: int = 94
    spindle: int = 5
    coolant: int = 9
    feed: float = 0.0  # mm/min
    speed: float = 0.0  # S
    tool: int = 0
    flow: int = -1  # 0, 2 or 30 while M0, M2, M30 is carried out


@dataclass(slots=True)
class GcodeState:
    """What the meaning of a line depends on.

    places: what EEPROM keeps, in machine mm: the origins of G54 to G59, and the places of G28 and G30.
    position: where the last operation will have brought the machine, in machine mm.
    """

    arc_tolerance: float
    modes: Modes = field(default_factory=Modes)
    places: dict[int, Three] = field(default_factory=lambda: dict.fromkeys((*range(54, 60), 28, 30), ORIGIN))
    position: Three = ORIGIN
    g92: Three = ORIGIN
    tool_length: float = 0.0

    def work_offset(self, coordinates: int | None = None) -> Three:
        """Machine position of the work origin, in this coordinate system or the one in force."""
        origin, g92 = self.places[coordinates or self.modes.coordinates], self.g92
        return origin[0] + g92[0], origin[1] + g92[1], origin[2] + g92[2] + self.tool_length

    def reset(self, position: Three) -> None:
        """A soft reset: modes and G92 as after power-on, and the position that the motors stand at."""
        self.modes, self.g92, self.tool_length = Modes(), ORIGIN, 0.0
        self.position = position
