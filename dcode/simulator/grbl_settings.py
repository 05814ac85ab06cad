"""grbl's numbered settings: what they are from the factory, how they are printed, what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from dcode.machine.machine import BeltDrive, Machine

# Captured from grbl 1.1h (`$$`); axis settings stand for X, Y and Z.
FACTORY: Final[Mapping[int, float]] = {
    0: 10,
    1: 25,
    2: 0,
    3: 0,
    4: 0,
    5: 0,
    6: 0,
    10: 1,
    11: 0.01,
    12: 0.002,
    13: 0,
    20: 0,
    21: 0,
    22: 0,
    23: 0,
    24: 25,
    25: 500,
    26: 250,
    27: 1,
    30: 1000,
    31: 0,
    32: 0,
    **{100 + axis: 250 for axis in range(3)},
    **{110 + axis: 500 for axis in range(3)},
    **{120 + axis: 10 for axis in range(3)},
    **{130 + axis: 200 for axis in range(3)},
}
_DECIMALS: Final = dict.fromkeys((11, 12, 24, 25, 27, *range(100, 133)), 3)
_LEAST: Final = 1e-3
_SWITCHES: Final = (4, 5, 6, 13, 20, 21, 22, 32)


class Refusal(Exception):
    """A line that grbl answers with error:N."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def suitable(machine: Machine) -> dict[int, float]:
    """Settings that make a drawing machine of the factory's mill: feeds, acceleration, travel."""
    steps = (machine.belts or BeltDrive()).steps_per_mm
    fastest = machine.max_feed or max(6000.0, machine.pen.travel_speed, machine.pen.draw_speed)
    acceleration = machine.acceleration or 500.0
    width, height = machine.work_area.width, machine.work_area.height
    return {
        100: steps,
        101: steps,
        110: fastest,
        111: fastest,
        112: 3000.0,
        120: acceleration,
        121: acceleration,
        122: 200.0,
        130: width,
        131: height,
        132: 50.0,
        22: float(machine.end_stops),
        25: 1500.0,
    }


def numbered(settings: Mapping[str, float]) -> dict[int, float]:
    """Settings by number from settings by grbl's name ("$110")."""
    return {int(name.removeprefix("$")): value for name, value in settings.items()}


class Settings:
    """The settings as they are kept in EEPROM. Units as in grbl's list: mm, mm/min, mm/s2, ms."""

    def __init__(self, different: Mapping[int, float] | None = None) -> None:
        self.values: dict[int, float] = dict(FACTORY) | dict(different or {})

    def __getitem__(self, number: int) -> float:
        return self.values[number]

    def axes(self, first: int) -> tuple[float, float, float]:
        """One kind of axis setting for x, y and z; `first` is the number for x. A zero is taken for very little."""
        x, y, z = (max(self.values[first + axis], _LEAST) for axis in range(3))
        return x, y, z

    def store(self, number: int, value: float) -> None:
        """Keep a value. Raises Refusal with grbl's code."""
        if value < 0:
            raise Refusal(4)
        if number not in self.values:
            raise Refusal(3)
        if number == 0 and value < 3:
            raise Refusal(6)
        if number == 20 and value and not self.values[22]:
            raise Refusal(10)
        if number in _SWITCHES:
            value = 1 if int(value) & 0xFF else 0
        elif number not in _DECIMALS and number not in (30, 31):
            value = int(value) & 0xFF
        if number == 22 and not value:
            self.values[20] = 0  # soft limits need homing
        self.values[number] = value

    def restore(self) -> None:
        """Factory settings ($RST=$)."""
        self.values.update(FACTORY)

    def lines(self) -> Iterator[str]:
        """The list that `$$` prints."""
        for number, value in self.values.items():
            yield f"${number}={value:.{_DECIMALS.get(number, 0)}f}"
