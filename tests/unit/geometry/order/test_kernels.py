"""Compiled and plain kernels do the same, to the last bit; and what each is to find, told the slow way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.geometry.kinematics import Belts
from dcode.geometry.order.best_order import best_order
from dcode.geometry.order.bound import lower_bound
from dcode.geometry.order.cost import PenUpLength, SlowerBelt, TravelTime
from dcode.geometry.order.effort import Effort
from dcode.geometry.order.kernels import kernels
from dcode.geometry.order.neighbours import nearest
from tests.unit.geometry.order.conftest import points, wild

COSTS = [
    PenUpLength(),
    TravelTime(40, 300, lift=0.3, tolerance=2),
    PenUpLength(SlowerBelt(Belts((-100, 1200), (900, 1200)))),
]


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("seed", [1, 2, 123456789])
@pytest.mark.parametrize("start", [None, (0.0, 0.0)])
def test_compiled_and_plain_orders_are_the_same(cost, seed, start, both):
    lines = wild(150, seed)
    effort = Effort(0, 300, 300, 2)
    one, other = (best_order(lines, effort, cost=cost, seed=seed, start=start, way=way) for way in both)
    assert (one.before, one.after, one.kicks) == (other.before, other.after, other.kicks)
    for name in ("strokes", "flipped", "seams"):
        assert np.array_equal(getattr(one.sequence, name), getattr(other.sequence, name))


def test_compiled_and_plain_bounds_are_the_same(both):
    assert len({lower_bound(wild(120), way=way) for way in both}) == 1


@settings(max_examples=100, deadline=None)
@given(st.lists(points, max_size=60), st.integers(1, 5), st.booleans(), st.sampled_from(["plain", None]))
def test_nearest_are_the_nearest_of_other_groups(places, wanted, largest, way):
    at = np.asarray(places, dtype=float).reshape(-1, 2)
    group = np.arange(len(at)) // 2
    near = nearest(kernels(way), at[:, 0].copy(), at[:, 1].copy(), group, wanted, largest)
    for point, found in enumerate(near):
        off = np.abs(at - at[point])
        apart = (off.max(axis=1) if largest else np.hypot(*off.T))[group != group[point]]
        expected = np.sort(apart)[:wanted]
        told = [i for i in found if i >= 0]
        assert len(told) == len(expected) == len(set(told))
        assert all(group[i] != group[point] for i in told)
        here = [off[i].max() if largest else np.hypot(*off[i]) for i in told]
        assert here == pytest.approx(list(expected))


@settings(max_examples=100, deadline=None)
@given(st.lists(points, min_size=1, max_size=200), st.integers(1, 12), st.booleans(), st.sampled_from(["plain", None]))
def test_of_equally_near_points_the_first_are_the_nearest(places, wanted, largest, way):
    at = np.asarray(places, dtype=float)
    group = np.arange(len(at)) // 2
    squares = (at[:, None] - at) ** 2
    apart = squares.max(axis=2) if largest else squares[..., 0] + squares[..., 1]
    apart[group[:, None] == group] = np.inf
    expected = np.full((len(at), wanted), -1)
    order = np.argsort(apart, axis=1, kind="stable")[:, :wanted]
    expected[:, : order.shape[1]] = np.where(np.isinf(np.take_along_axis(apart, order, axis=1)), -1, order)
    assert np.array_equal(nearest(kernels(way), at[:, 0].copy(), at[:, 1].copy(), group, wanted, largest), expected)


@pytest.mark.parametrize("grain", [None, 1, 20])
def test_compiled_and_plain_neighbours_of_many_points_are_the_same(grain, both):
    at = np.random.default_rng(5).random((3000, 2)) ** 3 * 100
    at = at if grain is None else (at / grain).round()
    near = [nearest(kernels(way), at[:, 0].copy(), at[:, 1].copy(), np.arange(3000) // 2, 10, False) for way in both]
    assert np.array_equal(*near)


def test_nearest_of_many_points_in_one_spot_is_not_slow(way):
    """Two thousand points in one place, in which a grid would compare every one with every other."""
    at = np.append(np.zeros(2000), 1e6)
    near = nearest(kernels(way), at, at, np.arange(2001), 3, False)
    assert (near >= 0).all()
    assert (at[near[:-1]] == 0).all()


def test_kernels_that_were_not_built_are_missed(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "dcode.geometry.order._search", None)
    kernels.cache_clear()
    try:
        assert kernels().way == "plain"
        with pytest.raises(ImportError):
            kernels("compiled")
    finally:
        kernels.cache_clear()
