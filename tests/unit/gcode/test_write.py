from __future__ import annotations

import struct
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.gcode import write as module
from dcode.gcode.interpret import Reading, interpret
from dcode.gcode.motion import Kind, Motion
from dcode.gcode.write import shortest, write


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1.5, 3, "1.5"),
        (-0.25, 3, "-0.25"),
        (-0.0, 3, "0"),
        (-0.0001, 3, "0"),
        (100.0, 3, "100"),
        (0.1 + 0.2, 3, "0.3"),
        (1e-7, None, "0.0000001"),
        (1e22, None, "10000000000000000000000"),
        (0.1 + 0.2, None, "0.30000000000000004"),
        (-12.0, None, "-12"),
        (7.6, 0, "8"),
        (123456.7891, 1, "123456.8"),
    ],
)
def test_shortest(value, decimals, text):
    assert shortest(value, decimals) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_finite_is_not_written(value):
    with pytest.raises(ValueError, match="cannot be written"):
        shortest(value)


@given(st.integers(-(10**9), 10**9))
def test_a_thousandth_survives(thousandths):
    text = shortest(thousandths / 1000)
    assert float(text) == thousandths / 1000
    assert len(text) <= len(f"{thousandths / 1000:.3f}")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_survives_in_full(value):
    text = shortest(value, None)
    assert float(text) == value
    assert "e" not in text.lower()


def test_letters_axes_and_feeds_are_left_out_where_they_do_not_change():
    motion = Motion()
    for kind, x, y, value in [
        (Kind.TRAVEL, 1, 2, 1000),
        (Kind.PEN_DOWN, 1, 2, 0),
        (Kind.DRAW, 3, 2, 500),
        (Kind.DRAW, 3, 2.5, 500),
        (Kind.DRAW, 4, 3, 500),
        (Kind.DRAW, 5, 3, 499.5),
        (Kind.PEN_UP, 5, 3, 0),
        (Kind.HOME, 0, 0, 0),
        (Kind.TRAVEL, 0, 1, 1000),
    ]:
        motion.append(kind, x, y, value, 1)
    assert write(motion).split() == [
        "G21G90",
        "G0X1Y2F1000",
        "M280P0S40",
        "G1X3F500",
        "Y2.5",
        "X4Y3",
        "X5F499.5",
        "M280P0S90",
        "G28",
        "G0Y1F1000",
    ]


coordinates = st.integers(-(10**6), 10**6).map(lambda n: n / 1000)
anything = st.floats(-1e6, 1e6)
feeds = st.floats(2**-10, 1e6, width=32)


@st.composite
def motions(draw: st.DrawFn, numbers: st.SearchStrategy[float]) -> Motion:
    """Motions as the interpreter makes them: no move to the same place, pens up and down in turn."""
    motion = Motion()
    x = y = 0.0
    down = False
    tool = None
    for _ in range(draw(st.integers(0, 25))):
        kind = draw(st.sampled_from([*Kind, Kind.TRAVEL, Kind.TRAVEL, Kind.TRAVEL]))
        value = 0.0
        if kind in (Kind.TRAVEL, Kind.DRAW):
            kind = Kind.DRAW if down else Kind.TRAVEL
            target = draw(numbers) + 0.0, draw(numbers) + 0.0
            if target == (x, y):
                continue
            (x, y), value = target, draw(st.sampled_from([500.0, 1000.0]) | feeds)
        elif kind in (Kind.PEN_UP, Kind.PEN_DOWN):
            kind = Kind.PEN_UP if down else Kind.PEN_DOWN
            down = not down
        elif kind == Kind.DWELL:
            value = draw(st.floats(2**-10, 1000, width=32))
        elif kind == Kind.PAUSE and draw(st.booleans()):
            motion.texts[len(motion)] = draw(st.sampled_from(["hello", "(a) b", "X1", "; ;"]))
        elif kind == Kind.PEN_CHANGE:
            if down:
                continue
            value = tool = draw(st.integers(0, 20).filter(lambda n, tool=tool: n != tool))
            if draw(st.booleans()):
                motion.texts[len(motion)] = draw(st.sampled_from(["red", "blue, #0000ff", "(b) T3"]))
        elif kind == Kind.HOME:
            if down:
                continue
            x = y = 0.0
        motion.append(kind, x, y, value, 1)
    return motion


def assert_the_same(first: Motion, second: Motion) -> None:
    for name in ("kind", "x", "y", "value"):
        assert getattr(first, name) == getattr(second, name), name
    assert first.texts == second.texts


@pytest.fixture(params=["compiled", "python"])
def way(request, monkeypatch):
    """Both ways of writing rows."""
    if request.param == "python":
        monkeypatch.setattr(module, "_scan", None)
    elif module._scan is None:
        pytest.skip("the compiled writer was not built")


@pytest.fixture(params=["ms", "s"])
def reading(request):
    return Reading(dwell_p=request.param)


@pytest.mark.usefixtures("way")
def test_thousandths_survive_writing_and_reading(reading):
    @given(motions(coordinates))
    def check(motion: Motion) -> None:
        text = write(motion, reading)
        program = interpret(text.encode(), reading)
        assert program.fatal == 0
        assert_the_same(motion, program.motion)
        assert write(program.motion, reading) == text

    check()


@pytest.mark.usefixtures("way")
def test_every_position_survives_in_full(reading):
    @given(motions(anything))
    def check(motion: Motion) -> None:
        assert_the_same(motion, interpret(write(motion, reading, None).encode(), reading).motion)

    check()


@given(motions(anything), st.integers(0, 9))
def test_both_ways_write_the_same(motion, decimals):
    with pytest.MonkeyPatch.context() as patch:
        fast = write(motion, decimals=decimals)
        patch.setattr(module, "_scan", None)
        assert write(motion, decimals=decimals) == fast


def test_halves_of_the_last_decimal_are_rounded_the_same_way(monkeypatch):
    motion = Motion()
    values = [0.0005, 0.0015, 0.0025, -0.0005, 2.6755, 1e13, 1e15 / 3, -5e15, 1.0005, 4503599627370.4965]
    for x in values:
        motion.append(Kind.TRAVEL, x, -x, 100, 1)
    fast = write(motion)
    monkeypatch.setattr(module, "_scan", None)
    assert write(motion) == fast


def test_feeds_are_written_as_short_as_32_bits_allow():
    for feed, text in ((1234.567, "F1234.567"), (0.1, "F0.1"), (1e6 / 3, "F333333.34"), (16777216.0, "F16777216")):
        motion = Motion()
        motion.append(Kind.TRAVEL, 1, 1, feed, 1)
        assert write(motion).split()[1] == f"G0X1Y1{text}"
        assert array("f", [float(text[1:])])[0] == struct.unpack("f", struct.pack("f", feed))[0]


def test_a_pen_s_own_angles_are_written_and_read(rows):
    motion = Motion()
    motion.append(Kind.PEN_DOWN, 0, 0, 0, 1)
    text = write(motion, Reading(servo_index=2, up_angle=10, down_angle=72.5))
    assert text.split()[1] == "M280P2S72.5"
