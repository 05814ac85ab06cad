"""How good a link is said to be, and what the sender makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dcode.firmware.command import CommandKind
from dcode.streaming import events
from dcode.streaming.quality import LinkQuality
from dcode.streaming.state import SenderState

Make = Callable[..., Any]

EMPTY = b"<Run|WPos:0.000,0.000,0.000|Bf:15,128|FS:1500,0>\r\n"
HALF_FULL = b"<Run|WPos:0.000,0.000,0.000|Bf:7,90|FS:1500,0>\r\n"


def stream(d: Any, lines: int, ok: bytes) -> None:
    """So many lines without trouble."""
    for n in range(lines):
        d.queue(f"G1 X{n % 400}")
        d.say(ok)


def refuse(d: Any) -> None:
    """A line in flight is garbled, and goes out again."""
    number = d.sender._traffic.flight[0].number
    d.say(b"Error:checksum mismatch, Last Line: %d\nResend: %d\nok\n" % (number - 1, number))
    d.wait(0.2)


# -- counting, without a sender --------------------------------------------------------------------------------------


def test_the_ratio_is_of_the_last_hundred_lines() -> None:
    link = LinkQuality()
    assert link.summary().resend_ratio == 0.0
    for _ in range(3):
        link.trouble()
    for _ in range(47):
        link.taken(0.01)
    assert link.summary().resend_ratio == pytest.approx(3 / 50)
    for _ in range(50):
        link.taken(0.01)
    assert link.summary().resend_ratio == pytest.approx(3 / 100)
    link.taken(0.01)
    assert link.summary().resend_ratio == pytest.approx(2 / 100)


def test_round_trips_are_of_the_last_hundred_lines_too() -> None:
    link = LinkQuality()
    assert (link.summary().rtt, link.summary().rtt_max) == (None, None)
    link.taken(5.0)
    for _ in range(100):
        link.taken(0.02)
    assert (link.summary().rtt, link.summary().rtt_max) == (pytest.approx(0.02), 0.02)


def test_six_in_a_hundred_are_a_poor_link_and_five_hundred_clean_ones_a_good_one() -> None:
    link = LinkQuality()
    for _ in range(5):
        link.trouble()
    for _ in range(101):
        link.taken(0.01)
    assert not link.poor
    for _ in range(6):
        link.trouble()
    assert link.poor
    for _ in range(499):
        link.taken(0.01)
    assert link.poor
    link.taken(0.01)
    assert not link.poor


def test_a_link_that_now_and_then_is_in_trouble_stays_poor() -> None:
    link = LinkQuality()
    for _ in range(6):
        link.trouble()
    for n in range(5000):
        link.trouble() if n % 400 == 0 else link.taken(0.01)
    assert (link.poor, link.summary().resend_ratio) == (True, 0.0)


def test_what_is_counted_takes_no_memory() -> None:
    link = LinkQuality()
    for _ in range(10_000):
        link.trouble(0)
    assert len(link._troubles) <= 100
    assert link.summary().resend_ratio == 1.0


# -- the window ------------------------------------------------------------------------------------------------------


def test_one_accident_does_not_make_a_link_poor(at_work: Make) -> None:
    d = at_work("marlin", *["G1 X1"] * 4)
    refuse(d)
    d.say(b"ok\n" * 4)
    quality = d.sender.quality
    assert (quality.resend_ratio, quality.poor, d.sender.window) == (4 / 5, False, 4)  # the handshake's was one


def test_a_poor_link_has_one_line_in_flight_until_it_has_been_clean_for_long(at_work: Make) -> None:
    d = at_work("marlin", *["G1 X1"] * 4)
    refuse(d)
    d.say(b"ok\n" * 4)
    d.queue(*["G1 X2"] * 4)
    refuse(d)
    d.say(b"ok\n" * 4)
    assert (d.sender.quality.poor, d.sender.window) == (True, 1)
    assert d.queue("G1 X3", "G1 X4").count(b"\n") == 1
    assert d.say(b"ok\n").count(b"\n") == 1
    d.say(b"ok\n")
    stream(d, 500, b"ok\n")
    assert (d.sender.quality.poor, d.sender.window) == (False, 4)
    assert d.queue(*["G1 X5"] * 4).count(b"\n") == 4


def test_with_character_counting_too_a_poor_link_has_one_line_in_flight(at_work: Make) -> None:
    d = at_work("grbl", "G1 X1")
    for n in range(6):
        d.wait(2.5)  # its ok is lost
        d.say(b"<Idle|WPos:0.000,0.000,0.000|Bf:15,128|FS:0,0>\r\n")
        d.queue(f"G1 X{n}")
        d.say(b"ok\r\n")  # of the empty line in between
    d.say(b"ok\r\n")
    assert (d.sender.quality.poor, d.sender.window) == (True, 1)
    assert d.queue("G1 X1", "G1 X2", "G1 X3") == b"G1 X1\n"
    assert d.say(b"ok\r\n") == b"G1 X2\n"
    d.say(b"ok\r\nok\r\n")
    stream(d, 500, b"ok\r\n")
    assert d.queue("G1 X1", "G1 X2", "G1 X3") == b"G1 X1\nG1 X2\nG1 X3\n"


def test_a_lost_ok_that_the_next_one_makes_up_for_is_trouble(at_work: Make) -> None:
    d = at_work("marlin", *["G1 X1"] * 4)
    d.say(b"ok N4 P15 B3\n")
    assert d.sender.quality.resend_ratio == pytest.approx(3 / 5)  # of the handshake's and these


def test_barriers_and_homing_are_no_round_trips(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    d.now += 0.02
    d.say(b"ok\n")
    d.queue("M400", kind=CommandKind.BARRIER)
    d.now += 60.0
    d.say(b"ok\n")
    assert d.sender.quality.rtt_max == pytest.approx(0.02)


# -- starving --------------------------------------------------------------------------------------------------------


def test_a_line_that_goes_out_long_after_all_must_be_drawn_came_too_late(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1")
    for n in range(30):
        d.say(b"\n> \n")
        d.queue(f"G1 X{n}", seconds=0.1)
    d.say(b"\n> \n")
    assert d.sender.quality.starved == 0
    d.now += 6.0  # 24 lines in the planner and the one in flight, at half their speed, and the time to start: 5.3 s
    d.queue("G1 X99", seconds=0.1)
    assert d.sender.quality.starved == 1
    d.say(b"\n> \nOK N33 P15 B1\nOK N33 P15 B1\n")  # and the firmware, asked, says so too
    assert d.sender.quality.starved == 1


def test_slow_moves_that_the_firmware_keeps_for_long_are_not_too_late(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1")
    d.say(b"\n> \n")
    d.queue("G1 X1", seconds=0.1)
    for n in range(100):
        d.now += 0.4  # four times what they should take
        d.say(b"\n> \n")
        d.queue(f"G1 X{n}", seconds=0.1)
    assert d.sender.quality.starved == 0


def test_between_strokes_nothing_comes_too_late(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1")
    d.say(b"\n> \n")
    d.queue("M280 P0 S90", kind=CommandKind.PEN)
    d.say(b"\n> \n")
    d.now += 100.0
    d.queue("G1 X2", seconds=0.1)
    assert d.sender.quality.starved == 0


def test_a_report_of_an_empty_planner_in_mid_stroke_is_starving(at_work: Make) -> None:
    d = at_work("grbl", "G1 X0")
    d.say(b"ok\r\n")
    d.queue("M3 S40", kind=CommandKind.PEN)
    d.say(EMPTY + b"ok\r\n")
    d.queue("G1 X1", "G1 X2", "G1 X3")
    d.say(EMPTY)  # the first is on its way yet
    assert d.sender.quality.starved == 0
    d.say(b"ok\r\n" + HALF_FULL)
    assert d.sender.quality.starved == 0
    d.say(EMPTY)
    assert d.sender.quality.starved == 1
    d.say(b"ok\r\nok\r\n" + EMPTY)  # the end of what there was to draw
    assert d.sender.quality.starved == 1


def test_an_ok_that_tells_of_a_planner_with_nothing_but_its_own_line_is_starving(at_work: Make) -> None:
    d = at_work("marlin", "G1 X0")
    d.say(b"ok N1 P15 B3\n")
    d.queue("G1 X1", "G1 X2", "G1 X3")
    d.say(b"ok N2 P12 B3\n")
    assert d.sender.quality.starved == 0
    d.say(b"ok N3 P14 B3\n")
    assert d.sender.quality.starved == 1
    d.say(b"ok N4 P13 B3\n")
    assert d.sender.quality.starved == 1


def test_makelangelos_planned_lines_tell_as_much(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X0")
    for n, free in enumerate((b"15", b"14", b"15", b"13")):
        d.say(b"\n> \nOK N%d P%b B1\n" % (n, free))
        d.queue(f"G1 X{n}")
    assert d.sender.quality.starved == 1


# -- acknowledgements of no line -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "ack"), [("grbl", b"ok\r\n"), ("marlin", b"ok\n"), ("makelangelo", b"\n> \n")])
def test_a_firmware_that_acknowledges_without_end_is_the_end(at_work: Make, name: str, ack: bytes) -> None:
    d = at_work(name, "G1 X1")
    d.say(ack)
    for _ in range(100):
        d.now += 0.001
        d.say(ack)
    (failed,) = d.told
    assert isinstance(failed, events.Failed)
    assert "never sent" in failed.reason
    assert (d.acked, d.sender.state) == (["G1 X1"], SenderState.FAILED)
    for _ in range(1000):
        d.say(ack * 100)
    assert len(d.told) == 1


def test_a_firmware_that_says_everything_twice_is_found_out(at_work: Make) -> None:
    """A bridge that ends lines with CR and LF makes two lines of each for grbl."""
    d = at_work("grbl", "G1 X1")
    for n in range(100):
        d.now += 0.01
        d.say(b"ok\r\nok\r\n")
        if d.sender.state is SenderState.FAILED:
            break
        d.queue(f"G1 X{n}")
    assert d.sender.quality.poor
    assert isinstance(d.told[-1], events.Failed)


def test_late_acknowledgements_and_idle_prompts_are_not_too_many(at_work: Make) -> None:
    d = at_work("grbl", "G1 X1")
    d.say(b"ok\r\n" * 48)
    late = at_work("makelangelo", "G1 X1")
    late.say(b"\n> \n")
    for _ in range(2000):
        late.now += 2.0
        late.say(b"\n> \n")
    assert (d.told, late.told) == ([], [])
