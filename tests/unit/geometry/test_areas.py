from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.errors import DrawingError
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.hatch import Hatch, Pattern, hatch
from dcode.geometry.lines import Lines
from dcode.geometry.mask import clip_to, cut_out
from dcode.geometry.occlusion import hide_behind_closed
from dcode.geometry.polygons import FillRule, area_of

STAR = np.array([(50, 5), (71, 69), (17, 29), (83, 29), (29, 69)], dtype=float)
SQUARE = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)]
points = st.tuples(st.integers(0, 12), st.integers(0, 12))


def test_the_rules_differ_where_a_star_crosses_itself():
    odd, nonzero = area_of([STAR], FillRule.EVENODD), area_of([STAR], FillRule.NONZERO)
    middle = shapely.Point(50, 42)
    assert nonzero.contains(middle)
    assert not odd.contains(middle)
    assert odd.area < nonzero.area


def test_fewer_than_three_points_enclose_nothing():
    assert area_of([np.array([(0.0, 0.0), (1.0, 1.0)])], FillRule.NONZERO).is_empty
    assert area_of([np.array([(0.0, 0.0), (1.0, 1.0), (0.0, 0.0), (1.0, 1.0)])], FillRule.NONZERO).is_empty


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.lists(points, min_size=3, max_size=7), min_size=1, max_size=3),
    st.sampled_from(FillRule),
    st.floats(0, 180),
)
def test_hatching_covers_the_area_and_stays_in_it(drawn: list[list[tuple[int, int]]], rule: FillRule, angle: float):
    rings = Lines.of(drawn)
    area = area_of(rings, rule)
    filled = hatch(rings, rule, Hatch(spacing=0.05, angle=angle))
    assert filled.lengths.sum() * 0.05 == pytest.approx(area.area, abs=0.05 * sum(rings.lengths) + 0.1)
    assert cut_out(filled, area.buffer(1e-6)).lengths.sum() < 1e-6


def test_hatch_lines_run_to_and_fro_on_one_grid():
    filled = hatch(Lines.of([SQUARE]), FillRule.NONZERO, Hatch(spacing=5, angle=0))
    assert [line.tolist() for line in filled] == [[[0, 2.5], [10, 2.5]], [[10, 7.5], [0, 7.5]]]


def test_crossed_lines_are_lines_both_ways():
    one = hatch(Lines.of([SQUARE]), FillRule.NONZERO, Hatch(spacing=1, angle=0))
    both = hatch(Lines.of([SQUARE]), FillRule.NONZERO, Hatch(spacing=1, angle=0, pattern=Pattern.CROSS))
    assert len(both) == 2 * len(one) == 20


def test_contours_lie_one_inside_the_other():
    rings = hatch(Lines.of([SQUARE]), FillRule.NONZERO, Hatch(spacing=2, pattern=Pattern.CONTOUR))
    assert rings.lengths.tolist() == pytest.approx([32, 16])
    assert rings.closed.all()


def test_an_inset_keeps_away_from_the_edge():
    filled = hatch(Lines.of([SQUARE]), FillRule.NONZERO, Hatch(spacing=1, angle=0, inset=0.5))
    bounds = filled.bounds
    assert bounds is not None
    assert bounds.left == pytest.approx(0.5)


@pytest.mark.parametrize("spacing", [0.0, -1.0, float("nan")])
def test_a_spacing_that_fills_nothing_is_refused(spacing: float):
    with pytest.raises(DrawingError, match="spacing"):
        hatch(Lines.of([SQUARE]), FillRule.NONZERO, Hatch(spacing))


def test_a_spacing_beyond_reason_is_refused():
    with pytest.raises(DrawingError, match="wider"):
        hatch(Lines.of([SQUARE]), FillRule.NONZERO, Hatch(1e-9))


def test_clips_to_an_area_and_cuts_one_out():
    area = shapely.box(2, 2, 8, 8)
    lines = Lines.of([[(0, 5), (10, 5)], [(3, 3)], [(0, 0), (1, 1)], [(4, 4), (5, 5)]])
    assert [line.tolist() for line in clip_to(lines, area)] == [[[2, 5], [8, 5]], [[3, 3]], [[4, 4], [5, 5]]]
    assert [line.tolist() for line in cut_out(lines, area)] == [[[0, 5], [2, 5]], [[8, 5], [10, 5]], [[0, 0], [1, 1]]]
    assert len(clip_to(lines, shapely.Polygon())) == 0


def test_a_ring_is_not_cut_where_it_happens_to_begin():
    left = clip_to(Lines.of([SQUARE]), shapely.box(-1, -1, 11, 5))
    assert [line.tolist() for line in left] == [[[0, 5], [0, 0], [10, 0], [10, 5]]]


def test_closed_strokes_hide_what_was_drawn_before_in_any_layer():
    below, above = Layer(Lines.of([[(-5, 5), (15, 5)]])), Layer(Lines.of([SQUARE, [(-5, 6), (15, 6)]]))
    hidden = hide_behind_closed(Drawing((below, above)))
    assert [line.tolist() for line in hidden.layers[0].lines] == [[[-5, 5], [0, 5]], [[10, 5], [15, 5]]]
    assert hidden.layers[1].lines.lengths.tolist() == [40, 20]
