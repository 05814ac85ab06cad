"""How fast a drawing of a million points is checked, estimated, fitted and clipped: python scripts/bench/planner.py

The drawing is seeded: 5,000 wandering strokes of 200 points, one millimetre apart. Best of three.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import replace

from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.gcode.interpret import Program
from dcode.gcode.motion import Kind, Motion
from dcode.geometry.bounds import Bounds
from dcode.machine.check import check
from dcode.machine.fit import clip, fit
from dcode.machine.machine import Machine
from dcode.machine.planner import MotionLimits
from dcode.machine.timing import estimate


def drawing(machine: Machine, scale: float = 1.0) -> Motion:
    """The drawing, on the whole work area times `scale`."""
    chance, motion, line = random.Random(1), Motion(), 1
    area = machine.work_area

    def add(kind: Kind, x: float, y: float, value: float) -> None:
        nonlocal line
        motion.append(kind, x * scale, y * scale, value, line)
        line += 1

    for _ in range(5000):
        x, y = chance.uniform(area.left, area.right), chance.uniform(area.bottom, area.top)
        heading = chance.uniform(0, 2 * math.pi)
        add(Kind.TRAVEL, x, y, 1000)
        add(Kind.PEN_DOWN, x, y, 0)
        for _ in range(200):
            heading += chance.gauss(0, 0.2)
            x = min(max(x + math.cos(heading), area.left), area.right)
            y = min(max(y + math.sin(heading), area.bottom), area.top)
            add(Kind.DRAW, x, y, 500)
        add(Kind.PEN_UP, x, y, 0)
    return motion


def best(what: str, work: Callable[[], object], rows: int) -> None:
    seconds = math.inf
    for _ in range(3):
        start = time.perf_counter()
        work()
        seconds = min(seconds, time.perf_counter() - start)
    print(f"{what:42} {seconds * 1e3:8.1f} ms  {rows / seconds / 1e6:8.2f} M rows/s")


def main() -> None:
    machine = load_machine(data_dir("configs") / "machine.json")
    inside, outside = drawing(machine), drawing(machine, 2.5)
    rows, limits = len(inside), MotionLimits()
    # A work area that reaches up to where the belts do not: the proof by rectangle fails, rows are looked at.
    tall = replace(machine, work_area=Bounds(-600, 600, 740, -740))
    drawn_tall = drawing(tall)
    best("check, all inside", lambda: check(Program(inside, [], rows), machine), rows)
    best("check, most of it outside", lambda: check(Program(outside, [], rows), machine), rows)
    best("check, belts in doubt", lambda: check(Program(drawn_tall, [], rows), tall), rows)
    best("estimate", lambda: estimate(inside, machine, limits), rows)
    best("estimate, window of 15", lambda: estimate(inside, machine, replace(limits, window=15)), rows)
    best("fit", lambda: fit(outside, machine), rows)
    best("clip", lambda: clip(outside, machine), rows)


if __name__ == "__main__":
    main()
