"""Affine maps of the plane: turn, scale, shear, mirror and shift."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from dcode.geometry.lines import Lines, Points


class Transform(NamedTuple):
    """x' = a x + c y + e, y' = b x + d y + f: the six numbers in the order of SVG's matrix()."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    @classmethod
    def shift(cls, dx: float, dy: float) -> Transform:
        return cls(e=dx, f=dy)

    @classmethod
    def scale(cls, across: float, up: float | None = None) -> Transform:
        """About the origin; by the same factor both ways when `up` is not given."""
        return cls(a=across, d=across if up is None else up)

    @classmethod
    def turn(cls, degrees: float, about: tuple[float, float] = (0.0, 0.0)) -> Transform:
        """From the x axis towards the y axis: counter-clockwise where y is up."""
        cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        x, y = about
        return cls(cosine, sine, -sine, cosine, x - cosine * x + sine * y, y - sine * x - cosine * y)

    @classmethod
    def shear(cls, x_degrees: float = 0.0, y_degrees: float = 0.0) -> Transform:
        """SVG's skewX and skewY."""
        return cls(b=math.tan(math.radians(y_degrees)), c=math.tan(math.radians(x_degrees)))

    def after(self, first: Transform) -> Transform:
        """This map carried out after `first`."""
        a, b, c, d, e, f = self
        return Transform(
            a * first.a + c * first.b,
            b * first.a + d * first.b,
            a * first.c + c * first.d,
            b * first.c + d * first.d,
            a * first.e + c * first.f + e,
            b * first.e + d * first.f + f,
        )

    @property
    def determinant(self) -> float:
        """By how much areas grow; negative for a mirror."""
        return self.a * self.d - self.b * self.c

    @property
    def mean_scale(self) -> float:
        """The square root of the growth of areas: what SVG's percentages and a stroke's width go by."""
        return math.sqrt(abs(self.determinant))

    def apply(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def points(self, points: Points) -> Points:
        """Where points, shape (n, 2), come to."""
        return np.asarray(points @ np.array(((self.a, self.b), (self.c, self.d))) + (self.e, self.f))

    def lines(self, lines: Lines) -> Lines:
        """Where polylines come to."""
        return Lines(self.points(lines.points), lines.starts)
