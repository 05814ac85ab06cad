"""grbl's G-code: the modal state, what a line means in it, and every way in which a line can make no sense.

The order of the checks is that of gc_execute_line in grbl 1.1h gcode.c, so that the first error found is the one that
the firmware reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import atan2, cos, floor, hypot, isclose, pi, sin, sqrt
from typing import Final, NamedTuple

from dcode.simulator.grbl_settings import Refusal
from dcode.simulator.grbl_words import Words, read_words
from dcode.simulator.motion_model import Three

_INCH: Final = 25.4
_PLANES: Final = {17: (0, 1, 2), 18: (2, 0, 1), 19: (1, 2, 0)}  # two axes of the plane, and the one across
_LETTERS: Final = "XYZ"
_OFFSETS: Final = "IJK"
_LAST_LINE_NUMBER: Final = 10_000_000
_NOTHING: Final[Three] = (0.0, 0.0, 0.0)


class Move(NamedTuple):
    """A straight move in machine coordinates. feed: mm/min; with `inverse` moves a minute; rapid ignores it."""

    target: Three
    feed: float
    rapid: bool
    inverse: bool = False


class Spindle(NamedTuple):
    """Spindle to M3, M4 or M5 with this S; grbl waits for the motion before it."""

    mode: int
    speed: float


class Dwell(NamedTuple):
    seconds: float


class Pause(NamedTuple):
    """M0: hold until cycle start. `end`: M2 and M30, which reset the modes instead."""

    end: bool


Operation = Move | Spindle | Dwell | Pause


@dataclass(slots=True)
class Modes:
    """One value for each modal group; grbl's state after a reset."""

    motion: int = 0
    coordinates: int = 54
    plane: int = 17
    units: int = 21
    distance: int = 90
    feed_mode: int = 94
    spindle: int = 5
    coolant: int = 9
    feed: float = 0.0  # mm/min
    speed: float = 0.0  # S
    tool: int = 0
    flow: int = -1  # 0, 2 or 30 while M0, M2, M30 is carried out


@dataclass(slots=True)
class Stored:
    """What EEPROM keeps: origins of the coordinate systems, in machine mm; 28 and 30 are the G28 and G30 places."""

    places: dict[int, Three] = field(default_factory=lambda: dict.fromkeys((*range(54, 60), 28, 30), _NOTHING))


