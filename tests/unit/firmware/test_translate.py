from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.errors import ConfigError
from dcode.firmware.command import Command, CommandKind
from dcode.firmware.framing import Framing
from dcode.firmware.guard import Guard
from dcode.firmware.profile import FirmwareProfile
from dcode.firmware.translate import Translator
from dcode.gcode.motion import Kind, Step
from dcode.machine.machine import Machine, NamedPen, Pen

Profiles = dict[str, FirmwareProfile]

STEPS = [
    Step(Kind.TRAVEL, 3.0, 4.0, 1000.0, 1),
    Step(Kind.PEN_DOWN, 3.0, 4.0, 0.0, 2),
    Step(Kind.DRAW, 3.0, -0.5, 600.0, 3),
    Step(Kind.DRAW, 1.25, -0.5, 600.0, 4),
    Step(Kind.DRAW, 1.25, -0.5, 600.0, 5),
    Step(Kind.DRAW, 1.0, 0.0, 90000.0, 6),
    Step(Kind.PEN_UP, 1.0, 0.0, 0.0, 7),
    Step(Kind.DWELL, 1.0, 0.0, 1.5, 8),
    Step(Kind.HOME, 0.0, 0.0, 0.0, 9),
]


def translated(profile: FirmwareProfile, machine: Machine, steps: list[Step]) -> list[Command]:
    translator, at, commands = Translator(profile, machine), (0.0, 0.0), translator_preamble(profile, machine)
    for row, step in enumerate(steps):
        commands += translator.row(step, at, row)
        if step.kind in (Kind.TRAVEL, Kind.DRAW, Kind.HOME):
            at = (step.x, step.y)
    return commands


def translator_preamble(profile: FirmwareProfile, machine: Machine) -> list[Command]:
    return Translator(profile, machine).preamble()


def texts(commands: list[Command]) -> list[str]:
    return [command.text for command in commands]


LINES = {
    "marlin": """G21 / G90 / G0 X3 Y4 F1000 / M280 P0 S40 / G1 Y-0.5 F600 / G1 X1.25 / G1 X1 Y0 F18000 / M280 P0 S90
        / G4 P1500 / M280 P0 S90 / G0 X0 F1000""",
    "makelangelo": """G90 / G0 X3 Y4 F16.667 / G4 S0 / M280 P0 S40 / G4 S300 / G1 Y-0.5 F10 / G1 X1.25
        / G1 X1 Y0 F200 / G4 S0 / M280 P0 S90 / G4 S300 / G4 S1500 / G4 S0 / M280 P0 S90 / G4 S300 / G0 X0 F16.667""",
    "grbl": """G21 G90 G94 / G1 X3 Y4 F1000 / M3 S222 / G4 P0.3 / G1 Y-0.5 F600 / G1 X1.25 / G1 X1 Y0 F12000
        / M3 S500 / G4 P0.3 / G4 P1.5 / M3 S500 / G4 P0.3 / G1 X0 F1000""",
    "fluidnc": """G21 G90 G94 / G1 X3 Y4 F1000 / G0 Z0 / G4 P0.3 / G1 Y-0.5 F600 / G1 X1.25 / G1 X1 Y0 F12000
        / G0 Z5 / G4 P0.3 / G4 P1.5 / G0 Z5 / G4 P0.3 / G1 X0 F1000""",
}


@pytest.mark.parametrize("name", sorted(LINES))
def test_one_program_in_each_dialect(profiles: Profiles, machine: Machine, name: str) -> None:
    assert texts(translated(profiles[name], machine, STEPS)) == " ".join(LINES[name].split()).split(" / ")


def test_a_travel_goes_at_its_own_feed_or_the_machines_within_what_is_allowed(
    profiles: Profiles, machine: Machine
) -> None:
    translator = Translator(profiles["makelangelo"], machine)
    feeds = []
    for feed in (3000.0, 0.0, 1e6):
        feeds += texts(translator.row(Step(Kind.TRAVEL, 1.0, 0.0, feed, 1), (0.0, 0.0), 0))
    assert feeds == ["G0 X1 F50", "G0 X1 F16.667", "G0 X1 F200"]


