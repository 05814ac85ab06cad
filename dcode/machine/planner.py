"""How fast a machine with limited acceleration goes along straight moves: look-ahead, as pure functions over lists.

Speeds are kept as squares (mm2/s2), as in grbl: under a constant acceleration a the square changes by 2 a d over a
distance d, so both passes of the look-ahead are running minima, here and in the columns of planner_columns.py alike.

- The speed through a corner is grbl's junction deviation (grbl 1.1h, planner.c, plan_buffer_line): the pen may cut a
  circle that misses the corner by `deviation`, and goes round that circle with the acceleration a:
  v2 = a * deviation * sin(t/2) / (1 - sin(t/2)), with t the angle between the two lines.
- Backwards, a move must be able to slow down for all corners that follow; forwards, it cannot be faster than what it
  has gained since the last one.
- A firmware knows only the next `window` moves and plans to stop at the end of them: v2 <= 2 a * their length. (grbl
  with 15 blocks of 0.25 mm at 200 mm/s2 stays at 2324 mm/min whatever F says; 2335 to 2364 were measured.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from dcode.machine.machine import Machine

# Corners so flat or so sharp that the formula has no answer (planner.c, the same numbers).
STRAIGHT: Final = 0.999999


@dataclass(frozen=True, slots=True)
class MotionLimits:
    """What the firmware does with moves. Feeds in mm/min, acceleration in mm/s2, deviation in mm.

    The acceleration is a cautious one for belts and a hanging gondola; at the usual 500 mm/min it costs 0.04 s a stop.
    """

    acceleration: float = 200.0
    deviation: float = 0.01  # grbl's $11
    window: int | None = None  # moves that the firmware looks ahead; None: all of them
    max_feed: float = math.inf

    @classmethod
    def of(cls, machine: Machine, window: int | None = None) -> MotionLimits:
        """What machine.json says; `window` is the firmware's, from its profile."""
        usual = cls()
        return cls(
            acceleration=machine.acceleration or usual.acceleration,
            window=window,
            max_feed=machine.max_feed or usual.max_feed,
        )


def corner_speed(cosine: float, acceleration: float, deviation: float) -> float:
    """The squared speed through a corner; `cosine` is that of the change of direction: 1 straight on, -1 back.

    Infinite for straight on, 0 for a turn back.
    """
    if cosine > STRAIGHT:
        return math.inf
    if cosine < -STRAIGHT:
        return 0.0
    half_sine = math.sqrt((1 + cosine) / 2)  # of half the angle between the lines, which is pi less the change
    return acceleration * deviation * half_sine / (1 - half_sine)


def entry_speeds(
    lengths: Sequence[float], cruise: Sequence[float], corners: Sequence[float], limits: MotionLimits
) -> list[float]:
    """The squared speed at which each move begins, and 0 for the end of the last one.

    `lengths` in mm, all above 0; `cruise` the squared speed that each move would like; `corners` the squared speed
    that the corner before each move allows (0 where the machine stands still before it).
    """
    gain = 2 * limits.acceleration
    along = [gain * length for length in accumulate(lengths, initial=0.0)]
    ceiling = _at_corners(cruise, corners)
    if limits.window is not None:
        for row in range(len(lengths)):
            known = along[min(row + limits.window, len(lengths))] - along[row]
            ceiling[row] = min(ceiling[row], known)
    braking = list(accumulate(map(_sum, reversed(ceiling), reversed(along)), min))
    braking.reverse()
    slowed = [most - at for most, at in zip(braking, along, strict=True)]
    gained = accumulate((speed - at for speed, at in zip(slowed, along, strict=True)), min)
    return [max(0.0, most + at) for most, at in zip(gained, along, strict=True)]


def move_seconds(length: float, start: float, end: float, cruise: float, acceleration: float) -> float:
    """How long one move takes: speed up, cruise, slow down. Speeds squared, length in mm."""
    peak = min(cruise, (start + end) / 2 + acceleration * length)
    if peak <= 0:
        return 0.0
    top = math.sqrt(peak)
    ramps = (2 * top - math.sqrt(start) - math.sqrt(end)) / acceleration
    flat = length - (2 * peak - start - end) / (2 * acceleration)
    return max(0.0, ramps) + max(0.0, flat) / top


def _at_corners(cruise: Sequence[float], corners: Sequence[float]) -> list[float]:
    """No corner is taken faster than the moves before and after it go; the last one is the stop at the end."""
    before = [0.0, *cruise[:-1]]
    return [*map(min, corners, cruise, before), 0.0]


def _sum(speed: float, along: float) -> float:
    return speed + along
