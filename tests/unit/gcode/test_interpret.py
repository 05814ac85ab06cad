from __future__ import annotations

import subprocess
import sys

import pytest

from dcode.gcode.interpret import Reading, interpret
from dcode.gcode.motion import Kind


def cases(text: str) -> list[str]:
    return text.split(" | ")


UP, DOWN = "M280 P0 S90\n", "M280 P0 S40\n"


def test_a_program_in_the_usual_dialect(rows):
    text = "G21 ; mm\nG90\nM280 P0 S90 ; up\nG28\n\nG0 X1 Y2 F1200\nM280 P0 S40\nG1 X3 F400\nG1 Y5\nM280 P0 S90\nM84\n"
    assert rows(text) == [
        ("HOME", 0, 0, 0, 4),
        ("TRAVEL", 1, 2, 1200, 6),
        ("PEN_DOWN", 1, 2, 0, 7),
        ("DRAW", 3, 2, 400, 8),
        ("DRAW", 3, 5, 400, 9),
        ("PEN_UP", 3, 5, 0, 10),
    ]


def test_the_pen_decides_between_travel_and_draw_and_their_feeds(rows):
    assert rows(f"G0 F3000\nG1 F400\n{DOWN}G0 X1\n{UP}G1 X2\n") == [
        ("PEN_DOWN", 0, 0, 0, 3),
        ("DRAW", 1, 0, 400, 4),
        ("PEN_UP", 1, 0, 0, 5),
        ("TRAVEL", 2, 0, 3000, 6),
    ]


def test_feeds_default_to_the_reading_and_drawing_without_one_is_remarked(rows, remarks):
    text = f"G0 X1\n{DOWN}G1 X2\nG1 X3\n"
    assert [row[3] for row in rows(text, travel_feed=7, draw_feed=8)] == [7, 0, 8, 8]
    assert remarks(text, draw_feed=8) == [(3, "feed", "draws before any feed is given; 8 mm/min is taken")]
    assert remarks(f"F100\n{text}") == []


def test_a_feed_by_itself_is_for_drawing(rows):
    assert [row[3] for row in rows(f"G0\nF300\nG0 X1\n{DOWN}G1 X2")] == [1000, 0, 300]


@pytest.mark.parametrize("feed", ["0", "-5", "-0"])
def test_a_feed_of_nothing_is_refused(refusals, feed):
    assert refusals(f"G1 X1 F{feed}")[0][:3] == (1, 7, "value")


def test_inches(rows):
    assert rows(f"G20\nG0 X1 Y-0.5 F10\n{DOWN}G1 X2 F1\nG21 X1") == [
        ("TRAVEL", 25.4, -12.7, 254, 2),
        ("PEN_DOWN", 25.4, -12.7, 0, 3),
        ("DRAW", 50.8, -12.7, 25.4, 4),
        ("DRAW", 1, -12.7, 25.4, 5),
    ]


def test_relative_moves_start_from_where_the_gondola_is(rows):
    assert [row[1:3] for row in rows("G91\nG0 X5\nG0 X5 Y-1\nG90\nG0 X1", start=(100, 200))] == [
        (105, 200),
        (110, 199),
        (1, 199),
    ]


def test_an_axis_left_out_at_first_is_where_the_gondola_starts(rows):
    assert [row[1:3] for row in rows("G0 X5", home=(3, 4))] == [(5, 4)]


def test_g28_lifts_the_pen_and_goes_home(rows):
    assert rows(f"{DOWN}G28\nG91\nG0 X1", home=(10, 20)) == [
        ("PEN_DOWN", 10, 20, 0, 1),
        ("PEN_UP", 10, 20, 0, 2),
        ("HOME", 10, 20, 0, 2),
        ("TRAVEL", 11, 20, 1000, 4),
    ]


def test_g28_with_axes(rows, refusals, remarks):
    assert [row[0] for row in rows("G28 X Y")] == ["HOME"]
    assert [row[0] for row in rows("G28 X0 Y0 Z0")] == ["HOME"]
    assert [row[0] for row in rows(f"{DOWN}G91 G28 Z0")] == ["PEN_DOWN", "PEN_UP"]
    assert remarks("G28 Z")[0][1] == "ignored"
    assert refusals("G28 X5")[0][2] == "unsupported"


