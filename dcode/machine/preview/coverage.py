"""How much of each pixel ink covers: strokes of a pen's true width as an array that grows with them.

A pen that is narrower than a pixel leaves the share of the pixel that its ink has (hairlines.py), a wider one the
pixels that its round tip goes over, their edges in shades (broad_strokes.py). At a width of one pixel the two agree.
Ink that a pen lays twice counts twice, up to all of the pixel. What is added piece by piece, in any pieces, comes to
what is drawn at once: the same array serves a picture, an animation and a plot that is being watched.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines, Points
from dcode.geometry.mixing import Tones
from dcode.machine.preview import broad_strokes, hairlines
from dcode.machine.preview.segments import cut, segments_of

_FURTHEST_MM: Final = 1e9  # from the origin: beyond, differences of coordinates would say nothing any more


@dataclass(frozen=True, slots=True)
class View:
    """A part of the paper in pixels: its upper left corner and a pixel's side in mm, and how many pixels there are."""

    left: float
    top: float
    pixel_mm: float
    width: int
    height: int

    @classmethod
    def of(cls, world: Bounds, pixel_mm: float) -> View:
        """All of a rectangle, to the next whole pixel."""
        width, height = (max(1, math.ceil(side / pixel_mm - 1e-6)) for side in (world.width, world.height))
        return cls(world.left, world.top, pixel_mm, width, height)

    @property
    def bounds(self) -> Bounds:
        """What it shows, in mm."""
        right, bottom = self.left + self.width * self.pixel_mm, self.top - self.height * self.pixel_mm
        return Bounds(self.left, right, self.top, bottom)

    def rows(self, first: int, count: int) -> View:
        """Some of its rows of pixels, or as many as there are."""
        return replace(self, top=self.top - first * self.pixel_mm, height=min(count, self.height - first))

    def pixels(self, points: Points) -> Points:
        """Where points in mm are: columns to the right and rows down, from the upper left corner of the first pixel."""
        return (points - (self.left, self.top)) * (1 / self.pixel_mm, -1 / self.pixel_mm)

    def blank(self) -> Tones:
        """No ink, shape (height, width)."""
        return np.zeros((self.height, self.width), dtype=np.float32)


def coverage(lines: Lines, view: View, width_mm: float) -> Tones:
    """The share of each pixel that a pen of this width covers, shape (height, width), 0 to 1."""
    tones = view.blank()
    add_ink(tones, lines, view, width_mm)
    return tones


def add_ink(tones: Tones, lines: Lines, view: View, width_mm: float, before: tuple[float, float] | None = None) -> None:
    """Lay the ink of more strokes on an array of `coverage`, in place. It must be contiguous, as those are.

    Where the first of them goes on with one that is there already, `before` is the point that this one had before its
    last: so that the pen's tip is not laid down twice where the two meet. Points that are not finite are left out.
    """
    assert tones.flags.c_contiguous and tones.shape == (view.height, view.width)
    width = width_mm / view.pixel_mm
    points = np.clip(np.where(np.isfinite(lines.points), lines.points, np.nan), -_FURTHEST_MM, _FURTHEST_MM)
    kernel = broad_strokes if width >= 1 else hairlines
    lead = None if before is None else view.pixels(np.array([before]))[0]
    room = Bounds(0.0, view.width, view.height, 0.0).inset(-kernel.reach(width))
    found = cut(segments_of(Lines(view.pixels(points), lines.starts), lead), room)
    if len(found):
        kernel.add(tones, found, width)
