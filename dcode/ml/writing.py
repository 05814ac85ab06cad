"""Tokens as they come, to the lines of a program: what a candidate has written, and when it has written enough.

The grammar makes every line valid; here lines become a program that ends well wherever it is cut. An unfinished line
is dropped, a travel waits until its stroke has a first point, and the pen is lifted. Everything is decided line by
line, so the result does not depend on how many tokens are handed over at a time.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from dcode.machine.machine import Machine
from dcode.ml.tokenizer import GcodeTokenizer

_LINE_ENDS: Final = re.compile(r"\n|(?<=[^\n])(?=[GM])")  # capital G and M begin a line in this language
_WORDS: Final = re.compile(r"([A-Z])(-?[\d.]+)")
_GRID: Final = 10  # to the mm, for telling repetition: a fifth of a pen's width


class Stop(Enum):
    """Why a program ends."""

    END = "end"  # the model ended it
    LENGTH = "length"  # no room for more tokens
    REPETITION = "repetition"  # the same stretch was drawn over and over
    POINTS = "points"
    STROKES = "strokes"
    INK = "ink"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Enough:
    """How much one drawing may be. `ink_mm` is 100 m, three hours and a half at the original's 500 mm/min.

    A stretch that is drawn for the `repeats`th time among the last `within` ones ends the drawing.
    """

    points: int = 5000
    strokes: int = 1000
    ink_mm: float = 100_000.0
    repeats: int = 3
    within: int = 48


class Writing:
    """One program that is being written. `lines` is what is certain of it; more is only ever appended."""

    def __init__(self, tokenizer: GcodeTokenizer, machine: Machine, enough: Enough, rest: int) -> None:
        """`rest` is the token that means that the program has ended."""
        self._pieces, self._enough, self._rest = tokenizer.pieces, enough, rest
        pen = machine.pen
        self._up = f"M280 P{pen.servo_index} S{pen.up_angle:g} ; pen up"
        self._down = f"M280 P{pen.servo_index} S{pen.down_angle:g} ; pen down"
        self.lines = ["; dcode", "", "G21 ; mm", "G90 ; absolute", self._up, "G28 ; home", ""]
        self.ids: list[int] = []
        self.stop: Stop | None = None
        self.points, self.strokes, self.ink_mm = 0, 0, 0.0
        self._text = ""  # of the line that is not finished
        self._held: list[str] = []  # lines that only count if something is drawn after them
        self._here: tuple[float, float] | None = None
        self._down_now = False
        self._stretches: deque[tuple[int, ...]] = deque(maxlen=enough.within)

    @property
    def text(self) -> str:
        """The program; whole once there is a `stop`."""
        return "\n".join(self.lines) + "\n"

    def take(self, tokens: Iterable[int]) -> None:
        """Go on with tokens; those after the end are ignored."""
        for token in tokens:
            if self.stop is not None:
                return
            self.ids.append(token)
            if token == self._rest:
                self._line(self._text)
                self.finish(Stop.END)
                return
            self._text += self._pieces[token] if token < len(self._pieces) else ""
            *whole, self._text = _LINE_ENDS.split(self._text)
            for line in whole:
                self._line(line)
            if self._text.strip() == "M84":
                self.finish(Stop.END)

    def finish(self, why: Stop) -> None:
        """End the program now, pen up. Does nothing when it has ended before."""
        if self.stop is not None:
            return
        self.stop = why
        if self._down_now:
            self._lift()
        elif why is Stop.END and self._down not in self._held:
            self.lines += self._held  # the way home
        self._held = []
        self.lines.append("M84 ; motors off")

    def _line(self, line: str) -> None:
        if self.stop is not None:
            return
        words = _WORDS.findall(line.partition(";")[0].replace(" ", ""))
        match words:
            case [("G", "0"), *place]:
                self._held = [_spaced(words)]
                self._here = _point(place)
            case [("G", "1"), *place]:
                self._draw(_spaced(words), _point(place))
            case [("M", "280"), _, ("S", "40")]:
                self._held.append(self._down)
            case [("M", "280"), *_] if self._down_now:
                self._lift()
            case [("M", "280"), *_]:
                self._held.append(self._up)

    def _draw(self, line: str, to: tuple[float, float]) -> None:
        here = self._here or to
        stretch = tuple(round(_GRID * value) for value in (*here, *to))
        if self._stretches.count(stretch) + 1 >= self._enough.repeats:
            return self.finish(Stop.REPETITION)
        self._stretches.append(stretch)
        if not self._down_now and self.strokes >= self._enough.strokes:
            return self.finish(Stop.STROKES)
        if self.points >= self._enough.points:
            return self.finish(Stop.POINTS)
        if self.ink_mm + math.dist(here, to) > self._enough.ink_mm:
            return self.finish(Stop.INK)
        self.strokes += not self._down_now
        self.lines += [*self._held, line]
        self._held, self._down_now, self._here = [], True, to
        self.points += 1
        self.ink_mm += math.dist(here, to)
        return None

    def _lift(self) -> None:
        self.lines += [self._up, ""]
        self._down_now = False


def _point(words: list[tuple[str, str]]) -> tuple[float, float]:
    x, y = (float(value) for _, value in words[:2])
    return x, y


def _spaced(words: list[tuple[str, str]]) -> str:
    return " ".join(letter + value for letter, value in words)
