"""Path data: the `d` of a <path>, all commands of SVG 1.1 and 2, numbers as compact as the grammar allows."""

from __future__ import annotations

import re
from typing import Final

from dcode.geometry.svg_import.numbers import NUMBER
from dcode.geometry.svg_import.outlines import PathPen

# Anything that is neither a number nor a separator comes out as one character, which is a command or a mistake.
_TOKENS: Final = re.compile(rf"{NUMBER}|[^\s,]")
# An arc's two flags are one digit each and need nothing after them: "a1 1 0 01.5.5".
_ARC_RUN: Final = re.compile(r"([Aa])([^A-DF-Za-df-z]*)")
_ARC: Final = re.compile(r"[\s,]*".join(["", *[f"({NUMBER})"] * 3, "([01])", "([01])", f"({NUMBER})", f"({NUMBER})"]))
# In what float() takes beyond numbers: 1_000, nan, inf.
_FLOAT_ONLY: Final = frozenset("_nN")
_TAKES: Final = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}


def draw_path(data: str, pen: PathPen) -> None:
    """Draws the path. Raises ValueError for what the grammar does not allow, such as a path that stops short."""
    if not _draw_straight(data, pen):
        _Path(pen).draw(_spaced_arcs(data) if "a" in data or "A" in data else data)


def draw_points(text: str, pen: PathPen, *, closed: bool) -> None:
    """Draws the `points` of a polyline or polygon; a single number at the end is left out. Raises ValueError."""
    try:
        if not _FLOAT_ONLY.isdisjoint(text):
            raise ValueError("not a number")
        coordinates = list(map(float, text.replace(",", " ").split()))
    except ValueError:
        coordinates = [float(token) for token in _TOKENS.findall(text)]
    del coordinates[len(coordinates) // 2 * 2 :]
    if len(coordinates) >= 4:
        pen.straight(coordinates)
        if closed:
            pen.close()


def _draw_straight(data: str, pen: PathPen) -> bool:
    """Draws a path of absolute straight lines with plain numbers, most of what plotters see; says if it was one.

    Whatever float() does not take is left to the full grammar, and so is what only float() takes.
    An L with nothing after it is let pass.
    """
    if data[:1] != "M" or not _FLOAT_ONLY.isdisjoint(data):
        return False
    try:
        found = [_straight(part) for part in data[1:].split("M")]
    except ValueError:
        return False
    for coordinates, closed in found:
        pen.straight(coordinates)
        if closed:
            pen.close()
    return True


def _straight(part: str) -> tuple[list[float], bool]:
    """The coordinates of one subpath and whether it is closed. Raises ValueError for what is not that plain."""
    closed = False
    if "z" in part or "Z" in part:
        part, closed = part.rstrip(), True
        if part[-1:] not in "zZ":
            raise ValueError("more after the end of the subpath")
        part = part[:-1]
    coordinates = list(map(float, part.replace("L", " ").replace(",", " ").split()))
    if len(coordinates) % 2 or not coordinates:
        raise ValueError("a point is a pair")
    return coordinates, closed


def _spaced_arcs(data: str) -> str:
    """The same path with blanks around the flags of arcs."""
    return _ARC_RUN.sub(lambda run: run[1] + _spaced(run[2]), data)


def _spaced(text: str) -> str:
    found, position = [], 0
    while (match := _ARC.match(text, position)) is not None:
        found.append(" ".join(match.groups()))
        position = match.end()
    return " ".join([*found, text[position:]])


class _Path:
    """Where the pen is, where the subpath began, and what a smooth curve goes on from."""

    def __init__(self, pen: PathPen) -> None:
        self.pen = pen
        self.x = self.y = self.begin_x = self.begin_y = 0.0
        self.last = ""  # the command before, in capitals
        self.control = (0.0, 0.0)
        self.open = False

    def draw(self, data: str) -> None:
        tokens = _TOKENS.findall(data)
        index, count = 0, len(tokens)
        while index < count:
            command = tokens[index]
            upper = command.upper()
            index += 1
            if upper not in _TAKES or (upper != "M" and not self.last):
                raise ValueError(f"{command!r} is not a path command" if self.last else "a path begins with M")
            takes, relative = _TAKES[upper], command != upper
            if not takes:
                self.close()
                continue
            end = index
            while end < count and (tokens[end][-1].isdigit() or tokens[end][-1] == "."):
                end += 1
            if end == index or (end - index) % takes:
                raise ValueError(f"{command} takes numbers by {takes}, and there are {end - index}")
            values = [float(token) for token in tokens[index:end]]
            for first in range(0, len(values), takes):
                self.step(upper, relative, values[first : first + takes])
                upper = "L" if upper == "M" else upper  # more pairs after a move are lines
            index = end

    def close(self) -> None:
        if self.open:
            self.pen.close()
        self.x, self.y, self.open, self.last = self.begin_x, self.begin_y, False, "Z"

    def step(self, command: str, relative: bool, values: list[float]) -> None:
        if command == "H":
            values = [values[0], 0.0 if relative else self.y]
        elif command == "V":
            values = [0.0 if relative else self.x, values[0]]
        if relative:
            x, y = self.x, self.y
            places = range(5, 7) if command == "A" else range(len(values))
            for place in places:
                values[place] += x if (place % 2 == 0) != (command == "A") else y
        if command == "M":
            self.begin_x, self.begin_y = values
            self.pen.move(*values)
            self.open = True
        else:
            if not self.open:  # after a Z, on from where the subpath began
                self.pen.move(self.x, self.y)
                self.open = True
            self.segment(command, values)
        self.x, self.y = values[-2:]
        self.last = command

    def segment(self, command: str, values: list[float]) -> None:
        pen = self.pen
        if command in "LHV":
            pen.line(*values)
        elif command == "A":
            rx, ry, tilt, large, sweep, x, y = values
            if large not in (0, 1) or sweep not in (0, 1):
                raise ValueError("the flags of an arc are 0 or 1")
            pen.arc(rx, ry, tilt, large != 0, sweep != 0, x, y)
        elif command in "CS":
            x1, y1, x2, y2, x, y = values if command == "C" else [*self.mirrored("CS"), *values]
            pen.cubic(x1, y1, x2, y2, x, y)
            self.control = x2, y2
        else:
            x1, y1, x, y = values if command == "Q" else [*self.mirrored("QT"), *values]
            pen.quadratic(x1, y1, x, y)
            self.control = x1, y1

    def mirrored(self, after: str) -> tuple[float, float]:
        """The control point that goes smoothly on: the last one mirrored at the pen, or the pen after anything else."""
        if self.last not in after:
            return self.x, self.y
        return 2 * self.x - self.control[0], 2 * self.y - self.control[1]
