"""How large a drawing is, and how long this machine takes for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dcode.geometry.drawing import Drawing
from dcode.geometry.lines import Lines
from dcode.geometry.order.bound import lower_bound
from dcode.geometry.order.places import least_between
from dcode.machine.drawing_motion import OWN_FEEDS, Feeds, motion_of
from dcode.machine.machine import Machine
from dcode.machine.pace import Pace
from dcode.machine.timing import estimate


@dataclass(frozen=True, slots=True)
class Figures:
    """What a drawing is to this machine. `pen_up_mm` is between strokes: not the way from home, nor back.

    `seconds` is all of it, the ways from home and back with it, and no time for changing pens.
    """

    strokes: int
    points: int
    pen_up_mm: float
    draw_mm: float
    lifts: int
    seconds: float


def figures(
    drawing: Drawing,
    machine: Machine,
    pace: Pace | None = None,
    pauses: Mapping[int, str] | None = None,
    feeds: Feeds = OWN_FEEDS,
) -> Figures:
    """Strokes, lengths and seconds, the latter by the planner."""
    time = estimate(motion_of(drawing, machine, pauses=pauses, feeds=feeds), machine, pace)
    return Figures(
        strokes=drawing.strokes,
        points=sum(len(layer.lines.points) for layer in drawing.layers),
        pen_up_mm=pen_up_mm(drawing),
        draw_mm=sum(float(layer.lines.lengths.sum()) for layer in drawing.layers),
        lifts=time.lifts,
        seconds=time.seconds,
    )


def pen_up_mm(drawing: Drawing) -> float:
    """How far the pen travels between strokes, from layer to layer with it."""
    lines = Lines.joined(layer.lines for layer in drawing.layers)
    if len(lines) < 2:
        return 0.0
    ways = lines.points[lines.starts[1:-1]] - lines.points[lines.starts[1:-1] - 1]
    return float(np.hypot(ways[:, 0], ways[:, 1]).sum())


def bound_mm(drawing: Drawing) -> float:
    """No order of these strokes within their layers, in either direction, has less pen-up way."""
    parts = [layer.lines for layer in drawing.layers]
    return sum(map(lower_bound, parts)) + sum(least_between(one, other) for one, other in pairwise(parts))
