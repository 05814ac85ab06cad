"""What the status line, the job card and the queue say; where a jog ends; a picture as dots. All without a screen."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from dcode.tui.numbers import millimetres, number
from dcode.tui.progress import card_lines, in_one_line, left, queue_time, share, state_word, trouble
from dcode.tui.store import LinkState, Store
from dcode.tui.widgets.jogging import area_of, reached
from dcode.tui.widgets.queue import queue_lines
from dcode.tui.widgets.status_line import SHAPES, status_line
from dcode.tui.widgets.still import dotted
from tests.cli.fake_daemon import a_job, a_status, plotting

AREA = (-100.0, 100.0, 200.0, -200.0)


def store(status: dict[str, Any], *jobs: dict[str, Any]) -> Store:
    made = Store()
    made.begin({"status": status, "jobs": []}, list(jobs), None)
    return made


BUSY = a_status(state="plotting", feed=1500.0, in_flight=3, window=4, ack_ms=12.4, resends=2, position=[1.0, -2.0])


def test_the_status_line_is_never_wider_than_the_screen_and_state_comes_first() -> None:
    whole = status_line(store(BUSY), 200)
    for part in ("▶ PLOTTING", "X 1.00 Y -2.00", "F1500", "window 3/4", "ack 12 ms", "resends 2", "makelangelo sim"):
        assert part in whole
    for width in range(40, 140):
        line = status_line(store(BUSY), width)
        assert len(line) <= width
        assert "▶ PLOTTING" in line
    assert "X 1.00 Y -2.00" in status_line(store(BUSY), 50)
    assert "window" not in status_line(store(BUSY), 50)


def test_a_position_that_is_not_known_is_not_shown_as_if_it_were() -> None:
    assert "X 0.00 Y 0.00?" in status_line(store(a_status(registered=False)), 120)
    assert "position unknown" in status_line(store(a_status(registered=False, position=None)), 120)


def test_every_state_has_a_shape_of_its_own() -> None:
    assert len(set(SHAPES.values())) == len(SHAPES)


@pytest.mark.parametrize("state", [LinkState.ABSENT, LinkState.LOST, LinkState.CONNECTING])
def test_without_a_daemon_the_status_line_says_so_and_nothing_old(state: LinkState) -> None:
    made = store(BUSY)
    made.linked(state, "The daemon hung up.")
    line = status_line(made, 80)
    assert "PLOTTING" not in line and "hung up" in line
    assert len(status_line(made, 20)) <= 20


def test_a_job_is_told_by_word_and_shape_share_and_time() -> None:
    job = plotting(27)
    assert (state_word(job), share(job), share(a_job(rows=0))) == ("▶ plotting", 0.27, 0.0)
    assert state_word(a_job(held=True)) == "· waits for yes"
    assert left(a_status()) == "time left not known yet"
    assert left(a_status(eta_seconds=120.0, eta_band=[110.0, 600.0])).startswith("about 2 min left (")
    assert queue_time(job, a_status(eta_seconds=60.0)).startswith("~")
    assert queue_time(a_job(state="done", seconds=0.0), a_status()) == ""


def test_the_card_puts_what_is_asked_for_before_the_times() -> None:
    lines = card_lines(plotting(50, state="paused"), a_status(asks={"kind": "pen", "message": "Put in pen 2."}))
    assert lines[0] == "‖ paused  line 3 of 7"
    assert lines[1] == "⧗ Put in pen 2."
    assert any("0:00:50" in line for line in lines)


def test_one_line_says_job_and_queue() -> None:
    assert in_one_line(None, a_status(), 0) == "no job at the machine, the queue is empty"
    assert "2 jobs waiting" in in_one_line(None, a_status(), 2)
    assert in_one_line(plotting(50), a_status(), 1).startswith("▶ plotting horse.gcode  50%")


def test_the_queue_says_how_many_jobs_there_is_no_room_for() -> None:
    jobs = [a_job(id=n, name=f"{n}.gcode") for n in range(1, 9)]
    assert len(list(queue_lines(store(a_status(), *jobs), 48, 8, "j"))) == 8
    lines = list(queue_lines(store(a_status(), *jobs), 48, 4, "j"))
    assert (len(lines), lines[-1]) == (4, "and 5 more: j")
    assert list(queue_lines(store(a_status()), 48, 4, "j")) == ["The queue is empty."]


def test_a_long_name_is_cut_and_columns_stay_where_they_are() -> None:
    jobs = [a_job(id=1, name="a" * 200), a_job(id=2, name="b")]
    first, second = queue_lines(store(a_status(), *jobs), 48, 8, "j")
    assert "…" in first and len(first) <= 48
    assert first.index("· ready") == second.index("· ready")


def test_a_drawing_is_named_by_its_prompt_and_shows_how_far_it_is() -> None:
    made = store(a_status(), a_job(id=3, state="drawing", prompt="a horse"))
    made.told({"event": "drawn", "job": 3, "stage": "strokes", "done": 5, "total": 20})
    (line,) = queue_lines(made, 60, 8, "j")
    assert '"a horse"' in line and "✎ drawing 25%" in line


@pytest.mark.parametrize(
    ("position", "way", "end"),
    [
        ((0.0, 0.0), (10.0, 0.0), (10.0, 0.0)),
        ((95.0, 0.0), (10.0, 0.0), (100.0, 0.0)),
        ((100.0, 200.0), (10.0, 10.0), (100.0, 200.0)),
        ((0.0, -195.0), (0.0, -10.0), (0.0, -200.0)),
        ((120.0, 0.0), (10.0, 0.0), (120.0, 0.0)),  # from beyond, no further out
        ((120.0, 0.0), (-10.0, 0.0), (110.0, 0.0)),  # but back
    ],
)
def test_a_jog_ends_at_the_edge(
    position: tuple[float, float], way: tuple[float, float], end: tuple[float, float]
) -> None:
    assert reached(position, way, AREA) == end


def test_the_work_area_is_the_machines_or_not_known() -> None:
    values = {
        f"work_area.{side}": {"value": mm} for side, mm in zip(("left", "right", "top", "bottom"), AREA, strict=True)
    }
    assert area_of({"values": values}) == AREA
    assert area_of(None) is None
    assert area_of({"values": values | {"work_area.top": {"value": None}}}) is None


def test_dark_pixels_are_dots_and_the_picture_keeps_its_shape() -> None:
    picture = Image.new("L", (40, 40), 255)
    picture.paste(0, (0, 0, 20, 40))  # the left half is black
    lines = dotted(picture, 20, 10)
    assert [len(line) for line in lines] == [20] * 10
    assert all(line == "⣿" * 10 + "⠀" * 10 for line in lines)
    assert [len(line) for line in dotted(picture, 80, 5)] == [10] * 5  # as large as it fits, not stretched
    assert len(dotted(Image.new("L", (1, 1000)), 10, 10)) == 10


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3.0), (" 2,5 ", 2.5), ("-1", None), ("", None), ("ten", None), ("nan", None), ("inf", None)],
)
def test_a_length_is_a_number_that_is_not_below_nothing(text: str, value: float | None) -> None:
    assert millimetres(text) == value
    assert number("-1.5") == -1.5


def test_what_stands_in_the_way_of_the_next_job_is_told_with_the_key_that_helps() -> None:
    keys = {"pause": "Space", "machine": "g"}.__getitem__
    stopped, broken = a_status(state="alarm"), a_job(id=7, name="heron.svg", state="interrupted")
    assert "Job 7, heron.svg, was interrupted: Space" in trouble(broken, stopped, keys)
    assert "alarm: g " in trouble(None, stopped, keys)
    assert trouble(None, a_status(), keys) == ""
