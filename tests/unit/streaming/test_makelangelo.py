"""Prompts that are acknowledgements, and prompts that are none: the capture of Makelangelo-firmware."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dcode.firmware.command import CommandKind
from dcode.streaming import events
from dcode.streaming.state import SenderState

Make = Callable[..., Any]

PROMPT = b"\n> \n"
M114 = b"M114 X0.00 Y0.00 Z90.00 F150.00 A1000.00\n"


def test_the_count_and_the_strict_mode_are_proved_before_the_first_line(desk: Make) -> None:
    d = desk("makelangelo")
    assert d.queue("G1 X1") == b"M110 N0*35\n"
    assert d.say(PROMPT) == b"N0 D50 S1*93\n"
    assert d.say(PROMPT) == b""  # taken, or only idle
    assert d.say(b"D50 S1\r\n") == b"N1 M114*38\n"
    assert d.say(PROMPT) == b""
    assert d.say(M114) == b"N2 G1 X1*99\n"
    d.say(PROMPT)
    assert (d.acked, d.told[-1:], d.sender.state) == (
        ["G1 X1"],
        [events.Status("", (0.0, 0.0), {"x": "0.00", "y": "0.00"})],
        SenderState.IDLE,
    )


def test_a_firmware_that_counts_from_elsewhere_is_followed(desk: Make) -> None:
    """Strict from a session before: the bare reset is refused."""
    d = desk("makelangelo")
    d.queue("G1 X1")
    assert d.say(b"NOLINENUM 17\n> \n") == b"N17 D50 S1*107\n"
    d.say(PROMPT + b"D50 S1\r\n")
    assert d.say(PROMPT + M114) == b"N19 G1 X1*89\n"


def test_a_version_without_strict_mode_is_taken_without(desk: Make) -> None:
    d = desk("makelangelo")
    d.queue("G1 X1")
    assert d.say(PROMPT) == b"N0 D50 S1*93\n"
    d.say(PROMPT)
    assert d.wait(1.0) == b"N1 D50 S1*92\n"
    d.say(PROMPT)
    assert d.wait(1.0) == b"N2 D50 S1*95\n"
    d.say(PROMPT)
    assert d.wait(1.0) == b"N3 M114*36\n"
    assert d.say(PROMPT + M114) == b"N4 G1 X1*101\n"


def test_one_line_is_in_flight_and_each_prompt_is_for_it(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1", "G1 X2", "G1 X3")
    assert d.out == b"N2 G1 X1*99\n"
    assert d.say(PROMPT) == b"N3 G1 X2*97\n"
    assert d.say(b"\n> ") == b"N4 G1 X3*103\n"
    assert (d.acked, d.sender.window) == (["G1 X1", "G1 X2"], 1)


def test_idle_prompts_acknowledge_nothing(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1")
    d.say(PROMPT)
    for _ in range(5):
        d.now += 2.0
        d.say(PROMPT)
    assert d.queue("G1 X2") == b"N3 G1 X2*97\n"
    assert d.acked == ["G1 X1"]


@pytest.mark.parametrize("refusal", [b"BADCHECKSUM2\r\n", b"NOCHECKSUM 2\r\n", b"BADLINENUM 2\r\n", b"NOLINENUM 2"])
def test_the_prompt_after_a_refusal_is_for_nothing_and_the_line_goes_again(at_work: Make, refusal: bytes) -> None:
    d = at_work("makelangelo", "G1 X1", "G1 X2")
    assert d.say(refusal + PROMPT) == b"N2 G1 X1*99\n"
    assert d.acked == []
    assert d.say(PROMPT) == b"N3 G1 X2*97\n"
    assert (d.acked, d.sender.resends) == (["G1 X1"], 1)


def test_a_refusal_and_its_prompt_may_come_apart(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1")
    assert d.say(b"BADCHECK") == b""
    assert d.say(b"SUM2\r\n") == b""
    assert d.say(b"\n>") == b""
    assert d.say(b" ") == b"N2 G1 X1*99\n"


def test_a_lost_prompt_is_made_up_for_by_the_idle_prompt(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1", "G1 X2")
    d.now += 2.0
    assert d.say(PROMPT) == b"N3 G1 X2*97\n"


def test_a_line_that_never_arrived_is_fetched_back_by_its_number(at_work: Make) -> None:
    """An idle prompt was taken for its acknowledgement; the next line's number tells."""
    d = at_work("makelangelo", "G1 X1", "G1 X2")
    d.now += 2.0
    assert d.say(PROMPT) == b"N3 G1 X2*97\n"
    assert d.say(b"BADLINENUM 2\r\n" + PROMPT) == b"N2 G1 X1*99\n"
    assert d.say(PROMPT) == b"N3 G1 X2*97\n"
    d.say(PROMPT)
    assert d.acked == ["G1 X1", "G1 X2"]


