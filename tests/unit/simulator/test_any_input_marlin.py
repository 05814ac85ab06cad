"""Whatever a host sends, and whenever: the simulated Marlin and Makelangelo go on, and are well again after a reset."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.simulator.firmware import build
from dcode.simulator.setup import Setup

EPARSER = {"emergency_parser": True, "advanced_ok": True, "host_actions": True, "position_reports": True}

CODES = """
G0 G1 G2 G3 G4 G20 G90 G91 G92 M92 M101 M110 M114 M118 M201 M203 M204 M205 M211 M220 M280 M400 M410 M500 M502 M503 M665
M999 D0 D6 D7 D13 D50 M154 S000 P000 R000 M876 M108 X5 FOO N3
"""
codes = st.sampled_from(CODES.split())
values = st.sampled_from(["", "0", "1", "-9999", "0.0001", "1e5", ".", "9" * 24, "40", "12000"])
word = st.tuples(st.sampled_from("XYZFSPIJRTLHBNAEW"), values).map("".join)
line = st.tuples(codes, st.lists(word, max_size=4)).map(lambda parts: (" ".join([parts[0], *parts[1]]) + "\n").encode())
event = st.one_of(line, line, line, st.binary(max_size=40), st.sampled_from([b"G28\n", b"M112\n", b"M0\n"]))
moment = st.sampled_from([0.0, 0.001, 0.03, 0.3, 2.0, 100.0])


@pytest.mark.parametrize(
    ("profile", "setup", "well"),
    [
        ("marlin", Setup(), b"ok T:0"),
        ("marlin", Setup(captured=True, options=EPARSER), b"ok T:0"),
        ("makelangelo", Setup(options={"ok_lines": True}), b"> "),
        ("makelangelo", Setup(captured=True), b"> "),
    ],
)
@settings(max_examples=40, deadline=None)
@given(events=st.lists(st.tuples(event, moment), max_size=40))
def test_nothing_that_is_sent_brings_it_down(
    profile: str, setup: Setup, well: bytes, events: list[tuple[bytes, float]]
) -> None:
    firmware = build(profile, setup)
    now = 1.0
    for data, pause in events:
        firmware.receive(data, now)
        now += pause
        firmware.advance(now)
        firmware.output()
    firmware.reset(now)
    firmware.advance(now + 1.0)
    firmware.output()
    firmware.receive(b"M105\n", now + 1.0)
    firmware.advance(now + 2.0)
    assert well in firmware.output()