class Interpreter:
    """Lines to operations. `position` is where the last operation will have brought the machine, in machine mm."""

    def __init__(self, stored: Stored, arc_tolerance: float) -> None:
        self.stored, self.arc_tolerance = stored, arc_tolerance
        self.modes = Modes()
        self.position: Three = _NOTHING
        self.g92: Three = _NOTHING
        self.tool_length = 0.0

    def reset(self, position: Three) -> None:
        """A soft reset: modes and G92 as after power-on, and the position that the motors stand at."""
        self.modes, self.g92, self.tool_length = Modes(), _NOTHING, 0.0
        self.position = position

    def work_offset(self) -> Three:
        """Machine position of the work origin."""
        origin = self.stored.places[self.modes.coordinates]
        return (
            origin[0] + self.g92[0],
            origin[1] + self.g92[1],
            origin[2] + self.g92[2] + self.tool_length,
        )

    def jog(self, line: str) -> Move:
        """What follows `$J=`. Raises Refusal."""
        words = read_words(line)
        values = words.values
        if set(words.modal) - {"units", "distance", "G0"} or words.modal.get("G0", 53) != 53:
            raise Refusal(16)
        if "F" not in values:
            raise Refusal(22)
        scale = _INCH if words.modal.get("units", self.modes.units) == 20 else 1.0
        if not self._has_axes(words):
            raise Refusal(26)
        target = self._target(words, scale, self.work_offset(), words.modal.get("distance", self.modes.distance))
        if set(values) - {"X", "Y", "Z", "F", "N"}:
            raise Refusal(36)
        self.position = target
        return Move(target, values["F"] * scale, False)

    def line(self, line: str) -> Iterator[Operation]:
        """What a line asks for, in grbl's order of execution. Raises Refusal before the first operation, or never."""
        words = read_words(line)
        modal, values, modes = words.modal, words.values, self.modes
        unused = set(values) - {"F", "N", "S", "T"}
        if not words.axes and self._has_axes(words):
            words.axes = "motion"
        motion = modal.get("motion", modes.motion)
        if values.get("N", 0) > _LAST_LINE_NUMBER:
            raise Refusal(27)
        scale = _INCH if modal.get("units", modes.units) == 20 else 1.0
        feed = self._feed(words, motion, scale)
        other = modal.get("G0", 0)
        if other == 4:
            if "P" not in values:
                raise Refusal(28)
            unused.discard("P")
        if modal.get("tool_length") == 43 and (set(values) & set(_LETTERS)) != {"Z"}:
            raise Refusal(37)
        if words.axes:
            unused -= set(_LETTERS)
        coordinates = modal.get("coordinates", modes.coordinates)
        change = self._other(words, other, scale, coordinates, unused)
        target, via = self._places(words, other, scale, coordinates, motion)
        moves: Iterator[Operation] = iter(())
        if motion == 80:
            if self._has_axes(words) and words.axes not in ("other", "tool"):
                raise Refusal(31)
        elif words.axes == "motion":
            moves = self._motion(words, motion, target, feed, scale, unused)
        if unused:
            raise Refusal(36)
        return self._execute(words, feed, motion, coordinates, change, (other, target, via), moves)

    # --- checks

    @staticmethod
    def _has_axes(words: Words) -> bool:
        return any(letter in words.values for letter in _LETTERS)

    def _feed(self, words: Words, motion: int, scale: float) -> float:
        modes, values = self.modes, words.values
        mode = words.modal.get("feed_mode", modes.feed_mode)
        if mode == 93:
            if words.axes == "motion" and motion in (1, 2, 3) and "F" not in values:
                raise Refusal(22)
            return values.get("F", 0.0)
        if "F" in values:
            return values["F"] * scale
        return modes.feed if modes.feed_mode == 94 else 0.0

    def _other(
        self, words: Words, other: int, scale: float, coordinates: int, unused: set[str]
    ) -> tuple[int, Three] | None:
        """G10 and G92: which place gets which value."""
        values = words.values
        if other == 10:
            if not self._has_axes(words):
                raise Refusal(26)
            if "P" not in values or "L" not in values:
                raise Refusal(28)
            number = int(values["P"])
            if number > 6:
                raise Refusal(29)
            kind = int(values["L"])
            if kind not in (2, 20) or (kind == 2 and "R" in values):
                raise Refusal(20)
            unused -= {"L", "P"}
            place = 53 + number if number else coordinates
            old = self.stored.places[place]
            if kind == 2:
                return place, self._with_axes(words, scale, old)
            here = self.position
            offset = (self.g92[0], self.g92[1], self.g92[2] + self.tool_length)
            wanted = self._with_axes(words, scale, _NOTHING)
            new = [
                here[axis] - offset[axis] - wanted[axis] if letter in values else old[axis]
                for axis, letter in enumerate(_LETTERS)
            ]
            return place, (new[0], new[1], new[2])
        if other == 92:
            if not self._has_axes(words):
                raise Refusal(26)
            origin = self.stored.places[coordinates]
            wanted = self._with_axes(words, scale, _NOTHING)
            length = (0.0, 0.0, self.tool_length)
            new = [
                self.position[axis] - origin[axis] - wanted[axis] - length[axis] if letter in values else self.g92[axis]
                for axis, letter in enumerate(_LETTERS)
            ]
            return 92, (new[0], new[1], new[2])
        return None

    def _places(self, words: Words, other: int, scale: float, coordinates: int, motion: int) -> tuple[Three, Three]:
        """The target in machine coordinates, and the stored place of G28 and G30."""
        target = via = self.position
        if words.axes not in ("tool", "") and other not in (10, 92):
            if other == 53:
                offset = _NOTHING
            else:
                origin = self.stored.places[coordinates]
                offset = (
                    origin[0] + self.g92[0],
                    origin[1] + self.g92[1],
                    origin[2] + self.g92[2] + self.tool_length,
                )
            distance = 90 if other == 53 else words.modal.get("distance", self.modes.distance)
            target = self._target(words, scale, offset, distance)
        if other in (28, 30):
            place = self.stored.places[other]
            if self._has_axes(words):
                kept = [place[axis] if letter in words.values else target[axis] for axis, letter in enumerate(_LETTERS)]
                via = (kept[0], kept[1], kept[2])
            else:
                target, via = self.position, place
        if other == 53 and motion not in (0, 1):
            raise Refusal(30)
        return target, via

    def _target(self, words: Words, scale: float, offset: Three, distance: int) -> Three:
        here, values = self.position, words.values
        base = offset if distance == 90 else here
        return (
            values["X"] * scale + base[0] if "X" in values else here[0],
            values["Y"] * scale + base[1] if "Y" in values else here[1],
            values["Z"] * scale + base[2] if "Z" in values else here[2],
        )

    @staticmethod
    def _with_axes(words: Words, scale: float, old: Three) -> Three:
        values = words.values
        return (
            values["X"] * scale if "X" in values else old[0],
            values["Y"] * scale if "Y" in values else old[1],
            values["Z"] * scale if "Z" in values else old[2],
        )

    def _motion(
        self, words: Words, motion: int, target: Three, feed: float, scale: float, unused: set[str]
    ) -> Iterator[Operation]:
        moves = self._has_axes(words)
        inverse = words.modal.get("feed_mode", self.modes.feed_mode) == 93
        if motion == 0:
            return iter((Move(target, 0.0, True),) if moves else ())
        if feed == 0.0:
            raise Refusal(22)
        if motion == 1:
            return iter((Move(target, feed, False, inverse),) if moves else ())
        plane = _PLANES[words.modal.get("plane", self.modes.plane)]
        centre, radius = self._arc(words, motion, plane, target, scale, unused)
        points = arc(self.position, target, centre, radius, plane, motion == 2, self.arc_tolerance)
        if not inverse:
            return (Move(point, feed, False) for point in points)
        pieces = list(points)  # each piece gets its share of the time
        return (Move(point, feed * len(pieces), False, True) for point in pieces)

    def _arc(
        self,
        words: Words,
        motion: int,
        plane: tuple[int, int, int],
        target: Three,
        scale: float,
        unused: set[str],
    ) -> tuple[tuple[float, float], float]:
        """The centre, relative to the start, and the radius."""
        first, second, _ = plane
        values, here = words.values, self.position
        if not self._has_axes(words):
            raise Refusal(26)
        if _LETTERS[first] not in values and _LETTERS[second] not in values:
            raise Refusal(32)
        x, y = target[first] - here[first], target[second] - here[second]
        if "R" in values:
            unused.discard("R")
            if all(isclose(here[axis], target[axis], abs_tol=1e-9) for axis in range(3)):
                raise Refusal(33)
            radius = values["R"] * scale
            square = 4 * radius * radius - x * x - y * y
            if square < 0:
                raise Refusal(34)
            height = -sqrt(square) / hypot(x, y)
            if (motion == 3) != (radius < 0):
                height = -height
            return (0.5 * (x - y * height), 0.5 * (y + x * height)), abs(radius)
        if _OFFSETS[first] not in values and _OFFSETS[second] not in values:
            raise Refusal(35)
        unused -= set(_OFFSETS)
        i, j = values.get(_OFFSETS[first], 0.0) * scale, values.get(_OFFSETS[second], 0.0) * scale
        radius = hypot(i, j)
        off = abs(hypot(x - i, y - j) - radius)
        if off > 0.5 or (off > 0.005 and off > 0.001 * radius):
            raise Refusal(33)
        return (i, j), radius

    # --- execution

    def _execute(
        self,
        words: Words,
        feed: float,
        motion: int,
        coordinates: int,
        change: tuple[int, Three] | None,
        places: tuple[int, Three, Three],
        moves: Iterator[Operation],
    ) -> Iterator[Operation]:
        modal, values, modes = words.modal, words.values, self.modes
        modes.feed_mode = modal.get("feed_mode", modes.feed_mode)
        modes.feed = feed
        speed = values.get("S", modes.speed)
        if speed != modes.speed:
            modes.speed = speed
            if modes.spindle != 5:
                yield Spindle(modes.spindle, speed)
        if "T" in values:
            modes.tool = int(values["T"])
        if modal.get("spindle", modes.spindle) != modes.spindle:
            modes.spindle = modal["spindle"]
            yield Spindle(modes.spindle, modes.speed)
        modes.coolant = modal.get("coolant", modes.coolant)
        other, target, via = places
        if other == 4:
            yield Dwell(values["P"])
        modes.plane = modal.get("plane", modes.plane)
        modes.units = modal.get("units", modes.units)
        if "tool_length" in modal:
            inches = _INCH if modes.units == 20 else 1.0
            self.tool_length = values["Z"] * inches if modal["tool_length"] == 43 else 0.0
        modes.coordinates = coordinates
        modes.distance = modal.get("distance", modes.distance)
        modes.motion = motion
        if change is not None:
            self._store(*change)
        elif other in (28, 30):
            if self._has_axes(words):
                yield Move(target, 0.0, True)
            self.position = via
            yield Move(via, 0.0, True)
        elif other in (281, 301):
            self.stored.places[other // 10] = self.position
        elif other == 921:
            self.g92 = _NOTHING
        if words.axes == "motion":
            yield from moves
            self.position = target if motion != 80 else self.position
        if "flow" in modal and modal["flow"] != 1:
            modes.flow = modal["flow"]
            yield Pause(end=modal["flow"] != 0)
            modes.flow = -1
            if modal["flow"] != 0:
                self._end_program()

    def _store(self, place: int, value: Three) -> None:
        if place == 92:
            self.g92 = value
        else:
            self.stored.places[place] = value

    def _end_program(self) -> None:
        """M2 and M30: some modes go back to what they were at power-on, coordinates and feed stay."""
        kept = self.modes
        self.modes = Modes(motion=1, units=kept.units, feed=kept.feed, speed=kept.speed, tool=kept.tool)


def arc(
    start: Three,
    target: Three,
    centre: tuple[float, float],
    radius: float,
    plane: tuple[int, int, int],
    clockwise: bool,
    tolerance: float,
) -> Iterator[Three]:
    """The chords of an arc, as mc_arc cuts it: none further than `tolerance` mm from it. `centre` is relative."""
    first, second, across = plane
    x, y = -centre[0], -centre[1]
    end_x = target[first] - start[first] - centre[0]
    end_y = target[second] - start[second] - centre[1]
    travel = atan2(x * end_y - y * end_x, x * end_x + y * end_y)
    if clockwise and travel >= -5e-7:
        travel -= 2 * pi
    elif not clockwise and travel <= 5e-7:
        travel += 2 * pi
    room = tolerance * (2 * radius - tolerance)
    pieces = floor(abs(0.5 * travel * radius) / sqrt(room)) if room > 0 else 0
    for piece in range(1, pieces):
        turn = travel * piece / pieces
        point = list(start)
        point[first] += centre[0] + x * cos(turn) - y * sin(turn)
        point[second] += centre[1] + x * sin(turn) + y * cos(turn)
        point[across] += (target[across] - start[across]) * piece / pieces
        yield point[0], point[1], point[2]
    yield target
