"""What machine.json says of how fast the gondola may go."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dcode.machine.machine import Machine


@dataclass(frozen=True, slots=True)
class MotionLimits:
    """What the firmware does with moves. Feeds in mm/min, acceleration in mm/s2, deviation in mm.

    The acceleration is a cautious one for belts and a hanging gondola; at the usual 500 mm/min it costs 0.04 s a stop.
    """

    acceleration: float = 200.0
    deviation: float = 0.01  # grbl's $11
    window: int | None = None  # moves that the firmware looks ahead; None: all of them
    max_feed: float = math.inf

    @classmethod
    def of(cls, machine: Machine, window: int | None = None) -> MotionLimits:
        """What machine.json says; `window` is the firmware's, from its profile."""
        usual = cls()
        return cls(
            acceleration=machine.acceleration or usual.acceleration,
            window=window,
            max_feed=machine.max_feed or usual.max_feed,
        )