def test_y_grows_downwards_where_the_firmware_says_so(profiles: Profiles, machine: Machine) -> None:
    translator = Translator(replace(profiles["grblhal"], y_down=True), machine)
    assert texts(translator.row(Step(Kind.DRAW, 2.0, 3.5, 600.0, 1), (0.0, 0.0), 0)) == ["G1 X2 Y-3.5 F600"]
    assert texts(translator.set_position(0.0, 0.0)) == ["G92 X0 Y0"]
    assert texts(translator.set_position(1.0, -2.0)) == ["G92 X1 Y2"]


def test_marlin_is_told_another_position_first_because_it_takes_none_that_it_has_already(
    profiles: Profiles, machine: Machine
) -> None:
    translator = Translator(profiles["marlin"], machine)
    assert [command.text for command in translator.set_position(0.0, 0.0)] == ["G92 X1 Y1", "G92 X0 Y0"]


def test_long_moves_are_cut_for_a_firmware_that_bows_them_and_keep_their_row(
    profiles: Profiles, machine: Machine
) -> None:
    commands = Translator(profiles["marlin"], machine).row(Step(Kind.DRAW, 12.0, 16.0, 600.0, 1), (0.0, 0.0), 7)
    assert texts(commands) == ["G1 X3 Y4 F600", "G1 X6 Y8", "G1 X9 Y12", "G1 X12 Y16"]
    assert {command.row for command in commands} == {7}
    assert sum(command.seconds for command in commands) == pytest.approx(2.0)
    assert [command.end for command in commands] == [(3.0, 4.0), (6.0, 8.0), (9.0, 12.0), (12.0, 16.0)]
    grbl = profiles["grbl"]
    uncut = replace(grbl, moves=replace(grbl.moves, segment_draw_mm=0.0))
    whole = Translator(uncut, machine).row(Step(Kind.DRAW, 12.0, 16.0, 600.0, 1), (0.0, 0.0), 7)
    assert texts(whole) == ["G1 X12 Y16 F600"]


def test_a_move_that_goes_nowhere_at_the_firmwares_precision_is_no_line(profiles: Profiles, machine: Machine) -> None:
    translator = Translator(profiles["grbl"], machine)
    assert translator.row(Step(Kind.DRAW, 1.0002, 2.0, 600.0, 1), (1.0, 2.0), 0) == []
    assert texts(translator.row(Step(Kind.DRAW, 1.0006, 2.0, 600.0, 1), (1.0, 2.0), 0)) == ["G1 X1.001 F600"]


def test_nothing_is_left_out_after_a_call_from_outside_the_program(profiles: Profiles, machine: Machine) -> None:
    translator, step = Translator(profiles["grbl"], machine), Step(Kind.DRAW, 3.0, 3.0, 600.0, 1)
    assert texts(translator.row(step, (0.0, 3.0), 0)) == ["G1 X3 F600"]
    assert texts(translator.row(step, (0.0, 3.0), 1)) == ["G1 X3"]
    translator.pen_up()
    assert texts(translator.row(step, (0.0, 3.0), 2)) == ["G1 X3 F600"]
    assert texts(translator.row(step, (0.0, 0.0), 3)) == ["G1 X3 Y3"]  # judged by where the gondola is


def test_fewer_decimals_where_the_line_would_be_too_long(profiles: Profiles, machine: Machine) -> None:
    makelangelo = profiles["makelangelo"]
    narrow = replace(makelangelo, flow=replace(makelangelo.flow, max_line=16 + 25))
    commands = Translator(narrow, machine).row(Step(Kind.DRAW, -123.4567, -123.4567, 600.0, 1), (-120.0, -121.0), 0)
    assert texts(commands) == ["G1 X-123.46 Y-123.46 F10"]
    Framing(narrow).check(commands[0].text)


