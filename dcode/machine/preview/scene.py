"""What there is to be seen of a drawing on a machine, before it is drawn as SVG or in pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from dcode.gcode.motion import Kind, Motion
from dcode.geometry.bounds import Bounds
from dcode.geometry.crop import crop
from dcode.geometry.drawing import Drawing
from dcode.geometry.lines import Lines, Offsets, Points
from dcode.machine.drawing_motion import drawing_of
from dcode.machine.limits import SoftLimits
from dcode.machine.machine import Machine
from dcode.machine.preview.reachable import out_of_reach
from dcode.machine.preview.strays import beyond

_NOTHING: Final = Lines.of(())
_NOWHERE: Final = np.empty((0, 2))
_MARKS: Final = 200  # of places where limits are left; more hide the drawing
_APART: Final = 1 / 50  # of the page: marks that are nearer to each other are one


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Millimetres, y up. `page` is all that is shown, `paper` the white in it, `frame` the work area, None for none.

    `unreachable` are outlines of what the belts cannot hold, `strays` the ways outside the limits, and `exits` the
    points, some of them, at which those leave them.
    """

    page: Bounds
    paper: Bounds
    ink: Drawing
    travels: Lines = _NOTHING
    frame: Bounds | None = None
    limits: SoftLimits | None = None
    unreachable: Lines = _NOTHING
    strays: Lines = _NOTHING
    exits: Points = field(default_factory=lambda: _NOWHERE)
    title: str = ""


def scene_of_motion(motion: Motion, machine: Machine, *, travels: bool = True, title: str = "") -> Scene:
    """A program on its machine. `travels` are the ways with the pen up, which are looked at for limits in any case."""
    return _on_machine(drawing_of(motion, machine).drawing, pen_up_ways(motion), machine, travels, title)


def scene_of_drawing(
    drawing: Drawing, machine: Machine | None = None, *, travels: bool = True, title: str = ""
) -> Scene:
    """A drawing in its order: on a machine, or on its page alone."""
    ways = _between_strokes(drawing)
    if machine is not None:
        return _on_machine(drawing, ways, machine, travels, title)
    page = drawing.sheet or drawing.bounds or Bounds(0.0, 1.0, 1.0, 0.0)
    page = page if page.width > 0 and page.height > 0 else page.inset(-1.0)
    return Scene(page, page, drawing, ways if travels else _NOTHING, title=title)


def pen_up_ways(motion: Motion) -> Lines:
    """Where the gondola goes with the pen up, one polyline a move or several in a row."""
    kind = np.frombuffer(motion.kind, np.uint8)
    rows = np.flatnonzero((kind == Kind.TRAVEL) | (kind == Kind.HOME))
    if not len(rows):
        return _NOTHING
    x, y = (np.append(start, column) for start, column in zip(motion.start, (motion.x, motion.y), strict=True))
    drawn = np.cumsum(kind == Kind.DRAW)[rows]
    opens = np.append(True, drawn[1:] != drawn[:-1])
    places = np.insert(rows + 1, np.flatnonzero(opens), rows[opens])  # and first where each begins
    starts = np.flatnonzero(opens) + np.arange(np.count_nonzero(opens))
    return Lines(np.column_stack([x[places], y[places]]), np.append(starts, len(places)).astype(np.int64))


def _between_strokes(drawing: Drawing) -> Lines:
    lines = Lines.joined(layer.lines for layer in drawing.layers)
    leave, arrive = lines.points[lines.starts[1:-1] - 1], lines.points[lines.starts[1:-1]]
    return Lines(np.stack([leave, arrive], axis=1).reshape(-1, 2), np.arange(0, 2 * len(leave) + 1, 2))


def _on_machine(drawing: Drawing, ways: Lines, machine: Machine, travels: bool, title: str) -> Scene:
    area, limits = machine.work_area, SoftLimits.of(machine)
    room = Bounds(area.left - area.width, area.right + area.width, area.top + area.height, area.bottom - area.height)
    drawing, ways = drawing.mapped(lambda lines: _within(lines, room)), _within(ways, room)
    inked = Lines.joined(layer.lines for layer in drawing.layers)
    strays, exits = beyond(Lines.joined((inked, ways)), limits)
    page = area.union(inked.bounds).union(ways.bounds)
    return Scene(
        page=page,
        paper=area,
        ink=drawing,
        travels=ways if travels else _NOTHING,
        frame=area,
        limits=limits,
        unreachable=out_of_reach(limits, page),
        strays=strays,
        exits=_some(exits, _APART * max(page.width, page.height)),
        title=title,
    )


def _within(lines: Lines, room: Bounds) -> Lines:
    """What is not too far away to be shown: a number with a wrong point in it would shrink all the rest to a dot."""
    good = np.isfinite(lines.points).all(axis=1)
    kept = lines if good.all() else lines.kept(np.logical_and.reduceat(good, lines.starts[:-1]))
    return crop(kept, room)


def _some(points: Points, apart: float) -> Points:
    """The first in each square of the page, and not too many."""
    if not len(points):
        return points
    cells = np.floor((points - points.min(axis=0)) / apart).astype(np.int64)
    _, firsts = np.unique(cells[:, 0] * (1 << 20) + cells[:, 1], return_index=True)
    kept: Offsets = np.sort(firsts)[:_MARKS]
    return points[kept]