def test_without_any_prompt_the_line_goes_again_and_its_number_tells_whether_it_was_had(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1", "G1 X2")
    assert d.wait(5.5) == b"N2 G1 X1*99\n"
    assert d.say(b"BADLINENUM 3\r\n" + PROMPT) == b"N3 G1 X2*97\n"
    assert d.acked == ["G1 X1"]


def test_silence_is_a_stall_after_as_many_tries_as_one_line_has(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1")
    assert d.wait(120.0) == b"N2 G1 X1*99\n" * 6
    (*resent, stalled) = d.told
    assert isinstance(stalled, events.Stalled)
    assert all(isinstance(event, events.Resent) for event in resent)


def test_a_line_that_is_refused_again_and_again_is_the_end(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1")
    for _ in range(10):
        d.say(b"BADCHECKSUM2\r\n" + PROMPT)
    assert isinstance(d.told[-1], events.Failed)
    assert d.sender.resends == 6


def test_a_firmware_that_asks_for_the_first_line_again_has_been_reset(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1", "G1 X2")
    d.say(PROMPT)
    assert d.say(b"BADLINENUM 0\r\n" + PROMPT) == b"N3 G1 X2*97\n"  # garbled, perhaps
    assert d.say(b"BADLINENUM 0\r\n" + PROMPT) == b""
    greeted = d.told[-1]
    assert isinstance(greeted, events.Greeted)
    assert ([command.text for command in greeted.lost], greeted.expected) == (["G1 X2"], False)
    assert (d.acked, d.sender.state) == (["G1 X1"], SenderState.FAILED)


def test_a_reset_after_many_lines_is_one_too(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1")
    for n in range(50):
        d.say(PROMPT)
        d.queue(f"G1 X{n}")
    for _ in range(2):
        d.say(b"BADLINENUM 0\r\n" + PROMPT)
    assert isinstance(d.told[-1], events.Greeted)


def test_a_number_that_was_garbled_once_is_no_reset(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1", "G1 X2")
    assert d.say(b"BADLINENUM 0\r\n" + PROMPT) == b"N2 G1 X1*99\n"
    assert d.say(PROMPT) == b"N3 G1 X2*97\n"
    d.say(PROMPT)
    assert (d.acked, d.sender.state) == (["G1 X1", "G1 X2"], SenderState.IDLE)


def test_a_line_that_was_refused_but_counted_takes_the_next_number(at_work: Make) -> None:
    """Older versions: BADCHECKSUM without a number."""
    d = at_work("makelangelo", "G1 X1", "G1 X2")
    assert d.say(b"BADCHECKSUM calc=71 sent=17\r\n" + PROMPT) == b"N3 G1 X1*98\n"
    assert d.say(PROMPT) == b"N4 G1 X2*102\n"


def test_a_limit_is_a_fault_although_the_prompt_came_and_nothing_more_goes_out(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1", "G1 X2", "G1 X3")
    assert d.say(b"\n> \nLIMIT MAX 0 | pos[i] = 10.00 | axies[i].limitMax = -0.01") == b""
    (fault,) = d.told
    assert isinstance(fault, events.Fault)
    assert fault.text.startswith("LIMIT MAX 0")
    assert d.sender.state is SenderState.HELD


def test_a_barrier_is_reached_when_it_answers_not_when_it_prompts(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1")
    d.say(PROMPT)
    d.queue("M114", kind=CommandKind.BARRIER)
    d.say(PROMPT)
    assert d.acked == ["G1 X1"]
    d.wait(10.0)
    d.say(b"M114 X1.00 Y0.00 Z90.00 F150.00 A1000.00\n")
    assert d.acked == ["G1 X1", "M114"]
    status = d.told[-1]
    assert isinstance(status, events.Status)
    assert status.position == (1.0, 0.0)


def test_a_barrier_whose_answer_is_lost_is_asked_once_more_as_a_new_line(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1")
    d.say(PROMPT)
    assert d.queue("M114", kind=CommandKind.BARRIER) == b"N3 M114*36\n"
    d.say(PROMPT)
    assert d.wait(25.0) == b"N4 M114*35\n"


def test_lines_of_planned_moves_are_not_acknowledgements(at_work: Make) -> None:
    """Other versions say OK N.. P.. B.. when a move has been planned."""
    d = at_work("makelangelo", "G1 X1", "G1 X2")
    assert d.say(b"OK N3 P15 B1\n") == b""
    assert d.acked == []
    assert d.say(PROMPT) == b"N3 G1 X2*97\n"


def test_the_answer_to_who_are_you_is_not_a_reset(at_work: Make) -> None:
    d = at_work("makelangelo", "M100")
    d.say(PROMPT + b"\n\nHELLO WORLD! I AM POLARGRAPH #0\nFirmware v11\n")
    assert (d.told, d.said) == ([], ["HELLO WORLD! I AM POLARGRAPH #0", "Firmware v11"])
    d.say(b"\n\nHELLO WORLD! I AM POLARGRAPH #0\n")
    assert isinstance(d.told[-1], events.Greeted)


def test_a_count_that_falls_back_to_the_same_line_over_and_over_is_the_end(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1", "G1 X2", "G1 X3")
    d.say(PROMPT)
    for _ in range(4):
        assert d.sender.state is not SenderState.FAILED
        d.say(PROMPT)  # of the line that the firmware then says it has not had
        d.say(b"BADLINENUM 2\n> \n")
    assert isinstance(d.told[-1], events.Failed)


def test_a_count_that_falls_back_further_than_idle_prompts_explain_is_the_end(at_work: Make) -> None:
    d = at_work("makelangelo", *[f"G1 X{n}" for n in range(8)])
    for _ in range(7):
        d.say(PROMPT)
    d.say(b"BADLINENUM 2\n> \n")
    assert isinstance(d.told[-1], events.Failed)
