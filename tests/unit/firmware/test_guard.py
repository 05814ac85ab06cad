from __future__ import annotations

from dataclasses import replace

import pytest

from dcode.errors import LimitError, Refused
from dcode.firmware.guard import Guard
from dcode.firmware.profile import FirmwareProfile
from dcode.machine.machine import Machine

Profiles = dict[str, FirmwareProfile]


def guard_of(profile: FirmwareProfile, machine: Machine, *, ready: bool = True) -> Guard:
    guard = Guard(machine, profile)
    if ready:
        for line in profile.commands.preamble:
            guard.admit(line)
        guard.set_position(0.0, 0.0)
    return guard


@pytest.mark.parametrize("name", ["makelangelo", "marlin", "grbl", "grblhal", "fluidnc"])
def test_a_move_inside_is_admitted_and_kept(profiles: Profiles, machine: Machine, name: str) -> None:
    guard = guard_of(profiles[name], machine)
    guard.admit("G1 X10.5 Y-20 F100")
    assert guard.position == (10.5, -20.0)
    guard.admit("G0 Y30")
    assert guard.position == (10.5, 30.0)
    guard.admit("G1 X420.5 Y594.5")  # the corner belongs to the work area


@pytest.mark.parametrize(
    ("line", "axis", "value"),
    [
        ("G1 X420.51", "work_area", 420.51),
        ("G0 Y-594.6 F100", "work_area", -594.6),
        ("G1 X9999999 Y0", "work_area", 9999999.0),
    ],
)
def test_a_move_outside_is_refused_and_the_position_stays(
    profiles: Profiles, machine: Machine, line: str, axis: str, value: float
) -> None:
    guard = guard_of(profiles["grbl"], machine)
    with pytest.raises(LimitError) as caught:
        guard.admit(line)
    assert (caught.value.axis, caught.value.value) == (axis, value)
    assert guard.position == (0.0, 0.0)


def test_the_way_counts_not_only_the_end(profiles: Profiles, machine: Machine) -> None:
    guard = guard_of(profiles["grbl"], machine)
    guard.set_position(500.0, 0.0)  # registered outside of the work area
    with pytest.raises(LimitError):
        guard.admit("G1 X0 Y0 F100")


def test_y_is_read_as_the_firmware_counts_it(profiles: Profiles, machine: Machine) -> None:
    high = replace(machine, work_area=replace(machine.work_area, bottom=-100.0))
    wall = guard_of(replace(profiles["grblhal"], y_down=True), high)
    wall.admit("G1 Y-500 F100")
    assert wall.position == (0.0, 500.0)
    with pytest.raises(LimitError):
        wall.admit("G1 Y101")
    wall.admit("G92 X1 Y-2")
    assert wall.position == (1.0, 2.0)


def test_no_move_before_the_position_and_the_modes_are_known(profiles: Profiles, machine: Machine) -> None:
    guard = guard_of(profiles["marlin"], machine, ready=False)
    guard.admit("M280 P0 S90")  # the pen may be lifted at any time
    with pytest.raises(Refused, match="position"):
        guard.admit("G1 X1")
    guard.set_position(0.0, 0.0)
    guard.admit("G21")
    with pytest.raises(Refused, match="modes"):
        guard.admit("G1 X1")
    guard.admit("G90")
    guard.admit("G1 X1")
    guard.reset()
    assert guard.position is None
    with pytest.raises(Refused):
        guard.admit("G1 X1")


def test_setting_the_position_makes_it_known(profiles: Profiles, machine: Machine) -> None:
    guard = guard_of(profiles["grbl"], machine, ready=False)
    guard.admit("G21 G90 G94")
    guard.admit("G92 X-10 Y5.5")
    assert guard.position == (-10.0, 5.5)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("grbl", "G91"),
        ("grbl", "G20"),
        ("grbl", "G91 G1 X1"),
        ("grbl", "G21 G91"),
        ("grbl", "G2 X1 Y1 I1 J0"),
        ("grbl", "G53 G0 X0"),
        ("grbl", "G10 L2 P1 X5"),
        ("grbl", "G55"),
        ("grbl", "G28"),
        ("grbl", "G92.1"),
        ("grbl", "G92 X0"),
        ("grbl", "$H"),
        ("grbl", "$J=G91 X10 F100"),
        ("grbl", "$100=80"),
        ("grbl", "M280 P0 S40"),
        ("grbl", "M4 S100"),
        ("grbl", "M30"),
        ("grbl", "G1 Z-5 F100"),
        ("grbl", "G1 X1 X2"),
        ("grbl", "G1 X1e3"),
        ("grbl", "G1 X"),
        ("grbl", "G1 X--1"),
        ("grbl", "G1"),
        ("grbl", "X10"),
        ("grbl", "G4 P-1"),
        ("grbl", "G1 X1 (hello)"),
        ("grbl", ""),
        ("grbl", "M3 S500 X10"),
        ("marlin", "G21 G90"),  # Marlin would carry out the first only
        ("marlin", "G28"),
        ("marlin", "M280 P1 S90"),
        ("marlin", "M410"),
        ("marlin", "M112"),
        ("marlin", "M0"),
        ("marlin", "M84"),
        ("makelangelo", "M3 S100"),
        ("makelangelo", "D50 S0"),
        ("makelangelo", "M101 A0 T100 B-100"),
        ("fluidnc", "M3 S100"),
        ("fluidnc", "G1 X1 Z3"),
    ],
)
def test_what_dcode_does_not_send_is_refused(profiles: Profiles, machine: Machine, name: str, line: str) -> None:
    guard = guard_of(profiles[name], machine)
    with pytest.raises(Refused) as caught:
        guard.admit(line)
    assert caught.value.fields["line"] == line
    assert guard.position == (0.0, 0.0)


