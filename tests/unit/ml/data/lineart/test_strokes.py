from __future__ import annotations

import numpy as np
import pytest

from dcode.geometry.lines import Lines
from dcode.ml.data.lineart.icons import page
from dcode.ml.data.lineart.sets import Way
from dcode.ml.data.lineart.strokes import GRID, on_grid, ordered, strokes_of

BOX = (0, 0, 24, 24)
STROKE = '<path fill="none" stroke="currentColor" stroke-width="2" d="{}"/>'


def drawn(body: str, way: Way = Way.DRAWN) -> Lines:
    lines = strokes_of(page(BOX, body), way)
    assert lines is not None
    return lines


def test_a_drawing_fills_the_grid_in_whole_numbers_with_y_up():
    lines = drawn(STROKE.format("M4 6h16v2"))
    assert np.array_equal(lines.points, np.rint(lines.points))
    assert lines.points[:, 0].min() <= 1 and lines.points[:, 0].max() >= GRID - 1
    assert lines.points[0, 1] > lines.points[-1, 1]  # down on the screen is down on paper


def test_a_curve_is_a_few_points_within_the_tolerance():
    (line,) = drawn('<circle cx="12" cy="12" r="9" fill="none" stroke="#000"/>')
    assert 12 <= len(line) <= 48 and np.array_equal(line[0], line[-1])
    radius = np.hypot(*(line - GRID / 2).T)
    assert radius == pytest.approx(127, abs=2)


def test_ink_that_is_drawn_twice_is_there_once_and_touching_ends_are_joined():
    body = STROKE.format("M4 4h16M20 4H4M20 4v9")
    assert len(drawn(body)) == 1


def test_a_dot_becomes_a_small_ring():
    lines = drawn(STROKE.format("M4 4h16M12 18h.01"))
    assert sorted(lines.counts.tolist()) == [2, 9]


def test_the_largest_stroke_is_first_and_each_next_begins_near_the_pen():
    small, large, far = [(10, 10), (20, 10)], [(0, 0), (0, 200)], [(250, 250), (30, 10)]
    found = [line.tolist() for line in ordered(Lines.of([small, far, large]))]
    assert found[0] == [[250, 250], [30, 10]] or found[0] == [[30, 10], [250, 250]]
    assert len(found) == 3


def test_a_stroke_that_was_turned_into_an_area_is_drawn_along_its_middle():
    hook = '<path d="M3 3h2v16h16v2H3z"/>'
    (line,) = drawn(hook, Way.MIDDLE)
    assert not np.array_equal(line[0], line[-1]) and 3 <= len(line) <= 6
    assert Lines.of([line]).lengths[0] == pytest.approx(2 * GRID, rel=0.06)


def test_a_ring_of_ink_becomes_one_circle_and_no_two():
    ring = '<path fill-rule="evenodd" d="M12 2a10 10 0 1 0 0 20a10 10 0 0 0 0-20zm0 2a8 8 0 1 1 0 16a8 8 0 0 1 0-16z"/>'
    assert len(drawn(ring, Way.DRAWN)) == 2
    middle = drawn(ring, Way.MIDDLE)
    assert len(middle) == 1 and middle.closed.tolist() == [True]


def test_a_solid_area_is_drawn_by_its_edge_where_either_would_do():
    solid = drawn('<path d="M3 3h18v18H3z"/>', Way.EITHER)
    assert solid.closed.tolist() == [True]
    hook = drawn('<path d="M3 3h1v17h17v1H3z"/>', Way.EITHER)
    assert hook.closed.tolist() == [False]


def test_what_lies_behind_a_later_area_is_left_out():
    body = '<path fill="#f00" d="M2 2h20v20H2z"/><path fill="#0f0" d="M0 0h24v12H0z"/>'
    everything, front = drawn(body, Way.DRAWN), drawn(body, Way.IN_FRONT)
    assert front.lengths.sum() < everything.lengths.sum() - 100


@pytest.mark.parametrize("body", ["", "<path d='broken", '<path d="M3 3" />'])
def test_what_draws_nothing_is_no_drawing(body):
    assert strokes_of(page(BOX, body), Way.DRAWN) is None


def test_what_is_beyond_simple_is_no_drawing():
    random = np.random.default_rng(3)
    assert on_grid(Lines.of([random.uniform(0, 255, (2, 2)) for _ in range(200)])) is None
