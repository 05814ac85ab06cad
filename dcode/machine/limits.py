"""The soft limits of a machine: its work area, and inside it what its belts can hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dcode.geometry.bounds import Bounds
from dcode.machine.machine import Machine
from dcode.machine.reach import Breach, Reach, distinct


@dataclass(frozen=True, slots=True)
class SoftLimits:
    """The limits of one machine. `SoftLimits.of(machine)` makes them. Millimetres, y up."""

    area: Bounds
    reach: Reach
    tolerance: float
    # Proved once: inside the work area the belts need no second look. False means that each move gets one.
    area_is_reachable: bool

    @classmethod
    def of(cls, machine: Machine, tolerance: float = 1e-6) -> SoftLimits:
        """The limits that machine.json sets; `tolerance` (mm) is how far outside still counts as inside.

        The default only forgives rounding in the last bits. Whoever looks at text with three decimals needs 0.0006.
        """
        reach = Reach.of(machine, tolerance)
        return cls(machine.work_area, reach, tolerance, reach.covers(machine.work_area))

    def violation(self, x: float, y: float) -> Breach | None:
        """The first limit that the point breaks, or None."""
        breaches = self.breaches(x, y)
        return breaches[0] if breaches else None

    def breaches(self, x: float, y: float) -> list[Breach]:
        """What the point breaks: each axis of the work area, or, inside it, the first limit of a belt."""
        if self.area.contains(x, y, self.tolerance):
            belt = None if self.area_is_reachable else self.reach.breach(x, y)
            return [] if belt is None else [belt]
        area = self.area
        across = _outside("X", x, area.left, area.right, ("left", "right"), self.tolerance)
        upright = _outside("Y", y, area.bottom, area.top, ("bottom", "top"), self.tolerance)
        return [breach for breach in (across, upright) if breach is not None]

    def segment_violation(self, x0: float, y0: float, x1: float, y1: float) -> Breach | None:
        """The first limit that a straight move breaks, ends included; the end of the move is looked at first."""
        return self.violation(x1, y1) or self.violation(x0, y0) or self.between(x0, y0, x1, y1)

    def between(self, x0: float, y0: float, x1: float, y1: float) -> Breach | None:
        """The first limit that a straight move breaks on its way between two points that break none."""
        return None if self.area_is_reachable else self.reach.breach_between(x0, y0, x1, y1)

    def covers(self, bounds: Bounds) -> bool:
        """A proof that every point of a rectangle is allowed, hence every move in it. False: not proved."""
        return self.area.holds(bounds, self.tolerance) and (self.area_is_reachable or self.reach.covers(bounds))

    def provable_area(self) -> Bounds | None:
        """The work area, or what is left of it when top and bottom are brought in until `covers` proves it.

        Belts fail near the line between the motors and far below it, so those are the edges that can be wrong. None
        when neither the middle nor the bottom of the work area can be reached. Found to a thousandth of a mm.
        """
        area = self.area
        if self.area_is_reachable:
            return area

        def holds(top: float, bottom: float) -> bool:
            return self.reach.covers(Bounds(area.left, area.right, top, bottom))

        sure = next((y for y in (area.centre[1], area.bottom) if holds(y, y)), None)
        if sure is None:
            return None
        top = _furthest(sure, area.top, lambda y: holds(y, sure))
        return Bounds(area.left, area.right, top, _furthest(sure, area.bottom, lambda y: holds(top, y)))


def _outside(axis: str, at: float, low: float, high: float, edges: tuple[str, str], tolerance: float) -> Breach | None:
    if low - tolerance <= at <= high + tolerance:
        return None
    limit, edge = (low, edges[0]) if at < low else (high, edges[1])
    outside, at_edge = distinct(at, limit)
    text = f"{axis} {outside} is outside the work area ({edge} edge {at_edge} mm)"
    return Breach("work_area", at, limit, text)


def _furthest(good: float, far: float, holds: Callable[[float], bool]) -> float:
    """The value nearest to `far` that holds, between one that does and one that may not."""
    if holds(far):
        return far
    bad = far
    while abs(bad - good) > 1e-3:
        middle = (good + bad) / 2
        good, bad = (middle, bad) if holds(middle) else (good, middle)
    return good
