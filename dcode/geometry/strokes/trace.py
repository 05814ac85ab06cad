"""The outlines of what is darker than a level, between the pixels, and what they enclose filled if wanted.

The original's converter draws runs of edge pixels, row by row and column by column: thousands of pieces. Here outlines
are rings, each drawn once (`contours.py`), and the fill goes exactly as far as they do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from dcode.geometry.contours import contours
from dcode.geometry.hatch import Hatch, Pattern
from dcode.geometry.hatch import hatch as filled
from dcode.geometry.lines import Lines, ranges
from dcode.geometry.polygons import FillRule
from dcode.geometry.short import drop_short
from dcode.geometry.simplify import simplify
from dcode.geometry.strokes.blur import blurred
from dcode.geometry.strokes.options import option
from dcode.geometry.strokes.picture import Picture, darkness_of


class Fill(Enum):
    """What is drawn inside the outlines."""

    NONE = "none"
    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"
    DIAGONAL = "diagonal"
    CROSSHATCH = "crosshatch"
    CONTOUR = "contour"


_FILLS: Final = {
    Fill.HORIZONTAL: (Pattern.LINES, 0.0),
    Fill.VERTICAL: (Pattern.LINES, 90.0),
    Fill.DIAGONAL: (Pattern.LINES, 45.0),
    Fill.CROSSHATCH: (Pattern.CROSS, 0.0),
    Fill.CONTOUR: (Pattern.CONTOUR, 0.0),
}


@dataclass(frozen=True, slots=True)
class Options:
    """What counts as dark, and how it is drawn."""

    threshold: int = option(128, "the grey below which is dark", low=1, high=255)
    outline: bool = option(True, "draw the outlines")
    fill: Fill = option(Fill.NONE, "what is drawn inside the outlines")
    fill_spacing: float = option(2.0, "between the lines of a fill", unit="mm", low=0.1, high=100)
    inset: float = option(
        0.0, "how far inside the outlines a fill ends: half the pen's width", unit="mm", low=0, high=50
    )
    smallest: float = option(4.0, "leave out outlines that are shorter", unit="mm", low=0, high=10_000)
    blur: float = option(0.0, "soften the picture first: calmer outlines where it is grainy", unit="mm", low=0, high=10)
    tolerance: float = option(0.1, "how far outlines may be from where the tone is", unit="mm", low=0.001, high=10)


def convert(picture: Picture, options: Options) -> Lines:
    """The outlines, closed, then the fill. Raises DrawingError for a fill of more lines than can be drawn."""
    rings = _rings(picture, options)
    parts = [rings] if options.outline else []
    if options.fill is not Fill.NONE and len(rings):
        pattern, angle = _FILLS[options.fill]
        fill = filled(rings, FillRule.EVENODD, Hatch(options.fill_spacing, angle, pattern, options.inset))
        parts.append(drop_short(fill, options.fill_spacing / 4))
    drawn, frame = Lines.joined(parts), picture.frame
    # Lines that were turned and turned back may end a rounding outside.
    return Lines(np.clip(drawn.points, (frame.left, frame.bottom), (frame.right, frame.top)), drawn.starts)


def _rings(picture: Picture, options: Options) -> Lines:
    """The outlines with what is dark on their left."""
    tones = blurred(picture.darkness, options.blur / picture.pixel_mm)
    found = contours(tones, darkness_of(options.threshold))
    points = picture.to_paper(found.points[:, 1], found.points[:, 0])
    kept = drop_short(Lines(points, found.starts), options.smallest)
    simple = simplify(_from_a_corner(kept), options.tolerance)
    return simple.kept(simple.counts > 3)  # fewer are there and back: thinner than the tolerance


def _from_a_corner(rings: Lines) -> Lines:
    """Rings that begin where they would keep a point anyhow: furthest out in a direction that few edges have."""
    if not len(rings):
        return rings
    begins, inner = rings.starts[:-1], rings.counts - 1
    out = rings.points @ np.array([0.83, 0.56])
    furthest = np.repeat(np.maximum.reduceat(out, begins), rings.counts)
    at = np.flatnonzero(out == furthest)
    ring = np.searchsorted(rings.starts, at, side="right") - 1
    seam = np.zeros(len(rings), dtype=np.int64)
    seam[ring[::-1]] = (at - begins[ring])[::-1]  # reversed: the first of equals is written last
    turned = ranges(np.zeros(len(rings), dtype=np.int64), rings.counts) + np.repeat(seam, rings.counts)
    return Lines(rings.points[np.repeat(begins, rings.counts) + turned % np.repeat(inner, rings.counts)], rings.starts)
