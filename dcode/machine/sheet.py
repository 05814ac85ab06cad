"""The rectangle that --fit fills and --clip cuts at."""

from __future__ import annotations

import math
from typing import Final

from dcode.errors import ConfigError
from dcode.geometry.bounds import Bounds
from dcode.machine.limits import SoftLimits
from dcode.machine.machine import Machine

# Coordinates go on the wire with three decimals. A point on an edge that has more would be rounded across it.
_WIRE_STEPS_PER_MM: Final = 1000


def drawable(machine: Machine) -> Bounds:
    """The part of the work area that is proved reachable, its edges moved inwards to what the wire can say.

    Raises ConfigError when the belts reach none of it.
    """
    area = SoftLimits.of(machine).provable_area()
    if area is None:
        raise ConfigError("the belts do not reach the middle of the work area", key="work_area")
    return inward(area)


def inward(area: Bounds) -> Bounds:
    """A rectangle with its edges moved inwards to what the wire can say."""
    return Bounds(_up(area.left), _down(area.right), _down(area.top), _up(area.bottom))


def _up(value: float) -> float:
    return math.ceil(round(value * _WIRE_STEPS_PER_MM, 6)) / _WIRE_STEPS_PER_MM


def _down(value: float) -> float:
    return math.floor(round(value * _WIRE_STEPS_PER_MM, 6)) / _WIRE_STEPS_PER_MM
