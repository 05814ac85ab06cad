"""The pen of programs that were written for machines with other heights."""

from __future__ import annotations

import time

import pytest

from dcode.gcode.heights import suited
from dcode.gcode.reading import Reading

LIFTED = ["PEN_DOWN", "DRAW", "PEN_UP", "TRAVEL"]


@pytest.mark.parametrize(
    ("up", "down"),
    [("0.5", "0"), ("1.0000", "-1.0000"), ("2", "-0.125"), ("12", "10"), ("-1", "-3")],
)
@pytest.mark.parametrize("own", [(5.0, 0.0), (90.0, 40.0)])
def test_the_highest_z_lifts_the_pen_and_the_lowest_lowers_it(rows, up: str, down: str, own: tuple[float, float]):
    text = f"G21\nG90\nG0 Z{up}\nG1 Z{down} F100.0(Penetrate)\nG1 X5\nG00 Z{up}\nN9 G0 X6\n"
    assert [row[0] for row in rows(text, z_up=own[0], z_down=own[1])] == LIFTED


def test_one_is_told_of_it(remarks):
    assert "up at 0.5 mm, down at 0 mm" in remarks("G1 Z0\nG1 X5\nG1 Z0.5\nG1 X6\n")[0][2]
    assert "up at 12.7 mm, down at 0 mm" in remarks("G20\nG1 Z0 F9\nG1 Z.5", z_up=90.0, z_down=40.0)[0][2]
    assert remarks("G1 Z0 F100\nG1 X5\nG1 Z5\n") == []


def test_heights_of_this_machine_stay(rows):
    assert [row[0] for row in rows("G1 Z40\nG1 X5\nG1 Z90\nG1 X6\nG1 Z60", z_up=90.0, z_down=40.0)] == [
        *LIFTED,
        "PEN_DOWN",
    ]
    assert [row[0] for row in rows("G1 Z20\nG1 X5\nG1 Z70\nG1 X6", z_up=20.0, z_down=70.0)] == [
        "TRAVEL",
        "PEN_DOWN",
        "DRAW",
    ]


def test_heights_are_not_in_comments_nor_in_other_codes(remarks):
    for text in ("G1 Z1 ; not Z9\nG1 X5\n", "(Z5 to Z1)\nG1 Z1\n", "G28 Z0\nG1 Z1\n", "G91\nG1 Z1\nG1 Z-1\n"):
        assert not any("heights of its own" in remark[2] for remark in remarks(text))


def test_a_header_that_turns_a_spindle_on_draws_no_dot(rows):
    text = "M3\nG0 Z5\nG0 X1\nG1 Z-1\nG1 X5\nG0 Z5\nG0 X6\nM5\n"
    assert [row[0] for row in rows(text)] == ["TRAVEL", *LIFTED]
    both = "G0 Z5\nM3 S90\nG1 X1\nM5\nG0 X2\nG1 Z0\nM3 S90\nG1 X3\nM5\n"  # of its pens by M3 none is left out
    assert [row[0] for row in rows(both)].count("PEN_DOWN") == 2


def test_a_line_without_end_is_not_looked_through_again_and_again():
    begin = time.process_time()
    for text in (
        b"Z1 " * 1_000_000,
        b"G92" * 1_000_000 + b"Z1\nZ2",
        b"G" + 1_000_000 * b"0" + b"Z1",
        b"X1" * 1_000_000 + b"Z1",
    ):
        suited(text, Reading())
    assert time.process_time() - begin < 10
