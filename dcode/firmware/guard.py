"""The last look at every line before it goes to the machine. It reads the text, not the motion that it came from.

What it does not understand it refuses. It takes G-code as the firmware does, in absolute millimetres only: a line that
would change that (G91, G20) is refused, and so is every move before the modes and the position are known.
"""

from __future__ import annotations

import math
import re
from typing import Final

from dcode.errors import LimitError, Refused
from dcode.firmware.framing import Framing
from dcode.firmware.profile import FirmwareProfile
from dcode.machine.limits import SoftLimits
from dcode.machine.machine import Machine

Point = tuple[float, float]
Words = list[tuple[str, float]]

_NUMBER: Final = r"-?\d{1,7}(?:\.\d{1,6})?"
_PLAIN_MOVE: Final = re.compile(rf"G[01](?: X({_NUMBER}))?(?: Y({_NUMBER}))?(?: F({_NUMBER}))?")
_WORD: Final = re.compile(r" *([A-Z]) *([+-]?(?:\d{1,7}\.?\d{0,6}|\.\d{1,6}))")
# What may stand beside each other in a line of modes, and what it means here: millimetres, absolute, mm/min, XY.
_MODES: Final = frozenset({("G", 21.0), ("G", 90.0), ("G", 94.0), ("G", 17.0)})
_SET_BY_MODES: Final = frozenset({("G", 21.0), ("G", 90.0)})
# Half of the last decimal that a line has, for coordinates that are exactly on an edge before they are rounded.
_TOLERANCE_MM: Final = 0.0006
# A cap that was written with three decimals of mm/s is this much more in mm/min.
_FEED_ROUNDING: Final = 0.06


