"""Least squares for a few unknowns: Gauss and Newton's steps, damped as Levenberg and Marquardt do.

Residuals are in units of their own standard deviation, what was believed before among them; so the inverse of J'J is
the covariance of what is found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Vector: TypeAlias = npt.NDArray[np.float64]
Matrix: TypeAlias = npt.NDArray[np.float64]

_DIFFERENCE: Final = 1e-4  # of an unknown's scale, for the slopes
_MOST_STEPS: Final = 60
_STILL: Final = 1e-7  # a step of so much of every unknown's scale is the end
_MOST_DAMPING: Final = 1e12


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """`values` shape (p,), `covariance` (p, p), `residuals` (n,) and their slopes `jacobian` (n, p), there."""

    values: Vector
    covariance: Matrix
    residuals: Vector
    jacobian: Matrix

    @property
    def cost(self) -> float:
        """The sum of the squares."""
        return float(self.residuals @ self.residuals)

    @property
    def errors(self) -> Vector:
        """One standard error for each value."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


def least_squares(residuals: Callable[[Vector], Vector], start: Vector, scale: Vector) -> Solution:
    """The values for which the residuals are smallest, looked for from `start`.

    `scale`: how much of each unknown matters. There must be as many residuals as unknowns, at least, and each unknown
    must show in one: give those that nothing measures a residual of what is believed of them.
    """
    at, found = start, residuals(start)
    slopes = slopes_of(residuals, at, scale)
    damping = 1e-3
    for _ in range(_MOST_STEPS):
        normal, downhill = slopes.T @ slopes, -slopes.T @ found
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), downhill)
        tried = residuals(at + step)
        if tried @ tried <= found @ found:
            at, found = at + step, tried
            slopes = slopes_of(residuals, at, scale)
            damping /= 10
            if np.all(np.abs(step) < _STILL * scale):
                break
        else:
            damping *= 10
            if damping > _MOST_DAMPING:
                break
    return Solution(at, np.asarray(np.linalg.inv(slopes.T @ slopes), dtype=np.float64), found, slopes)


def slopes_of(function: Callable[[Vector], Vector], at: Vector, scale: Vector) -> Matrix:
    """How the function's results, shape (n,), change with each unknown, shape (n, p); by differences."""
    columns = []
    for unknown in range(len(at)):
        step = np.zeros_like(at)
        step[unknown] = _DIFFERENCE * scale[unknown]
        columns.append((function(at + step) - function(at - step)) / (2 * step[unknown]))
    return np.stack(columns, axis=1)
