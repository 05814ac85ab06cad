"""How a source is to be read: what G-code leaves to the machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words of a program mean on this machine; built from a machine and a firmware profile.

    Positions in mm, angles in degrees of the pen's servo, feeds in mm/min.
    """

    home: tuple[float, float] = (0.0, 0.0)  # where G28 goes
    start: tuple[float, float] | None = None  # where the gondola is at the first line; home unless told
    servo_index: int = 0  # P of M280 that is the pen
    up_angle: float = 90.0
    down_angle: float = 40.0
    z_up: float | None = 5.0  # mm; Z nearer to it than to z_down lifts the pen. None: Z is refused
    z_down: float = 0.0
    spindle_is_pen: bool = True  # M3 and M4 lower the pen (M3 S0 lifts it), M5 lifts it; else they are left out
    dwell_p: Literal["ms", "s"] = "ms"  # unit of P in G4; S is then seconds, or milliseconds where P is seconds
    travel_feed: float = 1000.0  # where the source gives none
    draw_feed: float = 500.0
    arc_tolerance: float = 0.02  # mm between an arc and its chords

    def lifts_at(self, z: float) -> bool:
        """Whether the pen is up at a height. Only where Z is not refused."""
        assert self.z_up is not None
        return abs(z - self.z_up) <= abs(z - self.z_down)
