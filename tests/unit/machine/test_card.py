from __future__ import annotations

import math

import pytest

from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines
from dcode.machine.calibration import card
from tests.ruler import Ruler

SHEET = Bounds(-420.5, 420.5, 594.5, -594.5)
HOME = (0.0, 0.0)


def drawn(lines: Lines) -> Ruler:
    return Ruler([[(float(x), float(y)) for x, y in stroke] for stroke in lines])


def test_lines_cross_at_every_mark_of_the_card_and_at_both_ends_of_the_ruler() -> None:
    marks = card.card_marks(SHEET, HOME, 1.0)
    seen = drawn(card.card(marks).layers[0].lines)
    for name, place in marks.items():
        assert seen.crossing(place, 0.1) == pytest.approx(place), name
    ends = card.ruler_marks(SHEET, HOME)
    seen = drawn(card.ruler(ends).layers[0].lines)
    for place in ends.values():
        assert seen.crossing(place, 0.1) == pytest.approx(place)


def test_every_distance_is_between_two_marks_and_none_is_asked_for_twice() -> None:
    marks = card.card_marks(SHEET, HOME, 1.0)
    pairs = [frozenset(name) for name in card.DISTANCES]
    assert len(set(pairs)) == len(pairs)
    assert all(pair <= marks.keys() and len(pair) == 2 for pair in pairs)


@pytest.mark.parametrize("ratio", [0.75, 0.8, 1.0, 1.25, 2.0])
def test_the_card_is_as_large_as_sheet_and_limits_allow_whatever_the_pulleys_are(ratio: float) -> None:
    bounds = card.card(card.card_marks(SHEET, HOME, ratio)).bounds
    assert bounds
    assert SHEET.holds(bounds)
    across = bounds.width * ratio / SHEET.width  # what the ink takes of the sheet
    assert across < 1.0
    assert across > 0.7


def test_a_ruler_beside_a_home_that_is_not_in_the_middle_is_shorter_and_stays_on_the_sheet() -> None:
    marks = card.ruler_marks(SHEET, (330.0, 0.0))
    assert math.dist(marks["M"], marks["N"]) == 100.0
    bounds = card.ruler(marks).bounds
    assert bounds
    assert SHEET.holds(bounds)
