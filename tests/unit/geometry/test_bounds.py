from __future__ import annotations

import math

from dcode.geometry.bounds import Bounds

SHEET = Bounds(left=-10, right=20, top=30, bottom=-40)


def test_knows_its_size_and_centre():
    assert (SHEET.width, SHEET.height, SHEET.centre) == (30, 70, (5, -5))


def test_its_edges_belong_to_it():
    assert all(SHEET.contains(x, y) for x, y in SHEET.corners)
    assert not SHEET.contains(20.001, 0)
    assert SHEET.contains(20.001, 0, slack=0.01)


def test_a_nan_is_nowhere():
    assert not SHEET.contains(math.nan, 0)
    assert not SHEET.contains(0, math.nan)


def test_holds_only_what_is_wholly_inside():
    assert SHEET.holds(SHEET)
    assert SHEET.holds(SHEET.inset(1))
    assert not SHEET.holds(SHEET.inset(-1))


def test_around_nothing_is_nothing():
    assert Bounds.around([]) is None
    assert Bounds.around([(1, 2), (-3, 4)]) == Bounds(-3, 1, 4, 2)


def test_union_with_nothing_is_itself():
    assert SHEET.union(None) == SHEET
    assert SHEET.union(Bounds(0, 100, 0, 0)) == Bounds(-10, 100, 30, -40)
