"""The ink on the paper against the drawing that was asked for: what is missing, what is foreign, what is there twice.

All lengths are millimetres of ink, counted along the drawing from its beginning: `Path.ink_to` says how many lie
before a place. Each stroke of the simulated pen is followed along the drawing as a finger would; what leaves the
drawing by more than TOLERANCE is foreign. It does not matter in which order the pieces came, nor how many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import dist, hypot
from typing import Final, NamedTuple

from dcode.gcode.motion import Kind, Motion
from dcode.gcode.place import Place

Point = tuple[float, float]

# mm. Belts that are pulled straight bow by 5 µm on 5 mm, steps of 1/80 mm and three decimals add a little; a place that
# was read from a report and set again is a hundredth of a millimetre off at worst.
TOLERANCE: Final = 0.05
# Marlin takes a piece of less than 6 steps (MIN_STEPS_PER_SEGMENT) along with the next one: corners of 0.075 mm of each
# belt are cut, which is more on paper where a belt hardly moves; and what is left at the end of a stroke is not drawn.
_CUTS: Final = {"marlin": 0.15}


class Stroke(NamedTuple):
    """One stroke of the drawing: its points, and how much ink lies before each of them."""

    points: list[Point]
    ink: list[float]

    def backwards(self) -> Stroke:
        return Stroke(self.points[::-1], self.ink[::-1])


class Piece(NamedTuple):
    """A part of a stroke of the drawing that was laid, in one go: from and to in mm of ink."""

    stroke: int
    begin: float
    end: float


class Path:
    """The drawing as strokes."""

    def __init__(self, motion: Motion, profile: str) -> None:
        self.tolerance = _CUTS.get(profile, TOLERANCE)
        self.gap = 2 * self.tolerance  # ends of pieces meet to within the tolerance of each
        self.strokes: list[Stroke] = []
        self._before: list[float] = []  # by row: the ink before it
        self._motion = motion
        ink, at, stroke = 0.0, motion.start, Stroke([], [])
        for kind, x, y in zip(motion.kind, motion.x, motion.y, strict=True):
            self._before.append(ink)
            if kind == Kind.PEN_DOWN:
                stroke = Stroke([at], [ink])
                self.strokes.append(stroke)
            elif kind == Kind.DRAW:
                ink += hypot(x - at[0], y - at[1])
                stroke.points.append((x, y))
                stroke.ink.append(ink)
            at = (x, y)
        self._before.append(ink)
        self.length = ink

    def ink_to(self, place: Place) -> float:
        """How much ink lies before a place, mm."""
        motion, row = self._motion, place.row
        before = self._before[min(row, len(motion))]
        if row < len(motion) and motion.kind[row] == Kind.DRAW:
            x, y = motion.position_before(row)
            before += min(hypot(place.x - x, place.y - y), self._before[row + 1] - before)
        return before


@dataclass
class Drawn:
    """What is on the paper."""

    pieces: list[Piece] = field(default_factory=list)
    foreign: float = 0.0  # mm of ink that belongs to no stroke
    strays: list[Point] = field(default_factory=list)  # where it is
    missing: list[tuple[float, float]] = field(default_factory=list)  # from and to, in mm of ink
    missing_dots: list[int] = field(default_factory=list)  # strokes without any ink
    twice: list[tuple[float, float]] = field(default_factory=list)
    end: float = 0.0  # no ink of the drawing lies beyond this

    @property
    def repeated(self) -> float:
        return sum(end - begin for begin, end in self.twice)

    @property
    def lost(self) -> float:
        """mm that are missing; a dot counts as one."""
        return sum(end - begin for begin, end in self.missing) + len(self.missing_dots)


def compare(path: Path, ink: Iterable[list[Point]]) -> Drawn:
    """Follow the ink, a list of points a stroke, along the drawing."""
    drawn = Drawn()
    expected = (0, 0)  # stroke and point where the next piece probably begins
    for points in ink:
        expected = _follow_stroke(path, points, expected, drawn)
    _sum_up(path, drawn)
    return drawn


def _follow_stroke(path: Path, points: list[Point], expected: tuple[int, int], drawn: Drawn) -> tuple[int, int]:
    """Cut one stroke of ink into pieces of the drawing; where the next one should begin."""
    at, rest = points[0], points[1:]
    while True:
        found = _longest(path, at, rest, expected)
        if found is None:
            drawn.strays.append(at)
            drawn.foreign += dist(at, rest[0]) if rest else path.tolerance
            if len(rest) < 2:
                return expected
            at, rest = rest[0], rest[1:]
            continue
        stroke, follower = found
        ends = sorted((follower.begin, follower.end))
        drawn.pieces.append(Piece(stroke, ends[0], ends[1]))
        whole = ends[1] >= path.strokes[stroke].ink[-1] - path.tolerance
        expected = (stroke + 1, 0) if whole else (stroke, follower.segment)
        if not follower.left:
            return expected
        at, rest = follower.ink_at, follower.left


def _longest(path: Path, at: Point, rest: list[Point], expected: tuple[int, int]) -> tuple[int, _Follower] | None:
    """The longest way along the drawing that the ink from `at` on goes; None if it leaves the drawing at once.

    Forwards first. Backwards is where a gondola that stood a little past a turn was brought back to it, pen down.
    """
    if not rest:  # a dot belongs to a stroke that is one, if there is one here
        for number, stroke in enumerate(path.strokes):
            if len(stroke.points) == 1 and dist(at, stroke.points[0]) <= path.tolerance:
                return number, _Follower(stroke, 0, stroke.points[0], at, rest, path.tolerance)
    best: tuple[int, _Follower] | None = None
    for backwards in (False, True):
        for number, stroke, segment, start in _beginnings(path, at, expected, backwards):
            follower = _Follower(stroke, segment, start, at, rest, path.tolerance)
            follower.go()
            if best is None or follower.followed > best[1].followed + path.tolerance:
                best = (number, follower)
            if not follower.left:
                return number, follower
        if best is not None and best[1].followed > path.tolerance:
            return best
    return None


def _beginnings(
    path: Path, at: Point, expected: tuple[int, int], backwards: bool
) -> Iterator[tuple[int, Stroke, int, Point]]:
    """Where on the drawing a piece that begins at `at` may begin, the likeliest first."""
    strokes, (likely, likely_segment) = path.strokes, expected
    if likely < len(strokes) and not backwards:
        found = _nearest(strokes[likely].points, likely_segment, at, path.tolerance)
        if found:
            yield likely, strokes[likely], likely_segment, found
    for number in sorted(range(len(strokes)), key=lambda number: abs(number - likely)):
        stroke = strokes[number].backwards() if backwards else strokes[number]
        for segment in range(max(1, len(stroke.points) - 1)):
            found = _nearest(stroke.points, segment, at, path.tolerance)
            if found:
                yield number, stroke, segment, found


def _nearest(points: list[Point], segment: int, at: Point, tolerance: float) -> Point | None:
    """The point of a segment that is nearest to `at`, None if that is too far."""
    ax, ay = points[segment]
    if len(points) == 1 or segment + 1 >= len(points):
        return points[segment] if dist(at, points[segment]) <= tolerance else None
    bx, by = points[segment + 1]
    x, y = at
    if (x < ax - tolerance and x < bx - tolerance) or (x > ax + tolerance and x > bx + tolerance):
        return None
    nearest = _project(at, (ax, ay), (bx, by))[0]
    return nearest if hypot(x - nearest[0], y - nearest[1]) <= tolerance else None


def _project(at: Point, begin: Point, end: Point) -> tuple[Point, bool]:
    """The nearest point of a segment, and whether it is its end."""
    dx, dy = end[0] - begin[0], end[1] - begin[1]
    square = dx * dx + dy * dy
    if square == 0.0:
        return end, True
    part = ((at[0] - begin[0]) * dx + (at[1] - begin[1]) * dy) / square
    if part >= 1.0:
        return end, True
    if part <= 0.0:
        return begin, False
    return (begin[0] + part * dx, begin[1] + part * dy), False


class _Follower:
    """Two fingers, one on the drawing and one on the ink, that go on together as long as they are near."""

    def __init__(
        self, stroke: Stroke, segment: int, start: Point, ink_at: Point, rest: list[Point], tolerance: float
    ) -> None:
        self.stroke, self.segment, self._tolerance = stroke, segment, tolerance
        self.at, self.ink_at, self._rest, self._next = start, ink_at, rest, 0
        self.begin = self._ink()
        self.followed = 0.0

    @property
    def left(self) -> list[Point]:
        return self._rest[self._next :]

    @property
    def end(self) -> float:
        return self._ink()

    def go(self) -> None:
        points, rest = self.stroke.points, self._rest
        while self._next < len(rest):
            ink_to = rest[self._next]
            if self.segment >= len(points) - 1:
                if hypot(ink_to[0] - points[-1][0], ink_to[1] - points[-1][1]) > self._tolerance:
                    return
                self._take_ink()
                continue
            job_to = points[self.segment + 1]
            to_job = hypot(job_to[0] - self.at[0], job_to[1] - self.at[1])
            to_ink = hypot(ink_to[0] - self.ink_at[0], ink_to[1] - self.ink_at[1])
            first, second = (
                (self._ink_first, self._job_first) if to_ink <= to_job else (self._job_first, self._ink_first)
            )
            if not (first(ink_to, job_to) or second(ink_to, job_to)):
                return

    def _ink_first(self, ink_to: Point, job_to: Point) -> bool:
        """To the ink's next point, and as far along the drawing."""
        nearest, is_end = _project(ink_to, self.at, job_to)
        if hypot(ink_to[0] - nearest[0], ink_to[1] - nearest[1]) > self._tolerance:
            return False
        self.at = nearest
        if is_end:
            self.segment += 1
        self._take_ink()
        return True

    def _job_first(self, ink_to: Point, job_to: Point) -> bool:
        """To the drawing's next point, and as far along the ink."""
        nearest, is_end = _project(job_to, self.ink_at, ink_to)
        if hypot(job_to[0] - nearest[0], job_to[1] - nearest[1]) > self._tolerance:
            return False
        self.at = job_to
        self.segment += 1
        if is_end:
            self._take_ink()
        else:
            self.followed += hypot(nearest[0] - self.ink_at[0], nearest[1] - self.ink_at[1])
            self.ink_at = nearest
        return True

    def _take_ink(self) -> None:
        ink_to = self._rest[self._next]
        self.followed += hypot(ink_to[0] - self.ink_at[0], ink_to[1] - self.ink_at[1])
        self.ink_at = ink_to
        self._next += 1

    def _ink(self) -> float:
        ink, past = self.stroke.ink[self.segment], dist(self.at, self.stroke.points[self.segment])
        return ink - past if self.stroke.ink[-1] < self.stroke.ink[0] else ink + past


def _sum_up(path: Path, drawn: Drawn) -> None:
    """What the pieces leave out, and what they have twice."""
    by_stroke: dict[int, list[Piece]] = {}
    for piece in drawn.pieces:
        by_stroke.setdefault(piece.stroke, []).append(piece)
        drawn.end = max(drawn.end, piece.end)
    for number, stroke in enumerate(path.strokes):
        pieces = sorted(by_stroke.get(number, ()), key=lambda piece: piece.begin)
        begin, end = stroke.ink[0], stroke.ink[-1]
        if end - begin <= path.gap:
            if not pieces:
                drawn.missing_dots.append(number)
            continue
        reached = begin
        for piece in pieces:
            if piece.begin > reached + path.gap:
                drawn.missing.append((reached, piece.begin))
            elif min(reached, piece.end) > piece.begin + path.gap:
                drawn.twice.append((piece.begin, min(reached, piece.end)))
            reached = max(reached, piece.end)
        if end > reached + path.gap:
            drawn.missing.append((reached, end))
