"""The table of states, and that no order of events leaves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.firmware.command import Command, CommandKind
from dcode.firmware.profile import FirmwareProfile
from dcode.streaming import events
from dcode.streaming.sender import Sender
from dcode.streaming.state import TRANSITIONS, SenderState

Make = Callable[..., Any]

SAID = {
    "grbl": [
        b"ok\r\n",
        b"[GC:G0]\r\nok\r\n",
        b"error:9\r\n",
        b"ALARM:2\r\n",
        b"\r\nGrbl 1.1h ['$' for help]\r\n",
        b"<Idle|WPos:0,0,0|Bf:15,128>\r\n",
        b"<Hold:0|WPos:0,0,0>\r\n",
        b"<Alarm|MPos:0,0,0>\r\n",
        b"<Run|WPos:1,0,0|Bf:0,0>\r\n",
        b"ok",
        b"[OPT:V,15,128]\r\n",
    ],
    "marlin": [
        b"ok\n",
        b"Line: 0\nok\n",
        b"ok N2 P0 B3\n",
        b"Error:checksum mismatch, Last Line: 1\nResend: 2\nok\n",
        b"Resend: 1\n",
        b"Resend: 77\nok\n",
        b"Line: 2\nok\n",
        b"echo:busy: processing\n",
        b"echo:Home XYZ First\nok\n",
        b'echo:Unknown command: "x"\nok\n',
        b"start\n",
        b"Error:Printer halted. kill() called!\n",
    ],
    "makelangelo": [
        b"\n> \n",
        b"D50 S1\r\n",
        b"M114 X0.00 Y0.00 Z90.00\n",
        b"BADLINENUM 1\n\n> \n",
        b"BADLINENUM 3\n\n> \n",
        b"BADLINENUM 99\n\n> \n",
        b"BADCHECKSUM2\n\n> \n",
        b"BADCHECKSUM calc=1 sent=2\n\n> \n",
        b"NOLINENUM 3\n> \n",
        b"LIMIT MAX 0\n",
        b"\n\nHELLO WORLD! I AM POLARGRAPH #0\n",
    ],
}
COMMANDS = [
    Command("G1 X1 Y1", kind=CommandKind.DRAW, seconds=0.5),
    Command("G1 X-123.456 Y-123.456 F12000", kind=CommandKind.DRAW),
    Command("M114", kind=CommandKind.BARRIER),
    Command("G28", kind=CommandKind.HOME),
]
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("queue"), st.integers(0, len(COMMANDS) - 1)),
        st.tuples(st.just("say"), st.integers(0, 11)),
        st.tuples(st.just("wait"), st.sampled_from([0.05, 0.2, 2.0, 10.0])),
        st.tuples(st.sampled_from(["hold", "resume", "abort", "reset"]), st.just(0)),
    ),
    max_size=60,
)


def test_every_state_can_be_reached_and_left() -> None:
    assert set(TRANSITIONS) == set(SenderState)
    assert set().union(*TRANSITIONS.values()) == set(SenderState)
    assert all(after and now not in after for now, after in TRANSITIONS.items())


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SAID)), DEEDS)
def test_no_order_of_events_leaves_the_table_or_overfills_the_firmware(
    shipped: dict[str, FirmwareProfile], name: str, deeds: list[tuple[str, float]]
) -> None:
    profile, now = shipped[name], 0.0
    sender = Sender(profile, now)
    for deed, value in deeds:
        before = sender.state
        match deed:
            case "queue" if sender.room:
                sender.queue(COMMANDS[int(value)])
            case "say":
                sender.receive(SAID[name][int(value) % len(SAID[name])], now)
            case "wait":
                now += value
                due = sender.deadline()
                if due is not None and due <= now:
                    sender.handle_timeout(now)
            case "hold":
                sender.hold()
            case "resume":
                sender.resume()
            case "abort":
                sender.abort()
                assert sender.queued == 0
            case "reset" if profile.realtime.reset:
                sender.realtime(profile.realtime.reset)
        lines = sender.to_send(now)
        if before is SenderState.FAILED and sender.state is SenderState.FAILED:
            assert b"G1" not in lines
        traffic = sender._traffic
        assert traffic.flight_bytes == sum(line.size for line in traffic.flight)
        assert not profile.flow.lines or len(traffic.flight) <= profile.flow.lines
        assert not profile.wire_bytes or len(traffic.flight) == 1 or traffic.flight_bytes <= profile.wire_bytes
        assert sender.acked <= sender.sent


@pytest.fixture(scope="session")
def shipped() -> dict[str, FirmwareProfile]:
    from pathlib import Path

    from dcode.firmware.profile import builtin_profiles

    return builtin_profiles(Path(__file__).parents[3] / "firmware_profiles")


def test_a_hold_stops_lines_and_a_resume_lets_them_go_on(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    d.sender.hold()
    assert (d.sender.state, d.sender.room) == (SenderState.HELD, 0)
    d.sender.queue(Command("M114"))
    assert d.say(b"ok T:0\n") == b""
    assert d.acked == ["M105"]
    d.sender.resume()
    assert d.send() == b"N2 M114*37\n"


def test_a_resume_with_nothing_to_do_is_idle(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    d.say(b"ok\n")
    d.sender.hold()
    d.sender.resume()
    assert d.sender.state is SenderState.IDLE


def test_lines_that_are_asked_for_during_a_hold_go_after_it(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    d.sender.hold()
    d.say(b"Resend: 1\nok\n")
    assert d.wait(1.0) == b""
    d.sender.resume()
    assert d.send() == b"N1 M105*38\n"


def test_an_abort_gives_back_what_was_not_sent_and_leaves_what_was(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1", "G1 X2", "G1 X3")
    assert [command.text for command in d.sender.abort()] == ["G1 X2", "G1 X3"]
    assert [command.text for command in d.sender.in_flight] == ["G1 X1"]
    d.say(b"\n> \n")
    assert (d.acked, d.sender.state) == (["G1 X1"], SenderState.IDLE)


def test_an_abort_after_a_failure_is_a_new_start(at_work: Make) -> None:
    d = at_work("grbl", "G1 X1")
    d.wait(60.0)
    assert d.sender.state is SenderState.FAILED
    assert d.sender.abort() == []
    assert (d.sender.state, d.sender.in_flight) == (SenderState.IDLE, ())
    assert d.queue("G1 X2") == b"$G\n"


def test_what_is_acknowledged_or_asked_for_after_a_failure_is_of_no_line(at_work: Make) -> None:
    d = at_work("marlin", "M105", "M105")
    d.wait(60.0)
    d.say(b"ok T:0\nResend: 2\nok\nLine: 1\nok\necho:Home XYZ First\nok\n")
    assert (d.acked, len(d.told), d.sender.state) == ([], 1, SenderState.FAILED)


def test_nothing_but_realtime_goes_out_once_failed(at_work: Make) -> None:
    d = at_work("grbl", "G1 X1")
    d.wait(60.0)
    d.sender.realtime(b"\x18")
    assert d.send() == b"\x18"


def test_counts_are_of_commands_not_of_the_senders_own_lines(at_work: Make) -> None:
    d = at_work("makelangelo", "G1 X1", "G1 X2")
    d.say(b"BADCHECKSUM2\r\n\n> \n")
    d.say(b"\n> \n")
    d.say(b"\n> \n")
    assert (d.sender.sent, d.sender.acked, d.sender.resends) == (2, 2, 1)
    assert d.sender.rtt == 0.0


def test_events_say_what_they_are(at_work: Make) -> None:
    d = at_work("marlin", "M105")
    d.say(b"echo:busy: processing\nhello\nX:1.00 Y:2.00 Z:0.00 Count X:1 Y:1 Z:1\n")
    assert d.told[0] == events.Busy("echo:busy: processing")
    assert d.told[1].position == (1.0, 2.0)
    assert d.said == ["hello", "X:1.00 Y:2.00 Z:0.00 Count X:1 Y:1 Z:1"]
