"""What a line of G-code means in grbl's modal state, and every way in which it can make no sense.

The order of the checks is that of step 3 of gc_execute_line in grbl 1.1h gcode.c, so that the first error found is the
one that the firmware reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dcode.machine.motion_model import Three
from dcode.simulator.grbl_arcs import PLANES, read_arc
from dcode.simulator.grbl_modes import ORIGIN, GcodeState, Move
from dcode.simulator.grbl_settings import Refusal
from dcode.simulator.grbl_words import Words

INCH: Final = 25.4
_AXES: Final = "XYZ"
_LAST_LINE_NUMBER: Final = 10_000_000


class Meaning:
    """One line, checked. Making one changes nothing; it raises Refusal where the line makes no sense.

    other: the number of the command of group 0 (G4, G10, G28, G53, G92; 281 for G28.1), or 0.
    change: the place that G10 or G92 (place 92) sets, and its new value.
    target, via: machine positions; `via` is where G28 and G30 end.
    moves: the pieces of the motion, none where there is no axis word.
    """

    def __init__(self, state: GcodeState, words: Words) -> None:
        self.words, self._state = words, state
        modal, values, modes = words.modal, words.values, state.modes
        self._unused = set(values) - {"F", "N", "S", "T"}
        self.has_axes = "X" in values or "Y" in values or "Z" in values
        if self.has_axes and not words.axes:
            words.axes = "motion"
        self.motion = modal.get("motion", modes.motion)
        self._scale = INCH if modal.get("units", modes.units) == 20 else 1.0
        self._distance = modal.get("distance", modes.distance)
        if values.get("N", 0) > _LAST_LINE_NUMBER:
            raise Refusal(27)
        self._inverse = modal.get("feed_mode", modes.feed_mode) == 93
        self.feed = self._feed()
        self.other = modal.get("G0", 0)
        if self.other == 4:
            if "P" not in values:
                raise Refusal(28)
            self._unused.discard("P")
        if modal.get("tool_length") == 43 and (set(values) & set(_AXES)) != {"Z"}:
            raise Refusal(37)
        self.coordinates = modal.get("coordinates", modes.coordinates)
        self.change = self._change()
        self.target, self.via = self._places()
        self.moves = self._moves()
        if words.axes:
            self._unused -= set(_AXES)
        if self._unused:
            raise Refusal(36)

    def _feed(self) -> float:
        """mm/min, or moves a minute."""
        values, modes = self.words.values, self._state.modes
        if self._inverse:
            if self.words.axes == "motion" and self.motion in (1, 2, 3) and "F" not in values:
                raise Refusal(22)
            return values.get("F", 0.0)
        if "F" in values:
            return values["F"] * self._scale
        return modes.feed if modes.feed_mode == 94 else 0.0

    def _change(self) -> tuple[int, Three] | None:
        """What G10 and G92 set: an offset such that the axes that are named read as the line says."""
        if self.other not in (10, 92):
            return None
        values, state = self.words.values, self._state
        if not self.has_axes:
            raise Refusal(26)
        if self.other == 92:
            origin = state.places[self.coordinates]
            rest = (origin[0], origin[1], origin[2] + state.tool_length)
            return 92, self._reading_as_told(state.g92, rest)
        if "P" not in values or "L" not in values:
            raise Refusal(28)
        number, kind = int(values["P"]), int(values["L"])
        if number > 6:
            raise Refusal(29)
        if kind not in (2, 20) or (kind == 2 and "R" in values):
            raise Refusal(20)
        self._unused -= {"L", "P"}
        place = 53 + number if number else self.coordinates
        old = state.places[place]
        if kind == 2:
            return place, self._axes(ORIGIN, old)
        g92 = state.g92
        return place, self._reading_as_told(old, (g92[0], g92[1], g92[2] + state.tool_length))

    def _reading_as_told(self, old: Three, rest: Three) -> Three:
        """The offset with which the present position, less the `rest` of the offsets, reads as the line says."""
        told, here = self._axes(ORIGIN, ORIGIN), self._state.position
        new = [
            here[axis] - rest[axis] - told[axis] if letter in self.words.values else old[axis]
            for axis, letter in enumerate(_AXES)
        ]
        return new[0], new[1], new[2]

    def _places(self) -> tuple[Three, Three]:
        """The target, and where G28 and G30 end."""
        state = self._state
        target = via = state.position
        if self.has_axes and self.words.axes != "tool" and self.other not in (10, 92):
            if self.other == 53:
                target = self._axes(ORIGIN, target)
            elif self._distance == 90:
                target = self._axes(state.work_offset(self.coordinates), target)
            else:
                target = self._axes(target, target)
        if self.other in (28, 30):
            place = state.places[self.other]
            if self.has_axes:
                kept = [place[axis] if _AXES[axis] in self.words.values else target[axis] for axis in range(3)]
                via = (kept[0], kept[1], kept[2])
            else:
                via = place
        if self.other == 53 and self.motion not in (0, 1):
            raise Refusal(30)
        return target, via

    def _axes(self, base: Three, missing: Three) -> Three:
        """The axis words in mm on top of `base`; `missing` for axes that have none."""
        values, scale = self.words.values, self._scale
        return (
            values["X"] * scale + base[0] if "X" in values else missing[0],
            values["Y"] * scale + base[1] if "Y" in values else missing[1],
            values["Z"] * scale + base[2] if "Z" in values else missing[2],
        )

    def _moves(self) -> Iterator[Move]:
        motion, target = self.motion, self.target
        if motion == 80:
            if self.has_axes and self.words.axes == "motion":
                raise Refusal(31)
            return iter(())
        if self.words.axes != "motion":
            return iter(())
        if motion == 0:
            return iter((Move(target, 0.0, True),) if self.has_axes else ())
        if self.feed == 0.0:
            raise Refusal(22)
        if motion == 1:
            return iter((Move(target, self.feed, False, self._inverse),) if self.has_axes else ())
        return self._arc_moves()

    def _arc_moves(self) -> Iterator[Move]:
        state, values = self._state, self.words.values
        if not self.has_axes:
            raise Refusal(26)
        plane_word = self.words.modal.get("plane", state.modes.plane)
        first, second, _ = PLANES[plane_word]
        if _AXES[first] not in values and _AXES[second] not in values:
            raise Refusal(32)
        arc = read_arc(values, state.position, self.target, plane_word, self.motion == 2, self._scale)
        self._unused -= {"R"} if "R" in values else {"I", "J", "K"}
        pieces = arc.pieces(state.arc_tolerance)
        feed = self.feed * pieces if self._inverse else self.feed  # each piece gets its share of the time
        return (Move(point, feed, False, self._inverse) for point in arc.points(pieces))