@pytest.mark.parametrize(
    ("name", "line", "axis"),
    [
        ("marlin", "M280 P0 S400", "S"),
        ("marlin", "M280 P0 S-1", "S"),  # Marlin would let the servo go
        ("makelangelo", "M280 P0 S181", "S"),
        ("marlin", "M280 P0 S90 T20000", "T"),
        ("grbl", "M3 S1001", "S"),
        ("fluidnc", "G0 Z5.1", "Z"),
        ("fluidnc", "G0 Z-1", "Z"),
        ("grbl", "G1 X1 F0", "feed"),
        ("grbl", "G1 X1 F-5", "feed"),
        ("grbl", "G1 X1 F12001", "feed"),
        ("makelangelo", "G1 X1 F201", "feed"),
    ],
)
def test_pen_and_feed_stay_in_their_ranges(
    profiles: Profiles, machine: Machine, name: str, line: str, axis: str
) -> None:
    with pytest.raises(LimitError) as caught:
        guard_of(profiles[name], machine).admit(line)
    assert caught.value.axis == axis


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("grbl", "G4 P0"),
        ("grbl", "M3 S500"),
        ("grbl", "M5"),
        ("grbl", "$I"),
        ("grbl", "$G"),
        ("grbl", "G21 G90 G94"),
        ("marlin", "M400"),
        ("marlin", "M115"),
        ("marlin", "M280 P0 S40 T250"),
        ("makelangelo", "M114"),
        ("makelangelo", "G4 S300"),
        ("makelangelo", "G1 X1 F200"),
        ("fluidnc", "G0 Z2.5"),
        ("fluidnc", "G4 P0.01"),
    ],
)
def test_what_translation_writes_is_admitted(profiles: Profiles, machine: Machine, name: str, line: str) -> None:
    guard_of(profiles[name], machine).admit(line)


def test_homing_is_sent_only_to_a_machine_with_end_stops(profiles: Profiles, machine: Machine) -> None:
    stops = replace(machine, end_stops=True, home=(100.0, 50.0))
    guard = guard_of(profiles["marlin"], stops)
    guard.admit("G28")
    assert guard.position == (100.0, 50.0)


# -- the console -----------------------------------------------------------------------------------------------------


def test_a_user_may_move_within_the_limits_and_ask(profiles: Profiles, machine: Machine) -> None:
    guard = guard_of(profiles["grbl"], machine)
    assert guard.admit_console("g1 x10 f500") == ()
    assert guard.position == (0.0, 0.0)  # nothing has gone out
    guard.admit("g1 x10 f500")
    assert guard.position == (10.0, 0.0)
    guard.admit_console("$$")
    with pytest.raises(LimitError):
        guard.admit_console("G1 X1000 F500")


def test_a_setting_passes_once_and_only_when_a_user_typed_it(profiles: Profiles, machine: Machine) -> None:
    guard = guard_of(profiles["grbl"], machine)
    assert guard.admit_console("$11=0.02") == ()
    guard.admit("$11=0.02")
    assert guard.position == (0.0, 0.0)
    with pytest.raises(Refused):
        guard.admit("$11=0.02")


@pytest.mark.parametrize(("name", "line"), [("grbl", "$100=80"), ("marlin", "M84"), ("makelangelo", "M18")])
def test_what_loses_the_position_is_remembered(profiles: Profiles, machine: Machine, name: str, line: str) -> None:
    guard = guard_of(profiles[name], machine)
    guard.admit_console(line)
    guard.admit(line)
    assert guard.position is None


def test_writing_a_setting_of_a_live_wall_plotter_is_warned_of(profiles: Profiles, machine: Machine) -> None:
    guard = guard_of(profiles["grblhal"].adapted("[KINEMATICS:WallPlotter v2.01]"), machine)
    (warning,) = guard.admit_console("$11=0.02")
    assert "register home" in warning
    guard.admit("$11=0.02")
    assert guard.position is None


@pytest.mark.parametrize("line", ["G1 X1\nG1 X9999", "G1 X1 ?", "!", "~", "G1 X1;", "G91", "G28", "M0", "", "$J=G91X9"])
def test_what_even_a_user_may_not_type(profiles: Profiles, machine: Machine, line: str) -> None:
    guard = guard_of(profiles["grbl"], machine)
    with pytest.raises(Refused):
        guard.admit_console(line)
