"""The time that a job still takes."""

import math
from random import Random

import pytest

from dcode.daemon.remaining import Remaining, RunningClock

MARKS = [(0, 0.0), (10, 100.0), (20, 400.0)]


def evenly(total: float, rows: int = 1000) -> Remaining:
    return Remaining([(row, total * row / rows) for row in range(rows + 1)], total)


def after(remaining: Remaining, seconds: list[float], rows: int = 1000) -> float:
    """Carry out so many rows, each in its seconds; the time then."""
    now = 0.0
    remaining.look(0, 0.0)
    for row, took in enumerate(seconds, start=1):
        now += took
        remaining.look(row, now)
    return now


def test_before_the_start_it_is_the_estimate_with_a_band_around_it() -> None:
    left = Remaining(MARKS, 400.0).left(0.0)
    assert left.seconds == 400.0
    assert 400.0 / 1.3 < left.least < 400.0 < left.most < 400.0 * 1.3


def test_between_marks_it_is_interpolated() -> None:
    remaining = Remaining(MARKS, 400.0)
    remaining.look(0, 0.0)
    remaining.look(15, 250.0)
    assert remaining.left(250.0).seconds == pytest.approx(150.0)


def test_a_machine_that_is_twice_as_slow_needs_twice_as_long() -> None:
    remaining = evenly(36_000.0)
    now = after(remaining, [72.0] * 500)
    assert remaining.pace == pytest.approx(2.0, rel=0.01)
    assert remaining.left(now).seconds == pytest.approx(36_000.0, rel=0.01)


def test_the_first_seconds_do_not_swing_it() -> None:
    remaining = evenly(36_000.0)
    now = after(remaining, [100.0])  # 36 s of work
    assert remaining.left(now).seconds < 36_000.0 * 1.5


def test_a_stall_that_nobody_called_a_pause_hardly_changes_what_is_left() -> None:
    remaining = evenly(36_000.0)
    now = after(remaining, [36.0] * 300 + [3600.0] + [36.0] * 99)
    assert remaining.left(now).seconds == pytest.approx(21_600.0, rel=0.02)


def test_a_change_for_good_is_followed() -> None:
    """The feed is turned down to two thirds after half of it."""
    remaining = evenly(36_000.0)
    now = after(remaining, [36.0] * 500 + [54.0] * 300)
    assert remaining.left(now).seconds == pytest.approx(200 * 54.0, rel=0.1)


def test_what_it_says_does_not_jump_about_while_samples_scatter() -> None:
    chance = Random(1)
    remaining, now = evenly(36_000.0), 0.0
    remaining.look(0, 0.0)
    ends = []
    for row in range(1, 900):
        now += 36.0 * chance.uniform(0.7, 1.3)
        remaining.look(row, now)
        if row > 100:
            ends.append(now + remaining.left(now).seconds)
    assert max(ends) / min(ends) < 1.05


def test_the_band_holds_the_truth_nine_times_in_ten_and_gets_narrow() -> None:
    inside = looks = 0
    for seed in range(40):
        chance = Random(seed)
        truth = math.exp(chance.gauss(0.0, 0.06))  # how slow this machine is
        took = [36.0 * truth * chance.uniform(0.8, 1.2) for _ in range(1000)]
        remaining, now, widths = evenly(36_000.0), 0.0, []
        remaining.look(0, 0.0)
        for row, seconds in enumerate(took, start=1):
            now += seconds
            remaining.look(row, now)
            if row % 100 == 50:
                left, really = remaining.left(now), sum(took[row:])
                inside += left.least <= really <= left.most
                looks += 1
                widths.append(left.most - left.least)
        assert widths == sorted(widths, reverse=True)
    assert inside / looks > 0.88


def test_within_a_long_row_the_clock_runs_and_stops_at_its_end() -> None:
    remaining = Remaining(MARKS, 400.0)
    remaining.look(10, 100.0)
    assert remaining.left(150.0).seconds == pytest.approx(250.0)
    assert remaining.left(1000.0).seconds == 0.0


def test_a_job_that_is_taken_up_again_further_on_is_no_faster_for_that() -> None:
    remaining = evenly(36_000.0)
    remaining.look(500, 0.0)
    assert remaining.left(0.0).seconds == pytest.approx(18_000.0)
    for step in range(1, 50):
        remaining.look(500 + step, 36.0 * step)
    assert remaining.pace == pytest.approx(1.0)


def test_what_is_done_once_more_is_not_learnt_from() -> None:
    remaining = evenly(36_000.0)
    after(remaining, [36.0] * 100)
    remaining.look(90, 3700.0)
    remaining.look(91, 3736.0)
    assert remaining.pace == pytest.approx(1.0)


def test_after_the_last_row_the_way_home_is_left() -> None:
    remaining = Remaining(MARKS, 430.0)
    remaining.look(25, 400.0)
    assert remaining.left(400.0).seconds == pytest.approx(30.0)
    assert remaining.left(500.0).seconds == 0.0


def test_a_program_without_duration_has_none_left() -> None:
    remaining = Remaining([], 0.0)
    remaining.look(0, 0.0)
    assert remaining.left(3.0).seconds == 0.0


def test_the_clock_stands_while_the_run_is_held() -> None:
    clock = RunningClock(10.0)
    clock.hold(20.0)
    clock.hold(25.0)
    assert clock.seconds(100.0) == 10.0
    clock.go_on(110.0)
    clock.go_on(111.0)
    assert clock.seconds(115.0) == 15.0
