"""Where the pen is brought to: by place, by what the firmware can be told, in degrees and in mm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dcode.errors import LimitError
from dcode.firmware.command import Command
from dcode.firmware.guard import Guard
from dcode.firmware.pacing import pace_of
from dcode.firmware.pen_scale import own_wait, pen_unit
from dcode.firmware.profile import FirmwareProfile
from dcode.firmware.translate import Translator
from dcode.gcode.interpret import interpret
from dcode.gcode.motion import Kind, Step
from dcode.gcode.reading import Reading
from dcode.machine.height_map import HeightMap
from dcode.machine.machine import Machine, NamedPen, Pen
from dcode.machine.timing import estimate

WALL = HeightMap(top_left=4.4, top_right=-2.0, centre=0.6)
CORNER, CENTRE = (-420.5, 594.5), (0.0, 0.0)

Profiles = dict[str, FirmwareProfile]


def lowered(tools: Translator, at: tuple[float, float]) -> list[str]:
    return [command.text for command in tools.row(Step(Kind.PEN_DOWN, *at, 0.0, 1), at, 0)]


@pytest.mark.parametrize(
    ("name", "corner", "centre"),
    [
        ("marlin", "M280 P0 S44", "M280 P0 S41"),  # whole degrees, rounded once
        ("makelangelo", "M280 P0 S44", "M280 P0 S41"),
        ("grbl", "M3 S247", "M3 S226"),
    ],
)
def test_the_pen_is_lowered_by_what_the_wall_asks_for_there(
    profiles: Profiles, machine: Machine, name: str, corner: str, centre: str
) -> None:
    tools = Translator(profiles[name], replace(machine, height_map=WALL))
    assert corner in lowered(tools, CORNER)
    assert centre in lowered(tools, CENTRE)
    assert [command.text for command in tools.pen_down(at=CORNER)] == lowered(tools, CORNER)


def test_nothing_but_lowering_goes_by_the_map(profiles: Profiles, machine: Machine) -> None:
    plain, mapped = (Translator(profiles["grbl"], one) for one in (machine, replace(machine, height_map=WALL)))
    for tools in (plain, mapped):
        tools.preamble()
    steps = [Step(Kind.PEN_UP, *CORNER, 0.0, 1), Step(Kind.DRAW, *CORNER, 0.0, 1), Step(Kind.TRAVEL, *CORNER, 0.0, 1)]
    for step in steps:
        assert plain.row(step, CENTRE, 0) == mapped.row(step, CENTRE, 0)
    assert mapped.pen_down(45.0, CORNER) == plain.pen_down(45.0)


def test_a_wall_changes_nothing_of_an_estimate(profiles: Profiles, machine: Machine) -> None:
    program = interpret(b"G21\nM280 P0 S40\nG1 X100 F500\nM280 P0 S90\nG0 Y50\nM280 P0 S40\nG1 X0\n", Reading())
    for profile in profiles.values():
        times = [
            estimate(program.motion, one, pace_of(profile, one)).seconds
            for one in (machine, replace(machine, height_map=WALL))
        ]
        assert times[0] == times[1]


def test_a_wait_beyond_the_firmwares_own_is_a_dwell(profiles: Profiles, machine: Machine) -> None:
    """Marlin waits 300 ms for its servo; who found that the pen needs 450 gets 150 more, and an estimate that knows."""
    slow = replace(machine, pen=replace(machine.pen, lower_seconds=0.45))
    marlin, motion = profiles["marlin"], interpret(b"M280 P0 S40\nG1 X9 F500\nM280 P0 S90\n", Reading()).motion
    assert own_wait(marlin) == 0.3 and own_wait(profiles["grbl"]) == 0.0
    commands: list[Command] = Translator(marlin, slow).pen_down()
    assert [(one.text, one.pen) for one in commands] == [("M280 P0 S40", None), ("G4 P150", "down")]
    assert sum(one.seconds for one in commands) == pytest.approx(0.45)
    quick, patient = (estimate(motion, one, pace_of(marlin, one)).seconds for one in (machine, slow))
    assert patient - quick == pytest.approx(0.15, abs=0.02)


def test_a_pen_on_an_axis_has_heights_in_mm(profiles: Profiles, machine: Machine) -> None:
    own = NamedPen("fine", "red", replace(machine.pen, z_down=0.4))
    high = replace(machine, pen=replace(machine.pen, z_up=4.5, z_down=1.25), pens=(own,), height_map=HeightMap(0.3))
    tools = Translator(profiles["fluidnc"], high)
    assert tools.pen_up()[0].text == "G0 Z4.5" and tools.pen.raised == 4.5
    assert tools.pen_down(at=CENTRE)[0].text == "G0 Z1.25"
    assert tools.pen_down(at=CORNER)[0].text == "G0 Z1.55"
    tools.pen.take(1)
    assert tools.pen_down()[0].text == "G0 Z0.4"


def test_an_axis_is_told_no_height_beyond_its_range(profiles: Profiles, machine: Machine) -> None:
    fluidnc = profiles["fluidnc"]
    wide = replace(fluidnc, pen=replace(fluidnc.pen, z_low=-2.0, z_high=8.0))
    for profile, height, passes in ((fluidnc, -0.5, False), (wide, -0.5, True), (wide, -2.5, False), (wide, 8.0, True)):
        guard = Guard(machine, profile)
        if passes:
            guard.admit(f"G0 Z{height:g}")
        else:
            with pytest.raises(LimitError):
                guard.admit(f"G0 Z{height:g}")


def test_an_axis_whose_words_are_degrees_is_a_servo(profiles: Profiles, machine: Machine) -> None:
    """Makelangelo-firmware's other way to move the pen: G0 Z90 is up, and G0 Z40 is down."""
    makelangelo = profiles["makelangelo"]
    by_z = replace(makelangelo, pen=replace(makelangelo.pen, method="z", template="G0 Z{angle}"))
    assert Translator(by_z, machine).pen_down()[1].text == "G0 Z40"
    assert pen_unit(by_z).name == "degrees" and not pen_unit(by_z).asks
    Guard(machine, by_z).admit("G0 Z140")
    with pytest.raises(LimitError):
        Guard(machine, by_z).admit("G0 Z190")


def test_the_profile_says_what_a_pen_is_counted_in(profiles: Profiles) -> None:
    units = {name: pen_unit(profile) for name, profile in profiles.items()}
    assert {name: unit.name for name, unit in units.items() if unit.name != "degrees"} == {"fluidnc": "mm"}
    assert units["marlin"].strides == units["makelangelo"].strides == (1.0, 5.0)  # it cuts off what is less
    assert units["grbl"].strides == (0.5, 1.0, 5.0)
    assert {name for name, unit in units.items() if unit.asks} == {"grbl", "grblhal"}
    grbl = profiles["grbl"]
    known = pen_unit(replace(grbl, pen=replace(grbl.pen, s_steps=17)))
    assert known.whole == pytest.approx(10.6, abs=0.02) and not known.asks
    assert (units["fluidnc"].low, units["fluidnc"].high) == (0.0, 5.0)


def test_the_pens_of_a_machine_share_one_wall(profiles: Profiles, machine: Machine) -> None:
    several = replace(machine, pens=(NamedPen("broad", "#000", Pen(80.0, 30.0)),), height_map=WALL)
    tools = Translator(profiles["marlin"], several)
    tools.pen.take(1)
    assert lowered(tools, CORNER) == ["M280 P0 S34"]
