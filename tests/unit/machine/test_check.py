from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.gcode.interpret import Note, Program, Reading, interpret
from dcode.gcode.motion import Kind, Motion
from dcode.geometry.bounds import Bounds
from dcode.machine import check as checking
from dcode.machine.check import check
from dcode.machine.limits import SoftLimits
from dcode.machine.machine import BeltLimits, Machine
from dcode.machine.report import Report

OWNERS = Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5))
# Up to the line between the motors: the belts forbid some of it.
TALL = replace(OWNERS, work_area=Bounds(-600, 600, 740, -594.5), belt_limits=BeltLimits(min_length_mm=120))


def report_of(text: str, machine: Machine = OWNERS) -> Report:
    return check(interpret(text.encode(), Reading()), machine)


def found(report: Report) -> list[tuple[int, str, float | None]]:
    return [(one.line, one.kind, one.value) for one in report.violations]


def test_a_drawing_inside_is_ok():
    report = report_of("G21\nG90\nG28\nM280 P0 S90\nG0 X10 Y10\nM280 P0 S40\nG1 X20 Y10 F500\nM280 P0 S90\n")
    assert report.ok
    assert report.violations_total == 0
    assert report.lines == 8
    assert report.draw_mm == pytest.approx(10)
    assert report.pen_lifts == 1


def test_a_violation_names_line_axis_value_and_edge():
    report = report_of("G0 X0 Y0\nG0 X431 Y0\nG0 X0 Y0\n")
    assert not report.ok
    assert report.as_json()["violations"] == [
        {
            "line": 2,
            "kind": "work_area",
            "value": 431.0,
            "limit": 420.5,
            "message": "X 431.0 is outside the work area (right edge 420.5 mm)",
        }
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("G0 X-421 Y595", [(1, "work_area", -421), (1, "work_area", 595)]),
        ("G91\nG0 X300\nG0 X300\n", [(3, "work_area", 600)]),
        ("G20\nG0 X17\n", [(2, "work_area", 431.8)]),
        ("G92 X-400\nG0 X30\n", [(2, "work_area", 430)]),
        ("M280 P0 S40\nG1 X430 F500\nG1 X0\n", [(2, "work_area", 430)]),
        ("G28\nG0 Y-600\n", [(2, "work_area", -600)]),
    ],
    ids=["both axes", "relative", "inches", "offset", "ink", "after homing"],
)
def test_every_way_to_leave_the_sheet_is_found(text: str, expected: list[tuple[int, str, float]]):
    report = report_of(text)
    assert [(line, kind) for line, kind, _ in found(report)] == [(line, kind) for line, kind, _ in expected]
    assert [value for *_, value in found(report)] == pytest.approx([value for *_, value in expected])


def test_an_arc_is_judged_by_its_true_extreme():
    # Both ends are inside; the top of the arc is at Y 600.
    report = report_of("G0 X-100 Y500\nM280 P0 S40\nG2 X100 Y500 I100 J0 F500\n")
    assert not report.ok
    assert {one.line for one in report.violations} == {3}
    assert max(one.value or 0 for one in report.violations) == pytest.approx(600, abs=0.02)


def test_what_cannot_be_read_is_a_violation():
    report = report_of("G0 X1\nG1 Xabc\nG0 X2\n")
    assert not report.ok
    assert report.violations[0].line == 2
    assert report.violations[0].value is None


def test_fatal_notes_that_were_not_kept_still_count():
    program = Program(Motion(), [Note(1, "syntax", "no")], 9, more_notes=7, fatal=8)
    assert check(program, OWNERS).violations_total == 8


def test_remarks_do_not_stop_a_program():
    report = report_of("M280 P0 S40\nG1 X10 F500\n")
    assert report.ok
    assert [note.kind for note in report.notes] == ["pen"]
    assert "pen down" in report.notes[0].message
    assert [note.kind for note in report_of("G0 X1\n").notes] == ["empty"]


def test_an_empty_program_is_ok_and_moves_nothing():
    report = report_of("")
    assert report.ok
    assert report.as_json()["bounds"] is None


def test_belts_are_checked_where_the_work_area_allows_more_than_they_do():
    assert found(report_of("G0 X0 Y700\nG0 X0 Y738\n", TALL))[0][:2] == (2, "belt_angle")
    assert report_of("G0 X0 Y600\n", TALL).ok


def test_the_way_between_two_good_points_is_checked():
    steep = replace(TALL, belt_limits=BeltLimits(min_length_mm=100, min_angle=0.5))
    report = report_of("G0 X-600 Y650\nG0 X-480 Y739\n", steep)
    assert [one.line for one in report.violations] == [2]
    assert "on the way" in report.violations[0].message


