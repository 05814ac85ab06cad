"""What a pen's height is counted in: the degrees of its servo, or the mm of an axis that carries it.

`Aim`, `Lift` and `Strokes` of a guide count in the pen's own unit, and so do the values that are kept in machine.json:
up_angle and down_angle for a servo, z_up and z_down for an axis. Which of the two a machine has, and how finely it
turns, its firmware's profile says (dcode.firmware.pen_scale).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PenUnit:
    """Heights from `low` to `high`, in `name`; `strides` are what one key may do, smallest first; a touch is
    looked for by those up to the `usual` one.

    up_key, down_key: their names in a pen of machine.json. pressure: how far beyond the first touch a pen is pressed,
    where the user says nothing else. reach: how far above a touch that is known elsewhere the search for another one
    begins. slew: how fast it comes towards the paper, in this unit a second. whole: the servo only stands at multiples
    of this, from `low` on (servo forks of grbl know 17 of them); 0: as finely as it is told. asks: that is not known,
    and only the user can see it.
    """

    name: str
    low: float
    high: float
    strides: tuple[float, ...]
    usual: int
    up_key: str
    down_key: str
    pressure: float
    reach: float
    slew: float
    decimals: int
    whole: float = 0.0
    asks: bool = False

    def shown(self, value: float) -> str:
        """A height to read: "43.5 degrees"."""
        return f"{round(value, 2):g} {self.name}"

    def rounded(self, value: float) -> float:
        """As finely as the firmware is told."""
        return round(value, self.decimals) + 0.0

    def holds(self, value: float) -> bool:
        """Whether the machine may be told this."""
        return self.low <= value <= self.high


def degrees(
    low: float = 0.0, high: float = 180.0, *, decimals: int = 1, whole: float = 0.0, asks: bool = False
) -> PenUnit:
    """A servo's degrees: by 1, by 0.5 where the firmware takes such, and by 5 while the paper is far."""
    strides = (0.5, 1.0, 5.0) if decimals else (1.0, 5.0)
    usual = strides.index(1.0)
    return PenUnit(
        "degrees", low, high, strides, usual, "up_angle", "down_angle", 2.0, 8.0, 20.0, decimals, whole, asks
    )


def millimetres(low: float, high: float) -> PenUnit:
    """An axis: 5 mm are what a servo does in about 90 degrees (FluidNC's rc_servo)."""
    return PenUnit("mm", low, high, (0.05, 0.1, 0.5), 1, "z_up", "z_down", 0.15, 0.6, 1.0, 2)
