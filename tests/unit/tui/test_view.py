from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.geometry.bounds import Bounds
from dcode.tui.view import View

SHEET = Bounds(-420.5, 420.5, 594.5, -594.5)
sizes = st.tuples(st.integers(1, 200), st.integers(1, 80))
places = st.tuples(st.floats(-500, 500), st.floats(-700, 700))


@given(size=sizes)
def test_what_fits_is_seen_with_all_its_corners(size: tuple[int, int]) -> None:
    view = View.of(SHEET, *size)
    assert all(view.cell(x, y) for x, y in SHEET.corners)
    assert view.centre == pytest.approx(SHEET.centre, abs=1e-9)


@given(size=sizes, place=places, factor=st.floats(0.1, 10))
def test_zooming_keeps_a_place_where_it_is(size: tuple[int, int], place: tuple[float, float], factor: float) -> None:
    view = View.of(SHEET, *size)
    zoomed = view.zoomed(factor, *place)
    assert zoomed.dots(*place) == pytest.approx(view.dots(*place), abs=1e-6)
    assert zoomed.dot == pytest.approx(min(max(view.dot / factor, 0.01), 100))


@given(size=sizes, other=sizes)
def test_another_size_keeps_the_middle(size: tuple[int, int], other: tuple[int, int]) -> None:
    view = View.of(SHEET, *size).zoomed(3, 10, 20)
    assert view.sized(*other).centre == pytest.approx(view.centre, abs=1e-6)
    assert view.sized(*other).dot == view.dot


def test_a_character_and_its_place_belong_together() -> None:
    view = View.of(SHEET, 40, 30)
    assert view.cell(*view.place(7, 11)) == (7, 11)
    assert view.cell(view.left - view.dot, view.top) is None
    assert view.cell(0, view.top - 30 * 4 * view.dot) is None


def test_looking_further_moves_by_a_share_of_what_is_seen() -> None:
    view = View(10, 5, 0, 0, 2.0)
    assert view.moved(0.5, 0) == View(10, 5, 20, 0, 2.0)
    assert view.moved(0, 0.5) == View(10, 5, 0, -20, 2.0)
