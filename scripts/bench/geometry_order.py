"""O1 to O5: the order of strokes. vpype's is the anchor, on the very same polylines.

    O1  fast: pen-up length at most 0.84 of linesort's (geometric mean), none over 0.88, in at most 0.35 of its time
        each; by the plain kernels, stopped in time: at most 1.0 of its length in 0.8 of its time
    O2  default: at most 0.78 of it (geometric mean), in at most the longer of 1 s and its time
    O3  fast and default: no longer than linesort --two-opt; fast on stipple and hatch in at most 5 % of its time
    O4  best: at most 1.05 of the estimated optimum, in 60 s
    O5  seams: icons at most 0.77 of linesort's length; estimated time never more than by linemerge linesort

O1 to O4 leave seams alone, as vpype does. Seconds are of a process, without reading and writing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.lines import Lines
from dcode.geometry.order.best_order import best_order
from dcode.geometry.order.bound import lower_bound
from dcode.geometry.order.effort import Mode
from dcode.machine.drawing_figures import figures
from dcode.machine.place_drawing import Placing
from dcode.machine.prepare_drawing import Plan, prepare
from scripts.bench.geometry_anchor import INSTALL, Vpype
from scripts.bench.geometry_rows import Done, Row, Untold, in_turns, mean, timed
from scripts.bench.geometry_setting import KINDS, Setting

# Millimetres: a lower bound times what a near-exact solver (LKH) was above it on windows of 700 strokes of each.
ESTIMATED_OPTIMUM = {"scribble2k": 15_960, "icons": 47_100, "stipple10k": 68_800, "hatch20k": 55_700}
PEN_MM = 0.3

Rows = Iterator[Row | Untold]


def pen_up(lines: Lines) -> float:
    """Millimetres between strokes."""
    off = lines.points[lines.starts[1:-1] - 1] - lines.points[lines.starts[1:-1]]
    return float(np.hypot(off[:, 0], off[:, 1]).sum())


def ordering(mode: Mode, lines: Lines, **options: Any) -> Callable[[], Done[Lines]]:
    return timed(lambda: best_order(lines, mode, **options).sequence.apply(lines))


def plain_stopped(lines: Lines, seconds: float) -> Callable[[], Done[Lines]]:
    """Fast by the plain kernels, as far as it comes in so many seconds."""

    def work() -> Lines:
        end = time.process_time() + seconds
        done = best_order(lines, Mode.FAST, seams=False, way="plain", stop=lambda: time.process_time() > end)
        return done.sequence.apply(lines)

    return timed(work)


def fast(setting: Setting) -> Rows:
    """O1."""
    if (vpype := setting.vpype) is None:
        yield Untold("O1", INSTALL)
        return
    shares = []
    for kind in setting.svgs:
        lines = setting.lines(kind)
        ways = {"theirs": vpype.ordering("linesort", lines), "ours": ordering(Mode.FAST, lines, seams=False)}
        done = in_turns(ways, setting.rounds)
        theirs, ours = done["theirs"], done["ours"]
        anchor = pen_up(theirs.result)
        shares.append(pen_up(ours.result) / anchor)
        yield Row("O1", f"{kind}, fast, linesort: length", "mm", pen_up(ours.result), anchor, at_most=0.88)
        yield Row("O1", f"{kind}, fast, linesort: time", "s", ours.seconds, theirs.seconds, at_most=0.35)
        ways["ours"] = plain_stopped(lines, 0.6 * theirs.seconds)
        done = in_turns(ways, setting.rounds)
        yield Row("O1", f"{kind}, plain kernels: length", "mm", pen_up(done["ours"].result), anchor, at_most=1)
        yield Row("O1", f"{kind}, plain kernels: time", "s", done["ours"].seconds, done["theirs"].seconds, at_most=0.8)
    yield _mean("O1", "fast", shares, 0.84)


def default(setting: Setting) -> Rows:
    """O2."""
    if (vpype := setting.vpype) is None:
        yield Untold("O2", INSTALL)
        return
    shares = []
    for kind in setting.svgs:
        lines = setting.lines(kind)
        ways = {"theirs": vpype.ordering("linesort", lines), "ours": ordering(Mode.DEFAULT, lines, seams=False)}
        done = in_turns(ways, setting.rounds)
        theirs, ours = done["theirs"], done["ours"]
        anchor = pen_up(theirs.result)
        shares.append(pen_up(ours.result) / anchor)
        yield Row("O2", f"{kind}, default, linesort: length", "mm", pen_up(ours.result), anchor)
        most = max(1.0, theirs.seconds) / theirs.seconds
        yield Row("O2", f"{kind}, default, linesort: time", "s", ours.seconds, theirs.seconds, at_most=most)
        yield Row("O2", f"{kind}, no order is shorter than", "mm", lower_bound(lines, seams=False), anchor)
    yield _mean("O2", "default", shares, 0.78)


def _mean(goal: str, mode: str, shares: list[float], at_most: float) -> Row:
    """The goal is for all kinds of drawings together."""
    every = at_most if len(shares) == len(KINDS) else None
    return Row(goal, f"{mode}, length, geometric mean", "of linesort", mean(shares), at_most=every)


def two_opt(setting: Setting) -> Rows:
    """O3: vpype is asked once, it takes minutes."""
    if (vpype := setting.vpype) is None:
        yield Untold("O3", INSTALL)
        return
    for kind in setting.svgs:
        lines = setting.lines(kind)
        theirs = vpype.ordering("linesort --two-opt", lines)()
        ways = {mode: ordering(mode, lines, seams=False) for mode in (Mode.FAST, Mode.DEFAULT)}
        for mode, ours in in_turns({mode.value: way for mode, way in ways.items()}, setting.rounds).items():
            what = f"{kind}, {mode}, two-opt"
            yield Row("O3", f"{what}: length", "mm", pen_up(ours.result), pen_up(theirs.result), at_most=1)
            long = mode == Mode.FAST.value and kind in ("stipple", "hatch")
            yield Row("O3", f"{what}: time", "s", ours.seconds, theirs.seconds, at_most=0.05 if long else None)


def best(setting: Setting) -> Rows:
    """O4, and what is certain of it; once, it takes a minute."""
    for kind, path in setting.svgs.items():
        lines = setting.lines(kind)
        begin = time.perf_counter()
        done = best_order(lines, Mode.BEST, seams=False)
        yield Row("O4", f"{kind}, best: wall time", "s", time.perf_counter() - begin, at_most=60)
        optimum = ESTIMATED_OPTIMUM.get(path.stem)
        if optimum is None:
            yield Row("O4", f"{kind}, best: length", "mm", done.after)
        else:
            yield Row("O4", f"{kind}, best, estimated optimum: length", "mm", done.after, optimum, at_most=1.05)
        gap = 100 * (done.after / lower_bound(lines, seams=False, rounds=200) - 1)
        yield Row("O4", f"{kind}, best: over the lower bound", "%", gap)


def seams(setting: Setting) -> Rows:
    """O5."""
    if (vpype := setting.vpype) is None:
        yield Untold("O5", INSTALL)
        return
    for kind in setting.svgs:
        lines = setting.lines(kind)
        if kind == "icons":
            yield from _seams(lines, vpype)
        merged = vpype.ordering("linemerge linesort", lines)().result
        yield Row("O5", f"{kind}, linemerge linesort: plot time", "h", *_hours(setting, lines, merged), at_most=1)


def _seams(lines: Lines, vpype: Vpype) -> Rows:
    anchor = pen_up(vpype.ordering("linesort", lines)().result)
    fixed, free = (pen_up(ordering(Mode.DEFAULT, lines, seams=free)().result) for free in (False, True))
    yield Row("O5", "icons, free seams, linesort: length", "mm", free, anchor, at_most=0.77)
    yield Row("O5", "icons, free seams, fixed ones: length", "mm", free, fixed)


def _hours(setting: Setting, lines: Lines, merged: Lines) -> tuple[float, float]:
    """What the drawing takes as dcode prepares it and as vpype leaves it, by the planner of this machine."""
    machine, pace = setting.machine, setting.pace
    ours = prepare(_drawing(lines), machine, Plan(placing=Placing.KEEP), pace, limited=False)
    return ours.after.seconds / 3600, figures(_drawing(merged), machine, pace).seconds / 3600


def _drawing(lines: Lines) -> Drawing:
    return Drawing((Layer(lines, width_mm=PEN_MM),))
