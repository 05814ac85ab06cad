"""Replies as they were captured from running firmwares, told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.firmware.profile import FirmwareProfile
from dcode.firmware.replies import Reply, ReplyKind, ReplyReader

Profiles = dict[str, FirmwareProfile]
K = ReplyKind

MARLIN_REFUSAL = b"Error:checksum mismatch, Last Line: 6\nResend: 7\nok\n"
LIMITS = (
    b"LIMIT MAX 0 | pos[i] = 10.00 | axies[i].limitMax = -0.01LIMIT MAX 1 | pos[i] = 10.00 | axies[i].limitMax = -0.01"
)


def heard(profile: FirmwareProfile, data: bytes) -> list[tuple[ReplyKind, int | None]]:
    return [(reply.kind, reply.code) for reply in ReplyReader(profile).feed(data)]


@pytest.mark.parametrize(
    ("name", "said", "kind", "code"),
    [
        ("grbl", b"ok\r\n", K.ACK, None),
        ("grbl", b"error:20\r\n", K.ERROR, 20),
        ("grbl", b"error: Unsupported command\r\n", K.ERROR, None),  # grbl 0.9
        ("grbl", b"ALARM:3\r\n", K.ALARM, 3),
        ("grbl", b"ALARM: Hard limit\r\n", K.ALARM, None),  # grbl 0.9
        ("grbl", b"<Run,MPos:1.000,0.000,0.000,WPos:1.000,0.000,0.000>\r\n", K.STATUS, None),  # grbl 0.9
        (
            "grbl",
            b"?<Idle|MPos:0.000,0.000,0.000|FS:0,0>\r\n",
            K.STATUS,
            None,
        ),  # an adapter that sends back the question
        ("grbl", b"??ok\r\n", K.ACK, None),
        ("grblhal", b"error:20 (Unsupported or invalid g-code command)\r\n", K.ERROR, 20),
        ("grbl", b"Grbl 1.1h ['$' for help]\r\n", K.GREETING, None),
        ("grbl", b"<Idle|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>\r\n", K.STATUS, None),
        ("grbl", b"<Hold:1|WPos:13.475,0.000,0.000|Bf:14,128|FS:900,0>\r\n", K.STATUS, None),
        ("grbl", b"[MSG:'$H'|'$X' to unlock]\r\n", K.INFO, None),
        ("grbl", b"$100=250.000\r\n", K.INFO, None),
        ("grbl", b":>\r\n", K.INFO, None),  # an ack with two bits flipped
        ("grblhal", b"GrblHAL 1.1f ['$' or '$HELP' for help]\r\n", K.GREETING, None),
        ("fluidnc", b"Grbl 3.7 [FluidNC v3.7.8 (wifi) '$' for help]\r\n", K.GREETING, None),
        ("fluidnc", b"[MSG:INFO: FluidNC v3.7.8]\r\n", K.INFO, None),
        ("fluidnc", b"[MSG:INFO: ALARM: Hard Limit]\n", K.INFO, None),  # beside ALARM:1
        ("fluidnc", b"error:Unsupported or invalid g-code command\n", K.ERROR, None),  # verbose_errors: true
        ("marlin", b"ok\n", K.ACK, None),
        ("marlin", b"ok T:0\n", K.ACK, None),
        ("marlin", b"ok N6 P0 B3\n", K.ACK, 6),
        ("marlin", b"ok P15 B3\n", K.ACK, None),
        ("marlin", b"start\n", K.GREETING, None),
        ("marlin", b"echo:busy: processing\n", K.BUSY, None),
        ("marlin", b"echo:busy: paused for user\n", K.BUSY, None),
        ("marlin", b"Resend: 7\n", K.RESEND, 7),
        ("marlin", b"Resend:7\n", K.RESEND, 7),
        ("marlin", b"rs N7\n", K.RESEND, 7),
        ("marlin", b"Error:Line Number is not Last Line Number+1, Last Line: 3\n", K.RESEND, 4),
        ("marlin", b"Line: 51\n", K.LINE, 51),
        ("marlin", b'echo:Unknown command: "FOO"\n', K.REFUSED, None),
        ("marlin", b"echo:Home XYZ First\r\n", K.REFUSED, None),
        ("marlin", b"echo:Home Z First\r\n", K.REFUSED, None),
        ("marlin", b"Error:Servo 1 out of range\n", K.REFUSED, None),
        ("marlin", b"Error:EEPROM disabled\n", K.INFO, None),  # M500 in a build without it
        ("marlin", b"Error:Printer halted. kill() called!\n", K.FAULT, None),
        ("marlin", b"X:325.00 Y:-482.65 Z:100.00 Count X:94254 Y:78612 Z:8000\n", K.STATUS, None),
        ("marlin", b"X:1.00 Y:2.00 Z:0.00 E:0.00 Count X:80 Y:160 Z:0\n", K.STATUS, None),  # with an extruder
        ("marlin", b"//action:pause\n", K.ACTION, None),
        ("marlin", b"Cap:EMERGENCY_PARSER:0\n", K.INFO, None),
        ("marlin", b"echo:  M665 S5.00 L-325.00 R325.00 T500.00 B-500.00 H1035.00\n", K.INFO, None),
        ("makelangelo", b"> \n", K.PROMPT, None),
        ("makelangelo", b"HELLO WORLD! I AM POLARGRAPH #0\n", K.GREETING, None),
        ("makelangelo", b"BADLINENUM 17\r\n", K.RESEND, 17),
        ("makelangelo", b"BADCHECKSUM17\r\n", K.RESEND, 17),
        ("makelangelo", b"NOCHECKSUM 17\r\n", K.RESEND, 17),
        ("makelangelo", b"NOLINENUM 17\r\n", K.RESEND, 17),
        ("makelangelo", b"BADCHECKSUM calc=12 sent=13\r\n", K.RESEND, None),
        ("makelangelo", b"LIMIT MAX 0\r\n", K.FAULT, None),
        ("makelangelo", b"M114 X0.00 Y-12.50 Z90.00 F150.00 A1000.00\n", K.STATUS, None),
        ("makelangelo", b"OK N12 P15 B1\n", K.INFO, None),  # other versions, for a planned move; no ack
        ("makelangelo", b"M280\n", K.INFO, None),
    ],
)
def test_one_line_is_told_for_what_it_is(
    profiles: Profiles, name: str, said: bytes, kind: ReplyKind, code: int | None
) -> None:
    assert heard(profiles[name], said) == [(kind, code)]


def test_a_prompt_is_heard_without_a_line_end(profiles: Profiles) -> None:
    reader = ReplyReader(profiles["makelangelo"])
    assert [reply.kind for reply in reader.feed(b"\n> ")] == [K.PROMPT]
    # what follows on the same line is its own line: a version that does not end the prompt's line
    assert [reply.text for reply in reader.feed(b"M280\r\n\n> ")] == ["M280", "> "]


def test_a_limit_fault_is_heard_before_its_line_ends_and_each_is_told_apart(profiles: Profiles) -> None:
    reader = ReplyReader(profiles["makelangelo"])
    assert reader.feed(LIMITS[:40]) == []
    replies = reader.feed(LIMITS[40:])
    assert [reply.kind for reply in replies] == [K.FAULT, K.FAULT]
    assert replies[1].text == "LIMIT MAX 1 | pos[i] = 10.00 | axies[i].limitMax = -0.01"
    assert [reply.kind for reply in reader.feed(b"\n> \n")] == [K.PROMPT]


def test_what_is_glued_to_a_limit_fault_is_not_lost(profiles: Profiles) -> None:
    replies = ReplyReader(profiles["makelangelo"]).feed(LIMITS + b"M280\r\n")
    assert [reply.kind for reply in replies] == [K.FAULT, K.FAULT, K.INFO]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_any_line_end_will_do(profiles: Profiles, end: bytes) -> None:
    assert heard(profiles["grbl"], b"ok" + end + b"error:9" + end) == [(K.ACK, None), (K.ERROR, 9)]


def test_flow_control_bytes_and_nuls_are_not_part_of_a_line(profiles: Profiles) -> None:
    assert heard(profiles["grbl"], b"\x13o\x00k\x11\r\n") == [(K.ACK, None)]


def test_an_endless_line_does_not_fill_the_memory(profiles: Profiles) -> None:
    reader = ReplyReader(profiles["grbl"])
    for _ in range(100):
        assert reader.feed(b"x" * 1000) == []
    assert len(reader.feed(b"\n")[0].text) <= 4096


STREAM = {
    "grbl": b"\r\nGrbl 1.1h ['$' for help]\r\nok\r\nok\r\nerror:20\r\n<Run|WPos:8.438,0.000,0.000>\r\nALARM:2\r\n",
    "marlin": b"start\necho:busy: processing\nok T:0\n" + MARLIN_REFUSAL + b"echo:Home XYZ First\r\nok\nLine: 51\nok\n",
    "makelangelo": b"\n> \nBADCHECKSUM5\n\n> \n" + LIMITS + b"\n> \nM114 X0.00 Y0.00 Z90.00\n\n> \n",
}


@given(st.sampled_from(sorted(STREAM)), st.lists(st.integers(1, 12), max_size=60))
def test_the_pieces_in_which_bytes_come_make_no_difference(profiles: Profiles, name: str, sizes: list[int]) -> None:
    data, pieces, reader = STREAM[name], list[Reply](), ReplyReader(profiles[name])
    at = 0
    for size in sizes:
        pieces += reader.feed(data[at : at + size])
        at += size
    pieces += reader.feed(data[at:])
    assert pieces == ReplyReader(profiles[name]).feed(data)


@given(st.sampled_from(sorted(STREAM)), st.lists(st.binary(max_size=40), max_size=20))
def test_nothing_that_comes_in_raises(profiles: Profiles, name: str, pieces: list[bytes]) -> None:
    reader = ReplyReader(profiles[name])
    for piece in pieces:
        reader.feed(piece)
