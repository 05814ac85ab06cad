"""From artwork to what this machine draws: placed on the sheet, thinned, joined, and in the order of the least time.

The steps, in this order: place; hide; repeated ink; fewer points; join ends; short strokes; passes; order. Each works
within a layer, and layers keep their order: a pen is changed as often as the artwork asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Final

import numpy as np

from dcode.geometry.dedupe import drop_repeated, drop_repeated_segments
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.lines import Lines
from dcode.geometry.merge import merge
from dcode.geometry.order.best_order import best_order
from dcode.geometry.order.cost import TravelTime
from dcode.geometry.order.effort import Effort, Mode
from dcode.geometry.passes import multipass
from dcode.geometry.short import drop_short
from dcode.geometry.simplify import simplify
from dcode.machine.drawing_figures import Figures, figures
from dcode.machine.drawing_motion import OWN_FEEDS, Feeds
from dcode.machine.machine import Machine
from dcode.machine.pace import Pace
from dcode.machine.place_drawing import Placing, place

TOLERANCE_MM: Final = 0.05
# How far ends may be apart to be joined, as a part of the pen's width. Two dots of ink half a width apart overlap; the
# line between them adds at most 7 % of the width beside them.
_JOIN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done to a drawing. Lengths in mm.

    `clip` cuts what leaves the work area; without it that is refused. `hide` is for drawings without pauses. `merge` is
    how far ends that are joined may be apart: half the pen's width for None. `order` is None for the order as given:
    strokes are then not joined either.
    """

    placing: Placing = Placing.PAGE
    margin: float = 0.0
    clip: bool = False
    hide: bool = False
    dedupe: bool = False
    tolerance: float = TOLERANCE_MM
    merge: float | None = None
    shortest: float = 0.0
    passes: int = 1
    order: Mode | None = Mode.DEFAULT
    seams: bool = True
    seed: int = 1


class Search:
    """Whoever waits for an order. Its methods are called every so often while one is looked for."""

    def stops(self) -> bool:
        """Whether to take the best order so far."""
        return False

    def progress(self, share: float) -> None:
        """How much of the search is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A drawing that can be drawn, what it was and what it is; `stopped` if a better order was still looked for."""

    drawing: Drawing
    before: Figures
    after: Figures
    stopped: bool = False
    pauses: Mapping[int, str] = field(default_factory=dict)


def prepare(
    drawing: Drawing,
    machine: Machine,
    plan: Plan,
    pace: Pace | None = None,
    *,
    limited: bool = True,
    pauses: Mapping[int, str] | None = None,
    feeds: Feeds = OWN_FEEDS,
    search: Search | None = None,
) -> Prepared:
    """Carry out a plan. `pauses` and `feeds` are as in motion_of; `pace` is the firmware's, None what the machine says.

    `search` is told how far the search for an order is, and may end it: the best so far is then taken. Raises
    LimitError for a drawing that leaves the work area (not where `limited` is false), ConfigError for a margin that
    leaves no sheet or belts that reach none.
    """
    placed = place(
        drawing, machine, plan.placing, margin=plan.margin, clip=plan.clip, slack=plan.tolerance, limited=limited
    )
    if plan.hide:
        from dcode.geometry.occlusion import hide_behind_closed

        placed = hide_behind_closed(placed)
    layers, pauses = _without_empty(placed.layers, pauses or {})
    placed = replace(placed, layers=layers)
    before = figures(placed, machine, pace, pauses, feeds)
    ready, waits = _thinned(placed, machine, plan, pauses)
    if plan.order is None:
        return Prepared(ready, before, figures(ready, machine, pace, waits, feeds), False, waits)
    layers, stopped = _ordered(ready.layers, machine, plan, pace or Pace.of(machine), search or Search())
    ready = replace(ready, layers=layers)
    after = figures(ready, machine, pace, waits, feeds)
    if after.seconds > before.seconds:
        # More passes take longer. But a layer that ends well may let the next begin badly, and ends that are joined may
        # cost more travel than the lift that they save: then the order as given is the better one.
        given, given_waits = _thinned(placed, machine, replace(plan, order=None), pauses)
        as_given = figures(given, machine, pace, given_waits, feeds)
        if as_given.seconds < after.seconds:
            ready, after, waits = given, as_given, given_waits
    return Prepared(ready, before, after, stopped, waits)


