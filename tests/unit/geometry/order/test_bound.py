from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.geometry.lines import Lines
from dcode.geometry.order import bound
from dcode.geometry.order.best_order import best_order
from dcode.geometry.order.bound import lower_bound
from dcode.geometry.order.cost import PenUpLength, TravelTime
from dcode.geometry.order.effort import Effort, Mode
from tests.unit.geometry.order.conftest import drawings, least_travel, small_drawings, wild


def _as_of_many(patch: pytest.MonkeyPatch, listed: int) -> None:
    """Few strokes are gone about as if there were too many to list all their travels."""
    patch.setattr(bound, "are_few", lambda strokes, doors: False)
    patch.setattr(bound, "ALL", 2)
    patch.setattr(bound, "LARGE", 1)
    patch.setattr(bound, "NEIGHBOURS", listed)


@settings(max_examples=100, deadline=None)
@given(small_drawings, st.integers(1, 8))
def test_no_order_of_few_strokes_is_shorter(lines, listed):
    with pytest.MonkeyPatch.context() as patch:
        _as_of_many(patch, listed)
        assert lower_bound(lines, seams=False) <= least_travel(lines) + 1e-9


@settings(max_examples=100, deadline=None)
@given(drawings, st.sampled_from([PenUpLength(), TravelTime(40, 300, lift=0.3, tolerance=2)]), st.integers(1, 8))
def test_no_order_that_is_found_is_shorter(lines, cost, listed):
    with pytest.MonkeyPatch.context() as patch:
        _as_of_many(patch, listed)
        found = best_order(lines, Effort(0, 30, 30, 2), cost=cost)
        assert lower_bound(lines, cost=cost) <= found.after + 1e-9


@pytest.mark.parametrize("count", [30, 400])
def test_it_is_near(count):
    lines = wild(count, closed=0)
    assert lower_bound(lines) > 0.93 * best_order(lines, Mode.DEFAULT).after


@settings(max_examples=100, deadline=None)
@given(small_drawings)
def test_of_few_strokes_it_is_the_best_order(lines):
    assert lower_bound(lines, seams=False) == pytest.approx(least_travel(lines), abs=1e-6)


@pytest.mark.parametrize("count", [30, 200])
def test_it_says_something_of_closed_strokes_in_a_frame(count):
    frame = Lines.of([[(0, 0), (800, 0), (800, 1000), (0, 1000), (0, 0)]])
    lines = Lines.joined([wild(count, closed=0.2), frame])
    assert lower_bound(lines) > 0.75 * best_order(lines, Mode.DEFAULT).after


def test_one_large_stroke_does_not_take_it_down_where_not_all_travels_are_listed():
    frame = Lines.of([[(0, 0), (800, 0), (800, 1000), (0, 1000), (0, 0)]])
    plain = wild(400, closed=0)
    assert lower_bound(Lines.joined([plain, frame])) > 0.95 * lower_bound(plain)


def test_prices_lift_it_over_the_smallest_tree():
    assert lower_bound(wild(100, closed=0), rounds=60) > 1.02 * lower_bound(wild(100, closed=0), rounds=1)


@pytest.mark.parametrize("strokes", [[], [[(1.0, 2.0), (3.0, 4.0)]]])
def test_without_travel_it_is_nothing(strokes):
    assert lower_bound(Lines.of(strokes)) == 0
