"""A drawing as what the machine does, and what a machine does as a drawing. Whole columns, for millions of points."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from dcode.gcode.motion import Kind, Motion
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.lines import Lines, Points
from dcode.machine.machine import Machine, Pen
from dcode.machine.pens import described
from dcode.machine.sheet import inward

DECIMALS: Final = 3  # of coordinates, as dcode writes them: a micrometre
_ROUNDING_MM: Final = 1e-6  # what counts as inside, as the check has it

_DESCRIBED: Final = re.compile("(?:(.*), )?(#[0-9a-f]{6})")  # see pens.described

Place = tuple[float, float]
Rows = npt.NDArray[np.intp]


class Feeds(NamedTuple):
    """mm/min; None is what the pen's own machine.json says."""

    draw: float | None = None
    travel: float | None = None


OWN_FEEDS: Final = Feeds()


@dataclass(frozen=True, slots=True)
class Traced:
    """A program as a drawing: a layer for each run of strokes between pen changes and pauses, never an empty one.

    `pauses` are the messages of the pauses, by the index of the layer that waits for them. `feeds` are those that most
    of the way is gone at; `feeds_differ` tells that some of it is not. `dwells` were left out.
    """

    drawing: Drawing
    pauses: Mapping[int, str] = field(default_factory=dict)
    feeds: Feeds = OWN_FEEDS
    feeds_differ: bool = False
    dwells: int = 0


def motion_of(
    drawing: Drawing, machine: Machine, *, pauses: Mapping[int, str] | None = None, feeds: Feeds = OWN_FEEDS
) -> Motion:
    """The program that draws a drawing, stroke by stroke in its order, from home on.

    A dot is the pen put down and lifted. Strokes that begin where the last one ended are drawn in one. Between layers
    of different pens the pens are changed; the pen that is in the holder at first is the first layer's, unless
    machine.json names several: then it is their first. The motion's `holder` is that of `first_pen`. `pauses` are
    messages by the layer before which to wait.

    Points are rounded to DECIMALS, and one that is inside the work area stays inside.
    """
    built = _Built(machine)
    built.motion.holder = first_pen(drawing, machine)
    in_holder = _in_holder(drawing, machine)
    for index, layer in enumerate(drawing.layers):
        if pauses is not None and index in pauses:
            built.pause(pauses[index])
        if layer.pen is not None and layer.pen != in_holder:
            in_holder = layer.pen
            built.change(in_holder, described(layer))
        pen = machine.pen if in_holder is None else machine.named_pen(in_holder).pen
        built.draw(layer.lines, pen, feeds)
    return built.motion


def first_pen(drawing: Drawing, machine: Machine) -> tuple[int, str] | None:
    """The number and the description of the pen that is in the holder at first; None where it draws nothing then."""
    first, in_holder = next(iter(drawing.layers), None), _in_holder(drawing, machine)
    if first is None or first.pen not in (None, in_holder):
        return None
    return in_holder or 1, described(first)


def _in_holder(drawing: Drawing, machine: Machine) -> int | None:
    """The number of the pen that nobody needs to put in."""
    if machine.pens:
        return 1
    return next((layer.pen for layer in drawing.layers if layer.pen is not None), None)


