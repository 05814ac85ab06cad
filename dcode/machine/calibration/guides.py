"""The table of guides: what `dcode calibrate NAME` begins. A guide is imported when it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Final, TypeAlias, cast

from dcode.errors import CalibrationError
from dcode.machine.calibration.firmware_settings import Tuning
from dcode.machine.calibration.guide import Guide
from dcode.machine.calibration.pen_unit import PenUnit, degrees
from dcode.machine.machine import Machine

Option: TypeAlias = str | float | bool


@dataclass(frozen=True, slots=True)
class Start:
    """What a guide is told when it begins.

    at: where the gondola hangs, mm. firmware: its dialect, "marlin". unit: what the pen's height is counted in.
    own_wait: seconds that the firmware waits for its servo by itself. today: an ISO date. settings: the firmware's own,
    by its names, where it was asked. tuning: what it has to be told of the machine. options: what the
    user said on the command line.
    """

    machine: Machine
    at: tuple[float, float]
    firmware: str = ""
    unit: PenUnit = field(default_factory=degrees)
    own_wait: float = 0.0
    today: str = ""
    settings: Mapping[str, float] = field(default_factory=dict)
    tuning: Tuning = field(default_factory=Tuning)
    options: Mapping[str, Option] = field(default_factory=dict)


Maker: TypeAlias = Callable[[Start], Guide]

# "module:name" of what makes the guide of a Start.
GUIDES: Final[dict[str, str]] = {
    "pen": "dcode.machine.calibration.pen:PenGuide",
    "machine": "dcode.machine.calibration.machine_guide:MachineGuide",
}


def guide(name: str, start: Start) -> Guide:
    """A guide by its name. Raises CalibrationError for one that there is not, and what the guide raises."""
    target = GUIDES.get(name)
    if target is None:
        raise CalibrationError(f"There is no guide {name!r}. There are: {', '.join(GUIDES)}.", guide=name)
    module, _, maker = target.partition(":")
    make = cast(Maker, getattr(import_module(module), maker))  # the table's own promise
    return make(start)
