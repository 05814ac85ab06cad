"""From what an engine drew to what this machine draws: in size, in the middle of the sheet, in the order of least time.

Whatever engine it comes from goes this one way, and what comes out of it is checked like any stranger's file.
"""

from __future__ import annotations

from typing import Final

from dcode.errors import GenerationError
from dcode.firmware.pacing import pace_of
from dcode.firmware.profile import FirmwareProfile
from dcode.gcode.write import write
from dcode.generation.request import Drawn
from dcode.geometry.bounds import Bounds
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.placing import fit
from dcode.machine.drawing_motion import motion_of
from dcode.machine.machine import Machine
from dcode.machine.place_drawing import Placing
from dcode.machine.prepare_drawing import Plan, Prepared, prepare
from dcode.machine.sheet import drawable

MARGIN: Final = 0.05  # of the shorter side of the work area, left free around a drawing for which no size is asked

Size = tuple[float, float]


def prepared(drawn: Drawn, machine: Machine, dialect: FirmwareProfile, size: Size | None = None) -> Prepared:
    """A drawing as large as it goes within `size` (width, height in mm; None: the work area with a margin).

    Raises LimitError for a size that the work area has not, GenerationError for a drawing without a stroke.
    """
    drawing = Drawing((Layer(drawn.lines),) if len(drawn.lines) else ())
    if drawing.bounds is None:
        raise GenerationError(f"{drawn.engine} has drawn nothing.", reason="empty")
    plan = Plan(placing=Placing.KEEP)
    return prepare(fit(drawing, room(machine, size)), machine, plan, pace_of(dialect, machine))


def program_of(drawing: Drawing, machine: Machine, dialect: FirmwareProfile) -> str:
    """The G-code of a prepared drawing, in the dialect that `dialect` is read in."""
    return write(motion_of(drawing, machine), dialect.reading(machine))


def room(machine: Machine, size: Size | None) -> Bounds:
    """What a drawing is to fill: `size` in the middle of the sheet; None: the work area with a margin."""
    area = drawable(machine)
    if size is None:
        return area.inset(MARGIN * min(area.width, area.height))
    (x, y), (width, height) = area.centre, size
    return Bounds(x - width / 2, x + width / 2, y + height / 2, y - height / 2)
