"""What the pen's guide draws, and where on the paper: short strokes, rows of them with numbers, a little figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from dcode.errors import CalibrationError
from dcode.geometry.hershey.font import CAP_HEIGHT, glyphs
from dcode.machine.calibration.guide import Point
from dcode.machine.limits import SoftLimits
from dcode.machine.machine import Machine

Line = tuple[Point, ...]

ROW: Final = 11  # strokes of a row of times: ten waits more than none
STEP_SECONDS: Final = 0.05  # from one of them to the next
_WIDTH, _HEIGHT = 170.0, 130.0  # mm of the patch, where the machine is as large
_TRY: Final = (14.0, 6.0)  # mm that a single stroke takes, its neighbours' distance counted in
_TRY_MM: Final = 10.0
_ROW_HEIGHT: Final = 16.0
_FIGURE_MM: Final = 14.0
_TICK_MM: Final = 2.0  # to either side
_DIGIT_MM: Final = 3.0
_FONT: Final = "futural"


class Cursor(NamedTuple):
    """What is used of a patch: up to `x` of a shelf that begins at `y` and is `shelf` high; mm from its upper left."""

    x: float = 0.0
    y: float = 0.0
    shelf: float = 0.0


@dataclass(frozen=True, slots=True)
class Patch:
    """The paper that a guide may draw on: its upper left corner, and its size in mm."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def at(cls, machine: Machine, place: Point) -> Patch:
        """To the right of and below a place, moved as far as the machine's limits need. Raises CalibrationError."""
        area = SoftLimits.of(machine).provable_area()
        if area is None:
            raise CalibrationError("The belts do not reach into the work area: there is nowhere to draw.")
        width, height = min(_WIDTH, area.width), min(_HEIGHT, area.height)
        left = min(max(place[0], area.left), area.right - width)
        top = max(min(place[1], area.top), area.bottom + height)
        return cls(left, top, width, height)

    def taken(self, used: Cursor, width: float, height: float) -> tuple[Point, Cursor]:
        """The upper left corner of a piece that is still white, from the top again once all is used."""
        if used.x + width > self.width + 1e-6:
            used = Cursor(0.0, used.y + used.shelf, 0.0)
        if used.y + height > self.height + 1e-6:
            used = Cursor()
        corner = (self.left + used.x, self.top - used.y)
        return corner, Cursor(used.x + width, used.y, max(used.shelf, height))

    def stroke(self, used: Cursor) -> tuple[Line, Cursor]:
        """One short stroke."""
        (x, y), used = self.taken(used, *_TRY)
        return ((x + 1, y - 3), (x + 1 + _TRY_MM, y - 3)), used

    def figure(self, used: Cursor) -> tuple[tuple[Line, ...], Cursor]:
        """A square with its diagonals: long and short travels, starts and ends on top of each other."""
        (x, y), used = self.taken(used, _FIGURE_MM + 4, _FIGURE_MM + 2)
        left, right, top, bottom = x + 1, x + 1 + _FIGURE_MM, y - 1, y - 1 - _FIGURE_MM
        square = ((left, bottom), (right, bottom), (right, top), (left, top), (left, bottom))
        return (square, ((left, top), (right, bottom)), ((right, top), (left, bottom))), used

    def row(self, used: Cursor) -> tuple[Row, Cursor]:
        """Room for a row of times."""
        corner, used = self.taken(used, self.width, _ROW_HEIGHT)
        return Row(corner, self.width / ROW), used


class Row(NamedTuple):
    """A row of short strokes, each with a number below it; `pitch` mm from one to the next."""

    corner: Point
    pitch: float

    def stroke(self, number: int) -> Line:
        """The stroke of a number from 1 on, from left to right."""
        x, y = self.corner[0] + (number - 1 + 0.15) * self.pitch, self.corner[1] - 4
        return (x, y), (x + 0.5 * self.pitch, y)

    def beyond(self, number: int) -> Line:
        """A place to the right of its end, to travel to: what the pen still lays on the way there is a tail."""
        _, (x, y) = self.stroke(number)
        return ((x + 0.35 * self.pitch, y),)

    def marks(self, *, ends: bool) -> tuple[Line, ...]:
        """The numbers, and a tick across the place where each stroke is to begin or to end."""
        lines = list[Line]()
        for number in range(1, ROW + 1):
            x, y = self.stroke(number)[1 if ends else 0]
            lines.append(((x, y - _TICK_MM), (x, y + _TICK_MM)))
            begin = self.stroke(number)[0][0]
            lines += digits(str(number), (begin, y - _TICK_MM - 2 - _DIGIT_MM), _DIGIT_MM)
        return tuple(lines)


def digits(text: str, at: Point, height: float) -> list[Line]:
    """Letters in a single-line font; `at` is the left end of their base line."""
    scale, x, lines = height / CAP_HEIGHT, at[0], list[Line]()
    for glyph in glyphs(text, _FONT):
        lines += [
            tuple((x + across * scale, at[1] + up * scale) for across, up in stroke)
            for stroke in glyph.strokes
            if len(stroke) > 1
        ]
        x += glyph.width * scale
    return lines
