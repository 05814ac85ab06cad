from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from dcode.gcode.motion import Motion
from dcode.gcode.place import Place, end, strokes_between
from dcode.geometry.bounds import Bounds
from dcode.machine.limits import SoftLimits
from dcode.machine.machine import Machine
from dcode.machine.marks import APART_MM, Mark, marks

CORNERS = {"top left", "top right", "bottom right", "bottom left"}

# Two strokes and the beginning of a third; the rows are the numbers of the lines less one.
DRAWING = (
    "travel 100 100",
    "down",
    "draw 120 100",
    "draw 120 120",
    "up",
    "travel -50 0",
    "down",
    "draw -50 40",
    "up",
    "travel 10 -10",
    "down",
    "draw 10 -60",
    "draw 60 -60",
    "up",
)


def named(found: list[Mark]) -> dict[str, tuple[float, float]]:
    assert len({mark.name for mark in found}) == len(found)
    return {mark.name: (mark.x, mark.y) for mark in found}


def test_bare_paper_has_home_and_corners(owners: Machine):
    assert named(marks(replace(owners, home=(0.0, 50.0)))) == {
        "home": (0, 50),
        "top left": (-420.5, 594.5),
        "top right": (420.5, 594.5),
        "bottom right": (420.5, -594.5),
        "bottom left": (-420.5, -594.5),
    }


def test_a_place_that_the_gondola_cannot_reach_is_no_mark(owners: Machine):
    high = replace(owners, work_area=Bounds(-420.5, 420.5, 755.0, -594.5))  # 7 mm below the motors: too flat
    assert named(marks(high)).keys() == {"home", "bottom left", "bottom right"}


@pytest.mark.parametrize("place", [Place(11, 10, -10), Place(11, 10, -30), Place(12, 10, -60)])
def test_in_a_stroke_its_start_and_the_whole_strokes_before_are_marks(build, owners, place: Place):
    found = named(marks(owners, build(*DRAWING), place))
    assert found.keys() - CORNERS == {"broken start", "last end", "last start", "first start", "far end", "home"}
    assert found["broken start"] == (10, -10)
    assert (found["last start"], found["last end"]) == ((-50, 0), (-50, 40))
    assert found["first start"] == (100, 100)
    assert found["far end"] == (120, 120)


def test_a_stroke_is_whole_when_its_last_line_is_drawn(build, owners):
    found = named(marks(owners, build(*DRAWING), Place(13, 60, -60)))
    assert (found["last start"], found["last end"]) == ((10, -10), (60, -60))
    assert "broken start" not in found


def test_a_pen_that_may_not_have_come_down_has_left_no_mark(build, owners):
    assert "broken start" not in named(marks(owners, build(*DRAWING), Place(10, 10, -10)))
    assert "broken start" in named(marks(owners, build(*DRAWING), Place(11, 10, -10)))


@pytest.mark.parametrize("place", [Place(0, 0, 0), Place(0, 50, 50), Place(1, 100, 100)])
def test_before_the_first_ink_there_is_only_bare_paper(build, owners, place: Place):
    assert marks(owners, build(*DRAWING), place) == marks(owners)


def test_marks_of_the_drawing_come_first_and_name_their_lines(build, owners):
    found = marks(owners, build(*DRAWING), Place(9, 0, 0))
    assert [mark.name for mark in found[:4]] == ["last end", "last start", "first start", "far end"]
    assert found[0].about == "the end of the last whole stroke (line 8)"
    assert found[1].about == "the start of the last whole stroke (line 6)"


def test_a_drawing_that_begins_where_the_gondola_is_has_a_start_without_a_line(build, owners):
    found = marks(owners, build("down", "draw 30 0", "up", start=(10.0, 0.0)), Place(3, 30, 0))
    assert {mark.name: mark.about for mark in found}["last start"] == "the start of the last whole stroke"


def test_places_that_the_eye_cannot_tell_apart_are_one_mark(build, owners):
    closed = build("travel 50 50", "down", "draw 90 50", "draw 50 50.5", "up", "travel 0.3 0.3", "down", "up")
    found = marks(owners, closed, end(closed))
    assert [(mark.name, mark.x, mark.y) for mark in found if mark.name not in CORNERS] == [
        ("last end", 0.3, 0.3),  # a dot
        ("first start", 50, 50),
        ("home", 0, 0),  # however near another one is
    ]


def test_a_pen_change_and_homing_end_a_stroke_and_a_wait_does_not(build, owners):
    motion = build("down", "draw 9 0", "dwell 1", "pause", "draw 20 0", "pen 2", "down", "draw 50 0", "home 0 0")
    found = named(marks(owners, motion, Place(6, 20, 0)))
    assert found["last end"] == (20, 0)
    found = named(marks(owners, motion, Place(8, 50, 0)))
    assert (found["last start"], found["last end"]) == ((20, 0), (50, 0))


def test_wherever_a_run_ends_marks_are_where_ink_is_and_two_are_well_apart(build, owners):
    motion: Motion = build(*DRAWING)
    for row in range(len(motion) + 1):
        place = Place(row, *motion.position_before(row))
        found = marks(owners, motion, place)
        ink = {point for stroke in strokes_between(motion, Place(0, 0, 0), place) for point in stroke}
        drawn = {(mark.x, mark.y) for mark in found} - {(mark.x, mark.y) for mark in marks(owners)}
        assert drawn <= ink
        places = [(mark.x, mark.y) for mark in found]
        assert max(math.dist(one, other) for one in places for other in places) > 100
        assert all(math.dist(one, other) >= APART_MM for one, other in pairwise(sorted(places)))
        limits = SoftLimits.of(owners)
        assert all(limits.violation(*point) is None for point in places)


def test_a_saved_motion_has_the_same_marks(build, owners, tmp_path):
    motion = build(*DRAWING)
    motion.save(tmp_path / "motion")
    loaded = Motion.load(tmp_path / "motion")
    assert marks(owners, loaded, Place(12, 10, -60)) == marks(owners, motion, Place(12, 10, -60))
