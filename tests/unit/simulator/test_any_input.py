"""Whatever a host sends, and whenever: a simulated firmware goes on, and its states follow their table."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.simulator.firmware import build
from dcode.simulator.setup import Setup

WORDS = """
G0 G1 G2 G3 G4 G10 G17 G18 G20 G21 G28 G28.1 G30 G43.1 G49 G53 G54 G59 G80 G90 G91 G92 G92.1 G93 G94 M0 M2 M3 M5 M8 M30
T1 L2 L20 P1 P0.1 F100 F6000 F0 S0 S222 S500 X0 X10 X-5.5 Y3 Y-20 Z5 Z0 I5 J-5 R10 R-3 N7 K1
X99999999999999999999999999999999999999 I88888888888888888888 R99999999999999 F9999999999
"""
COMMANDS = """
$ $$ $G $# $I $N $C $X $H $SLP $J=G91X5F500 $J=X1 $20=1 $21=1 $22=1 $22=0 $100=10 $110=0 $120=0 $130=5 $1=255 $10=3
$13=1 $RST=* $N0=G91 $N1=M0 %
"""
words, commands = st.sampled_from(WORDS.split()), st.sampled_from(COMMANDS.split())
gcode = st.lists(words, max_size=6).map(" ".join)
line = st.one_of(gcode, gcode, gcode, commands).map(lambda text: (text + "\n").encode())
realtime = st.sampled_from([b"?", b"!", b"~", b"\x18", b"\x84", b"\x85", b"\x91", b"\x92", b"\x95", b"\x97", b"\x87"])
button = st.sampled_from(["hold", "start", "reset", "door", "limit"])
event = st.one_of(line, line, realtime, st.binary(max_size=40), button)
moment = st.sampled_from([0.0, 0.001, 0.03, 0.3, 2.0])


@pytest.mark.parametrize("profile", ["grbl", "grblhal", "fluidnc"])
@settings(max_examples=60, deadline=None)
@given(events=st.lists(st.tuples(event, moment), max_size=40), captured=st.booleans())
def test_nothing_that_is_sent_brings_it_down(
    profile: str, events: list[tuple[bytes | str, float]], captured: bool
) -> None:
    firmware = build(profile, Setup(captured=captured))
    now = 1.0
    for what, pause in events:
        if isinstance(what, str):
            firmware.press(what, now)
        else:
            firmware.receive(what, now)
        now += pause
        firmware.advance(now)
        firmware.output().decode("ascii")
    firmware.advance(now + 1000.0)
    firmware.reset(firmware.now)
    firmware.advance(firmware.now + 5.0)
    assert b"Grbl" in firmware.output()
