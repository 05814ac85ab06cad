"""Pictures of line drawings made into strokes, and how far a picture was a line drawing at all.

What a diffusion model paints as "a line drawing" has grey lines, shaded paper, specks and filled places. So ink is what
is darker than the paper around it, not what is dark; small specks go; then the centreline of every line is drawn.
All lengths are in pixels, and so are the strokes: y up, from the picture's lower left corner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines
from dcode.geometry.merge import merge
from dcode.geometry.skeleton.labels import labelled
from dcode.geometry.strokes.blur import blurred
from dcode.geometry.strokes.centreline import Areas, Options, convert
from dcode.geometry.strokes.picture import Colours, Picture, Tones, picture_of

# All for a picture that is 512 pixels wide; they grow with it.
_SIDE: Final = 512
_AROUND: Final = 16.0  # the paper around a pixel: a Gaussian of this width, which a line of 10 hardly darkens
_DARKER: Final = 0.12  # than that paper, of black: shading differs by less over such a distance
_SOFT: Final = 0.10  # of black, to either side of that: over this much a pixel goes from paper to ink
_BLACK: Final = 0.75  # the darkness that is ink wherever it is: within large black places all is equally dark
_SPECK: Final = 24  # pixels of ink that hang together: with fewer it is a speck
_WIDEST: Final = 14.0  # of a line; wider ink is an area, and outlined
_SMALLEST: Final = 3.0  # of a dot
_TOLERANCE: Final = 0.6  # of a stroke from its line's middle
_GAP: Final = 3.0  # between ends that are joined

# What line drawings have: fewer strokes are a blank or a blob, more are hatching or noise.
_STROKES: Final = (4, 400)
_INK: Final = (0.005, 0.25)  # of the picture


@dataclass(frozen=True, slots=True)
class Traced:
    """`ink` is the share of the picture that is ink, `covered` the share of the ink that strokes go over,
    by a pen as wide as the widest line: what it misses are lines without a stroke and the insides of areas.
    """

    lines: Lines
    ink: float
    covered: float

    @property
    def worth(self) -> float:
        """From 0 to 1: the share of the ink that strokes cover, less where there are few or very many, or where the
        picture is nearly blank or nearly black. It tells a line drawing from a shaded picture, not a horse from a cow.
        """
        return self.covered * _within(len(self.lines), _STROKES) * _within(self.ink, _INK)


def traced(colours: Colours) -> Traced:
    """The strokes of a picture (height, width, 3). Raises DrawingError where there are far too many lines."""
    height, width = colours.shape[:2]
    scale = width / _SIDE
    picture = picture_of(colours, Bounds(0.0, width, height, 0.0))
    ink = cleaned(picture.darkness, scale)
    options = Options(
        threshold=128,
        areas=Areas.OUTLINE,
        widest=_WIDEST * scale,
        smallest=_SMALLEST * scale,
        pen=max(_TOLERANCE, scale),
        tolerance=_TOLERANCE * scale,
    )
    lines = merge(convert(Picture(ink, picture.frame), options), _GAP * scale)
    mask = ink > 0.5
    return Traced(lines, float(mask.mean()), covered(lines, mask, _WIDEST * scale))


def cleaned(darkness: Tones, scale: float = 1.0) -> Tones:
    """How much of each pixel is ink, 0 to 1; 0.5 is where ink begins. Specks are left out."""
    level = np.minimum(blurred(darkness, _AROUND * scale) + _DARKER, _BLACK)
    ink = np.clip(0.5 + (darkness - level) / (2 * _SOFT), 0.0, 1.0)
    mask = ink > 0.5
    rows, columns = np.nonzero(mask)
    if len(rows):
        label = labelled(mask)
        speck = np.bincount(label)[label] < _SPECK * scale**2
        ink[rows[speck], columns[speck]] = 0.0
    return np.asarray(ink, dtype=np.float32)


def covered(lines: Lines, mask: npt.NDArray[np.bool_], pen: float) -> float:
    """The share of the ink that a pen so wide goes over along the lines; 0 where there is no ink."""
    if not mask.any():
        return 0.0
    height, width = mask.shape
    drawn = Image.new("1", (width, height))
    draw = ImageDraw.Draw(drawn)
    for line in lines:
        points = [(x, height - y) for x, y in line.tolist()]
        if len(points) > 1:
            draw.line(points, fill=1, width=max(1, round(pen)), joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=1)
    return float(np.asarray(drawn)[mask].mean())


def _within(value: float, bounds: tuple[float, float]) -> float:
    """1 within the bounds, and the ratio to the nearer one outside."""
    low, high = bounds
    return min(1.0, value / low, high / value) if value else 0.0