def test_home_is_a_pen_up_travel_without_end_stops_and_a_command_with_them(
    profiles: Profiles, machine: Machine
) -> None:
    step, stops = Step(Kind.HOME, 0.0, 0.0, 0.0, 1), replace(machine, end_stops=True)
    assert texts(Translator(profiles["marlin"], machine).row(step, (5.0, 0.0), 0)) == ["M280 P0 S90", "G0 X0 F1000"]
    assert texts(Translator(profiles["marlin"], stops).row(step, (5.0, 0.0), 0)) == ["M280 P0 S90", "G28"]
    grbl = Translator(profiles["grbl"], stops).homing()  # its coordinates after homing are not ours
    assert texts(grbl) == ["$H", "G92 X0 Y0"]
    assert grbl[0].kind is CommandKind.HOME


def test_homing_without_a_command_for_it_is_a_config_error(profiles: Profiles, machine: Machine) -> None:
    grbl = profiles["grbl"]
    mute = replace(grbl, commands=replace(grbl.commands, home=""))
    with pytest.raises(ConfigError):
        Translator(mute, machine).homing()


def test_a_pen_change_brings_the_pens_own_angles_and_speeds(profiles: Profiles, machine: Machine) -> None:
    fine = NamedPen("fine", "#000", Pen(80.0, 30.0, 2000.0, 700.0, servo_index=1))
    translator = Translator(profiles["marlin"], replace(machine, pens=(fine,)))
    assert translator.row(Step(Kind.PEN_CHANGE, 0.0, 0.0, 1.0, 1), (0.0, 0.0), 0) == []
    assert texts(translator.pen_down()) == ["M280 P1 S30"]
    assert texts(translator.travel((1.0, 0.0), (0.0, 0.0))) == ["G0 X1 F2000"]


def test_the_last_line_of_a_pen_move_says_where_the_pen_is_then(profiles: Profiles, machine: Machine) -> None:
    commands = Translator(profiles["grbl"], machine).pen_down()
    assert [(command.text, command.pen) for command in commands] == [("M3 S222", None), ("G4 P0.3", "down")]
    assert sum(command.seconds for command in commands) == 0.3
    marlin = Translator(profiles["marlin"], machine).pen_up()
    assert [(command.pen, command.seconds) for command in marlin] == [("up", 0.3)]
    assert Translator(profiles["grbl"], machine).pen_angle(65.0)[-1].pen == "65"


def test_heights_are_as_far_apart_as_the_angles(profiles: Profiles, machine: Machine) -> None:
    translator = Translator(profiles["fluidnc"], machine)
    assert [translator.pen_angle(angle)[0].text for angle in (40.0, 65.0, 90.0)] == ["G0 Z0", "G0 Z2.5", "G0 Z5"]


@given(
    st.sampled_from(["makelangelo", "marlin", "grbl", "grblhal", "fluidnc"]),
    st.booleans(),
    st.lists(st.tuples(st.booleans(), st.floats(-420.5, 420.5), st.floats(-594.5, 594.5)), min_size=1, max_size=12),
)
def test_every_line_passes_the_guard_and_ends_where_the_row_ends(
    profiles: Profiles, machine: Machine, name: str, down: bool, moves: list[tuple[bool, float, float]]
) -> None:
    profile = replace(profiles[name], y_down=down)
    translator, guard, framing = Translator(profile, machine), Guard(machine, profile), Framing(profile)
    guard.set_position(0.0, 0.0)
    commands = [*translator.preamble(), *translator.pen_up()]
    at = (0.0, 0.0)
    for row, (draws, x, y) in enumerate(moves):
        commands += translator.row(Step(Kind.DRAW if draws else Kind.TRAVEL, x, y, 1234.5, row), at, row)
        at = (x, y)
    commands += [*translator.pen_up(), *translator.travel(machine.home, at), *translator.barrier()]
    for command in commands:
        framing.check(command.text)
        guard.admit(command.text)
        if command.row == len(moves) - 1:
            assert guard.position == pytest.approx(command.end, abs=0.0006)
    assert guard.position == (0.0, 0.0)
