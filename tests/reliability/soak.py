"""A day of drawing in virtual time, with one line in a hundred damaged on its way.

Where lines have numbers and checksums they are damaged both ways; where they have none, only on their way back: damage
on the way there is what no sender can see.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import cos, sin
from random import Random
from typing import Final

from fault_table import UNNUMBERED
from schedule import Schedule
from session import Session
from strike import EDITS

from dcode.gcode.motion import Kind, Motion

NOISE: Final = 0.01  # of the lines
_HOURS: Final = 1.0  # of one drawing
_FEED: Final = 600.0  # mm/min
_PIECE: Final = 4.0  # mm
_STROKE: Final = 100  # pieces


@dataclass
class SoakFigures:
    """Lengths are mm."""

    seconds: float = 0.0
    drawings: int = 0
    lines: int = 0
    damaged: int = 0
    interruptions: int = 0
    lost_segments: int = 0
    worst_overlap: float = 0.0
    broken: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.broken and not self.lost_segments

    def __str__(self) -> str:
        return (
            f"{self.seconds / 3600:.1f} h, {self.drawings} drawings, {self.lines:,} lines, {self.damaged:,} damaged, "
            f"{self.interruptions} interruptions, {self.lost_segments} segments lost, "
            f"worst overlap {self.worst_overlap:.1f} mm{', broken: ' * bool(self.broken)}{'; '.join(self.broken[:3])}"
        )


class NoisySession(Session):
    """No schedule: any line may be damaged."""

    def __init__(self, profile: str, motion: Motion, seed: int) -> None:
        super().__init__(Schedule(seed, profile, motion, (), 0.001))
        self.damaged = 0
        self._noise = Random(seed ^ 0x5EED)
        self._both_ways = profile not in UNNUMBERED
        self.attempts_allowed = 1000
        self.seconds_allowed = 24 * 3600.0
        self.world.edit_line = self._damage_line
        self.world.line.edit_answer = self._damage

    def _damage_line(self, line: bytes) -> bytes:
        return self._damage(line) if self._both_ways else line

    def _damage(self, line: bytes) -> bytes:
        if self._noise.random() >= NOISE:
            return line
        self.damaged += 1
        return self._noise.choice(list(EDITS.values()))(line, self._noise)


def soak(profile: str, hours: float, seed: int = 0) -> SoakFigures:
    """So many virtual hours of drawing."""
    figures, random = SoakFigures(), Random(seed)
    while figures.seconds < hours * 3600:
        session = NoisySession(profile, long_drawing(random, min(_HOURS, hours)), random.getrandbits(32))
        outcome = session.run()
        figures.drawings += outcome.state == "done"
        figures.seconds += outcome.seconds
        figures.lines += outcome.lines
        figures.damaged += session.damaged
        figures.interruptions += outcome.attempts - 1
        figures.lost_segments += outcome.lost_segments
        figures.worst_overlap = max(figures.worst_overlap, outcome.overlap_mm)
        figures.broken += outcome.broken
        if outcome.state != "done":
            break
    return figures


def long_drawing(random: Random, hours: float) -> Motion:
    """Long wandering strokes, about so many hours of them."""
    motion = Motion()
    motion.append(Kind.PEN_UP, 0.0, 0.0, 0.0, 1)
    left, angle = hours * 3600 * _FEED / 60, 0.0
    while left > 0:
        x, y = random.uniform(-150, 150), random.uniform(-150, 150)
        motion.append(Kind.TRAVEL, round(x, 3), round(y, 3), 6000.0, 1)
        motion.append(Kind.PEN_DOWN, round(x, 3), round(y, 3), 0.0, 1)
        for _ in range(random.randint(1, _STROKE)):
            angle += random.uniform(-0.4, 0.4) if max(abs(x), abs(y)) < 200 else 0.7
            length = random.uniform(0.5, 1.5) * _PIECE
            x, y = x + length * cos(angle), y + length * sin(angle)
            motion.append(Kind.DRAW, round(x, 3), round(y, 3), _FEED, 1)
            left -= length
        motion.append(Kind.PEN_UP, round(x, 3), round(y, 3), 0.0, 1)
    return motion
