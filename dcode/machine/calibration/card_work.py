"""What is known while a machine is calibrated: what was drawn, what was typed, and what comes of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from dcode.errors import CalibrationError
from dcode.gcode.reading import Reading
from dcode.gcode.write import write
from dcode.geometry.drawing import Drawing
from dcode.geometry.kinematics import Belts
from dcode.machine.calibration import card, measurements
from dcode.machine.calibration.findings import Findings
from dcode.machine.calibration.firmware_settings import at_switches, filled
from dcode.machine.calibration.fit_machine import Fit, Measured, fit_machine, suspects
from dcode.machine.calibration.guide import Fact, Plot, Question
from dcode.machine.calibration.guides import Start
from dcode.machine.calibration.pulleys import BELT_TOLERANCE, likely_pulley, verdict
from dcode.machine.calibration.wall_model import OnBelts, OnRails, WallModel
from dcode.machine.drawing_motion import motion_of
from dcode.machine.machine import BeltDrive
from dcode.machine.sheet import drawable

_SCALES: Final = (0.4, 2.6)  # 16 teeth for 40, and 40 for 16
_SURE: Final = 3.0  # standard errors within which a pulley is what the distances say


class CardWork:
    """From the first drawing to the findings. Each method either does all of it or raises CalibrationError.

    Made, it raises CalibrationError for a sheet that has no room, ConfigError for belts that reach none of it.
    """

    def __init__(self, start: Start) -> None:
        self.machine, self.tuning = start.machine, start.tuning
        self.drive = self.machine.belts or BeltDrive()
        self._sheet = drawable(self.machine)
        self._marks = card.ruler_marks(self._sheet, self.machine.home)
        usual = self.machine.belts.steps_per_mm if self.machine.belts else self.tuning.steps_per_mm
        self.steps = self.tuning.steps or (usual, usual)
        self.switches = self.tuning.at_switches  # the belts at the end-stops, as the firmware believes
        self.suspects: tuple[Measured, ...] = ()
        self._typed: Mapping[str, float] = {}
        self._findings: Findings | None = None

    @property
    def belts(self) -> Belts:
        """Where the firmware believes the motors to be: what it says itself, or else machine.json."""
        return self.tuning.belts or self.machine.anchors

    # -- what is drawn -------------------------------------------------------------------------------------------------

    @property
    def ruler_mm(self) -> float:
        """How long the ruler is to be."""
        return self._marks["N"][0] - self._marks["M"][0]

    def ruler(self) -> Plot:
        return self._plot("calibration ruler", card.ruler(self._marks))

    def measured_ruler(self, values: Mapping[str, float]) -> None:
        """The ruler was measured: from now on there is a card, as large as the sheet bears."""
        if card.RULER not in values:
            raise CalibrationError("Type how long the ruler is: the card is made for it.")
        ratio = values[card.RULER] / self.ruler_mm
        if not _SCALES[0] < ratio < _SCALES[1]:
            problem = f"The ruler was to be {self.ruler_mm:g} mm long: {values[card.RULER]:g} mm cannot be."
            raise CalibrationError(problem, value=values[card.RULER])
        self._marks |= card.card_marks(self._sheet, self.machine.home, ratio)
        self._typed = {card.RULER: values[card.RULER]}

    def card(self) -> Plot:
        return self._plot("calibration card", card.card(self._marks))

    def _plot(self, name: str, drawing: Drawing) -> Plot:
        pen = self.machine.pen
        reading = Reading(servo_index=pen.servo_index, up_angle=pen.up_angle, down_angle=pen.down_angle)
        return Plot(name, write(motion_of(drawing, self.machine), reading))

    # -- what is asked -------------------------------------------------------------------------------------------------

    def card_questions(self) -> tuple[Question, ...]:
        return measurements.card_questions(self._typed, with_motors=self.tuning.on_belts)

    def questions_in_doubt(self) -> tuple[Question, ...]:
        """Those of the distances that may be mistyped, with what was typed."""
        names = {measurements.name_of(one) for one in self.suspects}
        ruler = measurements.ruler_question(self._typed.get(card.RULER))
        return tuple(question for question in (ruler, *self.card_questions()) if question.id in names)

    def keep(self, values: Mapping[str, float]) -> bool:
        """Take what was typed; whether that is enough to work something out."""
        typed = {**self._typed, **values}
        measurements.turn_of_card(typed, self._across * typed[card.RULER] / self.ruler_mm)  # raises what cannot be
        self._typed = typed
        return measurements.still_needed(self._typed) == 0

    def facts_so_far(self) -> tuple[Fact, ...]:
        """What the ruler alone says, and how many distances are still needed once there are any."""
        long, needed = self._typed[card.RULER], measurements.still_needed(self._typed)
        found = self.steps[0] * self.ruler_mm / long
        facts = [
            Fact("ruler", f"{long:.1f} mm instead of {self.ruler_mm:g} mm"),
            Fact("pulley, so far", verdict(found, self.steps[0], self.drive)),
        ]
        if 0 < needed < measurements.FEWEST:
            facts.append(Fact("still needed", f"{needed} more between marks"))
        return tuple(facts)

    # -- what comes of it ----------------------------------------------------------------------------------------------

    @property
    def findings(self) -> Findings:
        assert self._findings is not None, "nothing has been worked out yet"
        return self._findings

    def work_out(self, *, looking: bool = True) -> None:
        """Fit what is typed so far, and look for a distance that was mistyped."""
        typed = self._typed
        fit, ratios = self._fit(measurements.measured(typed))
        turned = measurements.turn_of_card(typed, self._across * float(fit.values[fit.model.ratio_at[0]]))
        skew = None if turned is None or not isinstance(fit.model, OnBelts) else turned - self._turn(fit)
        self._findings = Findings(self.machine, fit, self.steps, skew)
        self.suspects = suspects(fit, self._marks, ratios) if looking else ()

    @property
    def _across(self) -> float:
        """How far C is from A, as the firmware is asked for them."""
        return self._marks["C"][0] - self._marks["A"][0]

    def _fit(self, distances: list[Measured]) -> tuple[Fit, list[tuple[float, float]]]:
        """The fit, and what was taken to be known of the ratios for it: a pulley with which the distances agree."""
        model = self._model()
        free = fit_machine(model, self._marks, distances)
        ratios = list[tuple[float, float]]()
        for at, before in zip(model.ratio_at, self.steps, strict=False):
            found, error = float(free.values[at]), float(free.errors[at])
            pulley = likely_pulley(before / found, self.drive)
            nominal = before / pulley.steps_per_mm if pulley else found
            agrees = pulley and abs(found - nominal) < _SURE * (error + BELT_TOLERANCE * nominal)
            known = (nominal, BELT_TOLERANCE * nominal) if agrees else (model.believed[at], model.spread[at])
            ratios.append((float(known[0]), float(known[1])))
        return fit_machine(model, self._marks, distances, ratios, free.values), ratios

    def _model(self) -> WallModel:
        if not self.tuning.on_belts:
            return OnRails()
        belts = self.belts
        return OnBelts(belts, belts.left_anchor if self.tuning.starts_at_motor else self.machine.home)

    def _turn(self, fit: Fit) -> float:
        """How far A to C is turned against the line between the motors, degrees."""
        ends = np.array([self._marks["A"], self._marks["C"]])
        (left, left_up), (right, right_up), *_ = fit.model.places(fit.values, ends)
        return math.degrees(math.atan2(right_up - left_up, right - left))

    # -- what the firmware is told -------------------------------------------------------------------------------------

    def lines(self) -> tuple[str, ...]:
        """The settings for the firmware, the lengths at the end-stops first: what follows may store them."""
        lines = self._filled(self.tuning.lines)
        if not (self.switches and self.tuning.switches):
            return lines
        return (at_switches(self.tuning.switches, *self.findings.true_lengths(*self.switches)), *lines)

    def lines_by_hand(self) -> tuple[str, ...]:
        """The lines for its configuration file, where it has these values there."""
        return self._filled(self.tuning.by_hand)

    def _filled(self, templates: Sequence[str]) -> tuple[str, ...]:
        return filled(templates, self.findings.belts, self.machine.home, self.findings.steps)
