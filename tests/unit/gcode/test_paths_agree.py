"""The compiled and the numpy path give what the careful path gives, to the last bit and note."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.gcode import columns
from dcode.gcode.interpret import Program, Reading, Scan, interpret
from dcode.gcode.motion import COLUMNS

try:
    from dcode.gcode import _scan
except ImportError:
    _scan = None


def cases(text: str) -> list[str]:
    return text.split(" | ")


FAST: list[Scan] = ["numpy", *(["compiled"] if _scan else [])]


@pytest.fixture(autouse=True, scope="module")
def small_chunks():
    """Make the numpy path cut where it can: runs of one line, chunks of a few lines."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "_SHORT_RUN", 1)
        patch.setattr(columns, "_CHUNK", 200)
        yield


def contents(program: Program) -> dict[str, object]:
    columns_ = {name: bytes(memoryview(getattr(program.motion, name))) for name in COLUMNS}
    return {
        **columns_,
        "texts": program.motion.texts,
        "start": program.motion.start,
        "notes": program.notes,
        "more": (program.more_notes, program.fatal, program.lines),
    }


def assert_all_agree(data: bytes, reading: Reading | None = None) -> None:
    reading = reading or Reading()
    careful = contents(interpret(data, reading, "python"))
    for scan in FAST:
        assert contents(interpret(data, reading, scan)) == careful, scan


numbers = st.one_of(
    st.integers(-2000, 2000).map(str),
    st.integers(-200000, 200000).map(lambda n: f"{n / 100:.2f}"),
    st.floats(-1e3, 1e3).map(lambda x: f"{x:.6f}"),
    st.floats(-1e3, 1e3).map(lambda x: f"{x:.13f}"),
    st.sampled_from(["0", "-0", "-0.0", "+.5", "-.5", "5.", "007", "1e3", "1.2.3", "--1", "", ".", "-", "nan", "inf"]),
    st.sampled_from(["9007199254740993", "0.30000000000000004", "123456789012345678", "1000000000", "1000000000.1"]),
)
feeds = st.sampled_from(["500", "1000", "0.5", "0", "-3", "1234.567", ""])


@st.composite
def moves(draw: st.DrawFn) -> str:
    words = [draw(st.sampled_from(["G0", "G1", "g1", "G01", "G00", "", "", "G1 ", "G 1", "G1.0"]))]
    for letter in draw(st.permutations(["X", "Y", "F", "x", "Z"]))[: draw(st.integers(0, 3))]:
        words.append(letter + draw(feeds if letter == "F" else numbers))
    if draw(st.integers(0, 20)) == 0:
        words.insert(0, draw(st.sampled_from(["N10 ", "N5", "N", "N1.5 ", "N-1", "N12345678901"])))
    return draw(st.sampled_from(["", " ", "\t"])).join(words)


@st.composite
def plain_moves(draw: st.DrawFn) -> str:
    x, y = draw(st.integers(-9999, 9999)), draw(st.integers(-9999, 9999))
    return draw(
        st.sampled_from([f"G1 X{x / 100} Y{y / 100}", f"G0X{x}Y{y}", f"X{x / 8}", f"g1 y{y / 1000:.3f} f{abs(x) + 1}"])
    )


pens = st.sampled_from(
    cases(
        "M280 P0 S90 | M280 P0 S40 | M280 P0 S40 ; down | M3 S1000 | M5 | M3 | M3 S0 | S0 | S100 | M4 | M400 | "
        "G4 P100 | G4 S0.5 | G4 P0 | M280 P1 S40 | M280 P0 | M280 P0 S-1 | M3 S90 (down) | m5 | G4 | M5 S0"
    )
)
others = st.sampled_from(
    cases(
        "G20 | G21 | G90 | G91 | G90 G1 X1 | G21G90 | G28 | G28 X0 Y0 | G28 Z | G92 X0 Y0 | G92 X1.5 | G92.1 | "
        "G2 X10 Y0 I5 J0 | G3 X1 Y1 R20 | G2 I3 | G3 X5 Y5 I5 | G90.1 | G91.1 | G17 | G18 | G94 | G93 | X1 I2 | "
        "M0 | M0 Change the pen | M1 (now blue) | T1 | T2 M6 | M6 | M84 | M18 | M17 | M114 | M106 S255 | G1 Z0 | "
        "G1 Z5 | G1 Z-1 X3 | G0 Z5 X4 Y4 F700 | G54 | G40 G49 | M203 X100 | M117 G1 X5 | M999 | G5 X1 | E5 | "
        "G1 E5 |  |   | ;only a comment | (a) | (X1) G1 X2 (Y3) | G1 X1 ; Y2 ( | G1 X1 (open | ) G1 X1 | % | "
        "G1 G0 X1 | G1 X1 X2 | G1 X1 Y | G1 XY1 2 | 1X | X 1 2 | X\n1 | N3 G1 X5* | N1 G1 X1*98 | G1 X1 *3 | "
        "M2 | M30 | /G1 X1 | F300 | G0 F3000 | G1 F200 | G1 X1\x00 | ; \x07 | ;\x80\xff | G1 X1 ;\x7f | \xe9 | "
        "O1000 | G1 X1 A2 | G4 X1"
    )
)
some_lines = st.lists(st.one_of(plain_moves(), plain_moves(), moves(), pens, pens, others), min_size=0, max_size=40)
ends = st.sampled_from(["\n", "\n", "\r\n", "\r"])
readings = st.builds(
    replace,
    st.just(Reading()),
    home=st.sampled_from([(0.0, 0.0), (-0.0, -0.0), (10.0, 594.5)]),
    start=st.sampled_from([None, (1.0, 2.0)]),
    z_up=st.sampled_from([5.0, None]),
    spindle_is_pen=st.booleans(),
    dwell_p=st.sampled_from(["ms", "s"]),
    arc_tolerance=st.just(0.5),
)