def test_g92_moves_the_coordinates_and_not_the_machine(rows):
    assert [row[1:3] for row in rows("G0 X10 Y10\nG92 X0\nG0 X1 Y1\nG92.1\nG0 X1 Y2")] == [
        (10, 10),
        (11, 1),
        (1, 2),
    ]


def test_g92_in_inches_counts_in_inches(rows):
    assert [row[1] for row in rows("G0 X10\nG20\nG92 X1\nG0 X2")] == [10, 35.4]


def test_several_codes_of_different_groups_on_a_line(rows):
    assert rows("G20G91 G1 X1 F10")[0][1] == 25.4
    assert [row[0] for row in rows("G90 G0 X1 M3\nG1 X2 M5")] == ["PEN_DOWN", "DRAW", "PEN_UP", "TRAVEL"]


@pytest.mark.parametrize(
    "text", ["G0 G1 X1", "G20 G21", "G90 G91", "G1 X1 X2", "M3 M5", "G28 G92 X0", "M0 M30", "G4 P1 S1"]
)
def test_contradictions_on_a_line_are_refused(refusals, text):
    assert refusals(text)[0][2] == "conflict"


@pytest.mark.parametrize(
    "text", ["M280 P0 S40 M0 S1", "M280 P0 G4 S1", "G28 G1 X1", "G92 G0 X1", "M106 S255 G1 X1", "M3 G4 S1"]
)
def test_words_that_two_codes_claim_are_refused(refusals, text):
    assert refusals(text)[0][2] == "conflict"


@pytest.mark.parametrize(
    "text",
    cases(
        "G18 | G19 | G93 | G95 | G5 X1 | G10 | G30 | G38.2 | G53 X1 | G55 | G41 | G99.5 | M999 | M112 | M410 | "
        "M92 X80 | M665 S5 | G1 X1 E5 | G1 X1 A2 | G1 X1 P5 | M281 | G92.2 | M62 | L1"
    ),
)
def test_what_is_not_supported_is_refused(refusals, text):
    line, column, kind, _ = refusals(f"G0 X1\n{text}\nG0 X2")[0]
    assert (line, kind) == (2, "unsupported")
    assert column > 0


@pytest.mark.parametrize(
    "text",
    cases(
        "G40 G49 | G54 | G64 P0.1 | G80 | M82 | M104 S200 | M106 S255 | M107 | M110 N0 | M115 | M117 G1 X9 | "
        "M8 | M201 X500 Y500 | M203 X100 Y100 | M204 P500 | M220 S50 | G17 G40 G0 X0 | O1000 | G92 E0 | "
        "M300 S1 P1"
    ),
)
def test_codes_of_other_machines_are_left_out_with_a_remark(read, text):
    program = read(text)
    assert len(program.motion) == 0
    assert program.fatal == 0
    assert program.notes[0].kind == "ignored"


@pytest.mark.parametrize(
    "text", ["M17", "M114", "M114 R", "M400", "G17", "G21", "G94", "G4", "G4 P0", "M84", "M18 X Y E"]
)
def test_codes_with_nothing_to_do_are_silent(read, text):
    program = read(text)
    assert (len(program.motion), program.notes) == (0, [])


def test_a_refused_line_changes_nothing(rows, read):
    program = read(f"G0 X5\n{DOWN}G91 G20 F50 M5 G1 X1 Q7\nG1 X6")
    assert program.fatal == 1
    assert [(step.kind, step.x, step.value) for step in program.motion][-1] == (Kind.DRAW, 6, 500)


def test_motors_off_before_the_end_never_reaches_the_machine(remarks, rows):
    text = "G0 X1\nM84\nG0 X2\nM18"
    assert [(line, kind) for line, kind, _ in remarks(text)] == [(2, "ignored")]
    assert len(rows(text)) == 2


