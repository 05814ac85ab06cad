"""What firmwares say that they have, read for a calibration. The texts are as captured (tests/data/transcripts)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dcode.firmware.profile import FirmwareProfile
from dcode.firmware.tuning import tuning_of
from dcode.geometry.kinematics import Belts
from dcode.machine.machine import Machine

Profiles = dict[str, FirmwareProfile]

SAID = {
    "marlin": [
        "echo:; Steps per unit:",
        "echo:  M92 X80.00 Y80.00 Z80.00",
        "echo:  M665 S5.00 L-325.00 R325.00 T500.00 B-500.00 H1035.00",
    ],
    "makelangelo": [
        "M101 (-325.00,-500.00,40.00) - (325.00,500.00,90.00)",
        "D71035.00 1035.00",
        "M92 X80.00 Y80.00 T1.00 ",
    ],
}


@pytest.mark.parametrize("name", SAID)
def test_motors_and_steps_are_read_from_what_the_firmware_says(profiles: Profiles, machine: Machine, name: str) -> None:
    tuning = tuning_of(profiles[name], machine, SAID[name])
    assert tuning.belts == Belts((-325.0, 500.0), (325.0, 500.0))
    assert tuning.steps == (80.0, 80.0)


def test_the_belts_at_the_end_stops_are_told_only_to_a_machine_that_has_them(
    profiles: Profiles, machine: Machine
) -> None:
    with_stops = tuning_of(profiles["makelangelo"], replace(machine, end_stops=True), SAID["makelangelo"])
    assert with_stops.at_switches == (1035.0, 1035.0)
    assert with_stops.switches
    assert not tuning_of(profiles["makelangelo"], machine).switches


def test_a_blank_memory_says_nothing(profiles: Profiles, machine: Machine) -> None:
    blank = ["M101 (-0.01,-0.01,-0.01) - (-0.01,-0.01,-0.01)", "D7-0.01 -0.01", "M92 X-0.01 Y-0.01 T-0.01 "]
    tuning = tuning_of(profiles["makelangelo"], machine, blank)
    assert (tuning.belts, tuning.steps, tuning.at_switches) == (None, None, None)


def test_grblhal_drives_belts_only_where_it_says_so(profiles: Profiles, machine: Machine) -> None:
    settings = ["$100=250.000", "$101=251.000", "$130=1200.000"]
    rails = tuning_of(profiles["grblhal"], machine, settings)
    assert (rails.on_belts, rails.belts, rails.steps) == (False, None, (250.0, 251.0))
    belts = tuning_of(profiles["grblhal"].adapted("[KINEMATICS:WallPlotter v2.01]"), machine, settings)
    assert belts.on_belts
    assert belts.starts_at_motor
    assert belts.belts
    assert belts.belts.span == 1200.0
    assert belts.lines == ("$130={span}", "$100={steps}", "$101={steps}")


def test_fluidnc_has_its_values_in_a_file(profiles: Profiles, machine: Machine) -> None:
    tuning = tuning_of(profiles["fluidnc"], machine)
    assert tuning.lines == ()
    assert "    left_anchor_x: {left_of_home}" in tuning.by_hand
