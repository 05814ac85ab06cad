"""Dots, denser where the picture is darker.

The tones come out as they are when as much ink is laid down as the picture is dark: when the number of dots and their
size fit together, of which one may be left to be found. Where dots are more than can lie side by side, they overlap;
what that loses of ink is added.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.errors import DrawingError
from dcode.geometry.lines import Lines
from dcode.geometry.pen_width import PEN_MM
from dcode.geometry.strokes.contrast import contrasted
from dcode.geometry.strokes.marks import Fill, discs
from dcode.geometry.strokes.options import option
from dcode.geometry.strokes.picture import Picture
from dcode.geometry.strokes.voronoi import spread

Values = npt.NDArray[np.float64]

MOST_DOTS: Final = 100_000  # a day's work for most pens
# Shares of the paper that are covered by dots of the same size, and the sums of their areas that it takes: beyond a
# half they begin to overlap. Measured after 20 iterations on an even tone.
_COVERED: Final = (0.0, 0.5, 0.599, 0.693, 0.779, 0.851, 0.907, 0.946, 0.972, 0.986, 0.997, 1.0)
_INK: Final = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.5, 1.7)


class Form(Enum):
    """How a dot is drawn."""

    POINT = "point"  # the pen touches the paper
    CIRCLE = "circle"
    SPIRAL = "spiral"
    RINGS = "rings"


class Size(Enum):
    """Whether all dots are alike."""

    SAME = "same"
    TONE = "tone"  # larger where it is darker, and less crowded there


_FILLS: Final = {Form.CIRCLE: Fill.OUTLINE, Form.SPIRAL: Fill.SPIRAL, Form.RINGS: Fill.RINGS}


@dataclass(frozen=True, slots=True)
class Options:
    """How many dots there are, and what each looks like."""

    dots: int = option(10_000, "how many; 0 for as many as make the tones right", low=0, high=MOST_DOTS)
    form: Form = option(Form.POINT, "a touch of the pen, a circle, or a circle that is filled")
    size: Size = option(Size.SAME, "all the same, or larger where it is darker; points are always the same")
    diameter: float = option(
        0.0, "of the largest circles; 0 for what makes the tones right", unit="mm", low=0, high=100
    )
    pen: float = option(PEN_MM, "how wide the pen draws: as wide as the smallest dot", unit="mm", low=0.1, high=50)
    contrast: float = option(1.0, "how much further from middle grey tones are made", low=0, high=10)
    iterations: int = option(20, "how often dots move to the middle of their region", low=0, high=200)
    seed: int = option(1, "another number, another drawing", low=0, high=2**32 - 1)


def convert(picture: Picture, options: Options) -> Lines:
    """The dots, neighbours mostly near each other. Raises DrawingError when right tones take too many of them."""
    picture = contrasted(picture, options.contrast)
    is_point = options.form is Form.POINT
    varied = options.size is Size.TONE and not is_point
    given = options.pen if is_point else options.diameter and max(options.diameter, options.pen)
    largest = math.pi / 4 * (given or options.pen) ** 2
    is_right = not (options.dots and given)
    inked = _inked(is_right, varied)
    dots = options.dots or _needed(picture, inked, varied, largest)
    chance = np.random.Generator(np.random.PCG64(options.seed))
    found = spread(picture, dots, inked, rounds=options.iterations, chance=chance)
    if is_point or not len(found.points):
        return Lines(found.points, np.arange(len(found.points) + 1))
    areas = found.squares if varied else np.full(len(found.ink), found.ink.mean())
    if not is_right:
        areas = areas * (largest / areas.max())
    radii = np.maximum(np.sqrt(areas / math.pi), options.pen / 2)
    drawn = discs(found.points, radii, options.pen, _FILLS[options.form])
    # A dot whose middle is inside is cut at the frame by this, and stays one stroke.
    frame = picture.frame
    return Lines(np.clip(drawn.points, (frame.left, frame.bottom), (frame.right, frame.top)), drawn.starts)


def _inked(is_right: bool, varied: bool) -> Callable[[Values], Values]:
    """What the dots are shared out by: the ink that a tone takes, or its root where their areas have the other root."""

    def inked(tones: Values) -> Values:
        needed = np.interp(tones, _COVERED, _INK) if is_right else tones
        return np.sqrt(needed) if varied else needed

    return inked


def _needed(picture: Picture, inked: Callable[[Values], Values], varied: bool, largest: float) -> int:
    """How many dots make the tones right, the largest with this area in mm2."""
    shares = inked(np.asarray(picture.darkness, dtype=np.float64))
    ink = float(shares.mean()) * picture.frame.width * picture.frame.height
    dots = math.ceil(ink * float(shares.max() if varied else 1.0) / largest)
    if dots > MOST_DOTS:
        raise DrawingError(
            f"these tones take {dots} dots of this size, of {MOST_DOTS} at most: make them larger, or say how many",
            limit=MOST_DOTS,
        )
    return dots
