"""One stroke along the middle of every line of a line drawing, as a hand would draw it again.

Outlines give every line twice; a skeleton gives it once, in a piece from each crossing to the next. Here the pieces are
put together again (`geometry/skeleton`): over a crossing a line goes on where it was heading. What is too wide to be a
line is an area, and is outlined or filled.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from dcode.geometry.hatch import Hatch, Pattern
from dcode.geometry.hatch import hatch as filled
from dcode.geometry.lines import Lines
from dcode.geometry.pen_width import PEN_MM
from dcode.geometry.polygons import FillRule, area_of, rings_of
from dcode.geometry.simplify import simplify
from dcode.geometry.skeleton.areas import parted
from dcode.geometry.skeleton.ink import inked
from dcode.geometry.skeleton.tracing import traced
from dcode.geometry.strokes.options import option
from dcode.geometry.strokes.picture import Picture, darkness_of


class Areas(Enum):
    """What becomes of ink that is wider than a line."""

    OUTLINE = "outline"
    FILL = "fill"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Options:
    """What counts as ink, and what of it as a line."""

    threshold: int = option(0, "the grey below which is ink; 0 for one that parts ink and paper best", low=0, high=255)
    inverted: bool = option(False, "the lines are lighter than the paper: ink is above the threshold")
    areas: Areas = option(
        Areas.OUTLINE, "ink too wide for a line: its outline, filled, or drawn as a line all the same"
    )
    widest: float = option(20.0, "how wide a line may be; wider ink is an area", unit="mm", low=0.1, high=10_000)
    smallest: float = option(1.0, "leave out dots that are smaller", unit="mm", low=0, high=10_000)
    pen: float = option(PEN_MM, "how wide the pen draws: areas end where its ink does", unit="mm", low=0.1, high=50)
    tolerance: float = option(0.1, "how far strokes may be from the middle of a line", unit="mm", low=0.001, high=10)


def convert(picture: Picture, options: Options) -> Lines:
    """The strokes, and dots where there is ink for no more; then the areas. Raises DrawingError for too many lines."""
    ink, outlines = inked(picture.darkness, _darker_than(options), options.inverted), Lines.of(())
    if options.areas is not Areas.LINE:
        ink, outlines = parted(ink, options.widest / picture.pixel_mm)
    strokes = picture.lines_on_paper(traced(ink, options.smallest / picture.pixel_mm))
    drawn = Lines.joined([simplify(strokes, options.tolerance), *_areas(picture.lines_on_paper(outlines), options)])
    frame = picture.frame
    # A rounding may end outside.
    return Lines(np.clip(drawn.points, (frame.left, frame.bottom), (frame.right, frame.top)), drawn.starts)


def _darker_than(options: Options) -> float | None:
    """Of the picture, or of its negative: 0 to 1; None to have it found."""
    if options.threshold == 0:
        return None
    return 1.0 - darkness_of(options.threshold) if options.inverted else darkness_of(options.threshold)


def _areas(outlines: Lines, options: Options) -> list[Lines]:
    if not len(outlines):
        return []
    rings = simplify(outlines, options.tolerance)
    if options.areas is Areas.FILL:
        how = Hatch(options.pen, pattern=Pattern.CONTOUR, inset=options.pen / 2)
        return [filled(rings, FillRule.EVENODD, how)]
    return [rings_of(area_of(rings, FillRule.EVENODD).buffer(-options.pen / 2))]
