"""Blocks to meanings: which code of a line takes which of its words, and what does not go together.

Order of execution within a line, as RS274/NGC and grbl have it: units and modes, feed, pen (servo, tool, spindle),
dwell, home or set position, motion, pause or end. Nothing of a line is carried out when a part of it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from dcode.gcode import codes
from dcode.gcode.block import Block, Word
from dcode.gcode.meaning import Meaning, Remark, Use
from dcode.gcode.notes import refusal
from dcode.gcode.reading import Reading
from dcode.gcode.state import Op

_AXES: Final = "XYZIJR"
_HIGHEST_PEN: Final = 9_999
_TAKE_P_OR_S: Final = (("M", 280.0), ("M", 0.0), ("M", 1.0), ("M", 3.0), ("M", 4.0), ("G", 4.0))
_CARRIED_OUT_M: Final = frozenset((0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 30.0, 280.0))
_T = TypeVar("_T")


def analyse(block: Block, reading: Reading) -> Meaning:
    """The meaning of a block. Raises GcodeError, with the column and a kind of Note, for what dcode will not do."""
    return _usual(block, reading) or _Line(block, reading).meaning()


def _usual(block: Block, reading: Reading) -> Meaning | None:
    """The meaning of a line that only moves, the quick way; None for any other, and for all that is to be refused."""
    motion: int | None = None
    letters: dict[str, float] = {}
    for letter, value, _ in block.words:
        if letter == "G" and motion is None and value in codes.MOTION:
            motion = codes.MOTION[value]
        elif letter in "XYIJRF" and letter not in letters:
            letters[letter] = value
        else:
            return None
    feed = letters.pop("F", None)
    if feed is not None and feed <= 0:
        return None
    return Meaning(motion=motion, axes=letters or None, feed=feed)


class _Line:
    """One block: its codes, and its other words, which are taken away as codes use them."""

    __slots__ = ("block", "codes", "letters", "ops", "reading", "remarks")

    def __init__(self, block: Block, reading: Reading) -> None:
        self.block, self.reading = block, reading
        self.codes: dict[tuple[str, float], Word] = {}
        self.letters: dict[str, Word] = {}
        self.remarks: list[Remark] = []
        self.ops: list[tuple[Op, float]] = []
        groups: dict[str, Word] = {}
        for word in block.words:
            if word.letter in "GM":
                _claim(_group(word), word, groups)
                self.codes[word.letter, word.value] = word
            else:
                _claim(word.letter, word, self.letters)

    def meaning(self) -> Meaning:
        tape = self.take("%") is not None
        self.foreign_codes()
        self.owners_of_p_and_s()
        pause = self.pause()
        self.pen_servo()
        dwell = self.dwell()
        tool = self.tool()
        self.spindle()
        self.ops += dwell
        use, axes = self.axes()
        feed = self.feed()
        self.nothing_left()
        return Meaning(
            remarks=tuple(self.remarks),
            ops=tuple(self.ops),
            scale=self.setting(codes.UNITS),
            relative=self.setting(codes.DISTANCE),
            arc_absolute=self.setting(codes.ARC_DISTANCE),
            motion=self.setting(codes.MOTION),
            use=use,
            axes=axes,
            feed=feed,
            tool=tool,
            change=self.has("M", 6),
            tool_text=self.block.comment if tool is not None or self.has("M", 6) else "",
            pause=pause,
            end=self.has("M", 2) or self.has("M", 30),
            tape=tape,
            motors_off=next((codes.name("M", code) for code in codes.MOTORS_OFF if self.has("M", code)), ""),
        )

    def has(self, letter: str, value: float) -> bool:
        return (letter, value) in self.codes

    def take(self, letter: str) -> float | None:
        word = self.letters.pop(letter, None)
        return None if word is None else word.value

    def setting(self, table: Mapping[float, _T]) -> _T | None:
        return next((value for code, value in table.items() if ("G", code) in self.codes), None)

    def remark(self, message: str, column: int = 0) -> None:
        self.remarks.append(Remark("ignored", message, column))

    def foreign_codes(self) -> None:
        """Refuse codes that dcode does not know; leave out those of other machines, with the words they own."""
        owner: Word | None = None
        acting: Word | None = None
        for (letter, value), word in self.codes.items():
            about = (codes.IGNORED_G if letter == "G" else codes.IGNORED_M).get(value)
            if letter == "M" and value in codes.IGNORED_M_WITH_WORDS:
                about = codes.IGNORED_M_WITH_WORDS[value]
                owner = word
            elif letter == "M" and (value in codes.SILENT_M or value in codes.MOTORS_OFF):
                owner = word
            elif about is None:
                if (letter, value) in codes.REFUSED:
                    raise refusal(
                        "unsupported", f"{codes.name(*word[:2])}: {codes.REFUSED[letter, value]}", word.column
                    )
                if value not in (codes.G_GROUPS if letter == "G" else _CARRIED_OUT_M):
                    raise refusal("unsupported", f"{codes.name(letter, value)} is not supported", word.column)
                acting = word
            if about is not None:
                self.remark(f"{codes.name(letter, value)} left out: {about}", word.column)
        if owner and self.letters:
            if acting:
                both = f"{codes.name(*owner[:2])} and {codes.name(*acting[:2])}"
                raise refusal("conflict", f"{both} on one line: whose are the other words?", acting.column)
            self.letters.clear()
        if ("G", 64.0) in self.codes or ("G", 61.0) in self.codes:
            self.take("P")
            self.take("Q")

    def owners_of_p_and_s(self) -> None:
        takers = [codes.name(*code) for code in self.codes if code in _TAKE_P_OR_S]
        if len(takers) > 1 and ("P" in self.letters or "S" in self.letters):
            raise refusal("conflict", f"{' and '.join(takers)} on one line: whose are P and S?")

    def pause(self) -> str | None:
        if not (self.has("M", 0) or self.has("M", 1)):
            return None
        self.take("P")  # how long Marlin waits
        self.take("S")
        return self.block.comment

    def pen_servo(self) -> None:
        if not self.has("M", 280):
            return
        index, angle = self.take("P"), self.take("S")
        self.take("T")  # how fast Marlin's polargraph turns the servo
        column = self.codes["M", 280.0].column
        reading = self.reading
        if index is None:
            raise refusal("value", "M280 without P: which servo?", column)
        if index != reading.servo_index:
            self.remark(f"M280 P{index:g} left out: the pen is servo {reading.servo_index}", column)
        elif angle is None:
            self.remark("M280 without S left out: it only asks for the angle", column)
        elif angle < 0:
            self.remark("M280 with a negative S left out: it only switches the servo off", column)
        else:
            up = abs(angle - reading.up_angle) <= abs(angle - reading.down_angle)
            self.ops.append((Op.PEN, 0.0 if up else 1.0))

    def dwell(self) -> list[tuple[Op, float]]:
        if not self.has("G", 4):
            return []
        p, s = self.take("P"), self.take("S")
        if p is not None and s is not None:
            raise refusal("conflict", "G4 with both P and S", self.codes["G", 4.0].column)
        p_is_ms = self.reading.dwell_p == "ms"
        seconds = (p or 0.0) / (1000 if p_is_ms else 1) + (s or 0.0) / (1 if p_is_ms else 1000)
        if seconds < 0:
            raise refusal("value", "G4 with a negative time", self.codes["G", 4.0].column)
        return [(Op.DWELL, seconds)] if seconds else []

    def tool(self) -> int | None:
        word = self.letters.pop("T", None)
        if word is None:
            return None
        if not (0 <= word.value <= _HIGHEST_PEN and word.value.is_integer()):
            raise refusal("value", f"T{word.value:g} is not the number of a pen", word.column)
        return int(word.value)

    def spindle(self) -> None:
        power = self.letters.pop("S") if "S" in self.letters else None
        lower = self.codes.get(("M", 3.0)) or self.codes.get(("M", 4.0))
        lift = self.codes.get(("M", 5.0))
        if not self.reading.spindle_is_pen:
            for word in filter(None, (lower, lift, power)):
                said = codes.name("M", word.value) if word.letter == "M" else word.letter
                self.remark(f"{said} left out: the pen goes by Z, and is no spindle", word.column)
            return
        if power is not None:
            if power.value < 0:
                raise refusal("value", f"S{power.value:g} is no spindle speed", power.column)
            self.ops.append((Op.POWER, 1.0 if power.value else 0.0))
        if lower or lift:
            self.ops.append((Op.SPINDLE, 1.0 if lower else 0.0))

    def axes(self) -> tuple[Use, Mapping[str, float] | None]:
        for code, use in _USES.items():
            if ("G", code) in self.codes:
                word = self.codes["G", code]
                motion = self.setting(codes.MOTION)
                if motion is not None and any(letter in self.letters for letter in _AXES):
                    raise refusal("conflict", f"G{code:g} and G{motion} both claim the axes", word.column)
                return use(self, word)
        found = {letter: self.letters.pop(letter).value for letter in _AXES if letter in self.letters}
        if "Z" in found and self.reading.z_up is None:
            raise refusal("unsupported", "Z: the pen of this machine is not a Z axis")
        return "move", found or None

    def home(self, word: Word) -> tuple[Use, Mapping[str, float] | None]:
        named = [letter for letter in "XYZE" if letter in self.letters]
        if any(self.take(letter) for letter in named):
            raise refusal("unsupported", "G28 by way of another point is not supported", word.column)
        if named and "X" not in named and "Y" not in named:
            self.remark("G28 without X and Y only lifts the pen", word.column)
            self.ops.append((Op.PEN, 0.0))
            return "move", None
        return "home", None

    def set_position(self, word: Word) -> tuple[Use, Mapping[str, float] | None]:
        found = {letter: value for letter in "XYZ" if (value := self.take(letter)) is not None}
        extruder = self.take("E") is not None
        if extruder:
            self.remark("E of G92 left out: a plotter has no extruder", word.column)
        if "Z" in found and self.reading.z_up is None:
            del found["Z"]
            self.remark("Z of G92 left out: the pen of this machine is not a Z axis", word.column)
        elif not found and not extruder:
            raise refusal("value", "G92 without an axis", word.column)
        return "set", found

    def reset_position(self, word: Word) -> tuple[Use, Mapping[str, float] | None]:
        return "reset", None

    def feed(self) -> float | None:
        word = self.letters.pop("F", None)
        if word is None:
            return None
        if word.value <= 0:
            raise refusal("value", f"a feed of {word.value:g}", word.column)
        return word.value

    def nothing_left(self) -> None:
        if word := self.letters.pop("O", None):
            self.remark("O left out: the number of the program", word.column)
        for word in self.letters.values():
            reason = "a plotter has no such axis" if word.letter in "ABCEUVW" else "no code here takes it"
            raise refusal("unsupported", f"{codes.name(*word[:2])}: {reason}", word.column)


_USES: Final = {28.0: _Line.home, 92.0: _Line.set_position, 92.1: _Line.reset_position}


def _group(word: Word) -> str:
    if word.letter == "G":
        return codes.G_GROUPS.get(word.value) or codes.name(*word[:2])
    return codes.M_GROUPS.get(word.value) or codes.name(*word[:2])


def _claim(group: str, word: Word, claimed: dict[str, Word]) -> None:
    if group in claimed:
        first = claimed[group]
        problem = f"{codes.name(*word[:2])} after {codes.name(*first[:2])} on one line"
        raise refusal("conflict", problem, word.column)
    claimed[group] = word
