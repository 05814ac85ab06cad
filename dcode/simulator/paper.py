"""The wall with its paper: where motors of these positions put the gondola, and what ink the pen lays on the way."""

from __future__ import annotations

from contextlib import suppress
from math import ceil, sqrt
from typing import Final

from dcode.errors import LimitError
from dcode.machine.motion_model import Three, TwoBelts
from dcode.simulator.gearing import Gearing
from dcode.simulator.ink import Ink, Point

# Straight in belt lengths is bowed on paper: ink follows the bow to this many mm.
_BOW_MM: Final = 0.01
_UNEVEN: Final = 1.6  # and it is not bent alike everywhere


class Paper:
    """`wall`: what the belts hang from; None: the motors drive x and y on rails."""

    def __init__(self, ink: Ink, wall: TwoBelts | None, at: Point) -> None:
        self._ink, self._wall, self._last = ink, wall, at
        self.gearing: Gearing | None = None  # None: a millimetre for the firmware is one of the belt
        self._inked = self.axes_at(at)  # up to where the motors' way has been looked at

    def axes_at(self, at: Point) -> Three:
        """What the motors must do for the gondola to hang there, with the third axis at 0."""
        a, b = self._wall.lengths(*at) if self._wall else at
        if self.gearing:
            a, b = self.gearing.axes(a, b)
        return a, b, 0.0

    def point(self, axes: Three) -> Point:
        """Where the gondola hangs, mm on paper."""
        if self._wall is None:
            return axes[0], axes[1]
        a, b = self.gearing.real(axes) if self.gearing else (axes[0], axes[1])
        # Belts pulled straight: the gondola cannot follow and stays where it was.
        with suppress(LimitError):
            self._last = self._wall.position(a, b)
        return self._last

    def put_pen(self, down: bool, axes: Three) -> None:
        """Put the pen down or lift it, with the motors at these positions."""
        self.lay(axes)
        if down:
            self._ink.pen_down(*self.point(axes))
        else:
            self._ink.pen_up()

    def lay(self, axes: Three) -> None:
        """The motors have gone straight to these positions: lay ink along the bow, if the pen is down."""
        start, self._inked = self._inked, axes
        if not self._ink.down:
            return
        x1, y1 = self.point(axes)
        if self._wall is not None and axes != start:
            x0, y0 = self.point(start)
            middle = self.point(_between(start, axes, 0.5))
            bow = sqrt((middle[0] - (x0 + x1) / 2) ** 2 + (middle[1] - (y0 + y1) / 2) ** 2)
            pieces = ceil(sqrt(_UNEVEN * bow / _BOW_MM))  # the bow falls with the square of the length
            for piece in range(1, pieces):
                self._ink.line_to(*self.point(_between(start, axes, piece / pieces)))
        self._ink.line_to(x1, y1)


def _between(start: Three, end: Three, part: float) -> Three:
    return (
        start[0] + (end[0] - start[0]) * part,
        start[1] + (end[1] - start[1]) * part,
        start[2] + (end[2] - start[2]) * part,
    )