@settings(max_examples=400, deadline=None)
@given(some_lines, ends, readings, st.booleans())
def test_any_mixture_of_lines(lines: list[str], end: str, reading: Reading, finished: bool) -> None:
    text = end.join(lines) + (end if finished else "")
    assert_all_agree(text.encode("utf-8"), reading)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(plain_moves(), pens), max_size=30), st.data())
def test_plain_programs_with_a_few_bytes_broken(lines: list[str], data: st.DataObject) -> None:
    program = bytearray("\n".join(lines).encode())
    for _ in range(data.draw(st.integers(0, 4))):
        if program:
            place = data.draw(st.integers(0, len(program) - 1))
            program[place] = data.draw(st.one_of(st.integers(0, 255), st.sampled_from(list(b"GXYF.-+ \n\r;()*%NM09"))))
    assert_all_agree(bytes(program))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes(data: bytes) -> None:
    assert_all_agree(data)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(numbers, numbers), max_size=30), st.booleans(), st.booleans())
def test_numbers_are_read_alike(pairs: list[tuple[str, str]], relative: bool, inches: bool) -> None:
    head = ["G91" if relative else "G92 X0.1 Y-7.3", "G20" if inches else "G21", "M280 P0 S40"]
    lines = [f"G1 X{x} Y{y} F{len(x)}" for x, y in pairs]
    assert_all_agree("\n".join(head + lines).encode())


@pytest.mark.parametrize(
    "text",
    [
        "G2 X10 Y0 I5 J0\nX5 Y5\nF200\n\nG1\nX7",  # bare axes after an arc are an arc
        "M280P0S40\nG3 X10 R5\nX5\nX6\nG0 F900\nX7\nX8 Y1",
        ";" + "x" * 10_000 + "\nG1 X1",  # a line too long, and one just short enough
        ";" + "x" * 9_999 + "\nG1 X1",
        "G1 X1" + " " * 9_996 + "\nG1 X2",
        "G1 X1 Y1\r\r\nG1 X2\n\rG1 X3",
        "\ufeffG1 X1\n\ufeffG1 X2",
        "%\nG1 X1\n%\nG1 X2",
        "G1 X1\n%\nG1 X2",
        "N1 G1 X5*110\nN2 G1 X5*110\nN3 G1 X6*1111\nN4 G1 X7 * 93 ;c\nN5 G1 X8*91 G1",
        "M3 S500\nG1 X1\nS0\nG1 X2\nS9\nG1 X3\nM5\nS1\nG1 X4\nM3\nG1 X5\nM5\nS0\nM3\nX6",
        "M280 P0 S40\nG1 X0 Y0\nG1 X0\nM280 P0 S90\nM280 P0 S90",
        "".join(f"M280 P0 S{angle}\nG1 X{angle}\n" for angle in range(120)),  # more pen lines than are kept
    ],
)
def test_cases_that_chance_seldom_finds(text: str) -> None:
    assert_all_agree(text.encode())


def test_a_file_larger_than_every_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "_SHORT_RUN", 24)
    monkeypatch.setattr(columns, "_CHUNK", 1 << 18)
    lines = [f"G1 X{i % 977}.{i % 7} Y{i % 13}" if i % 50 else f"M280 P0 S{40 + i % 100}" for i in range(90_000)]
    lines[40_000] = "G91"
    lines[40_100] = "G20"
    assert_all_agree("\n".join(lines).encode())
