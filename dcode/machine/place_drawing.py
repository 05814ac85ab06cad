"""Where on the sheet of a machine a drawing goes, and whether it fits there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from typing import Final

import numpy as np

from dcode.errors import ConfigError, LimitError
from dcode.geometry.bounds import Bounds
from dcode.geometry.crop import crop
from dcode.geometry.drawing import Drawing
from dcode.geometry.lines import Lines
from dcode.geometry.placing import centre, fit
from dcode.geometry.transform import Transform
from dcode.machine.machine import Machine
from dcode.machine.sheet import drawable, inward

FARTHEST_MM: Final = 1e6  # from the middle, of what no work area limits: a kilometre, and a second for its planner


class Placing(Enum):
    """Where a drawing goes. Its size stays, but for FIT."""

    PAGE = "page"  # the middle of its page in the middle of the work area
    CENTRE = "centre"  # the middle of what is drawn there
    FIT = "fit"  # scaled to fill the work area
    KEEP = "keep"  # where it is


def place(
    drawing: Drawing,
    machine: Machine,
    placing: Placing,
    *,
    margin: float = 0.0,
    clip: bool = False,
    slack: float = 0.0,
    limited: bool = True,
) -> Drawing:
    """The drawing where it is to be drawn: inside the work area, or, where not `limited`, wherever it comes to lie.

    With `clip` it is cut at the edges. Without, what leaves them by `slack` mm at most is put on them, and more raises
    LimitError. Raises ConfigError for a margin that leaves no sheet and for belts that reach none.
    """
    if placing is Placing.FIT:
        room = drawable(machine)
        placed = fit(drawing, room, margin)
        return _each(placed, lambda lines: _inside(lines, room.inset(margin)))
    sheet = machine.work_area
    if placing is Placing.CENTRE or (placing is Placing.PAGE and drawing.page is None):
        drawing = centre(drawing, sheet)
    elif placing is Placing.PAGE:
        drawing = replace(_each(drawing, Transform.shift(*sheet.centre).lines), page=None)
    bounds = drawing.bounds
    if bounds is None:
        return drawing
    if not limited:
        if max(-bounds.left, bounds.right, bounds.top, -bounds.bottom) > FARTHEST_MM:
            raise _too_large(
                bounds,
                Bounds(left=-FARTHEST_MM, right=FARTHEST_MM, top=FARTHEST_MM, bottom=-FARTHEST_MM),
                "the largest sheet",
            )
        return drawing
    room = _room(machine, bounds, margin, clip, slack)
    if clip:
        return _each(drawing, lambda lines: crop(lines, room))
    if not room.holds(bounds, slack):
        raise _too_large(bounds, room)
    return drawing if room.holds(bounds) else _each(drawing, lambda lines: _inside(lines, room))


def _each(drawing: Drawing, operation: Callable[[Lines], Lines]) -> Drawing:
    """As Drawing.mapped, but no layer is left out: pauses go by their places."""
    return replace(drawing, layers=tuple(replace(layer, lines=operation(layer.lines)) for layer in drawing.layers))


def _room(machine: Machine, bounds: Bounds, margin: float, clip: bool, slack: float) -> Bounds:
    """What may be drawn on: the work area, or where belts do not hold all of it, the part that they surely do.

    A drawing that leaves that part but not the work area is left to the check, which looks at every move.
    """
    sure = drawable(machine).inset(margin)
    if not (sure.width > 0 and sure.height > 0):
        raise ConfigError(f"a margin of {margin:g} mm does not leave a sheet", key="margin", value=margin)
    if clip or sure.holds(bounds, slack):
        return sure
    return inward(machine.work_area).inset(margin)


def _inside(lines: Lines, room: Bounds) -> Lines:
    """Points that rounding put outside, put on the edge."""
    return Lines(np.clip(lines.points, (room.left, room.bottom), (room.right, room.top)), lines.starts)


def _too_large(bounds: Bounds, room: Bounds, name: str = "the work area") -> LimitError:
    """The sentence for what does not fit: by its size, or else by the edge that it passes the most."""
    if bounds.width > room.width or bounds.height > room.height:
        problem = (
            f"it is {bounds.width:.1f} by {bounds.height:.1f} mm, and {name} {room.width:.1f} by {room.height:.1f} mm"
        )
    else:
        problem = f"it would leave {name}"
    passed = {
        "left": (room.left - bounds.left, "X", bounds.left, room.left),
        "right": (bounds.right - room.right, "X", bounds.right, room.right),
        "top": (bounds.top - room.top, "Y", bounds.top, room.top),
        "bottom": (room.bottom - bounds.bottom, "Y", bounds.bottom, room.bottom),
    }
    edge = max(passed, key=lambda name: passed[name][0])
    by, axis, value, limit = passed[edge]
    error = LimitError(f"{problem} ({by:.1f} mm over the {edge} edge)", axis=axis, value=value, limit=limit)
    error.fields["reason"] = "size"
    return error
