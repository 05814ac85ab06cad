"""grbl's G-code interpreter: lines to operations, in the order in which grbl carries them out."""

from __future__ import annotations

from collections.abc import Iterator

from dcode.simulator.grbl_meaning import INCH, Meaning
from dcode.simulator.grbl_modes import ORIGIN, Dwell, GcodeState, Modes, Move, Operation, Pause, Spindle
from dcode.simulator.grbl_settings import Refusal
from dcode.simulator.grbl_words import Words, read_words


class Interpreter(GcodeState):
    """The state, and what lines make of it."""

    def jog(self, line: str) -> Move:
        """What follows `$J=`: a move that leaves the modes alone. Raises Refusal."""
        words = read_words(line)
        if set(words.modal) - {"units", "distance", "G0"} or words.modal.get("G0", 53) != 53:
            raise Refusal(16)
        if "F" not in words.values:
            raise Refusal(22)
        jog = Words({**words.modal, "motion": 1, "feed_mode": 94}, words.values)
        meaning = Meaning(self, jog)
        if not meaning.has_axes:
            raise Refusal(26)
        if set(words.values) & {"S", "T"}:
            raise Refusal(36)
        self.position = meaning.target
        return Move(meaning.target, meaning.feed, False)

    def line(self, line: str) -> Iterator[Operation]:
        """What a line asks for. Raises Refusal before the first operation, or never."""
        return self._execute(Meaning(self, read_words(line)))

    def _execute(self, meaning: Meaning) -> Iterator[Operation]:
        """Step 4 of gc_execute_line: the state changes along with the operations."""
        modal, values, modes = meaning.words.modal, meaning.words.values, self.modes
        modes.feed_mode = modal.get("feed_mode", modes.feed_mode)
        modes.feed = meaning.feed
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
        if meaning.other == 4:
            yield Dwell(values["P"])
        modes.plane = modal.get("plane", modes.plane)
        modes.units = modal.get("units", modes.units)
        if "tool_length" in modal:
            self.tool_length = values["Z"] * (INCH if modes.units == 20 else 1.0) if modal["tool_length"] == 43 else 0.0
        modes.coordinates = meaning.coordinates
        modes.distance = modal.get("distance", modes.distance)
        modes.motion = meaning.motion
        yield from self._other(meaning)
        if meaning.words.axes == "motion":
            yield from meaning.moves
            self.position = meaning.target
        if modal.get("flow", 1) != 1:
            yield from self._flow(modal["flow"])

    def _other(self, meaning: Meaning) -> Iterator[Operation]:
        """The commands of group 0 that are no dwell: G10, G28, G30, G92 and their .1 forms."""
        other = meaning.other
        if meaning.change is not None:
            place, value = meaning.change
            if place == 92:
                self.g92 = value
            else:
                self.places[place] = value
        elif other in (28, 30):
            if meaning.has_axes:
                yield Move(meaning.target, 0.0, True)
            self.position = meaning.via
            yield Move(meaning.via, 0.0, True)
        elif other in (281, 301):
            self.places[other // 10] = self.position
        elif other == 921:
            self.g92 = ORIGIN

    def _flow(self, word: int) -> Iterator[Operation]:
        """M0, M2, M30. At the end of a program some modes go back to what they were at power-on."""
        self.modes.flow = word
        yield Pause(end=word != 0)
        modes = self.modes
        modes.flow = -1
        if word:
            self.modes = Modes(motion=1, units=modes.units, feed=modes.feed, speed=modes.speed, tool=modes.tool)