class Guard:
    """Admits the lines that this machine may be given; keeps what they change. One guard sees all lines, in order."""

    def __init__(self, machine: Machine, profile: FirmwareProfile) -> None:
        self._machine, self._profile = machine, profile
        self._limits = SoftLimits.of(machine, _TOLERANCE_MM)
        self._framing = Framing(profile)
        self._max_feed = profile.max_feed_of(machine) + _FEED_ROUNDING
        self._per_minute = 60.0 if profile.moves.feed_unit == "mm/s" else 1.0
        self._down = -1.0 if profile.y_down else 1.0
        self._needed = _modes_in(profile.commands.preamble) & _SET_BY_MODES
        self._unset = set(self._needed)  # modes that the firmware has not been given yet
        known = profile.commands
        self._harmless = {known.barrier, known.identify, known.ask_position, known.unlock} - {""}
        self._at: Point | None = None
        self._approved: str | None = None  # what a user typed, passed once

    @property
    def position(self) -> Point | None:
        """Where the lines that were admitted end, mm, y up; None when it is not known."""
        return self._at

    def set_position(self, x: float, y: float) -> None:
        """The gondola is at (x, y): registered, or found by homing."""
        if not (math.isfinite(x) and math.isfinite(y)):
            raise LimitError(f"({x}, {y}) is not a position", axis="position", value=x, limit=0.0)
        self._at = (x, y)

    def reset(self) -> None:
        """The firmware has started anew: neither position nor modes are known."""
        self._at = None
        self._unset = set(self._needed)

    def check_move(self, start: Point, end: Point) -> None:
        """Raise LimitError unless the whole straight way is within the limits."""
        if not (math.isfinite(end[0]) and math.isfinite(end[1])):
            raise LimitError(f"({end[0]}, {end[1]}) is not a position", axis="position", value=end[0], limit=0.0)
        breach = self._limits.segment_violation(*start, *end)
        if breach is not None:
            kind, value, limit, message = breach
            raise LimitError(message, axis=kind, value=value, limit=limit)

    def admit(self, text: str) -> None:
        """Pass a line that is about to be sent and keep what it changes. Raises LimitError or Refused."""
        if (plain := _PLAIN_MOVE.fullmatch(text)) is not None:
            x, y, feed = plain.groups()
            if x is not None or y is not None:
                self._admit_move(text, x, y, feed)
                return
        approved, self._approved = self._approved, None
        if text == approved and self._is_settled_by_user(text):
            self._keep_loss(text)
            return
        self._admit_other(text, keep=True)

    def admit_console(self, text: str) -> tuple[str, ...]:
        """Whether a user may send this line; what they should know about it. Raises LimitError or Refused.

        Nothing is kept: the line is admitted when it goes out.
        """
        self._framing.check(text)
        upper = text.upper()
        warnings: tuple[str, ...] = ()
        if self._is_settled_by_user(upper):
            if self._profile.wary_settings and "=" in text:
                warnings = ("Writing a setting moves the zero of this firmware's axes: register home again.",)
        else:
            self._admit_other(text, keep=False)
        self._approved = text
        return warnings

    # -- moves ---------------------------------------------------------------------------------------------------------

    def _admit_move(self, text: str, x: str | None, y: str | None, feed: str | None) -> None:
        at = self._ready_to_move(text)
        end = (at[0] if x is None else float(x), at[1] if y is None else float(y) * self._down)
        if feed is not None:
            self._check_feed(text, float(feed))
        self.check_move(at, end)
        self._at = end

    def _ready_to_move(self, text: str) -> Point:
        if self._at is None:
            raise Refused(f"{text}: the position is not known", line=text, why="position")
        if self._unset:
            raise Refused(f"{text}: the firmware has not been told its modes", line=text, why="modes")
        return self._at

    def _check_feed(self, text: str, feed: float) -> None:
        per_minute = feed * self._per_minute
        if not 0 < per_minute <= self._max_feed:
            message = f"{text}: a feed of {per_minute:g} mm/min; at most {self._max_feed:.0f} is allowed"
            raise LimitError(message, axis="feed", value=per_minute, limit=self._max_feed)

    # -- everything else -----------------------------------------------------------------------------------------------

    def _admit_other(self, text: str, keep: bool) -> None:
        upper = text.upper()
        commands = self._profile.commands
        if upper == commands.home:
            self._admit_homing(text, keep)
            return
        if upper in self._harmless:
            return
        if self._profile.console.queries.fullmatch(upper):
            return
        words = self._words(text)
        if _modes_of(words):
            self._admit_modes(text, words, keep)
            return
        before = self._at
        self._admit_words(text, words)
        if not keep:
            self._at = before

    def _admit_homing(self, text: str, keep: bool) -> None:
        if not self._machine.end_stops:
            raise Refused(f"{text}: this machine has no end-stops", line=text, why="end_stops")
        if keep:  # the program was checked with home as its end; who asks the firmware may correct it
            self._at = self._machine.home

    def _admit_modes(self, text: str, words: Words, keep: bool) -> None:
        if len(words) > 1 and not self._profile.moves.several_commands_a_line:
            raise Refused(f"{text}: one command a line, for {self._profile.title}", line=text, why="several")
        if keep:
            self._unset -= set(words)

    def _admit_words(self, text: str, words: Words) -> None:
        (letter, number), values = words[0], dict(words[1:])
        if len(values) != len(words) - 1 or letter in values:
            raise Refused(f"{text}: a word is there twice", line=text, why="twice")
        match letter, number:
            case "G", 0.0 | 1.0:
                self._admit_g1(text, values)
            case "G", 4.0 if set(values) in ({"P"}, {"S"}) and min(values.values()) >= 0:
                return
            case "G", 92.0 if set(values) == {"X", "Y"}:
                self.set_position(values["X"], values["Y"] * self._down)
            case "M", 3.0 | 5.0 | 280.0:
                self._check_pen(text, number, values)
            case _:
                raise Refused(f"{text}: dcode does not send this", line=text, why="unknown")

    def _admit_g1(self, text: str, values: dict[str, float]) -> None:
        if set(values) <= {"X", "Y", "F"} and set(values) & {"X", "Y"}:
            at = self._ready_to_move(text)
            end = (values.get("X", at[0]), values["Y"] * self._down if "Y" in values else at[1])
            if "F" in values:
                self._check_feed(text, values["F"])
            self.check_move(at, end)
            self._at = end
        elif set(values) <= {"Z", "F"} and "Z" in values and self._profile.pen.method == "z":
            self._check_range(text, "Z", values["Z"], *self._profile.pen.z_range)
        else:
            raise Refused(f"{text}: not a move that dcode makes", line=text, why="words")

    def _check_pen(self, text: str, code: float, values: dict[str, float]) -> None:
        pen, keys = self._profile.pen, set(values)
        if code == 280.0 and pen.method == "servo" and {"P", "S"} <= keys <= {"P", "S", "T"}:
            if values["P"] not in {self._machine.pen.servo_index, *(p.pen.servo_index for p in self._machine.pens)}:
                raise Refused(f"{text}: servo {values['P']:g} is not the pen's", line=text, why="servo")
            self._check_range(text, "S", values["S"], pen.angle_low, pen.angle_high)
            self._check_range(text, "T", values.get("T", 0.0), 0.0, 10000.0)  # Marlin's M280.cpp clamps to it
        elif code == 3.0 and pen.method == "spindle" and keys == {"S"}:
            self._check_range(text, "S", values["S"], min(pen.s_low, pen.s_high), max(pen.s_low, pen.s_high))
        elif not (code == 5.0 and pen.method == "spindle" and not keys):
            raise Refused(f"{text}: this machine's pen is not moved so", line=text, why="pen")

    def _check_range(self, text: str, word: str, value: float, low: float, high: float) -> None:
        if not low <= value <= high:
            message = f"{text}: {word} must be from {low:g} to {high:g}"
            raise LimitError(message, axis=word, value=value, limit=low if value < low else high)

    # -- what a user may do --------------------------------------------------------------------------------------------

    def _is_settled_by_user(self, text: str) -> bool:
        """A setting, or another line that only a user may send."""
        console = self._profile.console
        upper = text.upper()
        loses = console.loses_position is not None and console.loses_position.fullmatch(upper) is not None
        return loses or console.settings.fullmatch(upper) is not None

    def _keep_loss(self, text: str) -> None:
        console = self._profile.console
        loses = console.loses_position is not None and console.loses_position.fullmatch(text.upper())
        if loses or (self._profile.wary_settings and "=" in text):
            self._at = None

    def _words(self, text: str) -> Words:
        """All of the line as words, or Refused."""
        words: Words = []
        at, upper = 0, text.upper()
        while (word := _WORD.match(upper, at)) is not None:
            words.append((word[1], float(word[2])))
            at = word.end()
        if at != len(upper) or not words:
            raise Refused(f"{text}: dcode does not send this", line=text, why="unknown")
        return words


def _modes_in(lines: tuple[str, ...]) -> set[tuple[str, float]]:
    return {(word[1], float(word[2])) for line in lines for word in _WORD.finditer(line)}


def _modes_of(words: Words) -> bool:
    return all(word in _MODES for word in words)
