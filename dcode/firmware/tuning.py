"""What a firmware has to be told after a calibration, and what it has now: its profile's table [calibration]."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dcode.firmware.profile import FirmwareProfile
from dcode.geometry.kinematics import Belts
from dcode.machine.calibration.firmware_settings import Tuning
from dcode.machine.machine import Machine


def tuning_of(profile: FirmwareProfile, machine: Machine, replies: Iterable[str] = ()) -> Tuning:
    """For a profile that is `adapted` to what its firmware said of itself: only that tells belts from rails.

    `replies`: the answer to the profile's calibration.asks.
    """
    says, on_belts = profile.calibration, profile.planning.belts or profile.y_down
    told = _told(profile, replies)
    return Tuning(
        on_belts=on_belts,
        lines=says.belts if on_belts else says.rails,
        by_hand=says.by_hand,
        note=says.note,
        switches=says.switches if machine.end_stops and on_belts else "",
        starts_at_motor=on_belts and profile.y_down,
        steps_per_mm=profile.planning.steps_per_mm,
        steps=_pair(told, "steps_x", "steps_y"),
        belts=_belts(told, machine) if on_belts else None,
        at_switches=_pair(told, "switch_left", "switch_right"),
    )


def _told(profile: FirmwareProfile, replies: Iterable[str]) -> dict[str, float]:
    """All groups of all patterns in all replies."""
    told = dict[str, float]()
    for text in replies:
        for pattern in profile.calibration.told:
            if found := pattern.search(text):
                told |= {name: float(value) for name, value in found.groupdict().items()}
    return told


def _pair(told: Mapping[str, float], first: str, second: str) -> tuple[float, float] | None:
    """Two values that make sense only together and above zero: a blank EEPROM has -0.01."""
    one, other = told.get(first, 0.0), told.get(second, 0.0)
    return (one, other) if one > 0 and other > 0 else None


def _belts(told: Mapping[str, float], machine: Machine) -> Belts | None:
    """Where the firmware believes its motors to be, in the machine's frame."""
    if told.get("span", 0.0) > 0:
        left, top = machine.anchors.left_anchor
        return Belts((left, top), (left + told["span"], top))
    if not {"left", "right", "top"} <= told.keys() or told["right"] - told["left"] < 1.0:
        return None
    return Belts((told["left"], told["top"]), (told["right"], told["top"]))