def test_the_way_from_home_and_the_way_back_are_checked():
    steep = replace(TALL, belt_limits=BeltLimits(min_length_mm=100, min_angle=0.5), home=(-480.0, 739.0), park=True)
    motion = Motion(start=(-600.0, 650.0))
    motion.append(Kind.PEN_DOWN, -600, 650, 0, 1)
    motion.append(Kind.DRAW, -599, 650, 500, 2)
    report = check(Program(motion, [], 2), steep)
    assert [(one.line, one.message.split(",")[0]) for one in report.violations] == [
        (1, "where the program begins"),
        (2, "going home"),
    ]
    assert len(check(Program(motion, [], 2), replace(steep, park=False)).violations) == 1


def test_where_the_program_begins_is_checked_though_it_never_returns_there():
    motion = Motion(start=(-500.0, 0.0))
    motion.append(Kind.TRAVEL, 0, 0, 1000, 4)
    report = check(Program(motion, [], 4), OWNERS)
    assert found(report) == [(4, "work_area", -500)]
    assert "where the program begins" in report.violations[0].message


def test_a_move_out_of_a_doubtful_place_is_looked_at_though_it_ends_in_a_proved_one():
    steep = replace(TALL, work_area=Bounds(-600, 600, 750, -500), belt_limits=BeltLimits(100, min_angle=0.5))
    motion = Motion()
    motion.append(Kind.TRAVEL, -480, 745, 1000, 1)
    motion.append(Kind.TRAVEL, -600, 640, 1000, 2)
    found, total = checking._many_rows(motion, SoftLimits.of(steep))
    assert (total, [one.line for one in found]) == (1, [2])
    assert "on the way" in found[0].message


def test_a_home_row_to_a_place_outside_is_found():
    motion = Motion()
    motion.append(Kind.HOME, 0, 700, 0, 3)
    assert found(check(Program(motion, [], 3), OWNERS)) == [(3, "work_area", 700)]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("many", [False, True], ids=["few rows", "many rows"])
def test_what_is_not_finite_never_passes(bad: float, many: bool):
    motion = Motion()
    for line in range(checking.LARGE + 10 if many else 3):
        motion.append(Kind.TRAVEL, bad if line == 1 else 0.0, 0.0, 1000, line + 1)
    report = check(Program(motion, [], 1), OWNERS)
    assert [one.line for one in report.violations] == [2]
    json.dumps(report.as_json(), allow_nan=False)


def test_a_thousand_violations_are_kept_and_all_are_counted():
    motion = Motion()
    for line in range(1, 30_001):
        motion.append(Kind.TRAVEL, 1000.0 + line, -1000.0, 1000, line)
    report = check(Program(motion, [], 30_000), OWNERS)
    assert len(report.violations) == 1000
    assert report.violations_total == 60_000
    assert [one.line for one in report.violations] == [line for line in range(1, 501) for _ in "xy"]


def test_the_report_is_json():
    text = json.dumps(report_of("G0 X1e3\nG0 X999 Y999\n").as_json(), allow_nan=False)
    assert set(json.loads(text)) >= {
        "ok", "lines", "violations", "violations_total", "bounds", "draw_mm", "travel_mm", "pen_lifts", "notes",
    }  # fmt: skip


rows = st.lists(
    st.tuples(
        st.sampled_from([Kind.TRAVEL, Kind.DRAW, Kind.HOME, Kind.PEN_UP]), st.floats(-650, 650), st.floats(-650, 760)
    ),
    max_size=30,
)
machines = st.sampled_from([OWNERS, TALL, replace(TALL, gondola_kg=0.8, belt_limits=BeltLimits(max_tension_n=20))])


@settings(max_examples=200, deadline=None)
@given(rows, machines)
def test_columns_find_what_a_look_at_each_row_finds(steps, machine: Machine):
    motion, here = Motion(), (0.0, 0.0)
    for line, (kind, x, y) in enumerate(steps, start=1):
        here = here if kind is Kind.PEN_UP else (x, y)
        motion.append(kind, *here, 500, line)
    limits = SoftLimits.of(machine)
    assert checking._many_rows(motion, limits) == checking._rows(motion, limits, range(len(motion)))


def test_a_small_program_needs_no_numpy():
    code = (
        "import sys\n"
        "from dcode.gcode.interpret import Reading, interpret\n"
        "from dcode.geometry.bounds import Bounds\n"
        "from dcode.machine.check import check\n"
        "from dcode.machine.machine import Machine\n"
        "from dcode.machine.timing import estimate\n"
        "machine = Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5))\n"
        "program = interpret(b'G0 X500\\nG0 X1', Reading())\n"
        "assert not check(program, machine).ok\n"
        "estimate(program.motion, machine)\n"
        "print([name for name in ('numpy', 'pydantic') if name in sys.modules])\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
