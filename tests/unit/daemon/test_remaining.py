"""The time that a job still takes."""

import pytest

from dcode.daemon.remaining import Remaining

MARKS = [(0, 0.0), (10, 100.0), (20, 400.0)]


def test_before_the_start_it_is_the_estimate() -> None:
    assert Remaining(MARKS, 400.0).seconds(0, 0.0) == 400.0


def test_between_marks_it_is_interpolated() -> None:
    assert Remaining(MARKS, 400.0).seconds(15, 250.0) == pytest.approx(150.0)


def test_a_machine_that_is_twice_as_slow_needs_twice_as_long() -> None:
    assert Remaining(MARKS, 400.0).seconds(10, 200.0) == pytest.approx(600.0)


def test_the_first_seconds_do_not_swing_it() -> None:
    assert Remaining(MARKS, 400.0).seconds(1, 100.0) < 10 * 390.0


def test_after_the_last_row_nothing_is_left() -> None:
    assert Remaining(MARKS, 400.0).seconds(25, 1000.0) == 0.0


def test_a_program_without_duration_has_none_left() -> None:
    assert Remaining([], 0.0).seconds(0, 3.0) == 0.0
