"""One straight piece of motion, and the speed at which two of them may meet."""

from __future__ import annotations

from math import inf

from dcode.machine import lookahead
from dcode.machine.lookahead import corner_by_deviation, corner_by_jerk
from dcode.machine.motion_model import MotionModel, Three


class Block:
    """Straight in axis space. Speeds are along the path, in mm/s, squares of them where the name says so.

    start, end: axis positions, physical mm. unit: how far each axis goes for one mm of path.
    corner: the greatest square of the entry speed that the corner before it allows.
    cap: the same with the feeds of both blocks taken in. back: what the blocks behind it leave room to brake for.
    entry: the square of the speed at which it is to begin.
    """

    __slots__ = (
        "acceleration",
        "back",
        "cap",
        "corner",
        "end",
        "entry",
        "gain",
        "length",
        "nominal",
        "programmed",
        "rapid",
        "start",
        "tag",
        "top",
        "unit",
    )

    def __init__(self, start: Three, end: Three, unit: Three, length: float, tag: object) -> None:
        self.start, self.end, self.unit, self.length, self.tag = start, end, unit, length, tag
        self.nominal = self.programmed = self.top = self.acceleration = self.gain = 0.0
        self.corner = self.cap = self.back = self.entry = 0.0
        self.rapid = False

    def limit(self, model: MotionModel, feed: float, rapid: bool) -> None:
        """Take top speed and acceleration from the axis limits: the slowest axis decides."""
        top, acceleration = inf, model.acceleration
        for part, rate, strength in zip(self.unit, model.rates, model.accelerations, strict=True):
            part = abs(part)
            if part > 1e-9:
                top = min(top, rate / part)
                acceleration = min(acceleration, strength / part)
        self.top = top if top < inf else feed
        self.acceleration = acceleration if acceleration < inf else model.accelerations[0]
        self.gain = 2 * self.acceleration * self.length
        self.programmed, self.rapid = feed, rapid

    def along(self, way: float) -> Three:
        """The axes `way` mm into it."""
        left = self.length - way
        if left <= 0.0:
            return self.end
        (x, y, z), unit = self.end, self.unit
        return x - unit[0] * left, y - unit[1] * left, z - unit[2] * left

    def scale(self, feed_factor: float, rapid_factor: float) -> None:
        """Set the nominal speed from the programmed one and the overrides."""
        if self.rapid:
            self.nominal = self.top * rapid_factor
        else:
            self.nominal = min(self.programmed * feed_factor, self.top)


def junction(model: MotionModel, before: Block | None, block: Block) -> float:
    """The greatest square of the speed in the corner from `before` into `block`; `before` None: from standstill."""
    if model.jerk is not None:
        if before is None:
            return resting_speed(model, block) ** 2
        return corner_by_jerk(*before.unit, before.nominal, *block.unit, block.nominal, *model.jerk) ** 2
    if before is None:
        return 0.0
    return corner_by_deviation(
        *before.unit, *block.unit, *model.accelerations, model.acceleration, model.junction_deviation
    )


def resting_speed(model: MotionModel, block: Block) -> float:
    """The speed from which a block may stop dead, and to which it may jump from standstill."""
    return 0.0 if model.jerk is None else lookahead.resting_speed(*block.unit, block.nominal, *model.jerk)
