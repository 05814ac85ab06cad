"""E1: the planner's speed, and how true it is.

E1  at least 5 million points a second; at most 1 % from the simulated firmwares, of every drawing a few strokes; at
    most 2 % from what real firmwares took in the benchmarks that were measured
"""

from __future__ import annotations

from collections.abc import Iterator

from dcode.machine.timing import estimate
from scripts.bench.geometry_rows import Row, in_turns, timed
from scripts.bench.geometry_setting import Setting
from scripts.bench.planner import GOAL, compared, wandering
from tests.protocol.benched import measured
from tests.protocol.played import BOARDS

STROKES = 20


def planned(setting: Setting) -> Iterator[Row]:
    motion, machine = wandering(setting.machine), setting.machine
    ways = {
        "planner alone": timed(lambda: estimate(motion, machine).seconds),
        "as the firmware is sent it": timed(lambda: estimate(motion, machine, setting.pace).seconds),
    }
    goals = {"planner alone": GOAL / 1e6}
    for name, done in in_turns(ways, setting.rounds).items():
        yield Row("E1", name, "M points/s", len(motion) / done.seconds / 1e6, at_least=goals.get(name))
    for kind in setting.svgs:
        found = list(compared(setting.lines(kind), STROKES, machine, BOARDS))
        for how in dict.fromkeys(one.how for one in found):
            worst = max((one for one in found if one.how == how), key=lambda one: abs(one.off))
            what = f"{kind}, {how}, {worst.firmware}, played"
            yield Row("E1", what, "s", worst.told, worst.played, at_least=0.99, at_most=1.01)
    for run in measured():
        yield Row("E1", f"measured, {run.name}", "s", run.told, run.seconds, at_least=0.98, at_most=1.02)
