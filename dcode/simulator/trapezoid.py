"""Speed over a straight way with constant acceleration: up, along, down. mm, s, mm/s, mm/s2."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple


class Phases(NamedTuple):
    """Ramp from `begin` to `peak` in `first` s at `rise`, go on for `middle` s, ramp to `end` in `last` s at `fall`."""

    begin: float
    first: float
    rise: float
    peak: float
    middle: float
    last: float
    fall: float
    seconds: float
    end: float
    length: float

    def after(self, seconds: float) -> tuple[float, float]:
        """The way gone and the speed, that many seconds into it."""
        if seconds < self.first:
            return seconds * (self.begin + 0.5 * self.rise * seconds), self.begin + self.rise * seconds
        way = self.first * (self.begin + self.peak) * 0.5
        seconds -= self.first
        if seconds < self.middle:
            return way + self.peak * seconds, self.peak
        way += self.peak * self.middle
        seconds = min(seconds - self.middle, self.last)
        return way + seconds * (self.peak + 0.5 * self.fall * seconds), self.peak + self.fall * seconds


def trapezoid(length: float, begin: float, nominal: float, end: float, acceleration: float) -> Phases:
    """The fastest profile over `length` mm from speed `begin` to `end`, never above `nominal` once it is there."""
    rise, twice, end = acceleration, 2 * acceleration, min(end, nominal)
    peak_squared = acceleration * length + 0.5 * (begin * begin + end * end)
    if begin > nominal:  # an override was turned down: brake to it first
        rise, peak = -acceleration, nominal
    elif peak_squared >= nominal * nominal:
        peak = nominal
    else:
        peak = sqrt(peak_squared)
        if peak < end:  # too short to get that fast
            end = peak = sqrt(begin * begin + twice * length)
    up = abs(peak * peak - begin * begin) / twice
    cruise = length - up - (peak * peak - end * end) / twice
    if (peak < begin and rise > 0.0) or (rise < 0.0 and cruise < 0.0):
        return braking(length, begin, acceleration)  # too short to get that slow
    first, last = abs(peak - begin) / acceleration, (peak - end) / acceleration
    middle = cruise / peak if cruise > 0.0 and peak > 0.0 else 0.0
    return Phases(begin, first, rise, peak, middle, last, -acceleration, first + middle + last, end, length)


def braking(length: float, begin: float, acceleration: float) -> Phases:
    """Brake from `begin` until standstill or until the `length` is used up, whichever comes first."""
    stop = begin * begin / (2 * acceleration)
    if stop <= length:
        last = begin / acceleration
        return Phases(begin, 0.0, 0.0, begin, 0.0, last, -acceleration, last, 0.0, stop)
    end = sqrt(begin * begin - 2 * acceleration * length)
    last = (begin - end) / acceleration
    return Phases(begin, 0.0, 0.0, begin, 0.0, last, -acceleration, last, end, length)
