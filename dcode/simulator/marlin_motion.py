"""Where Marlin believes the gondola to be, and how a move becomes blocks (motion.cpp, G2_G3.cpp, planner.cpp)."""

from __future__ import annotations

from collections.abc import Iterator
from math import atan2, ceil, cos, floor, hypot, pi, sin, sqrt

from dcode.errors import LimitError
from dcode.machine.motion_model import Three
from dcode.simulator.marlin_command import Command
from dcode.simulator.marlin_settings import Settings, belts, motion, steps_per_mm
from dcode.simulator.plotter import Plotter

BLOCKS = 16  # BLOCK_BUFFER_SIZE; one is always empty
_FEWEST_STEPS = 6  # MIN_STEPS_PER_SEGMENT: shorter blocks are not made, the next one takes their way along
_ARC_SEGMENT = 1.0  # MAX_ARC_SEGMENT_MM
_CIRCLE_SEGMENTS = 72  # MIN_CIRCLE_SEGMENTS
_MOST_SEGMENTS = 65535  # they are counted in 16 bits
_LOWEST_Z, _HIGHEST_Z = 0.0, 100.0

Step = tuple[Three, float]  # where to, and how many mm of path it counts


class Mover:
    """The firmware's idea of its position, and its way into the planner.

    current: the logical position after the last command, mm. steps: where the planner's queue ends, in belt steps.
    """

    def __init__(self, plotter: Plotter, settings: Settings, *, slows: bool = False) -> None:
        self.plotter, self.settings, self._slows = plotter, settings, slows
        self.power_on((0.0, 0.0, 0.0))

    def power_on(self, at: Three) -> None:
        """Back to the modes of a fresh start; the position is called `at`."""
        self.feed = 25.0  # mm/s, until an F says otherwise (1500 mm/min)
        self.percent = 100.0
        self.relative = False
        self.unit = 1.0
        self.clamps = True
        self.relabel(at)

    # --- labels

    def relabel(self, position: Three) -> None:
        """Call the present position this; nothing moves."""
        self.current = position
        self.plotter.set_position(position)
        self.steps = self.to_steps(position)

    def belts_as_position(self) -> None:
        """After a quick stop: without forward kinematics the belts' lengths, in mm, pass for x and y."""
        self.relabel(self.plotter.axes)

    def resettle(self) -> None:
        """Settings have changed. The counted steps stay, so that with another geometry the next move jumps."""
        before, steps = self.plotter.motion, self.steps
        after = motion(self.settings)
        self.plotter.motion = after
        if before.belts == after.belts or not after.belts or not after.steps:
            self.steps = self.to_steps(self.plotter.planned)
            return
        try:
            here = after.belts.position(steps[0] / after.steps[0], steps[1] / after.steps[1])
        except LimitError:
            return  # a geometry in which these belts cannot meet: the label stays
        self.plotter.set_position((*here, self.plotter.planned[2]))
        self.steps = steps

    def to_steps(self, position: Three) -> tuple[int, int, int]:
        """Planned motor positions, as "Count" shows them."""
        left, right = belts(self.settings).lengths(position[0], position[1])
        per = steps_per_mm(self.settings)
        return round(left * per[0]), round(right * per[1]), round(position[2] * per[2])

    def live_steps(self) -> tuple[int, int, int]:
        """Motor positions at this moment."""
        left, right, z = self.plotter.axes
        per = steps_per_mm(self.settings)
        return round(left * per[0]), round(right * per[1]), round(z * per[2])

    # --- from words to steps

    def destination(self, command: Command) -> Three:
        """The end of a move by its X, Y, Z; takes over F."""
        x, y, z = (self._axis(command, letter, now) for letter, now in zip("XYZ", self.current, strict=True))
        feed = command.value("F")
        if feed is not None and feed > 0:
            self.feed = feed * self.unit / 60
        return x, y, z

    def _axis(self, command: Command, letter: str, now: float) -> float:
        value = command.value(letter)
        if value is None:
            return now
        return now + value * self.unit if self.relative else value * self.unit

    def limited(self, point: Three) -> Three:
        """Soft endstops: the M665 area, without a word."""
        if not self.clamps:
            return point
        area = self.settings["M665"]
        return (
            min(max(point[0], area["L"]), area["R"]),
            min(max(point[1], area["B"]), area["T"]),
            min(max(point[2], _LOWEST_Z), _HIGHEST_Z),
        )

    def scaled_feed(self) -> float:
        """mm/s with M220's percentage."""
        return self.feed * self.percent / 100

    def line(self, end: Three) -> list[Step] | None:
        """The segments of a straight line; None: out of the belts' reach, and the move is dropped."""
        start = self.current
        way = (end[0] - start[0], end[1] - start[1], end[2] - start[2])
        length = sqrt(way[0] ** 2 + way[1] ** 2 + way[2] ** 2)
        if not way[0] and not way[1]:
            return [(end, length)] if length else []
        area = self.settings["M665"]
        if max(belts(self.settings).lengths(end[0], end[1])) >= area["H"] + 1:
            return None
        count = max(1, min(int(area["S"] * (length / self.scaled_feed())), _MOST_SEGMENTS))
        piece = length / count
        steps = [
            ((start[0] + way[0] * k / count, start[1] + way[1] * k / count, start[2] + way[2] * k / count), piece)
            for k in range(1, count)
        ]
        return [*steps, (end, piece)]

    def arc(self, command: Command, end: Three) -> list[Step] | None:
        """The segments of G2 or G3; None: I, J or R are missing or impossible."""
        clockwise = command.code == "G2"
        start = self.current
        center = self._center(command, end, clockwise)
        if center is None:
            return None
        turns = max(0, command.whole("P") or 0)
        return list(self._arc_steps(start, end, center, clockwise, turns))

    def _center(self, command: Command, end: Three, clockwise: bool) -> tuple[float, float] | None:
        x, y = self.current[0], self.current[1]
        radius = command.value("R")
        if radius is None:
            i, j = command.value("I"), command.value("J")
            return None if not (i or j) else (x + (i or 0.0) * self.unit, y + (j or 0.0) * self.unit)
        radius *= self.unit
        dx, dy = end[0] - x, end[1] - y
        chord = hypot(dx, dy)
        if not radius or not chord:
            return None
        height = sqrt(max(0.0, radius * radius - chord * chord / 4))
        side = -1.0 if clockwise != (radius < 0) else 1.0
        return x + dx / 2 - side * dy * height / chord, y + dy / 2 + side * dx * height / chord

    @staticmethod
    def _arc_steps(
        start: Three, end: Three, center: tuple[float, float], clockwise: bool, turns: int
    ) -> Iterator[Step]:
        x, y = start[0] - center[0], start[1] - center[1]
        radius, begin = hypot(x, y), atan2(y, x)
        sweep = (atan2(end[1] - center[1], end[0] - center[0]) - begin) % (2 * pi)
        if clockwise and sweep:
            sweep -= 2 * pi
        if abs(sweep) < 1e-9 and hypot(end[0] - start[0], end[1] - start[1]) < 1e-6:
            sweep = -2 * pi if clockwise else 2 * pi  # there and back is a whole circle
        sweep += turns * (-2 * pi if clockwise else 2 * pi)
        length = radius * abs(sweep)
        fewest = ceil(_CIRCLE_SEGMENTS * abs(sweep) / (2 * pi))
        count = max(1, floor(length / _ARC_SEGMENT), fewest)
        if length / count < 0.1:  # MIN_ARC_SEGMENT_MM
            count = max(1, floor(length / 0.1))
        count = min(count, _MOST_SEGMENTS)
        for k in range(1, count):
            angle = begin + sweep * k / count
            z = start[2] + (end[2] - start[2]) * k / count
            yield (center[0] + radius * cos(angle), center[1] + radius * sin(angle), z), length / count
        yield end, length / count

    # --- into the planner

    def push(self, target: Three, length: float) -> None:
        """Make one block, at the feed in force. Needs room in the planner."""
        steps = self.to_steps(target)
        if max(abs(new - old) for new, old in zip(steps, self.steps, strict=True)) < _FEWEST_STEPS:
            return
        length = length or 1e-3
        feed = self.scaled_feed()
        if self.plotter.add_line(target, self._slowed(feed, length) if self._slows else feed, length=length):
            self.steps = steps

    def _slowed(self, feed: float, length: float) -> float:
        """SLOWDOWN: short blocks are stretched while the queue runs low, rather than waiting at the next corner."""
        queued = BLOCKS - 1 - self.plotter.room() - (1 if self.plotter.moving else 0)
        shortest = self.settings["M205"]["B"] * 1e-6
        seconds = length / feed
        if 2 <= queued <= BLOCKS // 2 - 1 and seconds < shortest:
            seconds += 2 * (shortest - seconds) / queued
        return length / seconds
