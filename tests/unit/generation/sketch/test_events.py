"""Drawings become programs and come back; whatever chooses within the grammar writes a valid program."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.generation.sketch.events import (
    GRID,
    STILL,
    Caps,
    Grammar,
    Kind,
    decode,
    encode,
    fitted,
    inputs,
    problem,
    sketched,
    targets,
)
from dcode.geometry.lines import Lines

HOUSE = Lines.of([[(0, 0), (0, 60), (30, 90), (60, 60), (60, 0), (0, 0)], [(20, 0), (20, 30)], [(40, 40)]])
cells = st.tuples(st.integers(0, GRID - 1), st.integers(0, GRID - 1))


def test_a_program_says_where_the_pen_goes() -> None:
    program = encode(Lines.of([[(1, 2), (3, 4)], [(9, 9), (9, 9.2)]]))
    move, draw, end = Kind.MOVE, Kind.DRAW, Kind.END
    assert program.tolist() == [[move, 1, 2], [draw, 3, 4], [move, 9, 9], [draw, 9, 9], [end, 9, 9]]


def test_a_dot_comes_back_as_one_point() -> None:
    assert [len(line) for line in decode(encode(HOUSE))] == [6, 2, 1]


@given(st.lists(st.lists(cells, min_size=1, max_size=9), min_size=1, max_size=6))
def test_a_drawing_on_the_grid_comes_back_as_it_was(strokes: list[list[tuple[int, int]]]) -> None:
    program = encode(Lines.of(strokes))
    assert not problem(program, Caps(200, 20))
    again = encode(decode(program))
    assert (again == program).all()
    bare = [[one for one, before in zip(line, [None, *line], strict=False) if one != before] for line in strokes]
    assert [line.tolist() for line in decode(program)] == [[list(point) for point in line] for line in bare]


def test_fitting_fills_the_longer_side_and_keeps_the_shape() -> None:
    bounds = fitted(HOUSE).bounds
    assert bounds is not None
    assert (bounds.bottom, bounds.top) == pytest.approx((0, GRID - 1))
    assert bounds.right - bounds.left == pytest.approx((GRID - 1) * 60 / 90)


def test_points_in_one_line_are_left_out() -> None:
    assert sketched(Lines.of([[(0, 0), (5, 0), (10, 0)]])).counts.tolist() == [2]


def test_inputs_are_the_events_before_and_targets_the_ways() -> None:
    program = encode(Lines.of([[(60, 70), (61, 68)]]))
    given_, wanted = inputs(program), targets(program)
    assert given_[0].tolist() == [Kind.START, GRID // 2, GRID // 2, STILL, STILL]
    assert given_[1].tolist() == [Kind.MOVE, 60, 70, STILL - 4, STILL + 6]
    assert wanted[:2].tolist() == [[Kind.MOVE, STILL - 4, STILL + 6], [Kind.DRAW, STILL + 1, STILL - 2]]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([(0, 1, 1), (2, 1, 1)], "event 0: DRAW after START"),
        ([(1, 1, 1), (2, 1, 1)], "event 1: END after MOVE"),
        ([(1, 1, 1), (0, 1, 2)], "it does not end"),
        ([(1, 1, 1), (0, 1, 128), (2, 1, 128)], "it leaves the grid"),
        ([(1, 1, 1), (0, 1, 2), (1, 5, 5), (0, 1, 2), (2, 1, 2)], "it is longer than the caps"),
    ],
)
def test_what_is_wrong_with_a_program_is_named(rows: list[tuple[int, int, int]], told: str) -> None:
    assert problem(np.array(rows), Caps(8, 1)) == told


@given(st.integers(0, 2**32 - 1), st.integers(3, 40), st.integers(1, 6))
def test_any_choice_within_the_grammar_is_a_valid_program(seed: int, events: int, strokes: int) -> None:
    caps, random, rows = Caps(events, strokes), np.random.default_rng(seed), 8
    grammar, written = Grammar(rows, caps), []

    def any_of(allowed: np.ndarray) -> np.ndarray:
        assert allowed.any(axis=1).all()
        return np.argmax(random.random(allowed.shape) * allowed, axis=1)

    while not grammar.ended.all():
        kinds, across = any_of(grammar.kinds()), any_of(grammar.across())
        written.append(grammar.take(kinds, across, any_of(grammar.up(kinds, across)))[:, :3])
    programs = np.stack(written, axis=1)
    for program, length in zip(programs, grammar.events.tolist(), strict=True):
        assert not problem(program[:length], caps)
        assert (encode(decode(program[:length].astype(np.int16))) == program[:length]).all()
