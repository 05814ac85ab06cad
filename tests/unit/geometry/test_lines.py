from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dcode.geometry.bounds import Bounds
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.lines import Lines, ranges
from dcode.geometry.passes import multipass
from dcode.geometry.placing import centre, fit
from dcode.geometry.short import drop_short
from dcode.geometry.transform import Transform

SQUARE = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]
LINES = Lines.of([SQUARE, [(1.0, 1.0)], [(0.0, 0.0), (3.0, 4.0)]])

small = st.floats(-100, 100)
transforms = st.builds(Transform, small, small, small, small, small, small)


def as_lists(lines: Lines) -> list[list[list[float]]]:
    return [line.tolist() for line in lines]


def test_knows_its_sizes():
    assert LINES.counts.tolist() == [5, 1, 2]
    assert LINES.lengths.tolist() == [16.0, 0.0, 5.0]
    assert LINES.closed.tolist() == [True, False, False]
    assert LINES.bounds == Bounds(0.0, 4.0, 4.0, 0.0)


def test_nothing_has_no_bounds():
    nothing = Lines.of([])
    assert nothing.bounds is None
    assert nothing.lengths.tolist() == []
    assert len(Lines.joined([nothing, nothing])) == 0


def test_keeps_by_mask_or_index_in_that_order():
    assert as_lists(LINES.kept(np.array([2, 1]))) == [[[0, 0], [3, 4]], [[1, 1]]]
    assert LINES.kept(LINES.closed).counts.tolist() == [5]


def test_joined_is_one_after_the_other():
    assert as_lists(Lines.joined([LINES, Lines.of([]), LINES])) == 2 * as_lists(LINES)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), max_size=20))
def test_ranges_are_the_indices_of_many_slices(slices: list[tuple[int, int]]):
    begins, counts = (np.array([pair[side] for pair in slices], dtype=np.int64) for side in (0, 1))
    assert ranges(begins, counts).tolist() == [begin + step for begin, count in slices for step in range(count)]


@given(transforms, transforms, small, small)
def test_one_transform_after_another_is_one_transform(first: Transform, then: Transform, x: float, y: float):
    both = then.after(first).apply(x, y)
    assert np.allclose(both, then.apply(*first.apply(x, y)), rtol=1e-9, atol=1e-6)
    assert np.isclose(then.after(first).determinant, then.determinant * first.determinant, rtol=1e-6, atol=1e-3)


@given(transforms, st.lists(st.tuples(small, small), min_size=1, max_size=5))
def test_points_and_lines_go_where_apply_says(transform: Transform, points: list[tuple[float, float]]):
    moved = transform.lines(Lines.of([points]))[0]
    assert np.allclose(moved, [transform.apply(x, y) for x, y in points], rtol=1e-9, atol=1e-6)


def test_turns_counter_clockwise_about_a_point():
    assert np.allclose(Transform.turn(90).apply(1, 0), (0, 1))
    assert np.allclose(Transform.turn(90, (1, 1)).apply(2, 1), (1, 2))


def test_fits_and_centres_what_is_drawn():
    drawing = Drawing((Layer(LINES, "roof", 2, "#ff0000", 0.7),), (100.0, 100.0))
    fitted = fit(drawing, Bounds(-50, 50, 20, -20), margin=10)
    assert fitted.bounds == Bounds(-10, 10, 10, -10)
    assert fitted.page is None
    assert (fitted.layers[0].name, fitted.layers[0].pen, fitted.layers[0].width_mm) == ("roof", 2, 0.7)
    assert centre(drawing, Bounds(-50, 50, 20, -20)).bounds == Bounds(-2, 2, 2, -2)
    assert fit(Drawing(), Bounds(-50, 50, 20, -20)).bounds is None


def test_layers_that_end_up_empty_are_left_out():
    drawing = Drawing((Layer(LINES), Layer(Lines.of([[(0, 0), (1, 0)]]))))
    assert drawing.strokes == 4
    assert drawing.mapped(lambda lines: drop_short(lines, 2.0, dots=False)).strokes == 2


def test_drops_short_strokes_but_not_dots():
    assert drop_short(LINES, 6.0).counts.tolist() == [5, 1]
    assert drop_short(LINES, 6.0, dots=False).counts.tolist() == [5]


def test_passes_go_there_and_back_or_round_and_round():
    again = multipass(LINES, 3)
    assert again.lengths.tolist() == [48.0, 0.0, 15.0]
    assert again[2].tolist() == [[0, 0], [3, 4], [0, 0], [3, 4]]
    assert again.closed.tolist()[0]
    assert multipass(LINES, 1) is LINES
