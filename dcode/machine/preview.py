"""A program as a picture, before any ink: every stroke in its pen's colour, on the sheet."""

from __future__ import annotations

from collections.abc import Iterator

from dcode.gcode.motion import Kind, Motion
from dcode.geometry.bounds import Bounds
from dcode.geometry.svg import Point, Stroke, svg
from dcode.machine.machine import Machine


def preview(motion: Motion, machine: Machine, *, travels: bool = False, title: str = "") -> str:
    """The picture as SVG text. The page is the work area, or larger where the program leaves it.

    `travels` adds the pen-up moves, faintly.
    """
    points = Bounds.around(zip(motion.x, motion.y, strict=True)) if len(motion) else None
    return svg(
        strokes(motion, machine),
        machine.work_area.union(points),
        travels=pen_up_ways(motion) if travels else (),
        frame=machine.work_area,
        title=title,
    )


def strokes(motion: Motion, machine: Machine) -> Iterator[Stroke]:
    """What is drawn between pen down and pen up, in mm; a pen down alone is a dot."""
    pen, points = machine.named_pen(1), list[Point]()
    here = motion.start
    for kind, x, y, value in zip(motion.kind, motion.x, motion.y, motion.value, strict=True):
        if kind == Kind.DRAW:
            points = points or [here]
            points.append((x, y))
        elif kind == Kind.PEN_DOWN:
            points = points or [(x, y)]
        elif points and kind in (Kind.PEN_UP, Kind.TRAVEL, Kind.HOME, Kind.PEN_CHANGE):
            yield Stroke(points, pen.colour, pen.width_mm)
            points = []
        if kind == Kind.PEN_CHANGE:
            pen = machine.named_pen(int(value))
        here = (x, y)
    if points:
        yield Stroke(points, pen.colour, pen.width_mm)


def pen_up_ways(motion: Motion) -> Iterator[list[Point]]:
    """Where the gondola goes with the pen up, one line a move or several in a row."""
    points, here = list[Point](), motion.start
    for kind, x, y in zip(motion.kind, motion.x, motion.y, strict=True):
        if kind in (Kind.TRAVEL, Kind.HOME):
            points = points or [here]
            points.append((x, y))
        elif kind == Kind.DRAW and points:
            yield points
            points = []
        here = (x, y)
    if points:
        yield points
