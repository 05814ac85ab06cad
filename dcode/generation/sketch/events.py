"""Drawings as pen events on a grid: what the stroke decoder reads and writes, one event a step.

An event is a kind and the cell where the pen is then: DRAW to a cell, MOVE to it with the pen up, END. A program is an
array of events, shape (n, 3): kind, x, y; x right, y up, from 0 to GRID - 1. The model is given, of the event before,
its kind, its cell and how far it went, and says how far the next one goes: relative outputs of absolute and relative
inputs need 8.6 bits a point where absolute outputs need 9.5.

The grammar leaves no way to write anything but a valid program, whatever the weights: the first event is a move; after
a move comes a draw; the end comes after a draw; the caps on strokes and on events leave the end as the only way on; a
step never leaves the grid; a draw that goes nowhere is a dot and stands right after its move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines
from dcode.geometry.simplify import simplify

GRID: Final = 128  # cells a side
MIDDLE: Final = GRID // 2  # the pen stands here before the first event
STEPS: Final = 2 * GRID - 1  # ways that a coordinate may change by, from -127 to 127
STILL: Final = GRID - 1  # the number of the way that changes nothing
TOLERANCE: Final = 0.6  # cells that a drawing may differ by from one with fewer points

Events = npt.NDArray[np.int16]  # shape (n, 3): kind, x, y
Inputs = npt.NDArray[np.int64]  # shape (..., 5): kind, x, y, way across, way up; ways counted from 0
Targets = npt.NDArray[np.int64]  # shape (..., 3): kind, way across, way up
Allowed = npt.NDArray[np.bool_]


class Kind(IntEnum):
    """What the pen does. START is read by the model before the first event and never written."""

    DRAW = 0
    MOVE = 1
    END = 2
    START = 3


KINDS: Final = 3  # that the model may write
START: Final = (int(Kind.START), MIDDLE, MIDDLE, STILL, STILL)


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that a program may have. `events` counts the end too."""

    events: int = 192
    strokes: int = 64

    def __post_init__(self) -> None:
        assert self.events >= 3 and self.strokes >= 1  # a move, a draw, the end


def fitted(lines: Lines) -> Lines:
    """The drawing in units of cells: its bounding box in the middle of the grid, its longer side filling it."""
    bounds = lines.bounds
    if bounds is None:
        return lines
    size = max(bounds.right - bounds.left, bounds.top - bounds.bottom)
    scale = (GRID - 1) / size if size > 0 else 0.0
    return Lines((lines.points - bounds.centre) * scale + (GRID - 1) / 2, lines.starts)


def sketched(lines: Lines) -> Lines:
    """The drawing as the model learns it: in units of cells, with as few points as show it."""
    return simplify(fitted(lines), TOLERANCE)


def encode(lines: Lines) -> Events:
    """The program of a drawing in units of cells; what is outside the grid goes to its edge. Ends with END.

    Points that fall on the cell before them are left out; a stroke within one cell becomes a dot.
    """
    rows = list[tuple[int, int, int]]()
    for line in lines:
        cells = np.clip(np.rint(line), 0, GRID - 1).astype(int)
        moved = cells[1:][(np.diff(cells, axis=0) != 0).any(axis=1)]
        rows.append((Kind.MOVE, int(cells[0, 0]), int(cells[0, 1])))
        rows += [(Kind.DRAW, x, y) for x, y in (moved if len(moved) else cells[:1]).tolist()]
    last = rows[-1][1:] if rows else (MIDDLE, MIDDLE)
    return np.array([*rows, (Kind.END, *last)], dtype=np.int16)


def decode(events: Events) -> Lines:
    """The strokes of a program, in units of cells. A dot is a stroke of one point."""
    drawn = events[events[:, 0] != Kind.END]
    starts = np.flatnonzero(drawn[:, 0] == Kind.MOVE)
    strokes = (drawn[begin:end, 1:].astype(np.float64) for begin, end in zip(starts, [*starts[1:], None], strict=True))
    return Lines.of([line[:1] if len(line) == 2 and (line[0] == line[1]).all() else line for line in strokes])


def inputs(events: npt.NDArray[np.integer]) -> Inputs:
    """What the model is given at each step, shape (..., n, 5), of programs of shape (..., n, 3)."""
    found = np.empty((*events.shape[:-1], 5), dtype=np.int64)
    found[..., 0, :] = START
    found[..., 1:, :3] = events[..., :-1, :]
    found[..., 1:, 3:] = _ways(events)[..., :-1, :]
    return found


