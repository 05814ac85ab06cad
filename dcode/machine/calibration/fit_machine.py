"""From measured distances to the machine as it really is, with what is certain of it and what is not."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from dcode.machine.calibration.least_squares import Solution, Vector, least_squares, slopes_of
from dcode.machine.calibration.wall_model import WallModel

Point = tuple[float, float]

SQUARE_MM: Final = 700.0  # the square that tells how good a calibration is
LEFT_MOTOR: Final = "left motor"
RIGHT_MOTOR: Final = "right motor"
_DETERMINED: Final = 0.5  # of what was uncertain before: more than that is left where nothing has been learnt
_OUTLIER: Final = 4.0  # standard deviations from what all the others say
_WORTH_A_LOOK: Final = 3.0
_AS_GOOD: Final = 6.0  # in the sum of squares: leaving out either of two explains the rest as well
_FEWEST: Final = 4


@dataclass(frozen=True, slots=True)
class Measured:
    """A distance as it was typed, between two marks or motors. `error`: one standard deviation, mm."""

    first: str
    second: str
    mm: float
    error: float


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What was found. `residuals`: measured less explained, mm, one for each of `measured`."""

    model: WallModel
    measured: tuple[Measured, ...]
    solution: Solution
    spread: Vector
    residuals: Vector

    @property
    def values(self) -> Vector:
        return self.solution.values

    @property
    def rms(self) -> float:
        """The residuals' root mean square, mm."""
        return math.sqrt(float(np.mean(self.residuals**2)))

    @property
    def disagreement(self) -> float:
        """How far distances and beliefs are from any one machine, in standard deviations: about 1 where all is well."""
        return math.sqrt(self.solution.cost / len(self.measured))

    @property
    def errors(self) -> Vector:
        """One standard error for each value; larger where the distances do not agree as well as they should."""
        return self.solution.errors * self._doubt

    @property
    def undetermined(self) -> tuple[str, ...]:
        """The names of the values of which these distances say hardly more than what was believed before."""
        vague = self.solution.errors > _DETERMINED * self.spread
        return tuple(name for name, is_vague in zip(self.model.names, vague, strict=True) if is_vague)

    def square_error(self, home: Point) -> float:
        """By how much the sides and diagonals of a square of SQUARE_MM around home may be off, two standard errors."""
        half = SQUARE_MM / 2
        corners = np.array(home) + np.array([[-half, half], [half, half], [half, -half], [-half, -half]])
        spread = slopes_of(lambda values: self._across(values, corners), self.values, self.spread)
        variances = np.diag(spread @ self.solution.covariance @ spread.T)
        return 2 * self._doubt * math.sqrt(float(variances.max()))

    def _across(self, values: Vector, corners: Vector) -> Vector:
        places = self.model.places(values, corners)
        return np.array([math.dist(places[one], places[other]) for one, other in combinations(range(4), 2)])

    @property
    def _doubt(self) -> float:
        """How much worse the distances agree than they should, where there are enough to tell."""
        spare = len(self.measured) - len(self.values)
        if spare < 3:
            return 1.0
        errors = np.array([one.error for one in self.measured])
        return max(1.0, math.sqrt(float(np.sum((self.residuals / errors) ** 2)) / spare))


def fit_machine(
    model: WallModel,
    marks: Mapping[str, Point],
    measured: Sequence[Measured],
    ratios: Sequence[tuple[float, float]] | None = None,
    start: Vector | None = None,
) -> Fit:
    """The values of the model that explain the distances best. `marks`: what the firmware was asked for, by name.

    `ratios`: for each ratio of the model what is known of it, with its standard deviation. `start`: where to look.
    """
    believed, spread = model.believed, model.spread
    for at, (ratio, error) in zip(model.ratio_at, ratios or (), strict=False):
        believed[at], spread[at] = ratio, error
    points = np.array(list(marks.values()))
    order = [*marks, LEFT_MOTOR, RIGHT_MOTOR]
    first = np.array([order.index(one.first) for one in measured], dtype=np.intp)
    second = np.array([order.index(one.second) for one in measured], dtype=np.intp)
    lengths, errors = (np.array([getattr(one, name) for one in measured]) for name in ("mm", "error"))

    def missing(values: Vector) -> Vector:
        places = model.places(values, points)
        way = places[first] - places[second]
        return np.asarray(lengths - np.hypot(way[:, 0], way[:, 1]))

    def residuals(values: Vector) -> Vector:
        return np.concatenate([missing(values) / errors, (values - believed) / spread])

    begin = _scaled(believed, model, missing, lengths) if start is None else start
    solution = least_squares(residuals, begin, model.spread)
    return Fit(model, tuple(measured), solution, model.spread, missing(solution.values))


def _scaled(believed: Vector, model: WallModel, missing: Callable[[Vector], Vector], lengths: Vector) -> Vector:
    """What is believed, with the ratio that the distances as a whole show: the pulley may be quite another one."""
    start = believed.copy()
    drawn = lengths - missing(start)
    ratio = float(np.median(lengths / np.maximum(drawn, 1.0)))
    for at in model.ratio_at:
        start[at] *= ratio
    return start


def suspects(
    fit: Fit, marks: Mapping[str, Point], ratios: Sequence[tuple[float, float]] | None
) -> tuple[Measured, ...]:
    """The distances of which one was probably mistyped: without it all others agree, and they say that it is wrong.

    Two where either would explain it. None with too few distances to tell, or where all agree.
    """
    if len(fit.measured) <= _FEWEST or _strangest(fit) < _WORTH_A_LOOK:
        return ()
    found = list[tuple[float, float, Measured]]()
    for one in fit.measured:
        others = [other for other in fit.measured if other is not one]
        without = fit_machine(fit.model, marks, others, ratios, fit.values)
        found.append((without.solution.cost, _strangeness(without, one, marks), one))
    found.sort(key=lambda entry: entry[0])
    least = found[0][0]
    if found[0][1] <= _OUTLIER:
        return ()
    return tuple(one for cost, strange, one in found[:2] if cost < least + _AS_GOOD and strange > _OUTLIER)


def _strangest(fit: Fit) -> float:
    """About what `_strangeness` will say of the strangest distance; exact for a model that were linear."""
    count, slopes = len(fit.measured), fit.solution.jacobian
    leverage = np.einsum("ij,jk,ik->i", slopes, fit.solution.covariance, slopes)[:count]
    return float(np.max(np.abs(fit.solution.residuals[:count]) / np.sqrt(np.maximum(1 - leverage, 1e-9))))


def _strangeness(without: Fit, one: Measured, marks: Mapping[str, Point]) -> float:
    """By how many standard deviations a distance differs from what the others, which made `without`, say of it."""
    points = np.array(list(marks.values()))
    order = [*marks, LEFT_MOTOR, RIGHT_MOTOR]
    ends = [order.index(one.first), order.index(one.second)]

    def said(values: Vector) -> float:
        places = without.model.places(values, points)
        return math.dist(places[ends[0]], places[ends[1]])

    slopes = slopes_of(lambda values: np.array([said(values)]), without.values, without.spread)[0]
    variance = one.error**2 + float(slopes @ without.solution.covariance @ slopes)
    return abs(one.mm - said(without.values)) / math.sqrt(variance)
