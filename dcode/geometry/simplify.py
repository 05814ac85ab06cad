"""Fewer points within an error bound.

D. Douglas and T. Peucker, "Algorithms for the reduction of the number of points required to represent a digitized line
or its caricature", 1973: keep the point furthest from the chord until none is further than the bound. Where the kernel
is not built, all chords of all polylines are split at once in numpy, round by round, with the same result.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines, Mask, Points, ranges

# Rounds are the depth of the splitting: about log2 of the points. Where one chord keeps shedding single points, as on a
# spiral, it is halved as well: a few more points than needed, within the bound all the same.
_PATIENT_ROUNDS: Final = 32
_DEEPEST: Final = _PATIENT_ROUNDS + 66  # halved from then on, no polyline is split more often


def simplify(lines: Lines, tolerance: float) -> Lines:
    """The polylines with points left out, so that no point left out is further than `tolerance` mm from what is kept.

    Ends stay. With a tolerance of next to nothing (1e-6) it merges what is in one straight line.
    """
    if not len(lines):
        return lines
    keep = by_kernel(lines, tolerance)
    if keep is None:
        keep = by_rounds(lines, tolerance)
    counts = np.add.reduceat(keep, lines.starts[:-1], dtype=np.int64)
    return Lines(lines.points[keep], np.concatenate([[0], np.cumsum(counts)]))


@cache
def _compiled() -> ModuleType | None:
    try:
        return import_module("dcode.geometry._split")
    except ImportError:
        return None


def by_kernel(lines: Lines, tolerance: float) -> Mask | None:
    """Which points are kept; None where the kernel is not built."""
    kernel = _compiled()
    if kernel is None:
        return None
    keep, stack = np.zeros(len(lines.points), dtype=np.uint8), np.empty(9 * _DEEPEST, dtype=np.intc)
    xy = np.ascontiguousarray(lines.points, dtype=np.float64).ravel()
    kernel.split(xy, lines.starts.astype(np.intc), keep, stack, tolerance * tolerance, _PATIENT_ROUNDS)
    return keep.view(np.bool_)


def by_rounds(lines: Lines, tolerance: float) -> Mask:
    """Which points are kept, in numpy."""
    points = lines.points
    keep = np.zeros(len(points), dtype=bool)
    first, last = lines.starts[:-1], lines.starts[1:] - 1
    keep[first], keep[last] = True, True
    rounds = 0
    while True:
        wide = last - first > 1
        first, last = first[wide], last[wide]
        if not len(first):
            return keep
        low, square = _furthest(points, first, last)
        far = square > tolerance * tolerance
        first, last, low = first[far], last[far], low[far]
        high, rounds = low, rounds + 1
        if rounds > _PATIENT_ROUNDS:
            middle = (first + last) // 2
            low, high = np.minimum(low, middle), np.maximum(low, middle)
        keep[low], keep[high] = True, True
        first, last = np.concatenate([first, low, high]), np.concatenate([low, high, last])


def _furthest(
    points: Points, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """For each chord the index of the point between its ends that is furthest from it, and the square of how far."""
    counts = last - first - 1
    inner, chord = ranges(first + 1, counts), np.repeat(np.arange(len(first)), counts)
    begin, (across, up) = points[first], (points[last] - points[first]).T
    whole = across * across + up * up
    aside, above = (points[inner] - begin[chord]).T
    across, up, whole = across[chord], up[chord], np.where(whole > 0, whole, 1.0)[chord]
    share = np.clip((aside * across + above * up) / whole, 0.0, 1.0)
    aside, above = aside - share * across, above - share * up
    square = aside * aside + above * above
    greatest = np.maximum.reduceat(square, np.cumsum(counts) - counts)
    hits = np.flatnonzero(square == greatest[chord])[::-1]
    furthest = np.empty(len(first), dtype=np.int64)
    furthest[chord[hits]] = inner[hits]  # reversed: the first of equals is written last
    return furthest, greatest