def test_the_servo_angle_nearer_to_up_or_down_decides(rows):
    assert [row[0] for row in rows("M280 P0 S0\nM280 P0 S64\nM280 P0 S65\nM280 P0 S180")] == ["PEN_DOWN", "PEN_UP"]
    assert [row[0] for row in rows("M280 P0 S150", up_angle=20, down_angle=160)] == ["PEN_DOWN"]


@pytest.mark.parametrize("text", ["M280 P1 S40", "M280 P0", "M280 P0 S-1"])
def test_servo_commands_that_are_not_the_pen_s_are_left_out(read, text):
    program = read(text)
    assert len(program.motion) == 0
    assert [note.fatal for note in program.notes] == [False]


def test_the_servo_s_index_is_the_machine_s(rows):
    assert [row[0] for row in rows("M280 P1 S40\nM280 P0 S90", servo_index=1)] == ["PEN_DOWN"]


def test_equal_pen_commands_collapse(rows):
    assert [row[0] for row in rows(f"{UP}{UP}{DOWN}M3\n{DOWN}{UP}M5\n")] == ["PEN_DOWN", "PEN_UP"]


def test_a_dot_stays_visible(rows):
    assert [row[0] for row in rows(f"G0 X1\n{DOWN}G1 X1 Y0\n{UP}")] == ["TRAVEL", "PEN_DOWN", "PEN_UP"]


def test_spindle_codes_move_the_pen(rows, refusals, remarks):
    kinds = [row[0] for row in rows("M3 S0\nM3 S500\nS0\nS9\nM5\nM4\nM5")]
    assert kinds == ["PEN_DOWN", "PEN_UP", "PEN_DOWN", "PEN_UP", "PEN_DOWN", "PEN_UP"]
    assert remarks("M3", spindle_is_pen=False)[0][1] == "ignored"
    assert remarks("M5", spindle_is_pen=False)[0][1] == "ignored"


def test_the_z_axis_moves_the_pen(rows, refusals):
    assert [row[0] for row in rows("G1 Z0 F100\nX5\nG0 Z5\nG0 X6")] == ["PEN_DOWN", "DRAW", "PEN_UP", "TRAVEL"]
    assert [row[0] for row in rows("G1 Z2.4\nG1 Z2.5")] == ["PEN_DOWN", "PEN_UP"]
    assert [row[0] for row in rows("G91\nG1 Z-4\nG1 Z-1\nG1 Z3")] == ["PEN_DOWN", "PEN_UP"]
    assert [row[0] for row in rows("G20\nG1 Z0.05\nG1 Z0.1")] == ["PEN_DOWN", "PEN_UP"]
    assert [row[0] for row in rows("G92 Z0\nG1 Z-5\nG1 Z0")] == ["PEN_DOWN", "PEN_UP"]
    assert refusals("G1 Z0", z_up=None)[0][2] == "unsupported"


def test_a_slanting_move_touches_the_paper_only_at_its_lower_end(rows):
    assert [row[0] for row in rows("G1 X1 Z0\nG1 X2\nG1 X3 Z5")] == ["TRAVEL", "PEN_DOWN", "DRAW", "PEN_UP", "TRAVEL"]


def test_dwell_units(rows):
    assert rows("G4 P250") == [("DWELL", 0, 0, 0.25, 1)]
    assert rows("G4 S2") == [("DWELL", 0, 0, 2, 1)]
    assert rows("G4 P0.5", dwell_p="s") == [("DWELL", 0, 0, 0.5, 1)]
    assert rows("G4 S500", dwell_p="s") == [("DWELL", 0, 0, 0.5, 1)]


def test_pauses_keep_their_message(read):
    program = read("M0 (new paper)\nM1 Blue pen, please\nM0")
    assert [step.kind for step in program.motion] == [Kind.PAUSE] * 3
    assert program.motion.texts == {0: "new paper", 1: "Blue pen, please"}


def test_pen_changes(rows, refusals):
    assert [row[::3] for row in rows("T2\nG0 X1\nT2\nT3")] == [("PEN_CHANGE", 2), ("TRAVEL", 1000), ("PEN_CHANGE", 3)]
    assert [row[0] for row in rows("M6 T1\nT2 ; next\nG0 X1\nM6")] == ["PEN_CHANGE", "TRAVEL", "PEN_CHANGE"]
    assert [row[0] for row in rows(f"{DOWN}T1")] == ["PEN_DOWN", "PEN_UP", "PEN_CHANGE", "PEN_DOWN"]
    assert [row[0] for row in rows("M6")] == ["PAUSE"]
    assert refusals("T1.5")[0][2] == "value"


