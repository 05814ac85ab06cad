"""Scale a rectangle into another and centre it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dcode.errors import ConfigError
from dcode.geometry.bounds import Bounds

_POINT_MM: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Affine:
    """A uniform scale and a shift: x' = scale x + dx, y' = scale y + dy. Shifts in mm."""

    scale: float
    dx: float
    dy: float

    def apply(self, x: float, y: float) -> tuple[float, float]:
        return self.scale * x + self.dx, self.scale * y + self.dy


def fit_bounds(drawing: Bounds, sheet: Bounds, margin: float = 0.0) -> Affine:
    """The largest uniform scale, up or down, that brings `drawing` into `sheet` less `margin` mm, and centres it.

    A drawing of less than a micrometre is a point and keeps its size. Raises ConfigError when the margin leaves
    nothing of the sheet.
    """
    room = sheet.inset(margin)
    if not (margin >= 0 and room.width > 0 and room.height > 0):
        raise ConfigError(
            f"a margin of {margin:g} mm does not leave a sheet of {sheet.width:g} by {sheet.height:g} mm",
            key="margin",
            value=margin,
        )
    scale = 1.0
    if max(drawing.width, drawing.height) > _POINT_MM:
        sides = ((room.width, drawing.width), (room.height, drawing.height))
        scale = min(have / need for have, need in sides if need > 0)
    (from_x, from_y), (to_x, to_y) = drawing.centre, room.centre
    return Affine(scale, to_x - scale * from_x, to_y - scale * from_y)
