"""A screen, as in print: a lattice of dots or diamonds, or parallel lines, which grow with the tone.

A cell is as dark as the picture is in the mean over it: the area of its mark is that share of the cell's, what marks
have in common where they overlap counted once. Marks are filled by a pen of a given width; what is smaller than the pen
is drawn as small as it can be, and only in so many cells that the mean is right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines, Offsets
from dcode.geometry.pen_width import PEN_MM
from dcode.geometry.strokes.around import Surroundings
from dcode.geometry.strokes.contrast import contrasted
from dcode.geometry.strokes.marks import Fill, diamonds, discs, inside
from dcode.geometry.strokes.options import option
from dcode.geometry.strokes.picture import Picture
from dcode.geometry.strokes.ribbons import ribbons
from dcode.geometry.strokes.screen import Screen, ordered

Values = npt.NDArray[np.float64]

_STEPS: Final = 1000  # of a table


class Shape(Enum):
    """What the screen is made of."""

    DOTS = "dots"
    DIAMONDS = "diamonds"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Options:
    """The screen, and the pen that draws it."""

    cell: float = option(8.0, "from one dot or line to the next", unit="mm", low=0.5, high=500)
    angle: float = option(45.0, "of the screen, counter-clockwise from level", unit="degrees", low=-360, high=360)
    shape: Shape = option(Shape.DOTS, "what grows with the tone")
    fill: Fill = option(Fill.SPIRAL, "how dots and diamonds are drawn; lines are always filled")
    pen: float = option(PEN_MM, "how wide the pen draws", unit="mm", low=0.1, high=50)
    contrast: float = option(1.0, "how much further from middle grey tones are made", low=0, high=10)


def convert(picture: Picture, options: Options) -> Lines:
    """The screen, row by row, to and fro. Raises DrawingError for more than can be drawn."""
    screen = Screen(contrasted(picture, options.contrast), options.cell, options.angle)
    if options.shape is Shape.LINES:
        drawn = ribbons(screen, options.pen)
    else:
        drawn = _marks(screen, options)
    return inside(drawn, picture.frame, options.pen)


def _marks(screen: Screen, options: Options) -> Lines:
    rows, columns = _cells(screen)
    centres = screen.at(columns + 0.5, rows + 0.5)
    around, tones = Surroundings(screen.picture), np.zeros(len(rows))
    for up, right in np.ndindex(3, 3):
        ninths = screen.at(columns + (0.5 + right) / 3, rows + (0.5 + up) / 3)
        tones += around.mean(ninths, screen.cell / 3) / 9
    tones = np.minimum(tones, 1.0)
    ink, smallest = tones * screen.cell**2, math.pi / 4 * options.pen**2
    drawn = ink > smallest * ordered(rows, columns)
    centres, tones = centres[drawn], tones[drawn]
    if options.shape is Shape.DIAMONDS:
        return diamonds(centres, _reaches(tones, screen.cell, options.pen), options.pen, options.fill, options.angle)
    return discs(centres, _radii(tones, screen.cell), options.pen, options.fill)


def _cells(screen: Screen) -> tuple[Offsets, Offsets]:
    """Row and column of the cells that reach into the picture, in the order in which they are drawn."""
    reach = screen.reach
    screen.check(4 * reach * reach)
    rows, columns = np.mgrid[-reach:reach, -reach:reach]
    columns[1::2] = columns[1::2, ::-1]
    reached = screen.touches(screen.at(columns + 0.5, rows + 0.5))
    return rows[reached], columns[reached]


def _radii(tones: Values, cell: float) -> Values:
    """Of discs that cover these shares of their cells, and of their neighbours' what lies there."""
    radius = np.linspace(0, math.sqrt(0.5), _STEPS)  # in cells; from half a cell on it overlaps its four neighbours
    beyond = np.maximum(radius, 0.5)
    segment = beyond**2 * np.arccos(0.5 / beyond) - 0.5 * np.sqrt(beyond**2 - 0.25)
    return cell * np.interp(tones, math.pi * radius**2 - 4 * segment, radius)


def _reaches(tones: Values, cell: float, pen: float) -> Values:
    """From the middle of diamonds that cover these shares to their corners, which the pen rounds off."""
    rounded = (1 - math.pi / 4) * (pen / cell) ** 2
    apart = np.sqrt((np.minimum(tones, 0.5) + rounded) / 2)
    # Beyond a half, each loses a triangle at every corner to its neighbour's cell.
    touching = 1 - np.sqrt((1 - np.maximum(tones, 0.5)) / 2)
    return cell * np.where(tones < 0.5, apart, np.maximum(touching, math.sqrt((0.5 + rounded) / 2)))
