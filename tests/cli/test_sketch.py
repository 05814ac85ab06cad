from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dcode.cli.sketch import sketch

coordinates = st.floats(-600, 600)
strokes = st.lists(st.lists(st.tuples(coordinates, coordinates), max_size=9), max_size=5)


def test_a_line_goes_from_a_to_b():
    assert sketch([[(0, 0), (35, 0)]], 18, 4) == (["A" + "⠉" * 16 + "B"], 1.0)
    assert sketch([[(0, 0), (0, -15)]], 9, 4) == (["A", "⡇", "⡇", "B"], 1.0)


def test_y_is_up_and_what_is_not_drawn_is_blank():
    lines, dot = sketch([[(0, 0), (3, 0)], [(3, 7), (0, 7)]], 9, 2)
    assert (lines, dot) == (["B⠉", "A⣀"], 1.0)


def test_a_dot_is_a_dot_and_nothing_is_nothing():
    assert sketch([[(5, 5)]], 9, 2) == (["A"], 1.0)
    assert sketch([], 9, 2) == sketch([[]], 9, 2) == ([], 0.0)


@given(strokes=strokes, columns=st.integers(1, 40), rows=st.integers(1, 12))
def test_a_picture_keeps_within_its_room(strokes, columns: int, rows: int):
    lines, _ = sketch(strokes, columns, rows)
    assert len(lines) <= rows
    assert {len(line) for line in lines} <= set(range(1, columns + 1))
    assert "".join(lines).count("A") == any(strokes)
