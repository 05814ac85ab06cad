"""The estimate against the simulated firmwares, line by line, and against the benchmarks of real ones.

For what it means to be played see played.py.
"""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import pytest

from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.firmware.pacing import pace_of
from dcode.firmware.profile import load_profile
from dcode.gcode.motion import Kind, Motion
from dcode.machine.machine import BeltDrive, Machine
from dcode.machine.motion_model import MotionModel
from dcode.machine.timing import estimate
from tests.protocol.benched import BENCH, Measured, measured
from tests.protocol.played import BOARDS, Board, Played

MACHINE = load_machine(data_dir("configs") / "machine.json")
FAST = replace(MACHINE, acceleration=1000.0, max_feed=12000.0)
WEAK = replace(MACHINE, acceleration=150.0, belts=BeltDrive(measured_steps_per_mm=61.5))

Point = tuple[float, float]


def drawing(strokes: list[list[Point]], draw: float, travel: float) -> Motion:
    motion, line = Motion(), 1
    for first, *rest in strokes:
        motion.append(Kind.TRAVEL, *first, travel, line)
        motion.append(Kind.PEN_DOWN, *first, 0.0, line)
        for point in rest:
            motion.append(Kind.DRAW, *point, draw, line)
        motion.append(Kind.PEN_UP, *strokes[-1][-1], 0.0, line)
        motion.x[-1], motion.y[-1] = rest[-1]
    return motion


def dashes(count: int) -> list[list[Point]]:
    """Of stippling: short, and far from each other."""
    chance = Random(3)
    places = [(chance.uniform(-80, 80), chance.uniform(-80, 80)) for _ in range(count)]
    return [[(x, y), (x + 0.7, y + 0.4)] for x, y in places]


def hatching(count: int) -> list[list[Point]]:
    return [[(2.0 * row, -30.0), (2.0 * row + 40.0, 30.0)][:: 1 if row % 2 else -1] for row in range(count)]


def scribble(step: float, points: int, count: int = 2) -> list[list[Point]]:
    """Of flow fields and outlines: long, bent, in pieces of `step` mm."""

    def point(turn: float, stroke: int) -> Point:
        return 60 * math.cos(stroke + turn) + 3 * math.cos(30 * turn), 60 * math.sin(turn)

    return [[point(number * step / 60, stroke) for number in range(points)] for stroke in range(count)]


def zigzags(count: int) -> list[list[Point]]:
    return [[(0.7 * corner, 3.0 * (corner % 2) + 5 * row) for corner in range(30)] for row in range(count)]


KINDS = {
    "stippling": dashes(20),
    "hatching": hatching(8),
    "scribble": scribble(1.0, 120),
    "outlines": scribble(0.3, 150),
    "zigzags": zigzags(3),
}


on_every_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)


@pytest.mark.parametrize("kind", KINDS)
@on_every_board
def test_an_estimate_is_within_a_hundredth_of_the_simulated_plot(board: Board, kind: str) -> None:
    for machine, draw, travel in ((MACHINE, 500.0, 1000.0), (FAST, 6000.0, 9000.0)):
        motion = drawing(KINDS[kind], draw, travel)
        told = estimate(motion, machine, pace_of(board.profile(), machine)).elapsed[-1]
        assert told == pytest.approx(Played(motion, machine, board).seconds, rel=0.01)


WIRE = ["byte_s", "ack_s", "turnaround"]
CHIP = ["line_s", "character_s", "wake_s", "late_s", "block_s", "replan_s", "prepare_s"]


@on_every_board
def test_where_lines_starve_the_firmware_the_estimate_is_within_two_hundredths(board: Board) -> None:
    motion = drawing(scribble(0.05, 800), 3000.0, 6000.0)
    pace = pace_of(board.profile(), FAST)
    told = estimate(motion, FAST, pace).elapsed[-1]
    assert told == pytest.approx(Played(motion, FAST, board).seconds, rel=0.02)
    # 1000 lines a second are too many for the chips of these.
    at_once = estimate(motion, FAST, replace(pace, **dict.fromkeys([*WIRE, *CHIP], 0.0))).elapsed[-1]
    assert (told > 1.3 * at_once) == (board.name in ("makelangelo", "marlin", "grbl"))


@on_every_board
def test_waits_and_ways_home_take_as_long_as_in_the_simulated_plot(board: Board) -> None:
    """A wait, one for which the pen is lifted meanwhile, and home in the middle of it all."""
    motion = drawing(zigzags(1), 500.0, 1000.0)
    x, y = motion.x[-1], motion.y[-1]
    for kind, to, value in (
        (Kind.PEN_DOWN, (x, y), 0.0),
        (Kind.DWELL, (x, y), 0.3),
        (Kind.DWELL, (x, y), 11.0),
        (Kind.DRAW, (x + 10.0, y), 500.0),
        (Kind.HOME, MACHINE.home, 0.0),
        (Kind.TRAVEL, (x, y), 1000.0),
    ):
        motion.append(kind, *to, value, 1)
    told = estimate(motion, MACHINE, pace_of(board.profile(), MACHINE)).elapsed[-1]
    assert told == pytest.approx(Played(motion, MACHINE, board).seconds, rel=0.01)


@pytest.mark.parametrize(("name", "fastest"), [("grbl", 200.0), ("marlin", 300.0), ("makelangelo", 200.0)])
def test_no_move_is_faster_than_its_firmware_or_the_machine_takes(name: str, fastest: float) -> None:
    profile = load_profile(name, data_dir("firmware_profiles"))
    assert pace_of(profile, MACHINE).max_feed == fastest
    assert pace_of(profile, replace(MACHINE, max_feed=1200.0)).max_feed == 20.0


@on_every_board
@pytest.mark.parametrize("machine", [MACHINE, FAST, WEAK], ids=["usual", "fast", "weak"])
def test_a_profile_plans_as_its_simulated_firmware_does(board: Board, machine: Machine) -> None:
    plotter = board.firmware(machine).plotter
    ours, theirs = pace_of(board.profile(), machine), plotter.motion
    assert ours.blocks == plotter.room()
    assert flat(ours.model) == flat(theirs)


def flat(model: MotionModel) -> tuple[object, ...]:
    """What concerns two motors; of a third axis only dcode's pens know. Frames may differ in their origin."""
    belts = (
        model.belts and math.dist(model.belts.left_anchor, model.belts.right_anchor),
        model.belts and model.paper_feed,
    )
    plans = model.segments if model.segment else None, model.segment, model.replan_running, model.auto_start
    corners = model.jerk[:2] if model.jerk else model.junction_deviation
    limits = model.rates[:2], model.accelerations[:2], min(model.acceleration, model.accelerations[0])
    return belts, plans, corners, limits, model.steps and model.steps[:2], model.start_delay, model.start_blocks


# --- the benchmarks

RUNS = list(measured())


@pytest.mark.parametrize("run", RUNS, ids=[run.name for run in RUNS])
def test_a_circle_takes_as_long_as_the_real_firmware_took(run: Measured) -> None:
    assert run.told == pytest.approx(run.seconds, rel=0.02)


def test_every_circle_of_the_benchmarks_is_compared() -> None:
    rows = [line for name in ("grbl", "marlin") for line in (BENCH / f"bench_{name}.txt").read_text().splitlines()]
    assert len(RUNS) == sum(" seg=" in row for row in rows) == 19
