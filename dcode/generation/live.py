"""Strokes that are drawn while more of them come: each is put where it will stay, and the program grows by it.

A drawing that is not complete cannot be fitted by its size. So the engine says in which frame it draws, and the frame
is what is fitted to the sheet.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from dcode.errors import GenerationError, UnsafeProgram
from dcode.gcode.interpret import Program
from dcode.gcode.motion import COLUMNS, Motion
from dcode.generation.program import Size, room
from dcode.geometry.bounds import Bounds
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.fit import fit_bounds
from dcode.geometry.lines import Lines
from dcode.machine.check import check
from dcode.machine.drawing_motion import motion_of
from dcode.machine.machine import Machine
from dcode.machine.place_drawing import Placing
from dcode.machine.prepare_drawing import Plan, prepare

_PLAN: Final = Plan(placing=Placing.KEEP, order=None)  # what comes first is drawn first


def grown(motion: Motion | None, strokes: Lines, frame: Bounds, machine: Machine, size: Size | None) -> Motion:
    """A program with strokes added to its end; a new one for None. What is added is checked like any program.

    `frame` is what `size` is filled with, or the sheet (see program.room). Raises UnsafeProgram, LimitError.
    """
    fitted = fit_bounds(frame, room(machine, size), 0.0)
    placed = Lines(strokes.points * fitted.scale + np.array((fitted.dx, fitted.dy)), strokes.starts)
    more = motion_of(prepare(Drawing((Layer(placed),)), machine, _PLAN).drawing, machine)
    if motion is not None:
        more.start = motion.position_before(len(motion))
    report = check(Program(more, [], 0), machine)
    if not report.ok:
        raise UnsafeProgram("A stroke of it cannot be drawn on this machine.", report.as_json())
    return more if motion is None else _joined(motion, more)


def _joined(first: Motion, second: Motion) -> Motion:
    """Both programs in one; the second without its first row, which lifts a pen that is up."""
    both = Motion(first.start)
    both.texts, both.holder = dict(first.texts), first.holder
    for part, begin in ((first, 0), (second, 1)):
        both.extend({name: memoryview(getattr(part, name))[begin:].cast("B") for name in COLUMNS})
    return both


def without(strokes: Lines, count: int) -> Lines:
    """Strokes less the first `count`."""
    begin = strokes.starts[count]
    return Lines(strokes.points[begin:], strokes.starts[count:] - begin)


def first_rows(motion: Motion, rows: int) -> Motion:
    """A program less what comes after its first rows."""
    if rows >= len(motion):
        return motion
    first = Motion(motion.start)
    first.holder = motion.holder
    first.texts = {row: text for row, text in motion.texts.items() if row < rows}
    first.extend({name: memoryview(getattr(motion, name))[:rows].cast("B") for name in COLUMNS})
    return first


def begin_alike(some: Lines, others: Lines) -> bool:
    """Whether the strokes that both have are the same, to the last bit."""
    count = min(len(some), len(others))
    points = some.starts[count]
    return bool(
        (some.starts[: count + 1] == others.starts[: count + 1]).all()
        and (some.points[:points] == others.points[:points]).all()
    )


def differs() -> GenerationError:
    """The error for a drawing that came out differently when it was taken up again."""
    told = "The rest was drawn differently from what is on the paper: the program ends where it was interrupted."
    return GenerationError(told, reason="differs")
