"""How progress and quantities are written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dcode.cli.progress import Progress, live_line, plain_line
from dcode.client.printable import printable
from dcode.client.words import clock, duration, length, table
from tests.cli.fake_daemon import a_status, plotting

HALF = Progress("horse.gcode", "plotting", 0.5, 2706, 5412, 2467.0, 3720.0)


def test_the_live_line_has_all_where_there_is_room():
    line = "━" * 12 + "─" * 12 + "   50 %  line 2706 of 5412  0:41:07  about 1 h 2 min left  plotting"
    assert live_line(HALF, 200, unicode=True) == line
    assert live_line(HALF, 200, unicode=False) == line.replace("━", "#").replace("─", ".")


@pytest.mark.parametrize("width", range(1, 120))
def test_the_live_line_fits_the_terminal(width: int):
    assert len(live_line(HALF, width, unicode=True)) < max(width, 1) or width == 1


def test_what_matters_most_stays_longest():
    assert live_line(HALF, 40, unicode=True) == " 50 %  about 1 h 2 min left  plotting"
    assert live_line(HALF, 20, unicode=True) == " 50 %  plotting"


def test_the_band_stands_behind_the_time_left_where_there_is_room_and_where_it_says_something():
    banded = replace(HALF, band=(3480.0, 4020.0))
    assert "about 1 h 2 min left (58 min to 1 h 7 min)" in live_line(banded, 200, unicode=True)
    assert "about 1 h 2 min left (58 min to 1 h 7 min)" in plain_line(banded)
    assert "(" not in live_line(banded, 90, unicode=True)
    assert "(" not in live_line(replace(HALF, band=(3715.0, 3725.0)), 200, unicode=True)


def test_the_band_comes_from_the_machines_status():
    ours = a_status(job={"id": 12, "name": "horse", "state": "plotting"}, eta_seconds=600.0, eta_band=[540.0, 660.0])
    assert Progress.of(plotting(50), ours).band == (540.0, 660.0)
    assert Progress.of(plotting(50), a_status()).band is None


def test_a_hundred_per_cent_is_all_of_it():
    assert Progress("horse", "plotting", 0.9999, 1, 1, 0, None).percent == 99


def test_a_job_that_waits_says_how_long_it_would_take():
    waiting = Progress.of(plotting(0, state="ready"), a_status())
    assert (waiting.state, waiting.left) == ("waiting", 90.0)


def test_the_time_left_of_another_job_is_not_ours():
    other = a_status(job={"id": 3, "name": "heron", "state": "plotting"}, eta_seconds=5.0)
    assert Progress.of(plotting(50), other).left is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (45.4, "45 s"), (59.6, "1 min"), (720, "12 min"), (3599, "1 h"), (6000, "1 h 40 min")],
)
def test_durations_in_words(seconds: float, words: str):
    assert duration(seconds) == words


def test_other_quantities_in_words():
    assert (clock(2467.9), clock(36000), length(431.2), length(4310), length(42_000)) == (
        "0:41:07",
        "10:00:00",
        "431 mm",
        "4.3 m",
        "42 m",
    )
    assert table([["1", "a"], ["12", "bcd"]], right=(0,)) == [" 1  a", "12  bcd"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("hörse", "hörse"), ("a\x1b[2Jb", "a\\x1b[2Jb"), ("a\rb\tc", "a\\rb\tc"), ("a\u202eb", "a\\u202eb")],
)
def test_text_from_outside_does_not_steer_the_terminal(text: str, shown: str):
    assert printable(text) == shown
