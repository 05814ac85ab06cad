"""One line through every dot of a stipple, short and without a crossing.

C. S. Kaplan and R. Bosch, "TSP art", 2005. The length of such a line goes with the square root of the number of dots in
an area (J. Beardwood, J. H. Halton and J. M. Hammersley, "The shortest path through many points", 1959), so dots are as
dense as the square of the tone: twice as dark is twice as much line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dcode.geometry.lines import Lines, Points
from dcode.geometry.order.best_order import best_order
from dcode.geometry.order.effort import Mode
from dcode.geometry.strokes.contrast import contrasted
from dcode.geometry.strokes.options import option
from dcode.geometry.strokes.picture import Picture
from dcode.geometry.strokes.uncross import uncrossed
from dcode.geometry.strokes.voronoi import spread


@dataclass(frozen=True, slots=True)
class Options:
    """How many dots the line goes through, and how."""

    dots: int = option(10_000, "how many dots the line goes through", low=1, high=100_000)
    closed: bool = option(False, "come back to where the line begins")
    effort: Mode = option(Mode.DEFAULT, "how long to look for a short line")
    contrast: float = option(1.0, "how much further from middle grey tones are made", low=0, high=10)
    iterations: int = option(20, "how often dots move to the middle of their region", low=0, high=200)
    seed: int = option(1, "another number, another drawing", low=0, high=2**32 - 1)


def convert(picture: Picture, options: Options) -> Lines:
    """The line, one stroke; none where there is nothing to draw."""
    chance = np.random.Generator(np.random.PCG64(options.seed))
    picture = contrasted(picture, options.contrast)
    dots = spread(picture, options.dots, np.square, rounds=options.iterations, chance=chance).points
    if not len(dots):
        return Lines.of(())
    return Lines.of([_tour(dots, options)])


def _tour(dots: Points, options: Options) -> Points:
    """The dots in the order in which the line goes through them, the first once more at the end if it is closed."""
    if not options.closed or len(dots) < 3:
        return uncrossed(_ordered(dots, options, None))
    # From the first dot over all others and back.
    others = _ordered(dots[1:], options, (float(dots[0, 0]), float(dots[0, 1])))
    return uncrossed(np.concatenate([dots[:1], others, dots[:1]]))


def _ordered(dots: Points, options: Options, end: tuple[float, float] | None) -> Points:
    lines = Lines(dots, np.arange(len(dots) + 1))
    found = best_order(lines, options.effort, start=end, rest=end, seed=options.seed)
    return dots[found.sequence.strokes]
