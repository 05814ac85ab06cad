"""What a fit means for the machine: the motors and home anew, what to write down, and what to say of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from dcode.errors import CalibrationError
from dcode.geometry.kinematics import Belts
from dcode.machine.calibration.fit_machine import SQUARE_MM, Fit
from dcode.machine.calibration.guide import Fact
from dcode.machine.calibration.pulleys import likely_pulley, verdict
from dcode.machine.calibration.wall_model import OnBelts
from dcode.machine.limits import SoftLimits
from dcode.machine.machine import BeltDrive, Machine

Point = tuple[float, float]

_DECIMALS: Final = 3
_STEP_DECIMALS: Final = 4
_DOUBTFUL: Final = 2.0  # standard deviations, over all distances
_HOPELESS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Findings:
    """A fit for a machine whose firmware has `steps_before` for each mm, of left and right, or x and y.

    skew_degrees: of the sheet, if that was measured. The gondola's way home ends where it ended before, so home keeps
    its coordinates, and with it the sheet and the work area: the motors are where their belts say, on a level line.
    """

    machine: Machine
    fit: Fit
    steps_before: tuple[float, float]
    skew_degrees: float | None = None

    @property
    def drive(self) -> BeltDrive:
        return self.machine.belts or BeltDrive()

    @property
    def steps(self) -> tuple[float, float]:
        """How many steps move a millimetre of the left and the right belt, or of x and y."""
        first, *others = (float(self.fit.values[at]) for at in self.fit.model.ratio_at)
        return self.steps_before[0] / first, self.steps_before[1] / (others[0] if others else first)

    @property
    def belts(self) -> Belts:
        """Where the motors are, in the frame that is used from now on; on rails as they were believed."""
        if not isinstance(self.fit.model, OnBelts):
            return self.machine.anchors
        (across, below), span = self._home_from_left, float(self.fit.values[0])
        left, top = self.machine.home[0] - across, self.machine.home[1] + below
        return Belts((left, top), (left + span, top))

    @property
    def _home_from_left(self) -> Point:
        """How far to the right of the left motor, and below it, home is."""
        x, y = self.fit.model.places(self.fit.values, np.array([self.machine.home]))[0]
        return float(x), -float(y)

    def true_lengths(self, left: float, right: float) -> Point:
        """How long belts really are that the firmware believes to be this long."""
        assert isinstance(self.fit.model, OnBelts)
        return self.fit.model.true_lengths(self.fit.values, left, right)

    def must_fit(self) -> None:
        """Raises CalibrationError for what must not be kept: distances of no machine, a sheet wider than the motors."""
        if self.fit.disagreement > _HOPELESS:
            raise CalibrationError(
                f"No machine has these distances: they are off by {self.fit.rms:.1f} mm. Measure them again.",
                residual_mm=self.fit.rms,
            )
        area, belts = self.machine.work_area, self.belts
        if not (belts.left_anchor[0] <= area.left and area.right <= belts.right_anchor[0]):
            raise CalibrationError(
                f"The work area goes from {area.left:g} to {area.right:g} mm, the motors are at "
                f"{belts.left_anchor[0]:.0f} and {belts.right_anchor[0]:.0f} mm: make the work area smaller first."
            )

    # -- what is written down ------------------------------------------------------------------------------------------

    def changes(self, today: str) -> Mapping[str, Any]:
        """Keys of machine.json."""
        kept: dict[str, Any] = {"calibrated.machine": self._record(today)}
        if pulley := likely_pulley(self.steps[0], self.drive):
            kept["belts.pulley_teeth"] = pulley.teeth
        kept["belts.steps_per_mm"] = round(self.steps[0], _STEP_DECIMALS)
        if not isinstance(self.fit.model, OnBelts):
            return kept
        belts = self.belts
        kept["machine.width_mm"] = round(belts.span, _DECIMALS)
        kept["belts.left_anchor"] = _rounded(belts.left_anchor)
        kept["belts.right_anchor"] = _rounded(belts.right_anchor)
        return kept

    def _record(self, today: str) -> dict[str, Any]:
        record: dict[str, Any] = {
            "date": today,
            "residual_mm": round(self.fit.rms, 2),
            "distances": len(self.fit.measured),
        }
        if isinstance(self.fit.model, OnBelts):
            record["left_offset_mm"], record["right_offset_mm"] = (round(float(one), 2) for one in self.fit.values[1:3])
        if self.skew is not None:
            record["skew_degrees"] = round(self.skew, 3)
        return record

    @property
    def skew(self) -> float | None:
        """Degrees: of the sheet against the motors, if that was measured; on rails of one axis against the other."""
        if isinstance(self.fit.model, OnBelts):
            return self.skew_degrees
        return math.degrees(float(self.fit.values[2]))

    # -- what is said --------------------------------------------------------------------------------------------------

    @property
    def doubtful(self) -> bool:
        """Whether the distances agree badly with each other, or what they say with what was believed."""
        return self.fit.disagreement > _DOUBTFUL

    def facts(self) -> tuple[Fact, ...]:
        """All of it, ready to read."""
        return (*self._machine_facts(), *self._skew_facts(), *self._sureness())

    def _machine_facts(self) -> Iterator[Fact]:
        values, errors = self.fit.values, self.fit.errors
        if isinstance(self.fit.model, OnBelts):
            believed = self.fit.model.belts.span
            yield Fact("motor distance", f"{values[0]:.1f} ± {errors[0]:.1f} mm, believed to be {believed:.1f}")
            lengths, where = self.fit.model.registered_lengths(values), self._where
            for at, (name, length) in enumerate(zip(("left", "right"), lengths, strict=True), 1):
                off = round(values[at], 1) + 0.0  # + 0.0: no minus zero
                text = f"{_tenth(length)} ± {errors[at]:.1f} mm {where}, {off:+.1f} mm from what was believed"
                yield Fact(f"{name} belt", text)
            yield Fact("steps per mm", self._steps_fact(0))
            across, below = self._home_from_left
            yield Fact("home", f"{across:.1f} mm to the right of the left motor, {below:.1f} mm below it")
        else:
            yield Fact("x, steps per mm", self._steps_fact(0))
            yield Fact("y, steps per mm", self._steps_fact(1))

    @property
    def _where(self) -> str:
        assert isinstance(self.fit.model, OnBelts)
        return "at home" if self.fit.model.registered == self.machine.home else "at the left motor"

    def _reaches_all(self) -> bool:
        """Whether the belts reach the whole work area, or did not before either."""
        belts = self.belts
        after = replace(self.machine, left_anchor=belts.left_anchor, right_anchor=belts.right_anchor)
        return SoftLimits.of(after).area_is_reachable or not SoftLimits.of(self.machine).area_is_reachable

    def _steps_fact(self, axis: int) -> str:
        at = self.fit.model.ratio_at[axis]
        found, before = self.steps[axis], self.steps_before[axis]
        error = found * float(self.fit.errors[at] / self.fit.values[at])
        return f"{found:.2f} ± {error:.2f}, where the firmware has {before:.2f}: {verdict(found, before, self.drive)}"

    def _skew_facts(self) -> Iterator[Fact]:
        if self.skew is None:
            return
        if round(abs(self.skew), 2) == 0:
            yield Fact("skew", "none: 0.00 degrees")
            return
        if isinstance(self.fit.model, OnBelts):
            way = "counter-clockwise" if self.skew > 0 else "clockwise"
            yield Fact(
                "skew", f"drawings are turned on the sheet by {abs(self.skew):.2f} degrees {way}: turn the sheet"
            )
        else:
            yield Fact("skew", f"the y axis leans by {self.skew:+.2f} degrees: square the frame")

    def _sureness(self) -> Iterator[Fact]:
        fit = self.fit
        at = max(range(len(fit.measured)), key=lambda one: abs(fit.residuals[one]))
        worst = fit.measured[at]
        names = f"{worst.first} to {worst.second}"
        largest = f"the largest {fit.residuals[at]:+.2f} mm, {names}"
        yield Fact("residual", f"{fit.rms:.2f} mm over {len(fit.measured)} distances, {largest}")
        error = fit.square_error(self.machine.home)
        yield Fact(
            "confidence", f"a square of {SQUARE_MM:g} mm comes out within {error:.1f} mm on all sides and diagonals"
        )
        if not self._reaches_all():
            yield Fact("work area", "the belts do not reach all of it: dcode check says what a drawing leaves")
        if vague := fit.undetermined:
            yield Fact("not determined", f"{', '.join(vague)}: these distances say little of it; measure more")


def _tenth(mm: float) -> str:
    return f"{round(mm, 1) + 0.0:.1f}"  # + 0.0: no minus zero


def _rounded(point: Point) -> dict[str, float]:
    return {"x": round(point[0], _DECIMALS), "y": round(point[1], _DECIMALS)}
