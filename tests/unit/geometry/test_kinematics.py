from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.errors import LimitError
from dcode.geometry.kinematics import GRAVITY, Belts

LEVEL = Belts((-609.6, 762.0), (609.6, 762.0))
SLANTED = Belts((-500.0, 700.0), (520.0, 820.0))
BOTH = pytest.mark.parametrize("belts", [LEVEL, SLANTED], ids=["level", "slanted"])

xs = st.floats(-420, 420)
ys = st.floats(-594, 594)


@BOTH
@settings(deadline=None)
@given(x=xs, y=ys)
def test_a_point_comes_back_from_its_belt_lengths(belts: Belts, x: float, y: float):
    assert belts.position(*belts.lengths(x, y)) == pytest.approx((x, y), abs=1e-6)


def test_lengths_are_those_of_a_known_triangle():
    assert Belts((-300, 400), (300, 400)).lengths(0, 0) == (500, 500)


def test_belts_that_cannot_meet_are_an_error():
    with pytest.raises(LimitError, match="cannot meet"):
        LEVEL.position(100, 100)


def test_straight_belts_meet_on_the_line_between_the_motors():
    assert LEVEL.position(609.6, 609.6) == pytest.approx((0, 762), abs=1e-3)


def test_angles_are_below_the_horizontal_and_past_90_beside_the_motors():
    assert LEVEL.angles(0, 762 - 609.6) == pytest.approx((45, 45))
    assert LEVEL.angles(-700, 0)[0] > 90
    assert LEVEL.angles(0, 800)[0] < 0


@BOTH
@settings(deadline=None)
@given(x=xs, y=ys, mass=st.floats(0.05, 5))
def test_tensions_balance_the_weight(belts: Belts, x: float, y: float, mass: float):
    pulls = belts.tensions(x, y, mass)
    across = upright = 0.0
    for pull, anchor in zip(pulls, (belts.left_anchor, belts.right_anchor), strict=True):
        length = math.dist(anchor, (x, y))
        across += pull * (anchor[0] - x) / length
        upright += pull * (anchor[1] - y) / length
    assert across == pytest.approx(0, abs=1e-6)
    assert upright == pytest.approx(mass * GRAVITY)


def test_straight_belts_pull_without_end():
    assert LEVEL.tensions(0, 762, 1) == (math.inf, math.inf)
    assert LEVEL.tensions(0, 900, 1) == (math.inf, math.inf)
