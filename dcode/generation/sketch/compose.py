"""Several drawings put on one sheet: side by side on one ground line, or one above the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from dcode.generation.sketch.prompt import Place
from dcode.geometry.lines import Lines

_SIZE: Final = 256.0  # the longer side of each thing
_GAP: Final = 28.0  # between things
_REST: Final = 6.0  # between a thing and what it stands on


def composed(drawings: Sequence[tuple[Lines, Place]]) -> Lines:
    """The drawings of the things of a prompt, in its order, as one, y up. A place is seen from the thing before.

    Things beside each other stand on the ground of the first. What is above or below stands over or under the middle
    of all that is there, so that "two birds above a house" come out as one says it.
    """
    sheet = Lines.of(())
    for lines, place in drawings:
        sheet = Lines.joined([sheet, _placed(sheet, _sized(lines), place)])
    return sheet


def _sized(lines: Lines) -> Lines:
    """A drawing with its lower left corner at the origin and its longer side of the common size."""
    bounds = lines.bounds
    if bounds is None:
        return lines
    size = max(bounds.right - bounds.left, bounds.top - bounds.bottom, 1e-9)
    return Lines((lines.points - np.array([bounds.left, bounds.bottom])) * (_SIZE / size), lines.starts)


def _placed(sheet: Lines, lines: Lines, place: Place) -> Lines:
    there, here = sheet.bounds, lines.bounds
    if there is None or here is None:
        return lines
    if place is Place.BESIDE:
        return Lines(lines.points + np.array([there.right + _GAP, there.bottom]), lines.starts)
    across = there.centre[0] - here.centre[0]
    up = there.top + _REST if place is Place.ABOVE else there.bottom - _REST - here.top
    return Lines(lines.points + np.array([across, up]), lines.starts)