class _Built:
    """A motion as it grows, from home with the pen up."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._here: Place = machine.home
        self.motion = Motion(machine.home)
        self._add(Kind.PEN_UP, 0.0)

    def pause(self, message: str) -> None:
        if message:
            self.motion.texts[len(self.motion)] = message
        self._add(Kind.PAUSE, 0.0)

    def change(self, pen: int, name: str) -> None:
        self.motion.texts[len(self.motion)] = name
        self._add(Kind.PEN_CHANGE, pen)

    def draw(self, lines: Lines, pen: Pen, feeds: Feeds) -> None:
        """The strokes of a layer: travel, pen down, draw, pen up for each."""
        lines = _in_one(Lines(rounded(lines.points, self._machine), lines.starts))
        if not len(lines):
            return
        first, last = lines.starts[:-1], lines.starts[1:] - 1
        rows = np.ones(len(lines.points), dtype=np.intp)  # that a point takes: one, and one more at either end
        rows[first] += 1
        rows[last] += 1
        points = np.repeat(lines.points, rows, axis=0)
        ends = np.cumsum(lines.counts + 2)
        begins = ends - (lines.counts + 2)
        kind = np.full(len(points), Kind.DRAW, dtype=np.uint8)
        kind[begins], kind[begins + 1], kind[ends - 1] = Kind.TRAVEL, Kind.PEN_DOWN, Kind.PEN_UP
        value = np.zeros(len(points), dtype=np.float32)
        value[kind == Kind.DRAW] = feeds.draw or pen.draw_speed
        value[begins] = feeds.travel or pen.travel_speed
        skipped = int((points[0] == self._here).all())  # already there
        self._extend(kind[skipped:], points[skipped:], value[skipped:])
        self._here = (float(points[-1, 0]), float(points[-1, 1]))

    def _extend(self, kind: npt.NDArray[np.uint8], points: Points, value: npt.NDArray[np.float32]) -> None:
        row = len(self.motion)
        columns: dict[str, npt.NDArray[np.generic]] = {
            "kind": kind,
            "x": np.ascontiguousarray(points[:, 0]),
            "y": np.ascontiguousarray(points[:, 1]),
            "value": value,
            "line": np.arange(row + 2, row + 2 + len(kind), dtype=np.uint32),
        }
        self.motion.extend({name: column.view(np.uint8).data for name, column in columns.items()})

    def _add(self, kind: Kind, value: float) -> None:
        self.motion.append(kind, *self._here, value, len(self.motion) + 2)  # line 1 sets the modes


def rounded(points: Points, machine: Machine) -> Points:
    """Points with the decimals that are written. What is inside the work area is not rounded across its edge."""
    scale = 10.0**DECIMALS
    found = np.rint(points * scale) / scale + 0.0  # no -0.0
    area, room = machine.work_area, inward(machine.work_area)
    low, high = (room.left, room.bottom), (room.right, room.top)
    outside = ((found < low) | (found > high)).any(axis=1)
    if outside.any():
        x, y = points[outside].T
        inside = (x >= area.left - _ROUNDING_MM) & (x <= area.right + _ROUNDING_MM)
        inside &= (y >= area.bottom - _ROUNDING_MM) & (y <= area.top + _ROUNDING_MM)
        places = np.flatnonzero(outside)[inside]
        found[places] = np.clip(found[places], low, high)
    return np.asarray(found)


def _in_one(lines: Lines) -> Lines:
    """Points that repeat the one before are left out, and strokes that begin where the last one ended go on with it."""
    points = lines.points
    repeats = np.zeros(len(points), dtype=bool)
    repeats[1:] = (points[1:] == points[:-1]).all(axis=1)
    if not repeats.any():
        return lines
    kept = np.cumsum(~repeats) - 1  # where each point, or the one that it repeats, comes to lie
    starts = kept[lines.starts[:-1][~repeats[lines.starts[:-1]]]]
    return Lines(points[~repeats], np.append(starts, len(points) - np.count_nonzero(repeats)).astype(np.int64))


def drawing_of(motion: Motion, machine: Machine) -> Traced:
    """What a program draws, in its order and directions. Pens have the colours and widths that machine.json gives."""
    kind = np.frombuffer(motion.kind, np.uint8)
    x, y = np.frombuffer(motion.x), np.frombuffer(motion.y)
    lines, first_rows = _strokes(motion, kind, x, y)
    cuts = np.flatnonzero((kind == Kind.PEN_CHANGE) | (kind == Kind.PAUSE))
    edges = np.searchsorted(first_rows, np.append(cuts, len(kind)))
    layers, pauses = list[Layer](), dict[int, str]()
    begin, waits = 0, list[str]()
    pen, called = motion.holder or (None, "")
    for cut, end in zip([*cuts.tolist(), None], edges.tolist(), strict=True):
        if end > begin:
            if waits:
                pauses[len(layers)] = "; ".join(text for text in waits if text)
            layers.append(_layer(lines.kept(np.arange(begin, end)), pen, called, machine))
            begin, waits = end, []
        if cut is not None and kind[cut] == Kind.PEN_CHANGE:
            pen, called = int(motion.value[cut]), motion.texts.get(cut, "")
        elif cut is not None:
            waits.append(motion.texts.get(cut, ""))
    feeds, differ = _feeds(motion, kind, x, y)
    return Traced(Drawing(tuple(layers)), pauses, feeds, differ, int(np.count_nonzero(kind == Kind.DWELL)))


def _strokes(
    motion: Motion, kind: npt.NDArray[np.uint8], x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
) -> tuple[Lines, Rows]:
    """The strokes, and for each the row that it begins with: a pen down, or ink where the pen was down already."""
    ink = (kind == Kind.DRAW) | (kind == Kind.PEN_DOWN)
    rows = np.flatnonzero(ink)
    breaks = np.cumsum(~ink & (kind != Kind.DWELL))[rows]  # what parts a stroke from the last one
    opens = np.ones(len(rows), dtype=bool)
    opens[1:] = breaks[1:] != breaks[:-1]
    # A stroke that begins with ink begins where the gondola is; a pen down says where itself.
    bare = opens & (kind[rows] == Kind.DRAW)
    ends = np.column_stack([x[rows], y[rows]])
    before = np.column_stack([np.append(motion.start[0], x)[rows[bare]], np.append(motion.start[1], y)[rows[bare]]])
    points = np.insert(ends, np.flatnonzero(bare), before, axis=0)
    starts = np.flatnonzero(opens) + (np.cumsum(bare) - bare)[opens]
    lines = Lines(points, np.append(starts, len(points)).astype(np.int64))
    return lines, rows[opens]


def _layer(lines: Lines, pen: int | None, called: str, machine: Machine) -> Layer:
    """`called` is what the program says of the pen: as `described` says it, or anything."""
    named = machine.named_pen(pen or 1)
    if 1 <= (pen or 1) <= len(machine.pens):
        return Layer(lines, named.name, pen, named.colour, named.width_mm)
    match = _DESCRIBED.fullmatch(called)
    name, colour = (match[1] or "", match[2]) if match else (called, named.colour)
    return Layer(lines, name, pen, colour, named.width_mm)


def _feeds(
    motion: Motion, kind: npt.NDArray[np.uint8], x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
) -> tuple[Feeds, bool]:
    """The feed that most of the ink is drawn at and the one that most of the way is travelled at."""
    value = np.frombuffer(motion.value, np.float32)
    length = np.hypot(np.diff(x, prepend=motion.start[0]), np.diff(y, prepend=motion.start[1]))
    found = [_most(value[kind == one], length[kind == one]) for one in (Kind.DRAW, Kind.TRAVEL)]
    return Feeds(*(feed for feed, _ in found)), found[0][1]


def _most(value: npt.NDArray[np.float32], length: npt.NDArray[np.float64]) -> tuple[float | None, bool]:
    if not len(value):
        return None, False
    feeds, which = np.unique(value, return_inverse=True)
    best = float(feeds[np.bincount(which, weights=length).argmax()])
    return best or None, len(feeds) > 1
