"""How a move of the legacy Makelangelo-firmware becomes blocks (planner.cpp, robots/polargraph.cpp)."""

from __future__ import annotations

from collections.abc import Iterator
from math import atan2, ceil, cos, hypot, pi, sin, sqrt
from typing import Final

from dcode.geometry.kinematics import Belts
from dcode.machine.motion_model import MotionModel
from dcode.simulator.makelangelo_eeprom import Eeprom, Three
from dcode.simulator.plotter import Plotter

BLOCKS: Final = 16  # MAX_SEGMENTS of a Makelangelo 5; one is always empty
MAX_FEED: Final = 200.0  # mm/s
MAX_ACCELERATION: Final = 1000.0  # mm/s2
_SEGMENTS_PER_SECOND: Final = 10
_SHORTEST_SEGMENT: Final = 0.5  # mm
_MOST_SEGMENTS: Final = 32767  # they are counted in 16 bits
_SLOWEST: Final = 1.5  # mm/s: MIN_STEP_RATE, 120 steps/s

Step = tuple[Three, float]  # where to, and how many mm (or degrees) of path it counts


def motion(eeprom: Eeprom, acceleration: float, real: Belts, round_belts: bool) -> MotionModel:
    """How the planner drives. `real`: what stands in for belts that a blank EEPROM does not know.

    DYNAMIC_ACCELERATION is left out: with 1000 mm/s2 it only limits close below a motor, where |dx| < dy / 10.
    """
    strengths = (acceleration, acceleration, acceleration)
    if not eeprom.usable:
        return MotionModel((MAX_FEED, MAX_FEED, MAX_FEED), strengths, belts=real, replan_running=False)
    # Nothing can be planned with 0 or less; what the chip then does is not copied.
    steps, rates = ([max(value, 1e-3) for value in values] for values in (eeprom.steps, eeprom.rates))
    return MotionModel(
        (rates[0], rates[1], rates[2]),
        strengths,
        belts=eeprom.belts(),
        steps=(steps[0], steps[1], steps[2]),
        rounding=(1.0, 1.0, steps[2]) if round_belts else None,
        acceleration=acceleration,
        junction_deviation=eeprom.deviation,
        replan_running=False,
        start_delay=0.1,  # BLOCK_DELAY_FOR_1ST_MOVE, unless three blocks come first
        start_blocks=3,
    )


def line(start: Three, end: Three, feed: float) -> list[Step]:
    """The segments of a straight line; degrees of the pen count like millimetres."""
    way = (end[0] - start[0], end[1] - start[1], end[2] - start[2])
    length = sqrt(way[0] ** 2 + way[1] ** 2 + way[2] ** 2)
    if length < 1e-6:
        return []
    count = int(min(length / max(feed, _SLOWEST) * _SEGMENTS_PER_SECOND, length / _SHORTEST_SEGMENT, _MOST_SEGMENTS))
    count = max(count, 1)
    steps = [
        ((start[0] + way[0] * k / count, start[1] + way[1] * k / count, start[2] + way[2] * k / count), length / count)
        for k in range(1, count)
    ]
    return [*steps, (end, length / count)]


def arc(start: Three, end: Three, center: tuple[float, float], clockwise: bool) -> Iterator[Three]:
    """Points of G2 and G3, a millimetre apart. I and J are the centre itself, not the way to it."""
    x, y = start[0] - center[0], start[1] - center[1]
    radius = hypot(x, y)
    begin = atan2(y, x) % (2 * pi)
    sweep = atan2(end[1] - center[1], end[0] - center[0]) % (2 * pi) - begin
    # The firmware's own test: G2 takes the sweep that is positive, G3 the negative one.
    if clockwise and sweep < 0:
        sweep += 2 * pi
    elif not clockwise and sweep > 0:
        sweep -= 2 * pi
    count = max(1, min(ceil(abs(sweep) * radius), _MOST_SEGMENTS))
    for k in range(1, count + 1):
        angle = begin + sweep * k / count
        z = start[2] + (end[2] - start[2]) * k / count
        yield center[0] + radius * cos(angle), center[1] + radius * sin(angle), z


def push(plotter: Plotter, eeprom: Eeprom, target: Three, feed: float, length: float) -> None:
    """Make one block. Where it turns the pen, its tag is the angle at its end: the servo is led there as it begins."""
    angle = target[2] if target[2] != plotter.planned[2] else None
    queued = BLOCKS - 1 - plotter.room() - (1 if plotter.moving else 0)
    shortest = eeprom.shortest * 1e-6
    seconds = length / max(feed, _SLOWEST)
    if 2 <= queued <= BLOCKS // 2 - 1 and seconds < shortest:
        seconds += 2 * (shortest - seconds) / queued
    plotter.add_line(target, length / seconds, tag=angle, length=length)
