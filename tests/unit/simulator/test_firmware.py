from __future__ import annotations

import re
from typing import ClassVar

import pytest

from dcode.errors import ConfigError
from dcode.machine.motion_model import MotionModel
from dcode.simulator.firmware import PROFILES, Firmware, Program, Wait, build
from dcode.simulator.plotter import Plotter
from dcode.simulator.setup import Setup


class Echo(Firmware):
    """Says every line back after thinking about it for a second."""

    interrupts: ClassVar[re.Pattern[bytes] | None] = re.compile(rb"!")

    def __init__(self, rx_bytes: int = 16) -> None:
        plotter = Plotter(MotionModel((1.0,) * 3, (1.0,) * 3), (0.0, 0.0), 4)
        self.interrupted: list[float] = []
        super().__init__(Setup(), plotter, baud=1000, rx_bytes=rx_bytes)

    def program(self) -> Program:
        part = b""
        while True:
            part += bytes(self.rx)
            self.rx.clear()
            while b"\n" in part:
                line, _, part = part.partition(b"\n")
                yield self.now + 1.0
                self.say(line + b"\n")
                part += bytes(self.rx)
                self.rx.clear()
            yield Wait(input=True)

    def interrupt(self, byte: int) -> bool:
        self.interrupted.append(self.now)
        return True


def test_bytes_take_their_time_both_ways() -> None:
    firmware = Echo()
    firmware.receive(b"abc\n", 1.0)
    # Four bytes of 10 ms in, a second of thought, four bytes out.
    assert firmware.next_event() == pytest.approx(1.04)
    firmware.advance(2.0799)
    assert firmware.output() == b""
    firmware.advance(2.08)
    assert firmware.output() == b"abc\n"
    assert firmware.next_event() is None


def test_what_finds_no_room_is_lost_without_a_word() -> None:
    firmware = Echo(rx_bytes=16)
    firmware.receive(b"1\n" + b"2345678\n" * 3, 0.0)
    firmware.advance(10.0)
    assert firmware.output() == b"1\n2345678\n2345678\n"
    assert firmware.lost == 8


def test_an_interrupt_comes_at_the_time_of_its_byte_even_while_the_program_is_busy() -> None:
    firmware = Echo()
    firmware.receive(b"a\nb!c\n", 0.0)
    firmware.advance(5.0)
    assert firmware.interrupted == [pytest.approx(0.04)]
    assert firmware.output() == b"a\nbc\n"


def test_it_does_not_matter_in_which_steps_time_passes() -> None:
    said = []
    for step in (0.001, 0.0337, 1.0, 30.0):
        firmware = build("grbl", Setup(captured=True))
        now, heard = 0.0, b""
        firmware.receive(b"", 0.0)
        for at, data in ((0.5, b"G1 X1 F100\n?"), (0.9, b"X2\nX3\n$G\n!"), (3.0, b"~?")):
            while now + step < at:
                now += step
                firmware.advance(now)
                heard += firmware.output()
            now = at
            firmware.receive(data, now)
        firmware.advance(20.0)
        said.append(heard + firmware.output())
    assert len(set(said)) == 1
    assert b"<Run|" in said[0]


def test_power_off_loses_what_was_on_the_line() -> None:
    firmware = build("grbl", Setup())
    firmware.advance(1.0)
    firmware.output()
    firmware.receive(b"G1 X50 F600\n$G\n$G\n", 1.0)
    firmware.reset(1.0005)
    firmware.advance(3.0)
    assert firmware.output() == b"\r\nGrbl 1.1h ['$' for help]\r\n"


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_can_be_built_and_is_at_rest_in_the_end(profile: str) -> None:
    firmware = build(profile, Setup())
    firmware.advance(10.0)
    assert firmware.output()
    assert firmware.at_rest


def test_an_unknown_profile_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="repetier"):
        build("repetier")
