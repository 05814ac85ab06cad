from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.geometry.braille import NEVER, Raster, characters, dotted, filled, touched
from dcode.geometry.lines import Lines

WIDTH, HEIGHT = 20, 16

inside = st.tuples(st.floats(0, WIDTH - 1), st.floats(0, HEIGHT - 1))
anywhere = st.tuples(st.floats(-60, 60), st.floats(-60, 60))
Point = tuple[float, float]


def columns(segments: list[tuple[Point, Point]]) -> tuple[np.ndarray, ...]:
    found = np.array([[*begin, *end] for begin, end in segments], np.float64).reshape(-1, 4)
    return tuple(found.T)


def dots(segments: list[tuple[Point, Point]], **how: int) -> list[tuple[int, int]]:
    index, _ = touched(*columns(segments), WIDTH, HEIGHT, **how)
    return [(int(one) % WIDTH, int(one) // WIDTH) for one in index]


def along(begin: Point, end: Point) -> list[tuple[int, int]]:
    """A segment's dots, one by one."""
    steps = ceil(max(abs(end[0] - begin[0]), abs(end[1] - begin[1]))) or 1
    found = [
        tuple(int(np.rint(a + (b - a) / steps * number)) for a, b in zip(begin, end, strict=True))
        for number in range(1, steps + 1)
    ]
    return [dot for number, dot in enumerate(found) if number == 0 or dot != found[number - 1]]


@given(begin=inside, end=inside)
def test_a_segment_touches_what_lies_on_its_way_and_its_end(begin: Point, end: Point) -> None:
    assert dots([(begin, end)]) == along(begin, end)


@given(segments=st.lists(st.tuples(anywhere, anywhere), max_size=12))
def test_all_at_once_is_one_after_the_other(segments: list[tuple[Point, Point]]) -> None:
    one_by_one: list[tuple[int, int]] = []
    for segment in segments:
        for dot in dots([segment]):
            one_by_one += [dot] if one_by_one[-1:] != [dot] else []
    assert dots(segments) == one_by_one


@given(segments=st.lists(st.tuples(anywhere, anywhere), max_size=12))
def test_each_dot_is_of_a_segment_that_passes_it(segments: list[tuple[Point, Point]]) -> None:
    index, owner = touched(*columns(segments), WIDTH, HEIGHT)
    for one, which in zip(index.tolist(), owner.tolist(), strict=True):
        (x0, y0), (x1, y1) = segments[which]
        x, y = one % WIDTH, one // WIDTH
        assert min(x0, x1) - 1.01 <= x <= max(x0, x1) + 1.01
        assert min(y0, y1) - 1.01 <= y <= max(y0, y1) + 1.01


def test_a_line_through_the_field_is_cut_at_its_edges() -> None:
    assert dots([((-1000, 3), (1000, 3))]) == [(x, 3) for x in range(WIDTH)]
    assert dots([((5, 900), (5, -900))]) == [(5, y) for y in reversed(range(HEIGHT))]
    assert dots([((-5, -5), (-1, 40)), ((30, 0), (0, 90))]) == []


def test_a_segment_without_length_is_a_dot_and_a_dotted_line_leaves_dots_out() -> None:
    assert dots([((4, 5), (4, 5))]) == [(4, 5)]
    assert dots([((0, 2), (12, 2))], every=4) == [(4, 2), (8, 2), (12, 2)]


def test_a_raster_knows_the_first_row_and_how_often_a_dot_is_touched() -> None:
    raster = Raster(10, 4)
    raster.add(*columns([((0, 1), (0, 1)), ((0, 1), (9, 1)), ((3, 0), (3, 9))]), np.array([7, 8, 9], np.int32))
    assert raster.first[1, :11].tolist() == [7, 8, 8, 8, 8, 8, 8, 8, 8, 8, NEVER]
    assert raster.first[:3, 3].tolist() == [NEVER, 8, 9]
    assert raster.count[1, 3] == 2
    raster.add(*columns([((0, 1), (2, 1))]), np.array([3], np.int32))
    assert raster.first[1, :4].tolist() == [7, 3, 3, 8]


@given(segments=st.lists(st.tuples(anywhere, anywhere), min_size=1, max_size=12), cut=st.integers(0, 12))
def test_what_is_added_in_pieces_is_what_is_added_at_once(segments: list[tuple[Point, Point]], cut: int) -> None:
    rows = np.arange(len(segments), dtype=np.int32)
    whole, pieces = Raster(10, 4), Raster(10, 4)
    found = columns(segments)
    whole.add(*found, rows)
    for part in (slice(0, cut), slice(cut, None)):
        pieces.add(*(one[part] for one in found), rows[part])
    assert (whole.first == pieces.first).all()


def test_characters_are_unicodes_braille() -> None:
    lit = np.zeros((8, 4), np.bool_)
    lit[[0, 3, 4], [0, 1, 3]] = True
    assert ["".join(map(chr, line)) for line in characters(lit)] == ["⢁⠀", "⠀⠈"]


def test_polylines_are_dotted_with_their_beginnings() -> None:
    lit = dotted(Lines.of([[(0, 0), (2, 0)], [(1, 3)]]), 2, 1)
    assert np.argwhere(lit).tolist() == [[0, 0], [0, 1], [0, 2], [3, 1]]


def test_an_outline_is_filled_and_one_in_it_is_a_hole() -> None:
    square = [(2.5, 1.5), (12.5, 1.5), (12.5, 11.5), (2.5, 11.5)]
    hole = [(5.5, 4.5), (8.5, 4.5), (8.5, 8.5), (5.5, 8.5)]
    full = filled(Lines.of([square]), WIDTH, HEIGHT)
    assert full.sum() == 100
    assert full[2:12, 3:13].all()
    assert filled(Lines.of([square, hole]), WIDTH, HEIGHT).sum() == 100 - 12
    assert not filled(Lines.of(()), WIDTH, HEIGHT).any()


@pytest.mark.parametrize("shift", [(-100, 0), (100, 0), (0, -100), (0, 100)])
def test_an_outline_beside_the_field_fills_nothing_of_it(shift: tuple[int, int]) -> None:
    square = np.array([(2.0, 1.0), (12.0, 1.0), (12.0, 11.0), (2.0, 11.0)]) + shift
    assert not filled(Lines.of([square]), WIDTH, HEIGHT).any()


def test_an_outline_around_the_field_fills_all_of_it() -> None:
    around = [(-5.0, -5.0), (100.0, -5.0), (100.0, 100.0), (-5.0, 100.0)]
    assert filled(Lines.of([around]), WIDTH, HEIGHT).all()
