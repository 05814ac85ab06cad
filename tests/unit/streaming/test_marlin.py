"""Numbers, resends, keepalives: the captures of Marlin 2.1, and what a sender makes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dcode.firmware.command import Command, CommandKind
from dcode.streaming import events
from dcode.streaming.state import SenderState

Make = Callable[..., Any]

N1, N2, N3, N4 = b"N1 M105*38\n", b"N2 M105*37\n", b"N3 M105*36\n", b"N4 M105*35\n"
N5, N6, N7 = b"N5 M105*34\n", b"N6 M105*33\n", b"N7 M105*32\n"
QUERY = b"\nN2147483647 G90*42\n"


def refusal(last: int, why: bytes = b"checksum mismatch") -> bytes:
    return b"Error:%b, Last Line: %d\nResend: %d\nok\n" % (why, last, last + 1)


def answer(last: int) -> bytes:
    """To the question for the last line that Marlin has had."""
    return refusal(last, b"Line Number is not Last Line Number+1")


def test_the_count_is_set_and_proved_before_the_first_line(desk: Make) -> None:
    d = desk("marlin")
    assert d.queue("M105") == b"N0 M110 N0*125\nM110\n"
    assert d.say(b"ok\nok\n") == b""  # oks of lines that another sender left behind, and of N0
    assert d.say(b"Line: 0\n") == b""
    assert d.say(b"ok\n") == N1
    assert d.acked == []


def test_a_count_that_was_not_set_is_set_again(desk: Make) -> None:
    d = desk("marlin")
    d.queue("M105")
    assert d.say(b"ok\nLine: 41\nok\n") == b"N0 M110 N0*125\nM110\n"
    assert d.say(b"ok\nLine: 0\nok\n") == N1


def test_a_marlin_that_does_not_know_its_last_line_is_taken_at_its_oks(desk: Make) -> None:
    d = desk("marlin")
    d.queue("M105")
    d.say(b"ok\nok\n")
    assert d.wait(1.0) == b"N0 M110 N0*125\nM110\n"  # at once: a user waits for the machine to be connected
    assert d.wait(7.0) == b"N0 M110 N0*125\nM110\n"  # unless nothing is acknowledged
    d.say(b"ok\nok\n")
    assert d.wait(1.0) == N1


def test_four_lines_are_in_flight_and_no_more_than_the_ring_holds(at_work: Make) -> None:
    d = at_work("marlin", *["M105"] * 6)
    assert d.out == N1 + N2 + N3 + N4
    assert d.say(b"ok T:0\n") == N5
    assert d.sender.window == 4
    long = at_work("marlin", *["G1 X-123.456 Y-123.456 F18000"] * 4)
    assert long.out.count(b"\n") == 3
    assert len(long.out) <= 127


@pytest.mark.parametrize("ok", [b"ok\n", b"ok\r\n", b"ok T:0\n", b"ok P15 B3\n", b"ok N1 P0 B3\n"])
def test_every_form_of_ok_is_one(at_work: Make, ok: bytes) -> None:
    d = at_work("marlin", "M105")
    d.say(ok)
    assert (d.acked, d.sender.state) == (["M105"], SenderState.IDLE)


def test_the_ok_of_a_resend_is_not_counted_and_lines_go_again_from_the_one_asked_for(at_work: Make) -> None:
    """As captured: N6 good, N7 garbled, N8 to N10 thrown away; one Resend: 7."""
    d = at_work("marlin", *["M105"] * 4)
    d.say(b"ok T:0\n" * 2)
    assert d.queue("M105", "M105") == N5 + N6
    assert d.say(refusal(3)) == b""  # quiet first: what is behind is refused as well
    assert (d.acked, d.sender.state) == (["M105"] * 2, SenderState.RESENDING)
    assert d.wait(0.2) == N4 + N5 + N6  # and N3 still waits for its ok
    (resent,) = d.told
    assert (resent.first, resent.count) == (4, 3)
    d.say(b"ok T:0\n" * 4)
    assert (len(d.acked), d.sender.state, d.sender.resends) == (6, SenderState.IDLE, 3)


def test_the_refusals_of_the_lines_behind_are_not_asked_for_again(at_work: Make) -> None:
    d = at_work("marlin", *["M105"] * 4)
    d.say(refusal(0))
    for _ in range(3):
        d.wait(0.05)
        assert d.say(refusal(0, b"Line Number is not Last Line Number+1")) == b""
    assert d.wait(0.2) == N1 + N2 + N3 + N4
    assert len(d.told) == 1
    d.say(b"ok\n" * 4)
    assert len(d.acked) == 4


def test_a_line_that_was_acknowledged_by_mistake_goes_again_and_is_told_once(at_work: Make) -> None:
    d = at_work("marlin", *["M105"] * 2)
    d.say(b"ok\nok\n")  # the second one was of a refusal whose text was garbled
    d.queue("M105")
    d.say(refusal(1))
    assert d.wait(0.2) == N2 + N3
    d.say(b"ok\nok\n")
    assert (d.acked, d.sender.acked) == (["M105"] * 3, 3)


def means_it(d: Any, last: int) -> None:
    """The firmware is asked for its last line, and says it twice: garbled, it would not say the same."""
    assert d.wait(0.1) == QUERY
    d.say(answer(last))


def test_a_resend_without_a_number_that_can_be_is_the_end_when_the_firmware_means_it(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    d.say(b"Resend: 9999\nok\n")
    means_it(d, 9998)
    (failed,) = d.told
    assert isinstance(failed, events.Failed)
    assert (d.acked, d.sender.state) == ([], SenderState.FAILED)


def test_a_resend_of_a_line_that_is_not_kept_any_more_is_the_end_when_the_firmware_means_it(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    for _ in range(50):
        d.say(b"ok\n")
        d.queue("M105")
    d.say(b"Resend: 3\nok\n")
    means_it(d, 2)
    (failed,) = d.told
    assert isinstance(failed, events.Failed)
    assert "3" in failed.reason


@pytest.mark.parametrize("garbled", [b"Resend: 9999\n", b"Resend: 77\n", b"Resend: 3\n"])
def test_a_resend_whose_number_was_garbled_costs_a_question_and_not_the_job(at_work: Make, garbled: bytes) -> None:
    d = at_work("marlin", "M105")
    for _ in range(50):
        d.say(b"ok\n")
        d.queue("M105")
    d.say(garbled + b"ok\n")  # meant was 51, the one in flight
    means_it(d, 50)
    assert d.wait(0.2).startswith(b"N51 ")
    d.say(b"ok\n")
    assert (len(d.acked), d.sender.state) == (51, SenderState.IDLE)


def test_of_two_numbers_in_one_refusal_the_second_is_not_believed_over_the_first(at_work: Make) -> None:
    d = at_work("marlin", *["M105"] * 4)
    d.say(b"Error:checksum mismatch, Last Line: 1\nResend: 72\nok\n")
    assert d.wait(0.2) == N2 + N3 + N4
    assert d.sender.state is SenderState.STREAMING


def test_refusals_without_an_end_do_not_keep_it_waiting_for_ever(at_work: Make) -> None:
    d = at_work("marlin", *["M105"] * 4)
    for _ in range(2000):  # one every 50 ms
        d.say(refusal(0))
        d.wait(0.05)
    assert isinstance(d.told[-1], events.Failed)
    assert d.sender.resends <= 5 * 4


def test_resends_of_what_was_never_sent_do_not_go_on_for_ever(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    d.say(b"Resend: 9999\nok\n" * 2)
    assert isinstance(d.told[-1], events.Failed)


def test_resends_of_the_next_line_do_not_go_on_for_ever(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    for _ in range(2000):
        d.say(b"Resend: 2\nok\n")
        d.wait(0.05)
    assert isinstance(d.told[-1], events.Stalled)


# -- resets that nobody heard of -------------------------------------------------------------------------------------


def test_a_firmware_that_asks_for_the_first_line_again_has_been_reset(at_work: Make) -> None:
    d = at_work("marlin", *["G1 X1"] * 20)
    for _ in range(10):
        d.say(b"ok\n")
    d.say(b"Error:Line Number is not Last Line Number+1, Last Line: 0\n")  # which may be 10, garbled
    assert d.told == []
    d.say(b"Resend: 1\nok\n")
    (greeted,) = d.told
    assert isinstance(greeted, events.Greeted)
    assert (greeted.expected, len(greeted.lost)) == (False, 4)
    assert "line 1 again" in greeted.text
    assert (d.sender.state, d.send()) == (SenderState.FAILED, b"")
    d.sender.abort()
    assert d.queue("M280 P0 S90") == b"N0 M110 N0*125\nM110\n"


def test_a_reset_between_two_lines_is_noticed_by_the_next(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    for _ in range(60):
        d.say(b"ok\n")
        d.queue("M105")
    d.say(refusal(0, b"Line Number is not Last Line Number+1"))
    assert isinstance(d.told[-1], events.Greeted)


def test_a_reset_that_only_the_answer_to_the_question_shows_is_one(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    for _ in range(20):
        d.say(b"ok\n")
        d.queue("M105")
    assert d.wait(6.5) == QUERY
    d.say(answer(0))
    assert isinstance(d.told[-1], events.Greeted)


def test_a_first_line_that_was_garbled_is_no_reset(at_work: Make) -> None:
    d = at_work("marlin", *["M105"] * 4)
    d.say(b"ok\nok\n")  # of refusals whose texts were garbled
    d.say(refusal(0))
    assert d.wait(0.2) == N1 + N2 + N3 + N4


def test_either_line_of_a_banner_is_a_greeting_and_both_are_one(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    d.say(b"st\x00r\x80\nMarlin bugfix-2.1.x\n")
    assert [type(event) for event in d.told] == [events.Greeted]
    other = at_work("marlin", "M105")
    other.say(b"start\nMarlin bugfix-2.1.x\n")
    assert [type(event) for event in other.told] == [events.Greeted]


def test_a_resend_of_the_next_line_means_that_all_were_taken(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    assert d.say(b"Resend: 2\nok\n") == b""
    assert d.told == []
    d.say(b"ok\n")
    assert d.acked == ["M105"]


def test_the_same_line_is_not_sent_again_for_ever(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    for _ in range(20):
        d.say(refusal(0))
        d.wait(0.2)
    assert d.sender.state is SenderState.FAILED
    assert isinstance(d.told[-1], events.Failed)
    assert d.sender.resends == 5


def test_keepalives_are_patience_and_their_absence_a_question(at_work: Make) -> None:
    d = at_work("marlin", "G28")
    for _ in range(300):  # ten minutes
        assert d.wait(2.0) == b""
        d.say(b"echo:busy: processing\n")
    assert d.sender.state is SenderState.STREAMING
    assert QUERY in d.wait(10.0)


def test_a_lost_ok_is_found_by_asking_for_the_last_line(at_work: Make) -> None:
    d = at_work("marlin", *["M105"] * 4)
    d.say(b"ok\n")  # and three are lost
    assert d.wait(6.5) == QUERY
    d.say(answer(4))
    assert (len(d.acked), d.sender.state, d.told) == (4, SenderState.IDLE, [])
    assert d.queue("M105") == N5


@pytest.mark.parametrize(
    "half", [b"Error:Line Number is not Last Line Number+1, Last Line: 4\nok\n", b"Resend: 5\nok\n"]
)
def test_half_an_answer_may_be_garbled_and_is_asked_for_again(at_work: Make, half: bytes) -> None:
    d = at_work("marlin", *["M105"] * 4)
    assert d.wait(6.5) == QUERY
    assert d.say(half) == b""
    assert d.acked == []
    assert d.wait(0.2) == QUERY
    d.say(answer(4))
    assert (len(d.acked), d.sender.state) == (4, SenderState.IDLE)


def test_every_question_has_an_ok_of_its_own_however_late(at_work: Make) -> None:
    d = at_work("marlin", *["M105"] * 4)
    assert d.wait(13.0) == QUERY * 3
    d.say(answer(4) * 2)
    assert len(d.acked) == 4
    d.queue("M105")
    d.say(answer(4))  # the answer to the third question
    assert len(d.acked) == 4
    d.say(b"ok\n")
    assert len(d.acked) == 5


def test_a_barrier_that_is_sent_behind_the_questions_is_not_reached_by_their_answers(at_work: Make) -> None:
    """Marlin counts a line when it is queued; M400 then still waits behind the move that is being made."""
    d = at_work("marlin", "M105")
    assert d.wait(10.0) == QUERY * 2
    d.queue("M400", kind=CommandKind.BARRIER)
    d.say(answer(2) * 2)
    assert d.acked == ["M105"]
    d.say(b"ok\n")
    assert d.acked == ["M105", "M400"]


def test_lost_lines_go_again_after_the_question(at_work: Make) -> None:
    d = at_work("marlin", *["M105"] * 4)
    d.wait(6.5)
    assert d.say(answer(2)) == b""
    assert len(d.acked) == 2
    assert d.wait(0.2) == N3 + N4
    d.say(b"ok\nok\n")
    assert (len(d.acked), d.sender.state) == (4, SenderState.IDLE)


def test_silence_after_every_question_is_a_stall(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    assert d.wait(60.0) == QUERY * 4
    assert isinstance(d.told[-1], events.Stalled)


def test_slow_moves_are_waited_for_before_anything_is_asked(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    d.say(b"ok\n")
    for n in range(4):
        d.queue(f"G1 X{n}", seconds=10.0)
    assert d.wait(20.0) == b""  # twice the first one's time, and six seconds
    assert d.wait(8.0) == QUERY


def test_an_ok_that_names_its_line_makes_up_for_lost_ones_and_for_repeated_ones(at_work: Make) -> None:
    d = at_work("marlin", *["M105"] * 4)
    d.say(b"ok N3 P15 B3\n")
    assert len(d.acked) == 3
    d.say(b"ok N3 P15 B3\n")
    assert len(d.acked) == 3
    d.say(b"ok N4 P15 B3\n")
    assert d.sender.state is SenderState.IDLE


@pytest.mark.parametrize(
    "said", [b"echo:Home XYZ First\r\n", b"Error:Servo 1 out of range\n", b'echo:Unknown command: "M106"\n']
)
def test_a_line_that_was_not_carried_out_is_refused_although_its_ok_follows(at_work: Make, said: bytes) -> None:
    d = at_work("marlin", "M106", "M105", "M105")
    d.say(said)
    (refused,) = d.told
    assert isinstance(refused, events.Refused)
    assert (refused.command.text, refused.text) == ("M106", said.decode().strip())
    assert d.sender.state is SenderState.HELD
    d.say(b"ok\nok T:0\n")
    assert (d.acked, d.sender.acked) == (["M105"], 1)


def test_a_line_that_lost_its_number_is_not_acknowledged_by_its_ok(at_work: Make) -> None:
    d = at_work("marlin", *["M105"] * 2)
    d.say(b'echo:Unknown command: "1 M105"\nok\n' + refusal(0))
    assert d.acked == []
    assert d.wait(0.2) == N1 + N2


def test_a_kill_is_a_fault_and_a_start_a_reset(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    d.say(b"echo:M112 Shutdown\nError:Printer halted. kill() called!\n")
    assert isinstance(d.told[-1], events.Fault)
    assert d.sender.state is SenderState.HELD
    d.say(b"start\nMarlin bugfix-2.1.x\n")
    assert isinstance(d.told[-1], events.Greeted)
    assert d.sender.state is SenderState.FAILED
    d.sender.abort()
    assert d.queue("M105") == b"N0 M110 N0*125\nM110\n"


def test_a_button_at_the_machine_is_passed_on(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    d.say(b"//action:pause\n")
    assert d.told == [events.Action("pause")]


@pytest.mark.parametrize(
    ("capture", "at_once"), [("marlin21_eparser_advok.txt", True), ("marlin21_polargraph_basic.txt", False)]
)
def test_m112_is_a_stop_only_where_marlin_says_that_it_hears_it_at_once(
    desk: Make, capture: str, at_once: bool
) -> None:
    said = (Path(__file__).parents[2] / "data" / "transcripts" / capture).read_text("utf-8")
    stop = desk("marlin").profile.adapted(said).stop
    assert (stop.line, stop.line_at_once, stop.dtr) == ("M112", at_once, True)


def test_an_emergency_line_goes_out_before_all_and_without_a_number(at_work: Make) -> None:
    d = at_work("marlin", *["M105"] * 6)
    d.sender.realtime(b"M112\n")
    d.sender.abort()
    assert d.send() == b"M112\n"


def test_a_barrier_has_time_for_all_that_is_before_it(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    d.say(b"ok\n")
    d.queue("M400", kind=CommandKind.BARRIER)
    assert d.wait(20.0) == b""
    assert d.wait(2.0) == QUERY


def test_what_was_refused_and_not_sent_again_is_given_back_by_an_abort(at_work: Make) -> None:
    d = at_work("marlin", *["M105"] * 4)
    d.sender.queue(Command("M114"))
    d.say(b"ok\n")
    d.say(refusal(2))
    assert [command.text for command in d.sender.abort()] == ["M105", "M105", "M114"]
    assert len(d.sender.in_flight) == 1
    assert d.queue("G1 X5") == b"N3 G1 X5*102\n"  # the number that Marlin expects


def test_hours_of_moves_do_not_make_it_wait_for_hours(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    for n in range(2000):
        d.queue(f"G1 X{n}", seconds=2.0)
        d.now += 2.0
        d.say(b"ok\n")
    # at most what 20 lines in the planner and the queue and 1 in flight may take, doubled, and six seconds
    assert QUERY in d.wait(2 * 2.0 * 21 + 7)


def test_after_a_barrier_nothing_is_waited_for_but_the_line_itself(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    for n in range(10):
        d.queue(f"G1 X{n}", seconds=10.0)
        d.say(b"ok\n")
    d.say(b"ok\n")
    d.queue("M400", kind=CommandKind.BARRIER)
    d.say(b"ok\n")
    d.queue("M280 P0 S90")
    assert d.wait(6.5) == QUERY
