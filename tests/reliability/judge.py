"""What must be true after every attempt, and at the end. A broken promise is a sentence in `broken`.

The strict promises, of every schedule whose faults the protocol can show:
- after an attempt: all ink up to the declared `executed` is on the paper; the attempt has laid none beyond the declared
  `sent`, nor any that is not the drawing's; the pen is up, or the reason says to lift it by hand;
- at the end: the ink is the drawing, whole; what is there twice lies within a declared stretch.

Where a fault cannot be seen by the protocol (a line without number or checksum that was changed on its way, one whose
checksum is right by chance), ink may be missing or wrong, and the pen down; that is counted. Still the run must end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from drawn import Drawn, Path, compare

from dcode.gcode.motion import Kind, Motion
from dcode.gcode.place import Place, beginning
from dcode.simulator.ink import Ink

Point = tuple[float, float]

_CHORDS_MM: Final = 40.0  # of chords that the lines in flight behind a refused one may draw: a window of short lines
# A gondola that was stopped a little past a turn is taken back to before it (watermarks.ON_PATH_MM, twice).
_TAKEN_BACK_MM: Final = 1.0
_NEAR_MM: Final = 0.5  # a gondola at rest, from the stretch that is declared


@dataclass
class Judge:
    """Of one schedule. Lengths are mm of ink along the drawing."""

    motion: Motion
    profile: str
    home: Point
    path: Path = field(init=False)
    broken: list[str] = field(default_factory=list)
    declared: list[tuple[float, float]] = field(default_factory=list)  # stretches that may be there twice
    refused: bool = False  # a line was refused: those that were on their way behind it are drawn from the wrong place
    wrong_mm: float = 0.0  # ink that came of that
    _laid: int = 0  # strokes of ink that are older than this attempt
    _sent: float = 0.0  # the furthest that was declared as sent

    def __post_init__(self) -> None:
        self._begin = beginning(self.motion)  # of the attempt
        self.path = Path(self.motion, self.profile)
        self.gap = self.path.gap
        self._down_rows = [row for row, kind in enumerate(self.motion.kind) if kind == Kind.PEN_DOWN]

    def attempt_begins(self, ink: Ink, begin: Place) -> None:
        """What was sent before and is not taken for drawn may come twice from here on."""
        self._laid, self._begin = len(ink), begin
        at = self.path.ink_to(begin)
        if self._sent > at:
            self.declared.append((at, self._sent))

    def attempt_ended(self, ink: Ink, executed: Place, sent: Place, *, strict: bool) -> None:
        """The machine is at rest after a failure, with these places declared."""
        done, reach = self.path.ink_to(executed), self.path.ink_to(sent)
        self._sent = max(self._sent, reach)
        if not strict:
            return
        strokes = [stroke.points for stroke in ink]
        drawn = compare(self.path, strokes)
        lost = [hole for hole in drawn.missing if min(hole[1], done) - hole[0] > self.gap]
        dots = [number for number in drawn.missing_dots if self._down_rows[number] < executed.row]
        if lost or dots:
            self._break(f"declared as executed to {done:.2f} mm, but missing: {_spans(lost)} and dots {dots}")
        new = compare(self.path, strokes[self._laid :])
        if new.end > reach + self.gap:
            self._break(f"declared as sent to {reach:.2f} mm, but ink is to {new.end:.2f} mm")
        self._foreign(new)

    def paused(self, reach: float, held: Place) -> None:
        """The attempt is held at a place, after so much ink was sent."""
        self.declared.append((self.path.ink_to(held), reach))

    def stands(self, at: Point, executed: Place, sent: Place, came_from: Point) -> None:
        """The gondola at rest is on the declared stretch, on the way to where the attempt begins, or at its end."""
        begin = (self._begin.x, self._begin.y)
        way = [came_from, begin, (executed.x, executed.y)]
        rows = slice(executed.row, sent.row)
        way += zip(self.motion.x[rows], self.motion.y[rows], strict=True)
        way.append((sent.x, sent.y))
        if sent.row >= len(self.motion):
            way.append(self.home)  # parking
        if all(_distance(at, a, b) > _NEAR_MM for a, b in pairwise(way)):
            self._break(f"the gondola is at {at[0]:.2f}, {at[1]:.2f}, and that is not on the declared stretch")

    def pen(self, is_down: bool, reason: str) -> None:
        """As it is when an end or a pause is told."""
        if is_down and "by hand" not in reason:
            self._break(f"the pen is down, and nobody is told: {reason!r}")

    def ends(self, ink: Ink, state: str, *, strict: bool) -> Drawn:
        """The job is over: done, or cancelled."""
        drawn = compare(self.path, [stroke.points for stroke in ink])
        drawn.missing = [hole for hole in drawn.missing if hole[1] - hole[0] > self.gap]
        if not strict:
            return drawn
        self._foreign(drawn)
        if state == "done":
            if drawn.missing or drawn.missing_dots:
                self._break(f"done, but missing: {_spans(drawn.missing)} and dots {drawn.missing_dots}")
        else:
            holes = [hole for hole in drawn.missing if hole[0] < drawn.end - self.gap]
            if holes:
                self._break(f"cancelled, but missing in what was drawn: {_spans(holes)}")
        undeclared = [
            span for span in drawn.twice if span[1] - span[0] > _TAKEN_BACK_MM and not self._is_declared(span)
        ]
        if undeclared:
            self._break(f"drawn twice: {_spans(undeclared)}; declared was {_spans(self.declared)}")
        return drawn

    def segments(self, drawn: Drawn) -> int:
        """How many drawing rows are not whole on the paper; a dot is one."""
        return len(drawn.missing_dots) + sum(
            any(min(end, hole[1]) - max(begin, hole[0]) > self.gap for hole in drawn.missing)
            for stroke in self.path.strokes
            for begin, end in pairwise(stroke.ink)
        )

    def hangs(self, why: str) -> None:
        self._break(f"no end: {why}")

    # -- inside ------------------------------------------------------------------------------------------------------

    def _foreign(self, drawn: Drawn) -> None:
        if self.refused and drawn.foreign <= _CHORDS_MM:
            self.wrong_mm = max(self.wrong_mm, drawn.foreign)
        elif drawn.foreign > 0.0:
            x, y = drawn.strays[0]
            self._break(f"{drawn.foreign:.2f} mm of ink that are not of the drawing, the first at {x:.2f}, {y:.2f}")

    def _is_declared(self, span: tuple[float, float]) -> bool:
        reached = span[0]
        for begin, end in sorted(self.declared):
            if begin - self.gap <= reached:
                reached = max(reached, end + self.gap)
        return reached >= span[1]

    def _break(self, sentence: str) -> None:
        if sentence not in self.broken:
            self.broken.append(sentence)


def _spans(spans: list[tuple[float, float]]) -> str:
    return ", ".join(f"{begin:.2f}..{end:.2f}" for begin, end in spans[:4]) or "nothing"


def _distance(at: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    part = min(1.0, max(0.0, ((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / square)) if square else 0.0
    return float(((at[0] - a[0] - part * dx) ** 2 + (at[1] - a[1] - part * dy) ** 2) ** 0.5)
