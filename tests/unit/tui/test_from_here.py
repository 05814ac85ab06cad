"""How far back a job has to go to begin again at a row, and in which states it may."""

from __future__ import annotations

from typing import Any

import pytest

from dcode.geometry.lines import Lines
from dcode.tui.from_here import SLACK_MM, from_here, ink_between
from dcode.tui.path import Path
from tests.cli.fake_daemon import a_job

# TRAVEL, PEN_DOWN, and two lines of 10 mm each: rows 0 to 3, and again 4 to 7.
PATH = Path.of(Lines.of([[(0, 0), (10, 0), (20, 0)], [(0, 5), (10, 5), (20, 5)]]))


def found(row: int, state: str, drawn: tuple[int, Any]) -> tuple[float | None, str]:
    here = from_here(PATH, row, a_job(state=state), drawn)
    return here.back_mm, here.told


@pytest.mark.parametrize(
    ("row", "to_row", "to", "ink"),
    [
        (0, 8, None, 40.0),
        (2, 4, None, 20.0),
        (3, 4, None, 10.0),
        (0, 7, (13.0, 5.0), 33.0),  # in the last line
        (2, 3, (10.0, 0.0), 10.0),
        (4, 4, None, 0.0),
        (0, 4, (3.0, 3.0), 20.0),  # on the way to the second stroke, pen up
    ],
)
def test_ink_is_measured_from_a_row_to_a_place(row: int, to_row: int, to: Any, ink: float) -> None:
    assert ink_between(PATH, row, to_row, to) == pytest.approx(ink)


def test_an_interrupted_job_begins_again_where_it_is_surely_drawn_and_not_later() -> None:
    back, told = found(2, "interrupted", (7, (15.0, 5.0)))
    assert back == pytest.approx(35.0 - SLACK_MM)
    assert "35.0 mm of ink" in told
    assert found(7, "interrupted", (7, (15.0, 5.0)))[0] == pytest.approx(5.0 - SLACK_MM)
    back, told = found(8, "interrupted", (7, (15.0, 5.0)))
    assert back is None and "row 7" in told
    assert found(4, "interrupted", (4, (20.0, 0.0)))[0] == 0.0


def test_a_paused_job_goes_back_at_most_to_its_pen() -> None:
    back, told = found(0, "paused", (4, None))
    assert back == pytest.approx(20.0 - SLACK_MM)
    assert "where its pen was put in" in told


@pytest.mark.parametrize("state", ["plotting", "ready", "done", "cancelled", "failed"])
def test_a_job_in_another_state_says_what_it_can_do(state: str) -> None:
    back, told = found(0, state, (4, None))
    assert back is None
    assert ("pause it" in told) == (state == "plotting")
