"""What a simulated plotter is made of: the machine, where it hangs, how its firmware is set up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dcode.geometry.bounds import Bounds
from dcode.machine.machine import Machine
from dcode.simulator.truth import Truth
from dcode.simulator.wall import Wall

Point = tuple[float, float]


def owners_machine() -> Machine:
    """The plotter that dcode is made for, as configs/machine.json describes it."""
    return Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5))


@dataclass(frozen=True, slots=True)
class Setup:
    """How to build a simulated plotter.

    machine: size, anchors, work area, end stops, pen, as its owner believes them to be.
    wall: what is true instead; None: the owner is right, and the pen touches midway between its two angles.
    start: where the gondola hangs when the power comes on, mm on paper; None: the machine's home, or where the
        firmware's own idea of its position at power-on is true.
    captured: the firmware as it was when tests/data/transcripts was recorded: factory settings, often useless for
        drawing. Otherwise its settings suit the machine.
    settings: the firmware's own settings that are to differ, by its names ("$110", "M203 X"); values as it stores them.
    options: what else a firmware can be built with, by name; the firmware's module lists its own.
    """

    machine: Machine = field(default_factory=owners_machine)
    start: Point | None = None
    wall: Wall | None = None
    captured: bool = False
    settings: Mapping[str, float] = field(default_factory=dict)
    options: Mapping[str, str | float | bool] = field(default_factory=dict)

    @property
    def truth(self) -> Truth | None:
        """What is true of the machine; None: what its owner believes."""
        return Truth(self.wall, self.machine) if self.wall else None