def _without_empty(layers: tuple[Layer, ...], pauses: Mapping[int, str]) -> tuple[tuple[Layer, ...], dict[int, str]]:
    """The layers that have strokes. A pause before one that has none comes before the next."""
    kept, waits = list[Layer](), dict[int, str]()
    for index, layer in enumerate(layers):
        if index in pauses:
            waits.setdefault(len(kept), pauses[index])
        if len(layer.lines):
            kept.append(layer)
    return tuple(kept), {index: text for index, text in waits.items() if index < len(kept)}


def _thinned(
    drawing: Drawing, machine: Machine, plan: Plan, pauses: Mapping[int, str]
) -> tuple[Drawing, dict[int, str]]:
    """The drawing with everything done to its strokes but their order, and the pauses by its layers."""
    layers = tuple(replace(layer, lines=_strokes(layer, machine, plan)) for layer in drawing.layers)
    layers, waits = _without_empty(layers, pauses)
    return replace(drawing, layers=layers), waits


def _strokes(layer: Layer, machine: Machine, plan: Plan) -> Lines:
    lines = layer.lines
    if plan.dedupe:
        lines = drop_repeated_segments(drop_repeated(lines, plan.tolerance), plan.tolerance)
    if plan.tolerance > 0:
        lines = simplify(lines, plan.tolerance)
    if plan.order is not None:
        lines = merge(lines, join_mm(layer, machine, plan))
    if plan.shortest > 0:
        lines = drop_short(lines, plan.shortest)
    return multipass(lines, plan.passes)


def join_mm(layer: Layer, machine: Machine, plan: Plan) -> float:
    """How far ends may be apart that are joined."""
    if plan.merge is not None:
        return plan.merge
    if machine.pens and 1 <= (layer.pen or 1) <= len(machine.pens):
        return _JOIN * machine.named_pen(layer.pen or 1).width_mm
    return _JOIN * min(layer.width_mm, machine.pen.width_mm)  # an SVG has strokes of any width


def _ordered(
    layers: tuple[Layer, ...], machine: Machine, plan: Plan, pace: Pace, search: Search
) -> tuple[tuple[Layer, ...], bool]:
    """The layers, each in its best order from where the one before ended; the last one ends near home."""
    assert plan.order is not None
    total = sum(len(layer.lines) for layer in layers)
    here, found, stopped, done = machine.home, list[Layer](), False, 0
    for layer in layers:
        last, share, before = len(found) == len(layers) - 1, len(layer.lines) / total, done / total
        ordered = best_order(
            layer.lines,
            _share(plan.order.effort, share),
            cost=travel_cost(machine, layer, pace, join_mm(layer, machine, plan)),
            start=here,
            rest=machine.home if last and machine.park else None,
            seams=plan.seams,
            seed=plan.seed,
            stop=search.stops,
            progress=lambda part, share=share, before=before: search.progress(before + part * share),  # type: ignore[misc]
        )
        done += len(layer.lines)
        lines = _joined(ordered.sequence.apply(layer.lines), join_mm(layer, machine, plan))
        stopped = stopped or ordered.stopped
        here = (float(lines.points[-1, 0]), float(lines.points[-1, 1]))
        found.append(replace(layer, lines=lines))
    return tuple(found), stopped


def _joined(lines: Lines, within: float) -> Lines:
    """Strokes that begin, to `within` mm, where the last one ended go on with it: closed ones and dots, mostly."""
    ways = lines.points[lines.starts[1:-1]] - lines.points[lines.starts[1:-1] - 1]
    parted = np.hypot(ways[:, 0], ways[:, 1]) > within
    return Lines(lines.points, lines.starts[np.concatenate([[True], parted, [True]])])


def _share(effort: Effort, share: float) -> Effort:
    """The part of an effort that goes into one layer of several."""
    least, most = ceil(effort.kicks_least * share), ceil(effort.kicks_most * share)
    return replace(effort, kicks_least=least, kicks_most=most)


def travel_cost(machine: Machine, layer: Layer, pace: Pace, join: float = 0.0) -> TravelTime:
    """The seconds that a travel between strokes takes on this machine, the pen's lift and its way down with it."""
    pen = machine.pen if layer.pen is None else machine.named_pen(layer.pen).pen
    speed = min(pen.travel_speed / 60, pace.max_feed)
    acceleration = min(pace.model.acceleration, *pace.model.accelerations[:2])
    return TravelTime(speed, acceleration, pen.raise_seconds + pen.lower_seconds, join)
