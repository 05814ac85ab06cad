"""What real firmwares took in the benchmarks (tests/data/transcripts/bench_*.txt), and the estimate of the same.

The benchmarks streamed a circle in short lines; test_throughput.py says how, and has the simulators beside them. Of
their rows those in which nothing moves are not here: an estimate knows of no such lines, the text of theirs is not
told, and Marlin's two had a host that stalled (67 ms in one line of a hundred, 2 ms in the others).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.firmware.pacing import pace_of
from dcode.firmware.profile import load_profile
from dcode.gcode.motion import Kind, Motion
from dcode.machine.machine import Machine
from dcode.machine.pace import Pace
from dcode.machine.timing import estimate

BENCH = Path(__file__).resolve().parent.parent / "data" / "transcripts"
MACHINE = load_machine(data_dir("configs") / "machine.json")
START = 0.065  # see test_throughput.py, also for the slow host
# Share of the time in which answers to status questions keep acks waiting, where each is waited for: an estimate knows
# of no such questions. How often the benchmarks asked they do not say; the simulator, asked every 50 ms, needs 0.073 to
# 0.080 for it in these two rows.
POLLS = 0.065
_GRBL = re.compile(r"^a=(\d+) seg=([\d.]+) (ping-pong|char-count) +lines=(\d+) acked ([\d.]+)s", re.M)
_MARLIN = re.compile(r"^circle seg=([\d.]+) (ping-pong|window 4) +lines=(\d+).*span=([\d.]+)", re.M)


@dataclass(frozen=True)
class Measured:
    """One row: the firmware, its mm/s2, the mm of a line, and how it was streamed; seconds, real and estimated."""

    name: str
    seconds: float
    told: float


def measured() -> Iterator[Measured]:
    """All circles of the benchmarks."""
    for row in _GRBL.finditer((BENCH / "bench_grbl.txt").read_text()):
        yield _grbl(int(row[1]), float(row[2]), row[3], int(row[4]), float(row[5]))
    for row in _MARLIN.finditer((BENCH / "bench_marlin.txt").read_text()):
        yield _marlin(float(row[1]), row[2], int(row[3]), float(row[4]))


def _grbl(acceleration: int, piece: float, way: str, lines: int, seconds: float) -> Measured:
    slow = (acceleration, piece, way) == (200, 0.1, "ping-pong")
    turnaround = 0.0 if way == "char-count" else 0.0033 if slow else 0.0002
    machine = replace(MACHINE, acceleration=float(acceleration), max_feed=5000.0)
    pace = pace_of(load_profile("grbl", data_dir("firmware_profiles")), machine, turnaround)
    pace = _with_feeds(replace(pace, window=1) if way == "ping-pong" else pace, 0.00003)
    radius = 250 / (2 * math.pi)
    turns = [number * piece / radius for number in range(1, lines + 1)]
    elapsed = _told([(radius * math.sin(t), radius - radius * math.cos(t)) for t in turns], MACHINE, pace)
    # The last line is acknowledged when the blocks before it have made room.
    starved = piece == 0.1 and way == "ping-pong"
    acked = elapsed[-1] / (1 - POLLS) if starved else elapsed[-16]
    return Measured(f"grbl a={acceleration} {piece:g} {way}", seconds, acked + START * (not slow))


def _marlin(piece: float, way: str, lines: int, seconds: float) -> Measured:
    machine = Machine(650.0, 1000.0, MACHINE.work_area)
    pace = pace_of(load_profile("marlin", data_dir("firmware_profiles")), machine, 0.0001)
    pace = replace(pace, window=1 if way == "ping-pong" else 4, number_bytes=0.0)
    pace = _with_feeds(pace, pace.late_s if way == "window 4" else 0.0)
    turns = [number * piece / 40 for number in range(1, lines + 1)]
    elapsed = _told([(40 * math.cos(t) - 40, 40 * math.sin(t)) for t in turns], machine, pace)
    return Measured(f"Marlin {piece:g} {way}", seconds, elapsed[-1])


def _with_feeds(pace: Pace, character_s: float) -> Pace:
    """Lines of the benchmarks repeat ` F3000`, of which each character takes the processor so long."""
    return replace(pace, turnaround=pace.turnaround + 6 * pace.byte_s, line_s=pace.line_s + 6 * character_s)


def _told(points: list[tuple[float, float]], machine: Machine, pace: Pace) -> list[float]:
    """When each line is done, at 3000 mm/min."""
    motion = Motion()
    for point in points:
        motion.append(Kind.DRAW, *point, 3000.0, 1)
    return list(estimate(motion, machine, pace).elapsed)