@pytest.mark.parametrize("end", ["M2", "M30", "%"])
def test_the_end_of_the_program_is_the_end(read, end):
    program = read(f"%\nG0 X1\n{end}\nG0 X2\nGarbage\n")
    assert len(program.motion) == 1
    assert program.lines == 5
    assert [(note.line, note.fatal) for note in program.notes] == [(3, False)]


def test_nothing_is_said_of_nothing_behind_the_end(read):
    assert read("%\nG0 X1\nM30\n%\n\n").notes == []


def test_a_program_may_begin_with_comments_before_its_mark(rows):
    assert len(rows("; made by\n(someone)\n\n%\nG0 X1\n%")) == 1


def test_arcs_are_chords_within_the_tolerance(rows):
    found = rows(f"G0 X10\n{DOWN}G3 X-10 Y0 I-10 J0 F9", arc_tolerance=0.5)[2:]
    assert found[-1][1:3] == (-10, 0)
    assert (0, 10) in [row[1:3] for row in found]
    assert {(row[0], row[3], row[4]) for row in found} == {("DRAW", 9, 3)}
    assert all(abs((row[1] ** 2 + row[2] ** 2) ** 0.5 - 10) < 1e-8 for row in found)


def test_absolute_arc_centres(rows):
    assert rows("G92 X-1 Y-1\nG90.1\nG0 X10 Y0\nG2 X0 Y-10 I0 J0")[-1][1:3] == (1, -9)


@pytest.mark.parametrize(
    "text",
    cases(
        "G2 X10 | G2 X10 I4 | G2 X10 R4 | G2 R5 | G2 X10 I5 R5 | G1 X1 I2 | G90.1\nG2 X1 I1 | G2 X1 I1 K1 | "
        "G2 I0 J0 | G2 X1 J0 | G2 I9999999 | G2 X5\nX6 Y6"
    ),
)
def test_impossible_arcs_are_refused(refusals, text):
    assert refusals(text)[-1][2] in ("arc", "unsupported")


def test_bare_axes_after_an_arc_are_an_arc(refusals, rows):
    assert refusals("G2 X10 I5\nX20")[0][2] == "arc"
    assert rows("G2 X10 I5\nX20 I5", arc_tolerance=1)[-1][1:3] == (20, 0)


def test_many_errors_are_counted_and_then_the_reading_stops():
    data = b"G1 X.\n" * 50_000
    program = interpret(data, Reading(), "python")
    assert program.lines == 50_000
    assert program.fatal == 20_001
    assert len(program.notes) + program.more_notes == 20_001 + 1
    assert len(program.notes) <= 1000
    assert "gave up" in " ".join(note.message for note in program.notes) or program.more_notes


def test_remarks_never_hide_what_is_fatal(read):
    program = read("".join(f"M280 P{i} S1\n" for i in range(1, 3000)) + "G1 Xnan\n" * 3)
    assert program.fatal == 3
    assert [note.line for note in program.notes if note.fatal] == [3000, 3001, 3002]
    assert len(program.notes) <= 1000


def test_equal_remarks_are_folded(remarks):
    assert remarks("M106 S1\nM106 S2\nM106 S3") == [(1, "ignored", "M106 left out: the fan (3 lines)")]


def test_an_empty_file_is_an_empty_program(read):
    for text in ("", "\n", ";\n", "%\n"):
        assert len(read(text).motion) == 0


def test_small_files_are_read_without_numpy():
    code = (
        "import sys\n"
        "from dcode.gcode.interpret import Reading, interpret\n"
        "from dcode.gcode.measure import measure\n"
        "measure(interpret(b'G0 X1\\n' * 19_000, Reading()).motion)\n"
        "measure(interpret(b'G0 X1\\n' * 19_000, Reading(), 'python').motion, 'python')\n"
        "assert 'numpy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