def targets(events: npt.NDArray[np.integer]) -> Targets:
    """What it should say at each step, shape (..., n, 3). The ways of an END mean nothing."""
    return np.concatenate([events[..., :1].astype(np.int64), _ways(events)], axis=-1)


def told(events: npt.NDArray[np.integer]) -> Inputs:
    """How a model is told of drawings that it may draw after, shape (..., n, 5), of programs of shape (..., n, 3).

    For each event what it is and how far it goes, and the cell that the pen is on before it: whoever stands near that
    cell finds here how somebody went on from there. In the order of `inputs`, so that the same tables are right.
    """
    found, said = inputs(events), targets(events)
    found[..., 0], found[..., 3:] = said[..., 0], said[..., 1:]
    return found


def _ways(events: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    cells = events[..., 1:].astype(np.int64)
    before = np.full((*cells.shape[:-2], 1, 2), MIDDLE, dtype=np.int64)
    return np.diff(np.concatenate([before, cells], axis=-2), axis=-2) + STILL


class Grammar:
    """Where `rows` programs stand that are written side by side, and how each may go on."""

    def __init__(self, rows: int, caps: Caps) -> None:
        self._caps = caps
        self.kind = np.full(rows, Kind.START, dtype=np.int64)
        self.cell = np.full((rows, 2), MIDDLE, dtype=np.int64)
        self.events = np.zeros(rows, dtype=np.int64)
        self.strokes = np.zeros(rows, dtype=np.int64)

    @property
    def ended(self) -> Allowed:
        """Which programs are complete."""
        return np.asarray(self.kind == Kind.END)

    def kinds(self) -> Allowed:
        """Which kinds may come next, shape (rows, 3); only END, again and again, for what is complete."""
        left = self._caps.events - self.events
        allowed = np.zeros((len(self.kind), KINDS), dtype=bool)
        drew, moved, begun = self.kind == Kind.DRAW, self.kind == Kind.MOVE, self.kind == Kind.START
        allowed[:, Kind.DRAW] = moved | (drew & (left >= 2))
        allowed[:, Kind.MOVE] = begun | (drew & (left >= 3) & (self.strokes < self._caps.strokes))
        allowed[:, Kind.END] = drew | self.ended
        return allowed

    def across(self) -> Allowed:
        """Which ways across stay on the grid, shape (rows, STEPS)."""
        return self._within(self.cell[:, 0])

    def up(self, kinds: npt.NDArray[np.int64], across: npt.NDArray[np.int64]) -> Allowed:
        """Which ways up stay on the grid, with the kind and the way across that were chosen."""
        allowed = self._within(self.cell[:, 1])
        nowhere = (kinds == Kind.DRAW) & (self.kind != Kind.MOVE) & (across == STILL)
        allowed[nowhere, STILL] = False
        return allowed

    def take(
        self, kinds: npt.NDArray[np.int64], across: npt.NDArray[np.int64], up: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """Go on so; what the model is given next, shape (rows, 5). An END leaves the pen where it is."""
        going = ~self.ended
        ways = np.where((kinds == Kind.END)[:, None], STILL, np.stack([across, up], axis=1))
        self.cell += ways - STILL
        self.events += going
        self.strokes += going & (kinds == Kind.MOVE)
        self.kind = kinds
        return np.concatenate([kinds[:, None], self.cell, ways], axis=1)

    def _within(self, at: npt.NDArray[np.int64]) -> Allowed:
        landing = at[:, None] + np.arange(STEPS) - STILL
        return (landing >= 0) & (landing < GRID)


def problem(events: npt.NDArray[np.integer], caps: Caps) -> str:
    """Why a program is not valid; empty for one that is. The rules once more, not by way of Grammar."""
    kinds: Sequence[int] = events[:, 0].tolist()
    following = {Kind.START: {Kind.MOVE}, Kind.MOVE: {Kind.DRAW}, Kind.DRAW: set(Kind) - {Kind.START}, Kind.END: set()}
    before: int = Kind.START
    for place, kind in enumerate(kinds):
        if kind not in following[Kind(before)]:
            return f"event {place}: {Kind(kind).name} after {Kind(before).name}"
        before = kind
    if before != Kind.END:
        return "it does not end"
    if len(kinds) > caps.events or kinds.count(Kind.MOVE) > caps.strokes:
        return "it is longer than the caps"
    if events[:, 1:].min() < 0 or events[:, 1:].max() >= GRID:
        return "it leaves the grid"
    return ""
