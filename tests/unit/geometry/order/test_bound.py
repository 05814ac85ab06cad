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


@settings(max_examples=100, deadline=None)
@given(small_drawings, st.integers(1, 8))
def test_no_order_of_few_strokes_is_shorter(lines, listed):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bound, "NEIGHBOURS", listed)
        assert lower_bound(lines, seams=False) <= least_travel(lines) + 1e-9


@settings(max_examples=100, deadline=None)
@given(drawings, st.sampled_from([PenUpLength(), TravelTime(40, 300, lift=0.3, tolerance=2)]), st.integers(1, 8))
def test_no_order_that_is_found_is_shorter(lines, cost, listed):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bound, "NEIGHBOURS", listed)
        found = best_order(lines, Effort(0, 30, 30, 2), cost=cost)
        assert lower_bound(lines, cost=cost) <= found.after + 1e-9


@pytest.mark.parametrize("count", [30, 400])
def test_it_is_near(count):
    lines = wild(count, closed=0)
    assert lower_bound(lines) > 0.93 * best_order(lines, Mode.DEFAULT).after


def test_prices_lift_it_over_the_smallest_tree():
    assert lower_bound(wild(100, closed=0), rounds=60) > 1.02 * lower_bound(wild(100, closed=0), rounds=1)


@pytest.mark.parametrize("strokes", [[], [[(1.0, 2.0), (3.0, 4.0)]]])
def test_without_travel_it_is_nothing(strokes):
    assert lower_bound(Lines.of(strokes)) == 0
