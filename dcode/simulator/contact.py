"""When a real nib touches a real wall: the pen's height at every moment against how far the wall stands out there.

Ink is laid in hindsight: for each stretch of time that has passed, servo and motors are known, so the moments at which
the nib comes down and leaves are found as exactly as floats allow, however rarely anybody looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from math import ceil, inf
from typing import Final, Protocol

from dcode.machine.motion_model import Three
from dcode.simulator.ink import Ink
from dcode.simulator.paper import Paper
from dcode.simulator.planner import Run
from dcode.simulator.truth import Truth

_PIECE_MM: Final = 1.0  # how far apart two looks at a wall that is not flat are; the bow of a belt is less than that
_LOOKS_A_SECOND: Final = 500  # while servo and motors both turn: 30 degrees of a fast servo are 25 looks
_LOOKS_A_SWING: Final = 30
_HALVINGS: Final = 40  # of the time between two looks: to less than a nanosecond


class Turning(Protocol):
    """What contact needs of a servo."""

    def angle(self, now: float) -> float:
        """Where it stands, in degrees."""

    @property
    def still_at(self) -> float:
        """When it stands still, if it is told nothing else."""

    @property
    def swings(self) -> bool:
        """Whether its way is more than straight from one angle to another."""


class Contact:
    """Lays the ink of one plotter. `servo`: what holds the pen; None until it is used, and for a pen on the z axis.

    A pen on the z axis counts as up until that axis has lifted it off the paper or has gone down: where a plotter is
    switched on, its firmware calls that height 0, and nobody does so with the pen down.
    """

    def __init__(self, truth: Truth, paper: Paper, ink: Ink) -> None:
        self.truth, self._paper, self._ink = truth, paper, ink
        self.servo: Turning | None = None
        self._on_z = False

    def follow(self, runs: Iterable[Run], here: Three, since: float, now: float) -> None:
        """Time has passed: lay the ink of these runs, and of the stands between them. `here`: where it stood before."""
        for run in runs:
            if run.begin >= now:
                break
            self._trace(since, run.begin, 0.0, partial(_standing, here))
            since, until = max(since, run.begin), min(run.end, now)
            way = run.phases.after(until - run.begin)[0] - run.phases.after(since - run.begin)[0]
            self._trace(since, until, way, run.at)
            since, here = until, run.at(run.end)
        self._trace(since, now, 0.0, partial(_standing, here))

    def _trace(self, since: float, until: float, way: float, axes: Callable[[float], Three]) -> None:
        """The motors have moved between two moments, over about `way` mm; `axes` tells where they were."""
        if until <= since:
            return
        z = axes(until)[2]
        self._on_z = self._on_z or z < axes(since)[2]
        for moment in self._moments(since, until, way, axes):
            self._look(since, moment, axes)
            since = moment
        self._on_z = self._on_z or z > self.truth.wall.pen.z_touch_mm + self.truth.farthest_out

    def _moments(self, since: float, until: float, way: float, axes: Callable[[float], Three]) -> Iterator[float]:
        """When to look: often enough that the nib cannot come down and leave again in between."""
        turning = min(until, max(since, self.servo.still_at if self.servo else since))
        pieces = way / _PIECE_MM / (until - since)
        if turning > since:
            swinging = self.servo is not None and self.servo.swings
            ticks = _LOOKS_A_SWING * self.truth.wall.servo.swing_hz if swinging else _LOOKS_A_SECOND if way else 0.0
            yield from _parts(since, turning, max(pieces, ticks))
        if until > turning:
            yield from _parts(turning, until, 0.0 if self._is_clear(turning, until, axes) else pieces)

    def _is_clear(self, since: float, until: float, axes: Callable[[float], Three]) -> bool:
        """Whether a pen that does not turn is up so far that it touches nowhere."""
        lowest = min(self._height(since, axes(since)), self._height(until, axes(until)))
        return not self._ink.down and lowest > self.truth.farthest_out

    def _look(self, since: float, now: float, axes: Callable[[float], Three]) -> None:
        """Lay what there is between two moments at which the nib may have come down, or left, once."""
        ink, point = self._ink, self._paper.point
        gap = self._gap(now, axes(now))
        if (gap <= 0.0) != ink.down:
            before, after = since, now
            for _ in range(_HALVINGS):
                middle = (before + after) / 2
                if (self._gap(middle, axes(middle)) <= 0.0) == ink.down:
                    before = middle
                else:
                    after = middle
            x, y = point(axes(after))
            if ink.down:
                ink.line_to(x, y)
                ink.pen_up()
            else:
                ink.pen_down(x, y)
        if ink.down:
            ink.line_to(*point(axes(now)))
            ink.press(-gap)

    def _gap(self, now: float, axes: Three) -> float:
        """From the nib to the wall in mm; below 0 it is pressed in."""
        height = self._height(now, axes)
        return height if height == inf else height - self.truth.stands_out(*self._paper.point(axes))

    def _height(self, now: float, axes: Three) -> float:
        """From the nib to a flat wall in mm."""
        if self.servo:
            return self.truth.height(self.servo.angle(now))
        return axes[2] - self.truth.wall.pen.z_touch_mm if self._on_z else inf


def _standing(at: Three, _: float) -> Three:
    return at


def _parts(since: float, until: float, rate: float) -> Iterator[float]:
    """The ends of equal parts of a time, at least `rate` of them a second."""
    count = max(1, ceil((until - since) * rate))
    for part in range(1, count):
        yield since + (until - since) * part / count
    yield until
