from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.errors import ConfigError
from dcode.geometry.bounds import Bounds
from dcode.geometry.fit import fit_bounds

SHEET = Bounds(left=-100, right=100, top=50, bottom=-50)


def test_the_tighter_side_decides_and_the_drawing_is_centred():
    to_sheet = fit_bounds(Bounds(0, 10, 10, 0), SHEET)
    assert to_sheet.scale == 10
    assert to_sheet.apply(0, 0) == (-50, -50)
    assert to_sheet.apply(10, 10) == (50, 50)


def test_a_margin_is_left_on_every_side():
    to_sheet = fit_bounds(Bounds(0, 10, 10, 0), SHEET, margin=10)
    assert to_sheet.apply(10, 10) == (40, 40)


def test_a_point_is_centred_and_a_line_fills_its_one_direction():
    assert fit_bounds(Bounds(7, 7, 7, 7), SHEET).apply(7, 7) == (0, 0)
    assert fit_bounds(Bounds(0, 1, 7, 7), SHEET).scale == 200


@pytest.mark.parametrize("margin", [50, 1000, -1])
def test_a_margin_that_leaves_no_sheet_is_an_error(margin: float):
    with pytest.raises(ConfigError, match="margin"):
        fit_bounds(Bounds(0, 1, 1, 0), SHEET, margin)


sides = st.floats(-1e4, 1e4)


@settings(deadline=None)
@given(sides, sides, st.floats(1e-3, 1e4), st.floats(1e-3, 1e4), st.floats(0, 40))
def test_the_drawing_ends_inside(left: float, bottom: float, width: float, height: float, margin: float):
    drawing = Bounds(left, left + width, bottom + height, bottom)
    to_sheet = fit_bounds(drawing, SHEET, margin)
    for x, y in drawing.corners:
        assert SHEET.inset(margin).contains(*to_sheet.apply(x, y), slack=1e-6)
