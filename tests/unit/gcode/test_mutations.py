"""A sound program, broken in every way that has hurt somebody: each break must be found, or read as it was meant."""

from __future__ import annotations

import pytest

from dcode.gcode.interpret import Program, Reading, Scan, interpret
from dcode.gcode.measure import measure
from dcode.geometry.bounds import Bounds

try:
    from dcode.gcode import _scan
except ImportError:
    _scan = None

SOUND = [
    "G21",
    "G90",
    "M280 P0 S90",
    "G28",
    "G0 X10 Y10 F3000",
    "M280 P0 S40",
    "G1 X90 Y10 F500",
    "G1 X90 Y90",
    "G1 X10 Y90",
    "G1 X10 Y10",
    "M280 P0 S90",
    "G0 X0 Y0",
]
SHEET = Bounds(left=0, right=100, top=100, bottom=0)
SCANS: list[Scan] = ["python", "numpy", *(["compiled"] if _scan else [])]


@pytest.fixture(params=SCANS)
def read(request):
    def read(lines: list[str | bytes], end: bytes = b"\n") -> Program:
        data = end.join(line if isinstance(line, bytes) else line.encode() for line in lines)
        return interpret(data, Reading(), request.param)

    return read


def with_line(number: int, text: str | bytes) -> list[str | bytes]:
    return [*SOUND[: number - 1], text, *SOUND[number:]]


def bounds(program: Program) -> Bounds:
    found = measure(program.motion).bounds
    assert found is not None
    return found


def test_the_sound_program_has_nothing_wrong_with_it(read):
    program = read(SOUND)
    assert program.notes == []
    assert bounds(program) == Bounds(left=0, right=90, top=90, bottom=0)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize(
    "dress", [str.lower, lambda text: text.replace(" ", ""), lambda text: f" {text} ; X999 (", str]
)
def test_dress_changes_nothing(read, end, dress):
    assert list(read([dress(line) for line in SOUND], end).motion) == list(read(SOUND).motion)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (2, "G91"),  # every move now adds up
        (1, "G20"),  # ninety inches
        (7, "G1 X190 Y10 F500"),
        (7, "x190.f500"),
        (8, "G3 X90 Y90 J40"),  # bulges 40 mm to the right of both its ends; the ends are inside
        (8, "G2 X10 Y10 I-40 J0"),  # its ends are inside, its lowest point is at -30
        (8, "G2 X90 Y10 I-45"),  # a full circle
        (8, "G3 X90 Y90 R-41"),  # the long way round
        (5, "G92 X-50\nG0 X60 Y10"),
        (9, "G91\nG1 X10.5 Y5\nG90"),
        (9, "N5 (X1) G1 Y100.001"),
    ],
)
def test_what_leaves_the_sheet_has_bounds_outside_it(read, number, text):
    program = read(with_line(number, text))
    assert program.fatal == 0
    assert not SHEET.holds(bounds(program))


def test_arcs_are_measured_by_their_true_extremes(read):
    program = read(["G0 X50 Y50", "M3", "G2 X50 Y50 I-20.5"])
    assert bounds(program) == Bounds(left=9, right=50, top=70.5, bottom=29.5)


@pytest.mark.parametrize(
    ("text", "column", "kind"),
    [
        ("x-1e3", 4, "syntax"),
        ("G1 X1E3 Y5", 6, "syntax"),
        ("G1 X1 E3", 7, "unsupported"),
        ("G1 Xnan", 4, "syntax"),
        ("G1 Xinf Y1", 4, "syntax"),
        ("G1 X-inf", 4, "syntax"),
        ("G1 X1\0 Y2", 6, "syntax"),
        (b"G1 X1\xa0Y2", 6, "syntax"),
        ("G1 X\uff11", 4, "syntax"),  # a full-width one
        ("G1 X1,5", 6, "syntax"),
        ("G1 X1..5", 7, "syntax"),
        ("G1 X+-5", 4, "syntax"),
        ("G1 X0x10", 6, "conflict"),  # X0 and X10
        ("G1 X10 Y", 8, "syntax"),
        ("G1 X10 X20", 8, "conflict"),
        ("G1 X5 (a", 7, "syntax"),
        ("N7 G1 X10 Y90*1", 14, "syntax"),
        ("G1 X5 F0", 7, "value"),
        ("G1 X5 F-1", 7, "value"),
        ("G1 X1000000000000", 4, "syntax"),
        ("G18", 1, "unsupported"),
        ("G1 A5", 4, "unsupported"),
        ("M500", 1, "unsupported"),
        ("G2 X90 Y90", 0, "arc"),
        ("G2 X90 Y90 I5 J5", 0, "arc"),
        ("#100=5", 1, "syntax"),
        ("G1 X[1+2]", 4, "syntax"),
        ("$H", 1, "syntax"),
        ("!", 1, "syntax"),
        ("G1 X1 \x18", 7, "syntax"),
    ],
)
def test_what_cannot_be_meant_is_found_by_line_and_column(read, text, column, kind):
    program = read(with_line(8, text))
    assert [(note.line, note.column, note.kind) for note in program.notes if note.fatal] == [(8, column, kind)]


@pytest.mark.parametrize(
    "text", ["G1 X90 Y90 ; X500 Y-3", "(X500) G1 X90 Y90", "G1 (to X500) X90 Y90 (Y500)", "M117 X500"]
)
def test_what_comments_say_is_no_move(read, text):
    assert SHEET.holds(bounds(read(with_line(8, text))))


@pytest.mark.parametrize("text", ["G1 X.5 Y90", "g1x+.5y90.", "G01 X00.50 Y+90.0"])
def test_sparse_numbers_are_read_as_they_are(read, text):
    assert [(step.x, step.y) for step in read(with_line(8, text)).motion if step.line == 8] == [(0.5, 90.0)]


def test_a_missing_feed_is_remarked_and_the_machine_s_taken(read):
    program = read(with_line(7, "G1 X90 Y10"))
    assert [(note.line, note.kind, note.fatal) for note in program.notes] == [(7, "feed", False)]
    assert {step.value for step in program.motion if step.line == 7} == {500.0}
