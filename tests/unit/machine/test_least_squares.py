from __future__ import annotations

import numpy as np
import pytest

from dcode.machine.calibration.least_squares import Vector, least_squares


def test_a_straight_line_is_found_with_the_errors_that_the_textbook_gives() -> None:
    x = np.arange(6.0)
    y = 2.0 * x + 1.0 + np.array([0.1, -0.2, 0.1, 0.2, -0.3, 0.1])
    found = least_squares(lambda line: y - line[0] * x - line[1], np.array([0.0, 0.0]), np.array([1.0, 1.0]))
    slope, base = np.polyfit(x, y, 1)
    assert found.values == pytest.approx([slope, base])
    spread = ((x - x.mean()) ** 2).sum()
    assert found.errors[0] == pytest.approx(1 / np.sqrt(spread))


def test_a_valley_that_bends_is_followed_to_its_lowest_point() -> None:
    def rosenbrock(at: Vector) -> Vector:
        return np.array([10 * (at[1] - at[0] ** 2), 1 - at[0]])

    found = least_squares(rosenbrock, np.array([-1.2, 1.0]), np.array([1.0, 1.0]))
    assert found.values == pytest.approx([1.0, 1.0], abs=1e-5)
    assert found.cost < 1e-9
