"""--fit and --clip: a program that leaves the sheet made into one that does not.

Both read a motion and write a new one; lines and feeds stay. Both leave out pen-up moves to places off the sheet: a
travel only matters for where the next stroke begins, and that point is on the sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dcode.gcode.measure import measure
from dcode.gcode.motion import Kind, Motion
from dcode.geometry.bounds import Bounds
from dcode.geometry.clip import clip_segment
from dcode.geometry.fit import Affine, fit_bounds
from dcode.machine.machine import Machine
from dcode.machine.rewrite import Rewriter
from dcode.machine.sheet import drawable

Point = tuple[float, float]

# Off the sheet there is nothing to do for these; a pause or a change of pens is wanted wherever it is asked for.
_TIED_TO_THEIR_PLACE: Final = (Kind.TRAVEL, Kind.PEN_DOWN, Kind.DWELL)


def fit(motion: Motion, machine: Machine, margin: float = 0.0) -> Motion:
    """The program scaled, up or down, and moved so that its ink fills the sheet less `margin` mm, centred.

    Raises ConfigError when the margin leaves no sheet.
    """
    sheet = drawable(machine)
    ink = measure(motion).ink
    if ink is None:
        return clip(motion, machine)
    placed = _Placed.on(sheet, margin, ink)
    fitted = Rewriter(motion, machine.pen.travel_speed)
    here = placed.point(*motion.start)
    for row, (kind, x, y) in enumerate(zip(motion.kind, motion.x, motion.y, strict=True)):
        start, here = here, placed.point(x, y)
        if kind == Kind.DRAW:
            fitted.draw(row, start, here)
        elif kind not in (Kind.TRAVEL, Kind.PEN_DOWN):
            _copy(fitted, row, kind)
        elif sheet.contains(*here):
            _put(fitted, row, kind, here)
    return fitted.motion


def clip(motion: Motion, machine: Machine) -> Motion:
    """The program with every stroke cut at the sheet's edge, the pen up between the pieces.

    Nothing is moved onto the edge: ink that was outside is gone, ink inside is where it was.
    """
    sheet = drawable(machine)
    clipped = Rewriter(motion, machine.pen.travel_speed)
    here = motion.start
    for row, (kind, x, y) in enumerate(zip(motion.kind, motion.x, motion.y, strict=True)):
        if kind == Kind.DRAW:
            _draw_inside(clipped, row, here, (x, y), sheet)
        elif kind not in _TIED_TO_THEIR_PLACE:
            _copy(clipped, row, kind)
        elif sheet.contains(x, y):
            _put(clipped, row, kind, (x, y))
        here = (x, y)
    return clipped.motion


@dataclass(frozen=True, slots=True)
class _Placed:
    """Points of the program on the sheet. Ink lies in `room` but for the last bits of the arithmetic: those go."""

    to_sheet: Affine
    room: Bounds
    rounding: float  # mm

    @classmethod
    def on(cls, sheet: Bounds, margin: float, ink: Bounds) -> _Placed:
        to_sheet = fit_bounds(ink, sheet, margin)
        furthest = max(abs(ink.left), abs(ink.right), abs(ink.top), abs(ink.bottom))
        return cls(to_sheet, sheet.inset(margin), 1e-9 + 1e-12 * to_sheet.scale * furthest)

    def point(self, x: float, y: float) -> Point:
        x, y = self.to_sheet.apply(x, y)
        room = self.room
        if not room.contains(x, y) and room.contains(x, y, self.rounding):
            return min(max(x, room.left), room.right), min(max(y, room.bottom), room.top)
        return x, y


def _draw_inside(clipped: Rewriter, row: int, start: Point, end: Point, sheet: Bounds) -> None:
    piece = clip_segment(*start, *end, sheet)
    if piece is not None and (piece[:2] != piece[2:] or piece[2:] == end):
        clipped.draw(row, piece[:2], piece[2:])
    if piece is None or piece[2:] != end:
        clipped.lift(row)


def _put(target: Rewriter, row: int, kind: int, at: Point) -> None:
    """A row that belongs to a place."""
    if kind == Kind.TRAVEL:
        target.travel(row, at)
    elif kind == Kind.PEN_DOWN:
        target.pen_down(row, at)
    else:
        target.stay(row)


def _copy(target: Rewriter, row: int, kind: int) -> None:
    """A row that is the same on any sheet."""
    if kind == Kind.HOME:
        target.home(row)
    elif kind == Kind.PEN_UP:
        target.pen_up(row)
    else:
        target.stay(row)
