from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.errors import LimitError
from dcode.geometry.similarity import MAX_ROTATION, MAX_SCALE_OFF, MIN_APART_MM, Point, Similarity

coordinates = st.floats(-600, 600)
points = st.tuples(coordinates, coordinates)
sheets = st.builds(
    lambda degrees, scale, dx, dy: Similarity(scale * complex(*_unit(degrees)), complex(dx, dy)),
    st.floats(-0.99 * MAX_ROTATION, 0.99 * MAX_ROTATION),
    st.floats(1 - 0.99 * MAX_SCALE_OFF, 1 + 0.99 * MAX_SCALE_OFF),
    coordinates,
    coordinates,
)


def _unit(degrees: float) -> Point:
    return math.cos(math.radians(degrees)), math.sin(math.radians(degrees))


def are_apart(marks: list[Point]) -> bool:
    return max(math.dist(one, other) for one in marks for other in marks) >= MIN_APART_MM


def marks(least: int) -> st.SearchStrategy[list[Point]]:
    return st.lists(points, min_size=least, max_size=6).filter(are_apart)


def near(point: Point) -> object:
    return pytest.approx(point, abs=1e-6)


@given(mark=points, found=points, other=points)
def test_one_mark_is_a_shift(mark: Point, found: Point, other: Point):
    sheet = Similarity.of([(mark, found)])
    assert (sheet.rotation_degrees, sheet.scale, sheet.residual) == (0, 1, 0)
    assert sheet.apply(other) == near((other[0] + found[0] - mark[0], other[1] + found[1] - mark[1]))


@given(sheet=sheets, known=marks(2), other=points)
def test_marks_that_were_moved_alike_tell_how(sheet: Similarity, known: list[Point], other: Point):
    found = Similarity.of([(mark, sheet.apply(mark)) for mark in known])
    assert found.apply(other) == pytest.approx(sheet.apply(other), abs=1e-4)
    assert found.rotation_degrees == pytest.approx(sheet.rotation_degrees, abs=1e-6)
    assert found.scale == pytest.approx(sheet.scale)
    assert found.residual == pytest.approx(0, abs=1e-6)


@given(sheet=sheets, known=marks(2).map(lambda some: some[:2]).filter(are_apart), error=st.floats(-0.2, 0.2))
def test_two_marks_are_met_also_where_the_eye_was_wrong(sheet: Similarity, known: list[Point], error: float):
    pairs = [(mark, sheet.apply(mark)) for mark in known]
    (x, y) = pairs[1][1]
    pairs[1] = (pairs[1][0], (x + error, y))
    try:
        found = Similarity.of(pairs)
    except LimitError:  # a sheet just within the limits, and an error that brings it out
        return
    for mark, true in pairs:
        assert found.apply(mark) == near(true)


@given(sheet=sheets, point=points)
def test_the_inverse_leads_back(sheet: Similarity, point: Point):
    assert sheet.inverse.apply(sheet.apply(point)) == near(point)
    assert sheet.inverse.scale == pytest.approx(1 / sheet.scale)
    assert sheet.inverse.rotation_degrees == pytest.approx(-sheet.rotation_degrees)


@given(
    known=marks(3),
    errors=st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=6, max_size=6),
    other=st.tuples(*[st.floats(-1e-3, 1e-3)] * 4),
)
def test_no_other_similarity_is_nearer_to_many_marks(known, errors, other):
    pairs = [((x, y), (x + dx, y + dy)) for (x, y), (dx, dy) in zip(known, errors, strict=False)]
    try:
        best = Similarity.of(pairs)
    except LimitError:
        return
    worse = Similarity(best.factor + complex(*other[:2]), best.shift + complex(*other[2:]))

    def apart(sheet: Similarity) -> float:
        return math.sqrt(sum(math.dist(sheet.apply(mark), true) ** 2 for mark, true in pairs) / len(pairs))

    assert best.residual == pytest.approx(apart(best), abs=1e-6)
    assert apart(best) <= apart(worse) + 1e-9


def test_a_quarter_of_a_degree_on_a_sheet_of_a_metre():
    found = Similarity.of([((0, 0), (3, -1)), ((1000, 0), (1003, 1000 * math.sin(math.radians(0.25)) - 1))])
    assert found.rotation_degrees == pytest.approx(0.25, abs=1e-4)
    assert found.scale == pytest.approx(1, abs=1e-4)


def test_the_residual_is_the_error_that_no_similarity_explains():
    square = [(0, 0), (100, 0), (100, 100), (0, 100)]
    pulled = [(1, 1), (99, -1), (101, 101), (-1, 99)]  # a shear: opposite corners out, the others in
    assert Similarity.of(list(zip(square, pulled, strict=True))).residual == pytest.approx(math.sqrt(2))


@pytest.mark.parametrize(
    ("pairs", "axis"),
    [
        ([((0, 0), (0, 0)), ((19.9, 0), (19.9, 0))], "distance"),
        ([((5, 5), (0, 0)), ((5, 5), (100, 0))], "distance"),
        ([((0, 0), (0, 0)), ((10, 0), (10, 0)), ((0, 10), (0, 10))], "distance"),
        ([((0, 0), (0, 0)), ((math.nan, 0), (1, 0))], "distance"),
        ([((0, 0), (0, 0)), ((100, 0), (100, 9))], "rotation"),
        ([((0, 0), (0, 0)), ((100, 0), (-100, 0))], "rotation"),
        ([((0, 0), (0, 0)), ((100, 0), (104, 0))], "scale"),
        ([((0, 0), (0, 0)), ((100, 0), (96, 0))], "scale"),
        ([((0, 0), (7, 7)), ((100, 0), (7, 7))], "scale"),
        ([((0, 0), (0, 0)), ((100, 0), (math.nan, 0))], "rotation"),
    ],
)
def test_marks_that_no_sheet_explains_are_refused(pairs: list[tuple[Point, Point]], axis: str):
    with pytest.raises(LimitError) as refusal:
        Similarity.of(pairs)
    assert refusal.value.axis == axis


def test_without_a_mark_there_is_nothing_to_go_by():
    with pytest.raises(ValueError, match="no pair"):
        Similarity.of([])
