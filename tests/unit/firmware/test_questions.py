"""What a firmware is asked, and what is made of its answers."""

from __future__ import annotations

from dataclasses import replace

from dcode.firmware.profile import FirmwareProfile
from dcode.firmware.questions import ask_limits, ask_position, read_limits, read_position
from dcode.geometry.bounds import Bounds

Profiles = dict[str, FirmwareProfile]


def test_the_position_is_read_from_what_the_firmware_said(profiles: Profiles) -> None:
    makelangelo = profiles["makelangelo"]
    assert [command.text for command in ask_position(makelangelo)] == ["M114"]
    assert read_position(makelangelo, ["D50 S1", "M114 X10.00 Y-2.50 Z90.00 F150.00"]) == (10.0, -2.5)
    assert read_position(makelangelo, ["what?"]) is None
    assert ask_position(profiles["grbl"]) == []  # it comes with every status


def test_the_area_that_a_firmware_keeps_to_is_read_upright(profiles: Profiles) -> None:
    marlin, said = profiles["marlin"], "  Min: X0.00 Y-5.00 Z0.00   Max: X200.00 Y300.00 Z9.00"
    assert [command.text for command in ask_limits(marlin)] == ["M211"]
    assert read_limits(marlin, ["M211 S1", said]) == Bounds(0.0, 200.0, 300.0, -5.0)
    assert read_limits(replace(marlin, y_down=True), [said]) == Bounds(0.0, 200.0, 5.0, -300.0)


def test_a_firmware_that_keeps_to_no_area_or_says_none_has_none(profiles: Profiles) -> None:
    marlin, said = profiles["marlin"], "  Min: X0.00 Y-5.00 Z0.00   Max: X200.00 Y300.00 Z9.00"
    assert read_limits(marlin, [said, "M211 S0"]) is None
    old = "Min:  X0.00 Y0.00 Z0.00   Max:  X200.00 Y200.00 Z200.00"
    assert read_limits(marlin, [f"echo:Soft endstops: Off  {old}"]) is None  # Marlin 2.0 says it all in one line
    assert read_limits(marlin, [f"echo:Soft endstops: On  {old}"]) == Bounds(0.0, 200.0, 200.0, 0.0)
    assert read_limits(marlin, ["ok"]) is None
    assert ask_limits(profiles["grbl"]) == []
