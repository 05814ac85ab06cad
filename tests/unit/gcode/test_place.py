"""Places: how far a run has come, and what lies between two of them."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.gcode.motion import Kind, Motion
from dcode.gcode.place import (
    Place,
    back,
    before,
    beginning,
    end,
    further,
    ink_mm,
    lies_on,
    pen_is_down,
    pen_number,
    strokes_between,
)

Row = tuple[Kind, float, float]

T, D, UP, DOWN = Kind.TRAVEL, Kind.DRAW, Kind.PEN_UP, Kind.PEN_DOWN


def motion_of(*rows: Row, start: tuple[float, float] = (0.0, 0.0)) -> Motion:
    motion = Motion(start)
    for line, (kind, x, y) in enumerate(rows, start=1):
        motion.append(kind, x, y, 3.0 if kind is Kind.PEN_CHANGE else 0.0, line)
    return motion


@pytest.fixture
def two_strokes() -> Motion:
    """A stroke of 10 + 10 mm in an L, a travel of 10 mm, a stroke of 5 mm; 25 mm of ink."""
    return motion_of(
        (T, 10, 0),
        (DOWN, 10, 0),
        (D, 20, 0),  # row 2
        (D, 20, 10),
        (UP, 20, 10),
        (T, 30, 10),  # row 5
        (DOWN, 30, 10),
        (D, 30, 15),
        (UP, 30, 15),
    )


@st.composite
def drawings(draw: st.DrawFn) -> Motion:
    """Any rows: the pen goes as the interpreter lets it, HOME lifts it, and many rows do not move."""
    motion = Motion((draw(st.integers(-9, 9)), draw(st.integers(-9, 9))))
    x, y = motion.start
    down = False
    for _ in range(draw(st.integers(0, 25))):
        kind = draw(st.sampled_from([*[Kind.DRAW] * 4, *Kind]))
        if kind in (Kind.TRAVEL, Kind.DRAW):
            kind = Kind.DRAW if down else Kind.TRAVEL
            x, y = x + draw(st.sampled_from([0, 0.25, -1, 3])), y + draw(st.sampled_from([0, 0, -1, 4]))
        elif kind is Kind.HOME:
            x, y, down = 0.0, 0.0, False
        elif kind in (Kind.PEN_UP, Kind.PEN_DOWN):
            down = kind is Kind.PEN_DOWN
        motion.append(kind, x, y, 0.0, 1)
    return motion


@st.composite
def drawings_with_places(draw: st.DrawFn, count: int) -> tuple[Motion, list[Place]]:
    """A drawing and places on it, in the order of a run."""
    motion = draw(drawings())
    spots = draw(st.lists(st.tuples(st.integers(0, len(motion)), st.floats(0, 1)), min_size=count, max_size=count))
    return motion, [inside(motion, row, part) for row, part in sorted(spots)]


def inside(motion: Motion, row: int, part: float) -> Place:
    (ax, ay), (bx, by) = motion.position_before(row), motion.position_before(min(row + 1, len(motion)))
    return Place(row, ax + part * (bx - ax), ay + part * (by - ay))


def length(stroke: list[tuple[float, float]]) -> float:
    return sum(math.dist(a, b) for a, b in pairwise(stroke))


def test_the_beginning_and_the_end(two_strokes):
    assert beginning(motion_of(start=(3.0, 4.0))) == end(motion_of(start=(3.0, 4.0))) == Place(0, 3.0, 4.0)
    assert end(two_strokes) == Place(9, 30.0, 15.0)


def test_places_are_ordered_by_row_then_along_the_row_whatever_its_direction():
    motion = motion_of((T, 10, 0), (T, 0, 0))
    assert before(motion, Place(1, 9, 0), Place(1, 2, 0))  # leftwards: the tuples would say otherwise
    assert not before(motion, Place(1, 2, 0), Place(1, 9, 0))
    assert not before(motion, Place(1, 2, 0), Place(1, 2, 0))
    assert before(motion, Place(0, 9, 0), Place(1, 10, 0))
    assert further(motion, Place(1, 9, 0), Place(1, 2, 0)) == Place(1, 2, 0)
    assert further(motion, Place(1, 2, 0), Place(0, 9, 0)) == Place(1, 2, 0)


def test_only_rows_that_draw_have_ink(two_strokes):
    assert ink_mm(two_strokes, beginning(two_strokes), end(two_strokes)) == 25.0
    assert ink_mm(two_strokes, Place(2, 14, 0), Place(3, 20, 1)) == pytest.approx(7.0)
    assert ink_mm(two_strokes, Place(2, 14, 0), Place(2, 15, 0)) == pytest.approx(1.0)
    assert ink_mm(two_strokes, Place(4, 20, 10), Place(5, 25, 10)) == 0.0
    assert ink_mm(two_strokes, Place(3, 20, 1), Place(2, 14, 0)) == 0.0


@pytest.mark.parametrize(
    ("place", "mm", "expected"),
    [
        (Place(9, 30, 15), 2.0, Place(7, 30, 13)),
        (Place(9, 30, 15), 5.0, Place(7, 30, 10)),  # exactly the start of the stroke
        (Place(9, 30, 15), 6.0, Place(3, 20, 9)),  # over the travel, which takes no ink
        (Place(5, 25, 10), 6.0, Place(3, 20, 4)),
        (Place(3, 20, 4), 6.0, Place(2, 18, 0)),
        (Place(2, 18, 0), 8.0, Place(2, 10, 0)),
        (Place(2, 18, 0), 8.1, Place(0, 0, 0)),
        (Place(2, 18, 0), 0.0, Place(2, 18, 0)),
        (Place(2, 18, 0), -3.0, Place(2, 18, 0)),
        (Place(2, 18, 0), math.nan, Place(2, 18, 0)),
        (Place(9, 30, 15), math.inf, Place(0, 0, 0)),
    ],
)
def test_back_goes_by_ink(two_strokes, place, mm, expected):
    assert back(two_strokes, place, mm) == pytest.approx(expected)


def test_strokes_are_cut_where_the_places_are(two_strokes):
    assert strokes_between(two_strokes, beginning(two_strokes), end(two_strokes)) == [
        [(10, 0), (20, 0), (20, 10)],
        [(30, 10), (30, 15)],
    ]
    assert strokes_between(two_strokes, Place(2, 14, 0), Place(3, 20, 1)) == [[(14, 0), (20, 0), (20, 1)]]
    assert strokes_between(two_strokes, Place(3, 20, 1), Place(5, 25, 10)) == [[(20, 1), (20, 10)]]
    assert strokes_between(two_strokes, Place(3, 20, 1), Place(2, 14, 0)) == []


def test_a_pen_down_without_a_move_is_a_dot():
    motion = motion_of((T, 1, 0), (DOWN, 1, 0), (D, 1, 0), (UP, 1, 0))
    assert strokes_between(motion, beginning(motion), end(motion)) == [[(1, 0)]]
    assert strokes_between(motion, Place(2, 1, 0), end(motion)) == []  # it is on the paper already


def test_a_pause_in_a_stroke_does_not_cut_it_but_homing_does():
    motion = motion_of(
        (DOWN, 0, 0), (D, 1, 0), (Kind.PAUSE, 1, 0), (Kind.DWELL, 1, 0), (D, 2, 0), (Kind.HOME, 0, 5), (DOWN, 0, 5)
    )
    assert strokes_between(motion, beginning(motion), end(motion)) == [[(0, 0), (1, 0), (2, 0)], [(0, 5)]]


@pytest.mark.parametrize(
    ("row", "down"), [(0, False), (1, False), (2, True), (3, True), (4, True), (5, False), (7, True), (9, False)]
)
def test_the_pen_at_a_place_is_as_the_rows_before_leave_it(two_strokes, row, down):
    assert pen_is_down(two_strokes, Place(row, *two_strokes.position_before(row))) is down


def test_homing_lifts_the_pen():
    motion = motion_of((DOWN, 0, 0), (Kind.HOME, 0, 0))
    assert pen_is_down(motion, Place(1, 0, 0))
    assert not pen_is_down(motion, end(motion))


def test_the_pen_number_is_the_one_that_was_asked_for_last():
    motion = motion_of((T, 1, 1), (Kind.PEN_CHANGE, 1, 1))
    assert pen_number(motion, Place(1, 1, 1)) is None
    assert pen_number(motion, end(motion)) == 3


@pytest.mark.parametrize(
    ("place", "lies"),
    [
        (Place(2, 14, 0), True),
        (Place(2, 14, 0.009), True),
        (Place(2, 14, 0.011), False),
        (Place(2, 20.02, 0), False),  # past the end of the row
        (Place(3, 14, 0), False),  # the next row is another way
        (Place(4, 20, 10), True),
        (Place(9, 30, 15), True),
        (Place(9, 30, 14), False),
        (Place(10, 30, 15), False),
        (Place(-1, 0, 0), False),
        (Place(2, math.nan, 0), False),
        (Place(2, 14, math.inf), False),
        (Place(2, 1e308, -1e308), False),
    ],
)
def test_a_place_lies_on_the_way_of_its_row(two_strokes, place, lies):
    assert lies_on(two_strokes, place) is lies


def test_a_reported_place_may_lie_further_off(two_strokes):
    assert lies_on(two_strokes, Place(2, 14, 0.4), within=0.5)


def test_a_saved_motion_is_asked_like_one_that_was_just_read(two_strokes, tmp_path):
    two_strokes.append(Kind.PEN_CHANGE, 30, 15, 3.0, 10)
    two_strokes.save(tmp_path / "m")
    saved = Motion.load(tmp_path / "m")
    places = [inside(saved, row, 0.5) for row in range(len(saved) + 1)]
    for ask in (pen_is_down, pen_number, lies_on, lambda motion, place: back(motion, place, 7.0)):
        assert [ask(saved, place) for place in places] == [ask(two_strokes, place) for place in places]
    for ask in (ink_mm, strokes_between):
        assert ask(saved, places[2], places[-1]) == ask(two_strokes, places[2], places[-1])


@given(drawings_with_places(2))
def test_strokes_hold_the_ink_that_is_counted(case):
    motion, (a, b) = case
    assert sum(map(length, strokes_between(motion, a, b))) == pytest.approx(ink_mm(motion, a, b), abs=1e-9)


@given(drawings_with_places(3))
def test_ink_adds_up_over_a_place_between_and_every_dot_is_there_once(case):
    motion, places = case
    a, b, c = places
    assert ink_mm(motion, a, b) + ink_mm(motion, b, c) == pytest.approx(ink_mm(motion, a, c), abs=1e-9)
    dots = [sum(len(stroke) == 1 for stroke in strokes_between(motion, *pair)) for pair in ((a, b), (b, c), (a, c))]
    assert dots[2] <= dots[0] + dots[1] <= dots[2] + 1  # one more: the pen was put down just before b


@given(drawings_with_places(1), st.floats(0, 30))
def test_back_takes_as_much_ink_as_there_is(case, mm):
    motion, (place,) = case
    earlier = back(motion, place, mm)
    assert lies_on(motion, earlier)
    there_is = ink_mm(motion, beginning(motion), place)
    assert ink_mm(motion, earlier, place) == pytest.approx(min(mm, there_is), abs=1e-6)


@given(drawings_with_places(2))
def test_the_order_is_total(case):
    motion, (a, b) = case
    assert not (before(motion, a, b) and before(motion, b, a))
    assert further(motion, a, b) in (a, b)
    assert not before(motion, further(motion, a, b), a) and not before(motion, further(motion, a, b), b)


@given(st.tuples(st.integers(), st.floats(), st.floats()))
def test_any_values_may_be_asked_about(values):
    motion = motion_of((T, 10, 0), (D, 10, 20))
    place = Place(*values)
    if lies_on(motion, place):
        assert 0 <= place.row <= 2 and math.isfinite(place.x + place.y)
