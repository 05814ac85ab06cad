"""One straight piece of motion, and the speed at which two of them may meet."""

from __future__ import annotations

from math import inf, sqrt

from dcode.simulator.motion_model import MotionModel, Three


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

    def scale(self, feed_factor: float, rapid_factor: float) -> None:
        """Set the nominal speed from the programmed one and the overrides."""
        if self.rapid:
            self.nominal = self.top * rapid_factor
        else:
            self.nominal = min(self.programmed * feed_factor, self.top)


def junction(model: MotionModel, before: Block | None, block: Block) -> float:
    """The greatest square of the speed in the corner from `before` into `block`; `before` None: from standstill."""
    if model.jerk is not None:
        return _jerk_corner(model.jerk, before, block) ** 2
    return 0.0 if before is None else _deviation_corner(model, before.unit, block.unit)


def resting_speed(model: MotionModel, block: Block) -> float:
    """The speed from which a block may stop dead, and to which it may jump from standstill."""
    if model.jerk is None:
        return 0.0
    factor = 1.0
    for part, jerk in zip(block.unit, model.jerk, strict=True):
        speed = abs(part) * block.nominal
        if speed * factor > jerk:
            factor = jerk / speed
    return block.nominal * factor


def _deviation_corner(model: MotionModel, before: Three, unit: Three) -> float:
    """grbl 1.1h planner.c: the corner is rounded with a circle that deviates by junction_deviation from it."""
    cosine = -(before[0] * unit[0] + before[1] * unit[1] + before[2] * unit[2])
    if cosine > 0.999999:
        return 0.0  # there and back
    if cosine < -0.999999:
        return inf
    bend = (unit[0] - before[0], unit[1] - before[1], unit[2] - before[2])
    size = sqrt(bend[0] * bend[0] + bend[1] * bend[1] + bend[2] * bend[2])
    acceleration = model.acceleration
    for part, strength in zip(bend, model.accelerations, strict=True):
        if part:
            acceleration = min(acceleration, strength * size / abs(part))
    half_sine = sqrt(0.5 * (1.0 - cosine))
    return acceleration * model.junction_deviation * half_sine / (1.0 - half_sine)


def _jerk_corner(jerks: Three, before: Block | None, block: Block) -> float:
    """Marlin's classic jerk: no axis jumps by more than its jerk. A jump to rest and up again may beat the corner."""
    nominal = block.nominal
    safe = nominal
    for part, jerk in zip(block.unit, jerks, strict=True):
        if abs(part) * safe > jerk:
            safe = jerk / abs(part)
    if before is None:
        return safe
    speed = min(nominal, before.nominal)
    factor = 1.0
    for leaving, entering, jerk in zip(before.unit, block.unit, jerks, strict=True):
        leaving, entering = leaving * speed * factor, entering * speed * factor
        if leaving * entering < 0:
            jump = max(abs(leaving), abs(entering))  # the axis turns: it stops first, then starts
        else:
            jump = abs(leaving - entering)
        if jump > jerk:
            factor *= jerk / jump
    speed *= factor
    before_safe = before.nominal
    for part, jerk in zip(before.unit, jerks, strict=True):
        if abs(part) * before_safe > jerk:
            before_safe = jerk / abs(part)
    return safe if before_safe > 0.99 * speed and safe > 0.99 * speed else speed
