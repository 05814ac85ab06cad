"""E1: the planner's speed, and how true it is.

E1  at least 5 million points a second; at most 1 % from the simulated firmwares, of every drawing a few strokes
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dcode.firmware.pacing import pace_of
from dcode.gcode.motion import Kind, Motion
from dcode.machine.machine import Machine
from dcode.machine.timing import estimate
from scripts.bench.geometry_rows import Row, in_turns, timed
from scripts.bench.geometry_setting import Setting
from scripts.bench.planner import GOAL, middle, wandering
from tests.protocol.played import BOARDS, Played

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
    eager = replace(machine, acceleration=1000.0, max_feed=9000.0)
    for kind in setting.svgs:
        for how, plotter, draw, travel in (("usual", machine, 500.0, 1000.0), ("fast", eager, 3000.0, 6000.0)):
            yield _farthest(f"{kind}, {how}", _at_feeds(setting, kind, plotter, draw, travel), plotter)


def _at_feeds(setting: Setting, kind: str, plotter: Machine, draw: float, travel: float) -> Motion:
    motion = middle(setting.lines(kind), STROKES, plotter)
    for row, one in enumerate(motion.kind):
        motion.value[row] = draw if one == Kind.DRAW else travel  # type: ignore[index, call-overload]
    return motion


def _farthest(what: str, motion: Motion, plotter: Machine) -> Row:
    """The board that it is least true of: seconds told to seconds played."""
    found = []
    for name, board in BOARDS.items():
        told = estimate(motion, plotter, pace_of(board.profile(), plotter)).elapsed[-1]
        found.append((name, told, Played(motion, plotter, board).seconds))
    name, told, played = max(found, key=lambda one: abs(one[1] / one[2] - 1))
    return Row("E1", f"{what}, {name}, played", "s", told, played, at_least=0.99, at_most=1.01)
