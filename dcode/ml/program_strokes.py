"""The strokes of a program that is still being written, line by line as writing.py makes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from dcode.geometry.lines import Lines

_POINT: Final = re.compile(r"G[01] X(-?[\d.]+) Y(-?[\d.]+)")


class ProgramStrokes:
    """Takes the lines of one program; `lines` is what is drawn so far, in mm, y up."""

    def __init__(self) -> None:
        self._strokes: list[list[tuple[float, float]]] = []
        self._here: tuple[float, float] | None = None
        self._down = False
        self._told = self._points = 0

    @classmethod
    def of(cls, program: str) -> Lines:
        """The strokes of a whole program."""
        strokes = cls()
        strokes.take(program.split("\n"))
        return strokes.lines

    @property
    def lines(self) -> Lines:
        return Lines.of(self._strokes)

    @property
    def finished(self) -> int:
        """How many strokes nothing can be added to any more."""
        return len(self._strokes) - self._down

    @property
    def fresh(self) -> Lines | None:
        """The strokes so far, where something was drawn since this was asked last."""
        if self._told == self._points:
            return None
        self._told = self._points
        return self.lines

    def take(self, lines: Iterable[str]) -> None:
        """Go on with lines. Those that are no moves and lift no pen change nothing."""
        for line in lines:
            if place := _POINT.match(line):
                self._move(line.startswith("G1"), (float(place[1]), float(place[2])))
            elif line.startswith("M280"):
                self._down = False  # up, or down and about to begin a stroke

    def _move(self, draws: bool, to: tuple[float, float]) -> None:
        if draws:
            if not self._down:
                self._strokes.append([self._here or to])
            self._strokes[-1].append(to)
            self._points += 1
        self._down, self._here = draws, to
