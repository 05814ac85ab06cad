"""How long a program takes on a machine.

Moves are planned between stops: everything that is not a move (the pen, a dwell, homing) waits until the machine
stands still. Each change of the pen costs the machine's pen times, whatever the program waits besides.
"""

from __future__ import annotations

import math
from array import array
from itertools import accumulate

from dcode.gcode.motion import Kind, Motion
from dcode.machine import timing_columns
from dcode.machine.estimate import Estimate
from dcode.machine.machine import Machine
from dcode.machine.planner import MotionLimits, corner_speed, entry_speeds, move_seconds
from dcode.machine.suspects import LARGE


def estimate(motion: Motion, machine: Machine, limits: MotionLimits | None = None) -> Estimate:
    """The time that the program takes, for a machine with these limits; by default what machine.json says."""
    limits = limits or MotionLimits.of(machine)
    park_s = _parking(motion, machine, limits)
    if len(motion) > LARGE:
        return timing_columns.estimate(motion, machine, limits, park_s)
    return _estimate(motion, machine, limits, park_s)


def _estimate(motion: Motion, machine: Machine, limits: MotionLimits, park_s: float) -> Estimate:
    lengths = _lengths(motion)
    seconds = _move_seconds(motion, machine, limits, lengths)
    draw_s = travel_s = pen_s = dwell_s = draw_mm = travel_mm = 0.0
    lifts, down = 0, False
    for row, (kind, value) in enumerate(zip(motion.kind, motion.value, strict=True)):
        if kind == Kind.DRAW:
            draw_s, draw_mm = draw_s + seconds[row], draw_mm + lengths[row]
        elif kind in (Kind.TRAVEL, Kind.HOME):
            travel_s, travel_mm = travel_s + seconds[row], travel_mm + lengths[row]
        elif kind == Kind.DWELL:
            dwell_s, seconds[row] = dwell_s + value, value
        if kind in (Kind.PEN_UP, Kind.PEN_DOWN, Kind.HOME) and down != (kind == Kind.PEN_DOWN):
            down = not down
            lifts += not down
            change = machine.pen.lower_seconds if down else machine.pen.raise_seconds
            pen_s, seconds[row] = pen_s + change, seconds[row] + change
    elapsed = array("d", accumulate(seconds))
    return Estimate(draw_s, travel_s, pen_s, dwell_s, park_s, draw_mm, travel_mm, lifts, elapsed)


def _lengths(motion: Motion) -> list[float]:
    """How far each row moves, in mm."""
    lengths = []
    here_x, here_y = motion.start
    for x, y in zip(motion.x, motion.y, strict=True):
        lengths.append(math.hypot(x - here_x, y - here_y))
        here_x, here_y = x, y
    return lengths


def _move_seconds(motion: Motion, machine: Machine, limits: MotionLimits, lengths: list[float]) -> list[float]:
    """How long each row moves. A move without length is none (firmwares drop it)."""
    rows = [row for row, length in enumerate(lengths) if length > 0]
    moves = [lengths[row] for row in rows]
    cruise = [_cruise(motion, row, machine, limits) for row in rows]
    corners = _corners(motion, rows, lengths, limits)
    entries = entry_speeds(moves, cruise, corners, limits)
    seconds = [0.0] * len(lengths)
    for at, row in enumerate(rows):
        seconds[row] = move_seconds(moves[at], entries[at], entries[at + 1], cruise[at], limits.acceleration)
    return seconds


def _cruise(motion: Motion, row: int, machine: Machine, limits: MotionLimits) -> float:
    """The squared speed that a row asks for, in mm2/s2."""
    feed = machine.pen.travel_speed if motion.kind[row] == Kind.HOME else motion.value[row]
    if not feed > 0:
        feed = machine.pen.draw_speed
    return float((min(feed, limits.max_feed) / 60) ** 2)


def _corners(motion: Motion, rows: list[int], lengths: list[float], limits: MotionLimits) -> list[float]:
    """The squared speed that the corner before each of the rows allows; 0 where something else comes between."""
    corners = []
    last, last_x, last_y = -1, 0.0, 0.0
    for row in rows:
        before_x, before_y = motion.position_before(row)
        across, up = (motion.x[row] - before_x) / lengths[row], (motion.y[row] - before_y) / lengths[row]
        between = motion.kind[max(last, 0) : row + 1]
        stands = last < 0 or any(kind > Kind.DRAW for kind in between)
        cosine = across * last_x + up * last_y
        corners.append(0.0 if stands else corner_speed(cosine, limits.acceleration, limits.deviation))
        last, last_x, last_y = row, across, up
    return corners


def _parking(motion: Motion, machine: Machine, limits: MotionLimits) -> float:
    """Seconds from the last point home, from a standstill to a standstill."""
    if not machine.park:
        return 0.0
    length = math.dist(motion.position_before(len(motion)), machine.home)
    cruise = (min(machine.pen.travel_speed, limits.max_feed) / 60) ** 2
    return move_seconds(length, 0.0, 0.0, cruise, limits.acceleration)
