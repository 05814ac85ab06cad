"""Whether a program is valid, by five rules that know nothing of how it came about.

(a) every line is in the language; (b) every point is in the work area; (c) the pen is down in every G1 and up in every
G0 and at the end; (d) it draws something, and not too much; (e) the model ended it, and no limit did. The first three
are syntax: a decoder with a grammar breaks none of them, whatever its weights.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from dcode.machine.machine import Machine

_NUMBER: Final = r"-?\d+(\.\d+)?"
_LINE: Final = re.compile(
    rf"(G0|G1)( X{_NUMBER})?( Y{_NUMBER})?( F\d+(\.\d+)?)?|(G21|G90|G28|M84)|M280 P0 S\d+|G4 P\d+", re.ASCII
)
_WORD: Final = re.compile(r" ([XY])(-?[\d.]+)")
_MOST_STROKES: Final = 120
_POINTS: Final = (2, 2000)
_SHORTEST: Final = 0.05  # of the page's diagonal, all ink together


class Rule(Enum):
    """What a program can break."""

    LANGUAGE = "a"
    AREA = "b"
    PEN = "c"
    AMOUNT = "d"
    END = "e"


SYNTAX: Final = frozenset({Rule.LANGUAGE, Rule.AREA, Rule.PEN})


@dataclass(slots=True)
class _Pen:
    """A plotter that only counts. `down` None: nobody has said yet."""

    x: float = 0.0
    y: float = 0.0
    down: bool | None = None
    strokes: int = 0
    points: int = 0
    ink_mm: float = 0.0


def broken(program: str, machine: Machine, *, ended: bool) -> frozenset[Rule]:
    """The rules that a program breaks on a machine; `ended`: whether the model ended it by itself."""
    found, pen, area = set[Rule](), _Pen(), machine.work_area
    for text in program.splitlines():
        line = text.partition(";")[0].rstrip()
        if not line:
            continue
        if not _LINE.fullmatch(line):
            found.add(Rule.LANGUAGE)
        elif line.startswith("M280"):
            _turned(pen, float(line.partition(" S")[2]), machine, found)
        elif line[:2] in ("G0", "G1"):
            places = {letter: float(value) for letter, value in _WORD.findall(line)}
            x, y = places.get("X", pen.x), places.get("Y", pen.y)
            if not (area.left <= x <= area.right and area.bottom <= y <= area.top):
                found.add(Rule.AREA)
            if pen.down is not (line[:2] == "G1"):
                found.add(Rule.PEN)
            if line[:2] == "G1" and places:
                pen.points += 1
                pen.ink_mm += math.dist((pen.x, pen.y), (x, y))
            pen.x, pen.y = x, y
    if pen.down is not False:
        found.add(Rule.PEN)
    if not _is_enough(pen, machine):
        found.add(Rule.AMOUNT)
    return frozenset(found if ended else found | {Rule.END})


def _turned(pen: _Pen, angle: float, machine: Machine, found: set[Rule]) -> None:
    """The servo at an angle: up or down, and nothing else."""
    if angle not in (machine.pen.up_angle, machine.pen.down_angle):
        found.add(Rule.PEN)
    down = angle == machine.pen.down_angle
    if down and not pen.down:
        pen.strokes += 1
        pen.points += 1
    pen.down = down


def _is_enough(pen: _Pen, machine: Machine) -> bool:
    diagonal = math.hypot(machine.work_area.width, machine.work_area.height)
    amount = 1 <= pen.strokes <= _MOST_STROKES and _POINTS[0] <= pen.points <= _POINTS[1]
    return amount and pen.ink_mm > _SHORTEST * diagonal
