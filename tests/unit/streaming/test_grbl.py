"""Character counting, and what the captures of grbl 1.1h teach: stray oks, holds, alarms, lost acknowledgements."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import pytest

from dcode import errors
from dcode.firmware.command import Command, CommandKind
from dcode.streaming import events
from dcode.streaming.state import SenderState

Make = Callable[..., Any]

IDLE = b"<Idle|WPos:0.000,0.000,0.000|FS:0,0>\r\n"
IDLE_EMPTY = b"<Idle|WPos:0.000,0.000,0.000|Bf:15,128|FS:0,0>\r\n"
HOLD = b"<Hold:0|WPos:14.988,0.000,0.000|Bf:14,122|FS:0,0>\r\n"


def run_at(x: float) -> bytes:
    return b"<Run|WPos:%.3f,0.000,0.000|Bf:0,40|FS:1500,0>\r\n" % x


def test_old_acknowledgements_are_not_counted_before_the_sync_line_is_answered(desk: Make) -> None:
    d = desk("grbl")
    assert d.queue("G1 X1") == b"$G\n"
    assert d.say(b"ok\r\nok\r\nerror:9\r\n") == b""  # of lines that another sender left behind
    assert d.say(b"[GC:G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0]\r\n") == b""
    assert d.say(b"ok\r\n") == b"G1 X1\n"
    assert (d.acked, d.told) == ([], [])


def test_lines_go_out_until_the_window_is_full_and_go_on_with_each_ok(at_work: Make) -> None:
    lines = [f"G1 X{n}.123 Y{n}.456 F1500" for n in range(10, 30)]  # 25 bytes with the line end
    d = at_work("grbl", *lines[:16])
    assert d.out == "".join(f"{line}\n" for line in lines[:3]).encode()  # 75 of 128 bytes: what is more is a reserve
    assert d.say(b"ok\r\n") == f"{lines[3]}\n".encode()
    assert d.say(b"ok\r\nok\r\n") == f"{lines[4]}\n{lines[5]}\n".encode()
    assert d.acked == lines[:3]


def test_two_acknowledgements_too_many_do_not_make_the_buffer_overflow(at_work: Make) -> None:
    lines = [f"G1 X{n}.123 Y{n}.456 F1500" for n in range(10, 30)]
    d = at_work("grbl", *lines[:16])
    held = 3  # lines that the firmware still has
    for said in (b"ok\r\nok\r\n", b"ok\r\nok\r\n"):  # of one line each
        held += d.say(said).count(b"\n") - 1
    assert held == 5
    assert 25 * held <= 127


def test_never_more_bytes_than_the_buffer_holds_whatever_their_lengths(at_work: Make) -> None:
    texts = [f"G1 X{n}" + "0" * (n * 7 % 60) for n in range(1, 60)]
    waiting = deque(texts)
    d = at_work("grbl", waiting.popleft())
    flight = deque([len(texts[0]) + 1])
    while flight:
        while d.sender.room and waiting:
            d.sender.queue(Command(waiting.popleft()))
        flight.extend(len(line) + 1 for line in d.send().split(b"\n") if line)
        assert sum(flight) <= 76
        flight.popleft()
        flight.extend(len(line) + 1 for line in d.say(b"ok\r\n").split(b"\n") if line)
    assert d.acked == texts


def test_a_line_with_an_error_is_refused_at_once_and_nothing_goes_out_behind_it(at_work: Make) -> None:
    d = at_work("grbl", *[f"G1 X{n}" for n in range(40)][:16])
    d.say(b"ok\r\n")
    d.sender.queue(Command("G1 X99"))
    assert d.say(b"error:22\r\n") == b""
    (refused,) = d.told
    assert isinstance(refused, events.Refused)
    assert (refused.command.text, refused.code) == ("G1 X1", 22)
    assert "feed" in refused.text
    assert (d.sender.state, d.sender.room) == (SenderState.HELD, 0)
    d.say(b"ok\r\n" * 3)  # what is in flight is still answered
    assert d.acked == ["G1 X0", "G1 X2", "G1 X3", "G1 X4"]
    assert d.sender.abort()[-1].text == "G1 X99"


def test_realtime_bytes_go_first_and_outside_the_window(at_work: Make) -> None:
    d = at_work("grbl", *["G1 X1.000 Y1.000 F1000"] * 16)
    d.sender.realtime(b"!")
    assert d.send() == b"!"
    d.sender.hold()
    d.sender.realtime(b"?")
    assert d.say(b"ok\r\n") == b"?"
    d.sender.resume()
    d.sender.realtime(b"~")
    assert d.send() == b"~G1 X1.000 Y1.000 F1000\n"


def test_an_acknowledgement_too_many_is_ignored_when_nothing_waits_for_it(at_work: Make) -> None:
    d = at_work("grbl", "G1 X1")
    d.say(b"ok\r\nok\r\nok\r\n")
    assert (d.acked, d.sender.state) == (["G1 X1"], SenderState.IDLE)
    assert d.queue("G1 X2") == b"G1 X2\n"
    assert d.acked == ["G1 X1"]


def test_a_fuller_buffer_than_there_is_in_flight_makes_the_window_smaller(at_work: Make) -> None:
    d = at_work("grbl", *["G1 X1.000 Y1.000 F1000"] * 6)  # 23 bytes each
    d.say(b"ok\r\n" * 2)  # one of them was none
    d.say(b"<Run|WPos:1.000,0.000,0.000|Bf:0,36|FS:1500,0>\r\n")  # 92 bytes in use, and 69 in flight
    assert d.say(b"ok\r\n") == b""
    assert d.say(b"<Run|WPos:1.000,0.000,0.000|Bf:0,82|FS:1500,0>\r\n") == b"G1 X1.000 Y1.000 F1000\n"


def test_a_barrier_that_was_acknowledged_early_leaves_nothing_behind_once_the_machine_is_waited_for(
    at_work: Make,
) -> None:
    """Its owner asks for the state after a barrier and sends nothing before that is Idle; by then the rest is here."""
    d = at_work("grbl", "G1 X1", "G1 X2")
    d.queue("G4 P0", kind=CommandKind.BARRIER)
    d.say(b"ok\r\nok\r\n")
    d.say(b"ok\r\n")  # of "G1 X2", for one of those before came twice
    assert d.acked == ["G1 X1", "G1 X2", "G4 P0"]
    d.say(b"<Run|WPos:1.500,0.000,0.000|FS:1500,0>\r\nok\r\n" + IDLE)  # the barrier's own is of no line any more
    assert d.queue("G1 X3") == b"G1 X3\n"
    assert (len(d.acked), d.sender.in_flight[0].text) == (3, "G1 X3")


@pytest.mark.parametrize("said", [b"okok\r\n", b"k\r\n", b":>\r\n", b"o\r\nk\r\n"])
def test_what_is_not_quite_an_ok_is_none_and_is_made_up_for(at_work: Make, said: bytes) -> None:
    d = at_work("grbl", "G1 X1")
    d.say(said)
    assert d.acked == []
    assert d.wait(2.5) == b"?"
    d.say(IDLE_EMPTY)
    assert d.acked == ["G1 X1"]
    assert d.sender.quality.resend_ratio > 0


def test_an_ok_may_come_in_pieces_and_late(at_work: Make) -> None:
    d = at_work("grbl", "G1 X1")
    d.say(b"o")
    d.wait(1.0)
    d.say(b"k\r")
    assert d.acked == ["G1 X1"]
    d.say(b"\n")
    assert d.acked == ["G1 X1"]


def test_questions_that_nobody_takes_do_not_pile_up(at_work: Make) -> None:
    d = at_work("grbl", "G1 X1")
    for _ in range(1000):
        d.sender.realtime(b"?")
    assert d.send() == b"?"


# -- silence ---------------------------------------------------------------------------------------------------------


def test_a_lost_ok_is_made_up_for_when_the_firmware_is_idle_and_its_buffer_empty(at_work: Make) -> None:
    d = at_work("grbl", "G1 X1")
    assert d.wait(2.5) == b"?"
    d.say(IDLE_EMPTY)
    assumed = d.told[-1]
    assert isinstance(assumed, events.Assumed)
    assert [command.text for command in assumed.commands] == ["G1 X1"]
    assert d.acked == ["G1 X1"]
    # the next line waits for an empty one: a lost line end would have left "G1 X1" in the parser
    assert d.queue("G1 X2") == b"\n"
    assert d.say(b"ok\r\n") == b"G1 X2\n"


def test_without_the_buffers_state_two_idle_reports_are_needed(at_work: Make) -> None:
    d = at_work("grbl", "G1 X1")
    assert d.wait(2.5) == b"?"
    d.say(IDLE)
    assert d.acked == []
    assert d.wait(0.1) == b"?"
    d.say(IDLE)
    assert d.acked == ["G1 X1"]


def test_a_line_whose_end_was_lost_is_carried_out_by_the_flush_or_refused(at_work: Make) -> None:
    d = at_work("grbl", "G1 X1")
    d.wait(2.5)
    d.say(IDLE_EMPTY)
    d.queue("G1 X2")
    d.say(b"error:22\r\n")
    refused = d.told[-1]
    assert isinstance(refused, events.Refused)
    assert refused.command is None


def test_a_dwell_reports_idle_too_so_nothing_is_assumed_before_it_is_over(at_work: Make) -> None:
    d = at_work("grbl", "G1 X1")
    d.say(b"ok\r\n")
    d.queue("G4 P10", kind=CommandKind.DWELL, seconds=10.0)
    for _ in range(8):
        d.wait(2.0)
        d.say(IDLE_EMPTY)
    assert d.acked == ["G1 X1"]
    d.wait(6.0)
    d.say(IDLE_EMPTY)
    assert d.acked == ["G1 X1", "G4 P10"]


def test_an_idle_machine_has_made_its_moves_whatever_they_should_have_taken(at_work: Make) -> None:
    d = at_work("grbl", "G1 X1")
    for n in range(500):
        d.queue(f"G1 X{n}", seconds=5.0)
        d.say(b"ok\r\n")
    assert b"?" in d.wait(2.5)
    d.say(IDLE_EMPTY)
    assert len(d.acked) == 501


def test_a_hold_by_the_button_on_the_machine_is_no_stall(at_work: Make) -> None:
    d = at_work("grbl", "G1 X50")
    for _ in range(200):
        if b"?" in d.wait(2.0):
            d.say(HOLD)
    assert d.sender.state is SenderState.STREAMING
    assert {event.state for event in d.told} == {"Hold:0"}
    d.say(b"ok\r\n")
    assert d.acked == ["G1 X50"]


def test_a_long_move_is_no_stall_while_the_machine_moves(at_work: Make) -> None:
    d = at_work("grbl", "G1 X50")
    for n in range(100):
        if b"?" in d.wait(2.0):
            d.say(run_at(n / 10))
    assert d.sender.state is SenderState.STREAMING


def test_a_firmware_that_says_run_and_does_not_move_is_a_stall(at_work: Make) -> None:
    d = at_work("grbl", "G1 X50")
    for _ in range(100):
        if b"?" in d.wait(2.0):
            d.say(run_at(1.0))
    assert isinstance(d.told[-1], events.Stalled)


def test_a_firmware_that_never_says_ok_nor_anything_is_a_stall_within_seconds(at_work: Make) -> None:
    d = at_work("grbl", "G21")
    d.wait(60.0)
    (stalled,) = d.told
    assert isinstance(stalled, events.Stalled)
    assert stalled.seconds == pytest.approx(7.0)
    assert d.sender.state is SenderState.FAILED
    assert d.sender.deadline() is None


def test_a_firmware_that_is_idle_and_does_not_read_its_buffer_is_a_stall(at_work: Make) -> None:
    d = at_work("grbl", "G21")
    for _ in range(100):
        if b"?" in d.wait(2.0):
            d.say(b"<Idle|WPos:0.000,0.000,0.000|Bf:15,124|FS:0,0>\r\n")
    assert isinstance(d.told[-1], events.Stalled)


def test_homing_is_not_asked_about_for_it_does_not_answer(at_work: Make) -> None:
    d = at_work("grbl", "G21")
    d.say(b"ok\r\n")
    d.queue("$H", kind=CommandKind.HOME)
    assert d.wait(170.0) == b""
    d.say(b"ok\r\n")
    assert d.acked == ["G21", "$H"]


# -- resets and alarms -----------------------------------------------------------------------------------------------


def test_a_stray_ok_between_a_reset_and_the_greeting_is_not_counted(at_work: Make) -> None:
    """As captured: G4 P1 and four moves, 0x18, ok, greeting."""
    d = at_work("grbl", "G4 P1", "G1 X1", "G1 X2")
    d.sender.realtime(b"\x18")
    assert d.send() == b"\x18"
    d.say(b"ok\r\n\r\nGrbl 1.1h ['$' for help]\r\n")
    (greeted,) = d.told
    assert isinstance(greeted, events.Greeted)
    assert greeted.expected
    assert (d.acked, d.sender.in_flight) == ([], ())


def test_after_a_reset_the_next_line_goes_out_once_the_firmware_has_greeted(at_work: Make) -> None:
    d = at_work("grbl", "G4 P1")
    d.sender.realtime(b"\x18")
    d.send()
    assert d.queue("$X") == b""
    assert d.say(b"\r\nGrbl 1.1h ['$' for help]\r\n[MSG:'$H'|'$X' to unlock]\r\n") == b"$G\n"
    assert d.say(b"[GC:G0]\r\nok\r\n") == b"$X\n"


def test_two_resets_may_bring_two_greetings_and_both_are_expected(at_work: Make) -> None:
    d = at_work("grbl", "G4 P1")
    for _ in range(2):
        d.sender.realtime(b"\x18")
        d.send()
    d.say(b"\r\nGrbl 1.1h ['$' for help]\r\n")
    d.wait(0.5)
    d.say(b"\r\nGrbl 1.1h ['$' for help]\r\n")
    assert [event.expected for event in d.told] == [True, True]
    d.wait(10.0)
    d.say(b"\r\nGrbl 1.1h ['$' for help]\r\n")
    assert d.told[-1].expected is False


def test_what_was_sent_between_two_greetings_of_a_reset_is_sent_again(at_work: Make) -> None:
    d = at_work("grbl", "G4 P1")
    for _ in range(2):
        d.sender.realtime(b"\x18")
        d.send()
    d.queue("$X")
    d.say(b"\r\nGrbl 1.1h ['$' for help]\r\n")
    assert d.say(b"[GC:G0]\r\nok\r\n") == b"$X\n"
    assert d.say(b"\r\nGrbl 1.1h ['$' for help]\r\n") == b"$G\n"
    assert d.say(b"[GC:G0]\r\nok\r\n") == b"$X\n"
    d.say(b"ok\r\n")
    assert (d.acked, d.sender.sent) == (["$X"], 2)


def test_a_greeting_that_does_not_come_is_not_waited_for_for_ever(at_work: Make) -> None:
    d = at_work("grbl", "G4 P1")
    d.sender.realtime(b"\x18")
    d.send()
    d.queue("$X")
    assert d.wait(3.5) == b"$G\n"


def test_an_alarm_fails_the_sender_and_its_ok_does_not_count(at_work: Make) -> None:
    """As captured: $H without switches says ALARM:9, then ok, then greets."""
    d = at_work("grbl", "G1 X0")
    d.say(b"ok\r\n")
    d.queue("$H", kind=CommandKind.HOME)
    d.say(b"ALARM:9\r\n")
    (alarmed,) = d.told
    assert isinstance(alarmed, events.Alarmed)
    assert alarmed.code == 9
    assert "no switch" in alarmed.text
    d.say(b"ok\r\n\r\nGrbl 1.1h ['$' for help]\r\n[MSG:'$H'|'$X' to unlock]\r\n")
    assert (d.acked, d.sender.state) == (["G1 X0"], SenderState.FAILED)
    d.sender.abort()
    assert d.queue("$X") == b"$G\n"


@pytest.mark.parametrize("state", [b"Alarm", b"Alarm:11"])  # the latter is grblHAL's
def test_an_alarm_that_only_a_report_tells_of_is_an_alarm(at_work: Make, state: bytes) -> None:
    d = at_work("grbl", "G1 X0")
    d.wait(2.5)
    d.say(b"<" + state + b"|WPos:0.000,0.000,0.000|Bf:15,128|FS:0,0>\r\n")
    assert isinstance(d.told[-1], events.Alarmed)
    assert d.sender.state is SenderState.FAILED


def test_a_greeting_in_the_middle_of_work_is_a_reset_and_nothing_goes_on(at_work: Make) -> None:
    d = at_work("grbl", *[f"G1 X{n}" for n in range(16)])
    assert d.say(b"\r\nGrbl 1.1h ['$' for help]\r\n") == b""
    (greeted,) = d.told
    assert isinstance(greeted, events.Greeted)
    assert not greeted.expected
    assert len(greeted.lost) == len(d.out.splitlines())
    assert d.sender.state is SenderState.FAILED
    with pytest.raises(errors.Refused):
        d.sender.queue(Command("G1 X1"))


@pytest.mark.parametrize(
    "banner",
    [b"Gr\x80l 1.1h ['$' for help]\r\n", b"Grbl 1.1h ['$' fo\x80 help]\r\n", b"\x00\xffGrbl 1.1h ['$' for help]\r\n"],
)
def test_a_greeting_that_is_garbled_in_part_is_one(at_work: Make, banner: bytes) -> None:
    d = at_work("grbl", "G1 X1")
    d.say(banner)
    assert [type(event) for event in d.told] == [events.Greeted]


def at_offset(d: Any, x: bytes) -> bytes:
    """A report with a work offset, as G92 makes one."""
    return d.say(b"<Run|MPos:1.000,0.000,0.000|FS:1500,0|WCO:%b,0.000,0.000>\r\n" % x)


def test_a_work_offset_that_is_gone_is_a_reset_that_nobody_heard_of(at_work: Make) -> None:
    d = at_work("grbl", "G1 X1", "G1 X2")
    at_offset(d, b"-150.000")
    at_offset(d, b"-150.000")
    assert at_offset(d, b"0.000") == b""
    greeted = d.told[-1]
    assert isinstance(greeted, events.Greeted)
    assert (greeted.expected, len(greeted.lost)) == (False, 2)
    assert "work offset" in greeted.text
    assert d.sender.state is SenderState.FAILED


def test_a_work_offset_that_was_garbled_in_one_report_is_none(at_work: Make) -> None:
    d = at_work("grbl", "G1 X1")
    for x in (b"-150.000", b"-15.000", b"-150.000", b"-950.000", b"-150.000"):
        at_offset(d, x)
    assert all(isinstance(event, events.Status) for event in d.told)
    at_offset(d, b"-15.000")
    at_offset(d, b"-15.000")  # an offset that the firmware keeps over a reset
    assert isinstance(d.told[-1], events.Greeted)


def test_a_work_offset_that_was_asked_for_is_none(at_work: Make) -> None:
    d = at_work("grbl", "G1 X1")
    at_offset(d, b"-150.000")
    d.queue("G92 X0 Y0", kind=CommandKind.POSITION)
    at_offset(d, b"0.000")
    d.say(b"ok\r\nok\r\n")
    at_offset(d, b"0.000")
    d.sender.realtime(b"\x18")
    d.send()
    at_offset(d, b"-150.000")
    d.say(b"\r\nGrbl 1.1h ['$' for help]\r\n")
    at_offset(d, b"-20.000")
    assert [event.expected for event in d.told if isinstance(event, events.Greeted)] == [True]


def test_a_greeting_before_anything_was_sent_is_only_news(desk: Make) -> None:
    d = desk("grbl")
    d.queue("$I")
    assert d.say(b"\r\nGrbl 1.1h ['$' for help]\r\n") == b"$G\n"
    assert d.sender.state is SenderState.STREAMING


# -- hygiene ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["G1 X1\nG1 X2", "G1 X1?", "G1 X\u00e9", "(comment)", "", "G1 X" + "1" * 80])
def test_what_the_firmware_would_misread_is_never_queued(desk: Make, text: str) -> None:
    d = desk("grbl")
    with pytest.raises(errors.Refused):
        d.sender.queue(Command(text))
    assert (d.sender.queued, d.send()) == (0, b"")


def test_the_window_follows_what_the_firmware_says_of_its_buffer(desk: Make) -> None:
    d = desk("grbl")
    assert d.profile.adapted("[OPT:VNML+,35,1024]").wire_bytes == 76
    assert d.profile.adapted("[OPT:V,15,64]").wire_bytes == 63


def test_nothing_is_said_before_there_is_something_to_do(desk: Make) -> None:
    d = desk("grbl")
    assert (d.send(), d.sender.deadline(), d.sender.state) == (b"", None, SenderState.IDLE)


def test_grbl_0_9_which_says_its_errors_in_words_is_heard(desk: Make) -> None:
    d = desk("grbl")
    d.queue("G1 X1", "G7 X2", "G1 X3")
    d.say(b"[G0 G54 G17 G21 G90 G94 M0 M5 M9 T0 F0. S0.]\r\nok\r\n")
    assert d.out == b"$G\nG1 X1\nG7 X2\nG1 X3\n"
    d.say(b"ok\r\nerror: Unsupported command\r\nok\r\n")
    assert d.acked == ["G1 X1", "G1 X3"]
    (refused,) = d.told
    assert isinstance(refused, events.Refused)
    assert (refused.command and refused.command.text, refused.text) == ("G7 X2", "error: Unsupported command")
