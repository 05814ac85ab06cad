"""How far the belts really are out for what a firmware believes that its motors have done."""

from __future__ import annotations

from dataclasses import dataclass

from dcode.machine.motion_model import Three
from dcode.simulator.ink import Point
from dcode.simulator.truth import Truth


class Gearing:
    """Motors count steps. The firmware's steps per mm may change (M92, $100), those of the pulleys do not."""

    def __init__(self, steps_per_mm: float, steps: Three | None, axes: Three) -> None:
        """`axes` are true as they are now; `steps` are the firmware's per mm of each axis, None: the true ones."""
        self._true = steps_per_mm
        self._from: Point = axes[0], axes[1]
        self._real = self._from
        self._ratio = 1.0, 1.0
        self.change(steps, axes)

    def change(self, steps: Three | None, axes: Three) -> None:
        """From these axes on, the firmware counts otherwise."""
        self._real = self.real(axes)
        self._from = axes[0], axes[1]
        self._ratio = (steps[0] / self._true, steps[1] / self._true) if steps else (1.0, 1.0)

    def slip(self, left: float, right: float) -> None:
        """The belts jump over their pulleys, or the motors lose steps: mm by which they are longer now."""
        self._real = self._real[0] + left, self._real[1] + right

    def real(self, axes: Three) -> Point:
        """The belts' real lengths, or the real x and y on rails, in mm."""
        return (
            self._real[0] + (axes[0] - self._from[0]) * self._ratio[0],
            self._real[1] + (axes[1] - self._from[1]) * self._ratio[1],
        )

    def axes(self, a: float, b: float) -> Point:
        """And back."""
        return (
            self._from[0] + (a - self._real[0]) / self._ratio[0],
            self._from[1] + (b - self._real[1]) / self._ratio[1],
        )


@dataclass(frozen=True, slots=True)
class TurnedRails:
    """x and y on rails under a sheet that is turned. A `TwoBelts` without belts."""

    truth: Truth

    @property
    def left_anchor(self) -> Point:
        return self.truth.belts.left_anchor

    @property
    def right_anchor(self) -> Point:
        return self.truth.belts.right_anchor

    def lengths(self, x: float, y: float) -> Point:
        return self.truth.turned((x, y), back=True)

    def position(self, left: float, right: float) -> Point:
        return self.truth.turned((left, right))
