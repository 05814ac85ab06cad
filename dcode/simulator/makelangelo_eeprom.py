"""What the legacy Makelangelo-firmware keeps and reports: limits, belts, speeds. Texts as captured at e803413."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Final

from dcode.errors import ConfigError
from dcode.geometry.kinematics import Belts
from dcode.machine.machine import Machine

Three = tuple[float, float, float]

DEFAULT_STEPS: Final = 80.0  # steps/mm: a feed of 150 mm/s gives the captured "Step delay=83"
_BLANK: Final = -0.01  # what an erased EEPROM reads as


@dataclass
class Eeprom:
    """low, high: limits of x, y (mm) and of the pen's angle. They are the frame of the kinematics as well: the motors
    sit in its upper corners. The rest as M92, M203, M205, D6 and D7 show it.
    """

    low: list[float] = field(default_factory=lambda: [_BLANK] * 3)
    high: list[float] = field(default_factory=lambda: [_BLANK] * 3)
    home: list[float] = field(default_factory=lambda: [_BLANK] * 3)
    calibration: list[float] = field(default_factory=lambda: [_BLANK] * 2)  # belts at the switches, mm
    steps: list[float] = field(default_factory=lambda: [_BLANK] * 3)  # per mm, mm, degree
    rates: list[float] = field(default_factory=lambda: [_BLANK] * 3)
    deviation: float = 0.05  # junction deviation, mm
    shortest: int = 25000  # us; shorter segments are stretched while the queue runs low
    uid: int = 0

    @property
    def usable(self) -> bool:
        """Whether the limits span a frame in which anything can move."""
        return self.high[0] - self.low[0] > 1.0 and self.steps[0] > 0

    def belts(self) -> Belts:
        """Where the firmware believes the motors to be."""
        return Belts((self.low[0], self.high[1]), (self.high[0], self.high[1]))

    def copy(self) -> Eeprom:
        """What M500 keeps, or M501 brings back."""
        return deepcopy(self)


def factory() -> Eeprom:
    """M502 on a Makelangelo 5."""
    return Eeprom(
        [-325.0, -500.0, 40.0],
        [325.0, 500.0, 90.0],
        [0.0, 0.0, 90.0],
        [1035.0, 1035.0],
        [DEFAULT_STEPS, DEFAULT_STEPS, 1.0],
        [200.0, 200.0, 200.0],
    )


def suited_to(machine: Machine) -> Eeprom:
    """What an owner would have entered. The limits are the pulley frame, never the paper: see Eeprom."""
    anchors, pen = machine.anchors, machine.pen
    steps = machine.belts.steps_per_mm if machine.belts else DEFAULT_STEPS
    bottom = min(-machine.height_mm / 2, machine.work_area.bottom)
    rate = machine.max_feed / 60 if machine.max_feed else 200.0
    return Eeprom(
        [anchors.left_anchor[0], bottom, min(pen.up_angle, pen.down_angle)],
        [anchors.right_anchor[0], anchors.left_anchor[1], max(pen.up_angle, pen.down_angle)],
        [*machine.home, pen.up_angle],
        list(anchors.lengths(*machine.home)),
        [steps, steps, 1.0],
        [rate, rate, 200.0],
    )


def enter(eeprom: Eeprom, given: Mapping[str, float]) -> None:
    """Change values by names: "M92 X", "M203 X", "M101 X min", "M101 X max" and so on for Y and Z."""
    for name, value in given.items():
        words = name.split()
        table = {"M92": eeprom.steps, "M203": eeprom.rates, "M101": eeprom.high}.get(words[0] if words else "")
        if words[2:] == ["min"] and words[0] == "M101":
            table = eeprom.low
        if table is None or len(words) < 2 or words[1] not in ("X", "Y", "Z"):
            raise ConfigError("the simulated Makelangelo has no such setting", key=name, value=value)
        table["XYZ".index(words[1])] = value


def limits(eeprom: Eeprom) -> str:
    """M101."""
    low, high = (",".join(f"{value:.2f}" for value in side) for side in (eeprom.low, eeprom.high))
    return f"M101 ({low}) - ({high})\n"


def home(eeprom: Eeprom) -> str:
    """D6."""
    return "D6" + "".join(f" {axis}{value:.2f}" for axis, value in zip("XYZ", eeprom.home, strict=True)) + "\n"


def steps(eeprom: Eeprom) -> str:
    """M92; the third motor is the servo, and is called T."""
    return "M92 " + _motors(eeprom.steps)


def rates(eeprom: Eeprom) -> str:
    """M203."""
    return "M203 " + _motors(eeprom.rates)


def corners(eeprom: Eeprom) -> str:
    """M205."""
    return f"M205 J{eeprom.deviation:.2f} X0.00 Y0.00 Z0.00 B{eeprom.shortest}\n"


def calibration(eeprom: Eeprom) -> str:
    """D8."""
    return f"D8 L{eeprom.calibration[0]:.2f} R{eeprom.calibration[1]:.2f}\n"


def everything(eeprom: Eeprom, version: str, built: str, position: str) -> str:
    """M503."""
    left, right = eeprom.calibration
    return (
        f"I AM POLARGRAPH #{eeprom.uid}\n{version}{built}{limits(eeprom)}{position}D7{left:.2f} {right:.2f}\n"
        f"{home(eeprom)}{steps(eeprom)}{rates(eeprom)}{corners(eeprom)}"
    )


def _motors(values: list[float]) -> str:
    return "".join(f"{motor}{value:.2f} " for motor, value in zip("XYT", values, strict=True)) + "\n"
