"""The ruler that calibrations are tested with."""

from __future__ import annotations

from statistics import mean, stdev

import pytest

from dcode.simulator.ink import InkStroke
from tests.ruler import Ruler, ruler_of

CROSS = [[(-5.0, 1.0), (0.0, 1.0), (5.0, 1.0)], [(2.0, -4.0), (2.0, 4.0)]]


def test_a_cross_is_found_where_its_strokes_cross() -> None:
    ruler = Ruler([*CROSS, [(90.0, 0.0), (110.0, 0.0)], [(100.0, 0.0), (100.0, 8.0)]])
    assert ruler.crossings({"A": (0.0, 0.0), "B": (101.0, 2.0)}) == {"A": (2.0, 1.0), "B": (100.0, 0.0)}
    assert ruler.end((109.0, 3.0)) == (110.0, 0.0)
    for find in (ruler.crossing, ruler.end):
        with pytest.raises(LookupError):
            find((50.0, 50.0))


def test_ink_is_seen_where_it_is_and_a_dry_pen_leaves_none() -> None:
    ruler = ruler_of([InkStroke(1, [(0.0, 0.0), (10.0, 0.0)]), InkStroke(1, [(0.0, 5.0), (10.0, 5.0)], dry=True)])
    assert ruler.is_drawn(5.0, 0.2) and not ruler.is_drawn(5.0, 0.4) and not ruler.is_drawn(5.0, 5.0)
    assert ruler.ink_mm == 10.0
    assert ruler_of([InkStroke(1, [(3.0, 3.0)])]).is_drawn(3.1, 3.0)


def test_people_read_a_ruler_with_an_error_and_a_seed_reads_the_same_again() -> None:
    marks = {"A": (0.0, 0.0), "B": (300.0, 400.0)}
    one, same, other = (Ruler(CROSS, 0.5, seed).distances(marks, ["AB"]) for seed in (1, 1, 2))
    assert one == same != other
    ruler = Ruler(CROSS, 0.5, 3)
    read = [ruler.distance(*marks.values()) for _ in range(2000)]
    assert mean(read) == pytest.approx(500.0, abs=0.05) and stdev(read) == pytest.approx(0.5, abs=0.05)
    assert Ruler(CROSS).distance(*marks.values()) == 500.0
