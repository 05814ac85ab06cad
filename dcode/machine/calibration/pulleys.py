"""Which pulley is on the motors: steps per millimetre told as teeth.

A pulley with another number of teeth than the one that was paid for is the commonest fault of wall plotters, and draws
everything too large or too small by the same part.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from dcode.machine.machine import BeltDrive

COMMON_TEETH: Final = (15, 16, 18, 20, 24, 30, 32, 36, 40)
# Belts are as long as they say within a few tenths of a millimetre a metre; under load a little longer.
BELT_TOLERANCE: Final = 0.0003
_FAR: Final = 0.03  # from a common pulley; the nearest two, 15 and 16, are 6 % apart


@dataclass(frozen=True, slots=True)
class Pulley:
    """`teeth`, and the steps per mm that it gives with the belt and the motors that the machine has."""

    teeth: int
    steps_per_mm: float


def likely_pulley(steps_per_mm: float, drive: BeltDrive) -> Pulley | None:
    """The common pulley that is nearest to these steps per mm; None when that is none of them.

    `drive` says pitch, steps and microsteps; its own teeth count as common too.
    """
    known = sorted({*COMMON_TEETH, drive.pulley_teeth})
    pulleys = [Pulley(teeth, steps_of(teeth, drive)) for teeth in known]
    nearest = min(pulleys, key=lambda one: abs(math.log(one.steps_per_mm / steps_per_mm)))
    return nearest if abs(nearest.steps_per_mm / steps_per_mm - 1) < _FAR else None


def steps_of(teeth: int, drive: BeltDrive) -> float:
    """Steps per mm with so many teeth: steps a turn over belt a turn."""
    return drive.steps_per_turn * drive.microsteps / (teeth * drive.belt_pitch_mm)


def verdict(found: float, believed: float, drive: BeltDrive) -> str:
    """What the steps per mm that were found say of the pulley, in a sentence."""
    now, before = likely_pulley(found, drive), likely_pulley(believed, drive)
    if now is None:
        return f"no common pulley gives {found:.2f} steps/mm with this belt: check pitch and microsteps"
    if before is None or now.teeth == before.teeth:
        return f"{now.teeth} teeth, as believed" if before else f"{now.teeth} teeth"
    return f"this looks like {now.teeth} teeth, not {before.teeth}"
