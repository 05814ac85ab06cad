"""Has the machine lost steps? The gondola goes to a mark, pen up, and a person says how far off the pen is.

A drawing machine counts its steps and never looks: what slipped stays slipped, and every pen after that is beside the
one before. A mark that was drawn, or a corner of the sheet, shows it. Firmwares with end-stops find home again, and
none of them tells by how much it had been wrong: a mark is what measures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from dcode.gcode.motion import Kind, Motion

SEEN_MM: Final = 0.05  # less cannot be seen beside a pen's width, nor said with the keys
FURTHEST_MM: Final = 100.0  # beyond it the mark is another one, or the answer a slip


@dataclass(frozen=True, slots=True)
class Drift:
    """Where the gondola truly is, less where dcode believes it to be: mm to the right and up."""

    dx: float
    dy: float

    @property
    def mm(self) -> float:
        return math.hypot(self.dx, self.dy)

    @property
    def is_seen(self) -> bool:
        return self.mm >= SEEN_MM

    def sentence(self, *, corrected: bool) -> str:
        """What was found, for a log and a person."""
        if not self.is_seen:
            return "The gondola is where it should be: no steps were lost."
        across = f"{abs(self.dx):.2f} mm to the {'right' if self.dx > 0 else 'left'}"
        upright = f"{abs(self.dy):.2f} mm {'up' if self.dy > 0 else 'down'}"
        ways = [text for text, by in ((across, self.dx), (upright, self.dy)) if abs(by) >= SEEN_MM] or [across, upright]
        end = "; that is corrected" if corrected else ""
        return f"The gondola has drifted by {self.mm:.2f} mm, {' and '.join(ways)}{end}."


def is_between_pens(motion: Motion, row: int) -> bool:
    """Whether a row, just reached, changes the pen after something was drawn: where an audit is due."""
    return motion.kind[row] == Kind.PEN_CHANGE and bytes(memoryview(motion.kind)[:row]).find(Kind.DRAW) >= 0
