"""Contours of equal tone, each level between them hatched as dense as it is dark.

Of each level the mean darkness is measured and reproduced: parallel lines a pen's width apart are black, twice as far
apart they are half as dark. With one angle for all, the levels lie side by side and each has its own spacing. With
crossing angles they lie on top of each other: each covers what is at least as dark, and adds what is still missing,
given that lines at an angle cross what is already drawn in proportion (Demichel, 1924).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from dcode.geometry.contours import contours
from dcode.geometry.hatch import Hatch
from dcode.geometry.hatch import hatch as fill
from dcode.geometry.lines import Lines
from dcode.geometry.pen_width import PEN_MM
from dcode.geometry.polygons import FillRule
from dcode.geometry.short import drop_short
from dcode.geometry.simplify import simplify
from dcode.geometry.strokes.blur import blurred
from dcode.geometry.strokes.options import option
from dcode.geometry.strokes.picture import Picture, Tones

_LIGHTEST = 1e-3  # a tone or a layer lighter than this would have lines metres apart


class Angles(Enum):
    """Whether the levels are hatched in one direction or in many."""

    SAME = "same"
    CROSSING = "crossing"


@dataclass(frozen=True, slots=True)
class Options:
    """How tones become hatches."""

    levels: int = option(6, "how many tones are told apart, besides paper", low=1, high=32)
    pen: float = option(PEN_MM, "how wide the pen draws: black lines lie this far apart", unit="mm", low=0.1, high=50)
    angle: float = option(45.0, "of the lines, counter-clockwise from level", unit="degrees", low=-360, high=360)
    angles: Angles = option(Angles.SAME, "one direction for all levels, or levels that cross each other")
    outlines: bool = option(False, "draw the contours between the levels as well")
    blur: float = option(0.5, "soften the picture first: fewer and calmer contours", unit="mm", low=0, high=100)
    shortest: float = option(1.0, "leave out strokes that are shorter", unit="mm", low=0, high=1000)


def convert(picture: Picture, options: Options) -> Lines:
    """The hatches of the levels from light to dark, then the contours if wanted. Raises DrawingError when too many."""
    tones = blurred(picture.darkness, options.blur / picture.pixel_mm)
    levels = [(step + 0.5) / (options.levels + 0.5) for step in range(options.levels)]
    rings = [picture.lines_on_paper(contours(tones, level)) for level in levels]
    crossing = options.angles is Angles.CROSSING
    hatches = (_layers if crossing else _bands)(rings, _means(tones, levels), options)
    drawn = list(hatches)
    if options.outlines:
        drawn += [simplify(ring, 0.1 * picture.pixel_mm) for ring in rings]
    kept = drop_short(Lines.joined(drawn), options.shortest)
    frame = picture.frame  # turned back from an angle, an end may be a rounding outside
    points = np.clip(kept.points, (frame.left, frame.bottom), (frame.right, frame.top))
    return Lines(points, kept.starts)


def _means(tones: Tones, levels: list[float]) -> npt.NDArray[np.float64]:
    """The mean darkness of what lies above each level and not above the next; 0 where that is nothing."""
    band = np.zeros(tones.shape, dtype=np.uint8)
    for level in levels:
        band += tones > level
    counts = np.bincount(band.ravel(), minlength=len(levels) + 1)
    sums = np.bincount(band.ravel(), weights=tones.ravel(), minlength=len(levels) + 1)
    return np.asarray(sums / np.maximum(counts, 1))[1:]


def _bands(rings: list[Lines], means: npt.NDArray[np.float64], options: Options) -> Iterator[Lines]:
    """The levels side by side: each ends where the next begins."""
    following = [*rings[1:], Lines.of(())]
    for inner, outer, tone in zip(following, rings, means.tolist(), strict=True):
        if tone > _LIGHTEST:
            yield _filled(Lines.joined((outer, inner)), options.pen / tone, options.angle)


def _layers(rings: list[Lines], means: npt.NDArray[np.float64], options: Options) -> Iterator[Lines]:
    """The levels on top of each other, at angles halfway between those before: 0, 90, 45, 135, 22.5, ... further."""
    covered = 0.0
    for step, (ring, tone) in enumerate(zip(rings, means.tolist(), strict=True)):
        more = (tone - covered) / (1 - covered) if covered < 1 else 0.0
        if more > _LIGHTEST:
            turn = 180 * sum((step >> bit & 1) / (2 << bit) for bit in range(step.bit_length()))
            yield _filled(ring, options.pen / more, options.angle + turn)
            covered = tone


def _filled(rings: Lines, spacing: float, angle: float) -> Lines:
    """Without what is shorter than the lines are apart: it shows no tone, and fringes every sharp edge."""
    return drop_short(fill(rings, FillRule.EVENODD, Hatch(spacing, angle)), spacing)
