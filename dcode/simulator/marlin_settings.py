"""Marlin's settings as M92, M201 to M205 and M665 show and change them, and the motion that follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from math import hypot
from typing import Final
from zlib import crc32

from dcode.errors import ConfigError
from dcode.geometry.kinematics import Belts
from dcode.machine.machine import Machine
from dcode.machine.motion_model import MotionModel, Three
from dcode.simulator.marlin_command import Command

Settings = dict[str, dict[str, float]]

# The official Polargraph example configuration (Marlin bugfix-2.1.x, 2025-03), in the order of M503.
FACTORY: Final[Mapping[str, Mapping[str, float]]] = {
    "M92": {"X": 80.0, "Y": 80.0, "Z": 80.0},
    "M203": {"X": 300.0, "Y": 300.0, "Z": 5.0},
    "M201": {"X": 3000.0, "Y": 3000.0, "Z": 100.0},
    "M204": {"P": 3000.0, "R": 3000.0, "T": 3000.0},
    "M205": {"B": 20000.0, "S": 0.0, "T": 0.0, "X": 10.0, "Y": 10.0, "Z": 0.3},
    "M665": {"S": 5.0, "L": -325.0, "R": 325.0, "T": 500.0, "B": -500.0, "H": 1035.0},
}

_LEAST: Final = 1e-3

_HEADINGS: Final = {
    "M92": "Steps per unit:",
    "M203": "Max feedrates (units/s):",
    "M201": "Max Acceleration (units/s2):",
    "M204": "Acceleration (units/s2) (P<print-accel> R<retract-accel> T<travel-accel>):",
    "M205": "Advanced (B<min_segment_time_us> S<min_feedrate> T<min_travel_feedrate> "
    "X<max_jerk> Y<max_jerk> Z<max_jerk>):",
    "M665": "Polargraph:",
}


def factory() -> Settings:
    """A copy of the example configuration."""
    return {code: dict(values) for code, values in FACTORY.items()}


def suited_to(machine: Machine) -> Settings:
    """What an owner would have entered: the corners of the M665 area are the motors, see polargraph.cpp."""
    settings = factory()
    belts = machine.anchors
    if machine.belts:
        settings["M92"]["X"] = settings["M92"]["Y"] = machine.belts.steps_per_mm
    if machine.max_feed:
        settings["M203"]["X"] = settings["M203"]["Y"] = machine.max_feed / 60
    if machine.acceleration:
        for axis in "PRT":
            settings["M204"][axis] = machine.acceleration
    left, top = belts.left_anchor
    bottom = min(-machine.height_mm / 2, machine.work_area.bottom)
    settings["M665"] |= {
        "L": left,
        "R": belts.right_anchor[0],
        "T": top,
        "B": bottom,
        "H": max(machine.max_belt_length_mm, hypot(belts.right_anchor[0] - left, top - bottom)),
    }
    return settings


def enter(settings: Settings, given: Mapping[str, float]) -> None:
    """Change settings by names such as "M203 X". Raises ConfigError for one that there is not."""
    for name, value in given.items():
        code, _, letter = name.partition(" ")
        if letter not in settings.get(code, {}):
            raise ConfigError("the simulated Marlin has no such setting", key=name, value=value)
        settings[code][letter] = value


def change(settings: Settings, command: Command) -> bool:
    """Take over the words of a command; False when it has none, which asks for a report."""
    values = settings[command.code]
    changed = bool(command.words)
    for letter, value in command.words.items():
        if value is not None and letter in values:
            values[letter] = value
        elif value is not None and (command.code, letter) == ("M204", "S"):  # both at once
            values["P"] = values["T"] = value
    return changed


def report(settings: Settings, code: str) -> str:
    """One line of M503, as the command itself reports it."""
    return f"  {code} " + " ".join(f"{letter}{value:.2f}" for letter, value in settings[code].items())


def report_all(settings: Settings) -> str:
    """M503."""
    lines = ["; Linear Units:", "  G21 ; (mm)", "; Temperature Units:", "  M149 C ; Units in Celsius"]
    for code, heading in _HEADINGS.items():
        lines += [f"; {heading}", report(settings, code)]
    return "".join(f"echo:{line}\n" for line in lines)


def size(settings: Settings) -> str:
    """What M500 says of the settings. The figures are those of the report: how the EEPROM is laid out is not copied."""
    text = report_all(settings).encode()
    return f"{len(text)} bytes; crc {crc32(text) & 0xFFFF}"


def belts(settings: Settings) -> Belts:
    """Where the firmware believes the motors to be: at least a millimetre apart."""
    area = settings["M665"]
    return Belts((area["L"], area["T"]), (max(area["R"], area["L"] + 1.0), area["T"]))


def steps_per_mm(settings: Settings) -> Three:
    """M92."""
    return _positive(settings["M92"])


def motion(settings: Settings) -> MotionModel:
    """How the planner drives. Limits are those of the belts; the feed counts on paper."""
    jerks = settings["M205"]
    return MotionModel(
        _positive(settings["M203"]),
        _positive(settings["M201"]),
        belts=belts(settings),
        steps=steps_per_mm(settings),
        acceleration=max(settings["M204"]["T"], _LEAST),  # nothing is extruded: every move is travel (planner.cpp)
        jerk=(max(jerks["X"], 0.0), max(jerks["Y"], 0.0), max(jerks["Z"], 0.0)),
        replan_running=False,
        start_delay=0.1,  # BLOCK_DELAY_FOR_1ST_MOVE, unless three blocks come first
        start_blocks=3,
    )


def _positive(values: Mapping[str, float]) -> Three:
    """The axes' values. Nothing can be planned with 0 or less; what the chip then does is not copied."""
    return max(values["X"], _LEAST), max(values["Y"], _LEAST), max(values["Z"], _LEAST)
