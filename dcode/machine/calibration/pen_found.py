"""What the pen's guide knows of its pen so far, and how the pen is moved from there."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Final

from dcode.errors import CalibrationError
from dcode.machine.calibration.guide import Aim, Lift, Point, Strokes
from dcode.machine.calibration.guides import Start
from dcode.machine.calibration.pen_pattern import STEP_SECONDS, Cursor, Line, Patch
from dcode.machine.height_map import HeightMap
from dcode.machine.limits import SoftLimits
from dcode.machine.machine import Machine, NamedPen, Pen

SLOW: Final = 0.6  # s: every servo has come to rest by then
_EDGE_MM: Final = 20.0  # from the corners of the area to where the wall is felt: paper has tape and curls there
_TRY_MM, _HALF_MM, _TRIES = 2.5, 5.0, 8  # between tries at a place of the map; half of one; of them
_TIE: Final = 1e-6  # what is as near to one angle as to the next is pressed rather than left up
_RANGE_STEPS: Final = 3  # moves of a coarse servo that are looked at, to tell one of its steps


@dataclass(frozen=True, slots=True)
class Found:
    """Heights in the pen's own unit, times in seconds.

    up: where the pen is clear of the paper. toward: 1 where larger numbers lower the pen, -1 where smaller ones do.
    at: where the pen was brought to last, or is to come down from if it is not `stood`. came: the step that brought it
    there. seen: the lowest and the highest number that it was at, while nobody knew which way the paper is. stride: of
    the unit's. touch: where the pen just marks. pressure: how much further it is pressed. lower, raising: the waits;
    None: as they are in the file. spread: from one wait of a row to the next. whole, phase: the steps of a coarse
    servo, each in the middle between its edges; 0: it has none. edges: where one was seen. used: of the patch. tries:
    strokes at this place of the map. touches: at its places so far. map_touch, height_map: what came of them.
    saved: all of it is to be written.
    """

    up: float
    toward: float
    at: float
    seen: tuple[float, float]
    pressure: float
    stride: int
    came: float = 0.0
    stood: bool = True
    touch: float | None = None
    lower: float | None = None
    raising: float | None = None
    spread: float = STEP_SECONDS
    whole: float = 0.0
    phase: float = 0.0
    edges: tuple[float, ...] = ()
    used: Cursor = field(default_factory=Cursor)
    tries: int = 0
    touches: tuple[float, ...] = ()
    map_touch: float | None = None
    height_map: HeightMap | None = None
    saved: bool = False


class Bench:
    """One pen of one machine, and what does not change while its guide is open. Raises CalibrationError."""

    def __init__(self, start: Start) -> None:
        self.start, self.unit, self.machine = start, start.unit, start.machine
        self.pen, self.name, self.prefix = _wanted(start.machine, start.options.get("pen", ""))
        self.patch = Patch.at(start.machine, start.at)
        self.places = _places(start.machine)

    def begin(self) -> Found:
        """What the file says, for want of better."""
        unit, pen = self.unit, self.pen
        up, down = pen.up_angle, pen.down_angle
        if unit.up_key == "z_up":
            up = unit.high if pen.z_up is None else pen.z_up
            down = unit.low if pen.z_down is None else pen.z_down
        up = min(max(up, unit.low), unit.high)
        toward = math.copysign(1.0, down - up)
        pressure = 0.0 if unit.whole else unit.pressure
        return Found(up, toward, up, (up, up), pressure, unit.usual, whole=unit.whole)

    # -- heights -------------------------------------------------------------------------------------------------------

    def step(self, found: Found) -> float:
        """How far one key brings the pen."""
        return found.whole or self.unit.strides[found.stride]

    def stepped(self, found: Found, *, nearer: bool) -> float:
        """The height one step from where the pen is. Raises CalibrationError where the servo turns no further."""
        return self.held(found, found.at + self.step(found) * (found.toward if nearer else -found.toward))

    def touched(self, found: Found) -> float:
        """Where the pen touches: between the height at which it marks and the one before. Raises CalibrationError."""
        if found.at == found.up:
            raise CalibrationError("The pen is up: lower it, step by step, until it marks.")
        if found.whole:
            return found.at
        finest = self.unit.strides[self.unit.usual]
        if found.came > finest:
            raise CalibrationError(
                f"That was a large step: go back up by one, and come down by {self.unit.shown(finest)} or less."
            )
        return found.at - found.toward * (found.came / 2 - _TIE)

    def held(self, found: Found, height: float) -> float:
        """A height as the pen can have it. Raises CalibrationError for one beyond its range."""
        height = self.snapped(found, height)
        if not self.unit.holds(height):
            edge = self.unit.low if height < self.unit.low else self.unit.high
            raise CalibrationError(
                f"{self.unit.shown(edge).capitalize()} is as far as the pen goes. If it does not touch there, or "
                "does not come free, turn the horn on its servo, or hang the pen otherwise."
            )
        return height

    def snapped(self, found: Found, height: float) -> float:
        """The middle of the servo's step, where it has such; else as finely as the firmware is told."""
        if not found.whole:
            return self.unit.rounded(height)
        middle = found.phase + found.whole / 2
        return self.unit.rounded(middle + round((height - middle) / found.whole) * found.whole)

    def down(self, found: Found) -> float:
        """Where the pen draws on the patch: its touch there and the pressure."""
        assert found.touch is not None
        return self.pressed(found, found.touch)

    def pressed(self, found: Found, touch: float) -> float:
        return min(max(self.snapped(found, touch + found.toward * found.pressure), self.unit.low), self.unit.high)

    def approach(self, found: Found) -> float:
        """Where the search for a touch begins that is known elsewhere: above it, but not above up."""
        assert found.touch is not None
        above = found.touch - found.toward * max(self.unit.reach, found.whole)
        return min(above, found.up) if found.toward < 0 else max(above, found.up)

    def learn_step(self, found: Found) -> Found:
        """The pen has moved, having stood for some presses: a step of its servo begins here."""
        edges = (*found.edges, found.at)
        if len(edges) < _RANGE_STEPS:
            return replace(found, edges=edges)
        whole = abs(edges[-1] - edges[0]) / (len(edges) - 1)
        way = math.copysign(self.unit.strides[self.unit.usual] / 2, edges[-1] - edges[0])
        return replace(found, edges=edges, whole=whole, phase=edges[0] - way, pressure=0.0)

    # -- what the machine is asked for ---------------------------------------------------------------------------------

    def aim(self, height: float) -> Aim:
        return Aim(height, self.unit.slew)

    def lift(self, found: Found) -> Lift:
        return Lift(found.up)

    def strokes(
        self,
        found: Found,
        lines: tuple[Line, ...],
        down: float,
        lower: float = SLOW,
        raising: float = SLOW,
    ) -> Strokes:
        return Strokes(lines, found.up, down, lower, raising, self.pen.draw_speed)

    def lower_seconds(self, found: Found) -> float:
        return self.pen.lower_seconds if found.lower is None else found.lower

    def raise_seconds(self, found: Found) -> float:
        return self.pen.raise_seconds if found.raising is None else found.raising

    def wait(self, found: Found, number: int) -> float:
        """The wait of a row's stroke, numbers from 1 on."""
        return round(self.start.own_wait + (number - 1) * found.spread, 3)

    def line_there(self, found: Found) -> Line:
        """A short stroke at the place of the map, each try a little nearer to the middle of the sheet."""
        (x, y), centre = self.places[len(found.touches)], self.places[0]
        way = math.copysign(1.0, centre[1] - y) if y != centre[1] else -1.0
        height = y + way * _TRY_MM * (found.tries % _TRIES)
        return (x - _HALF_MM, height), (x + _HALF_MM, height)

    # -- the end -------------------------------------------------------------------------------------------------------

    def changes(self, found: Found) -> dict[str, float | str]:
        """What is written to machine.json."""
        assert found.touch is not None
        touch, wall = found.touch, found.height_map or self.machine.height_map
        if found.map_touch is not None:
            touch = found.map_touch
        elif wall is not None:
            touch -= wall.offset(self.machine.work_area, (self.patch.left, self.patch.top))
        down = self.pressed(found, touch)
        if wall is not None and not found.whole:  # it is rounded once, when the wall's height is added to it
            down = round(touch + found.toward * found.pressure, 2)
        changes: dict[str, float | str] = {
            f"{self.prefix}.{self.unit.up_key}": self.unit.rounded(found.up),
            f"{self.prefix}.{self.unit.down_key}": down,
        }
        if found.lower is not None:
            changes[f"{self.prefix}.lower_seconds"] = found.lower
        if found.raising is not None:
            changes[f"{self.prefix}.raise_seconds"] = found.raising
        if found.height_map is not None:
            for name in HeightMap.__slots__:
                changes[f"height_map.{name}"] = round(getattr(found.height_map, name), 2)
        return changes | ({"calibrated.pen": self.start.today} if self.start.today else {})

    def mapped(self, found: Found) -> Found:
        """The map through all touches, against the one in the centre of the sheet."""
        through = HeightMap.through(self.machine.work_area, self.places, found.touches)
        centre = through.centre
        offsets = HeightMap(**{name: getattr(through, name) - centre for name in HeightMap.__slots__})
        low, high = (self.pressed(found, centre) + offset for offset in offsets.span)
        if not (self.unit.low <= low and high <= self.unit.high):
            raise CalibrationError(
                f"With this map the pen would go from {self.unit.shown(low)} to {self.unit.shown(high)}, beyond its "
                f"range of {self.unit.low:g} to {self.unit.high:g}: turn the horn on its servo, or go on without a map."
            )
        return replace(found, map_touch=centre, height_map=offsets)


def _places(machine: Machine) -> tuple[Point, ...]:
    """Where the wall is felt: the centre, then the corners, as far out as the belts reach."""
    area = SoftLimits.of(machine).provable_area() or machine.work_area
    inner = area.inset(min(_EDGE_MM, area.width / 4, area.height / 4))
    return (area.centre, *inner.corners)


def _wanted(machine: Machine, named: str | float | bool) -> tuple[Pen, str, str]:
    """The pen that is meant, its name, and where in machine.json it is; no name means the machine's own."""
    if named == "":
        return machine.pen, "pen", "pen"
    for at, pen in enumerate(machine.pens):
        if pen.name == named:
            return _as_listed(pen), f"{pen.name} ({pen.colour})", f"pens[{at}]"
    known = ", ".join(pen.name for pen in machine.pens)
    there = f"There are: {known}." if known else "It has no list of pens."
    raise CalibrationError(f"machine.json has no pen {named!r}. {there}", pen=str(named))


def _as_listed(pen: NamedPen) -> Pen:
    return pen.pen
