"""Fewer points within an error bound.

D. Douglas and T. Peucker, "Algorithms for the reduction of the number of points required to represent a digitized line
or its caricature", 1973: keep the point furthest from the chord until none is further than the bound. Here all chords
of all polylines are split at once, round by round.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines, Points, ranges

# Rounds are the depth of the splitting: about log2 of the points. Where one chord keeps shedding single points, as on a
# spiral, it is halved as well: a few more points than needed, within the bound all the same.
_PATIENT_ROUNDS: Final = 32


def simplify(lines: Lines, tolerance: float) -> Lines:
    """The polylines with points left out, so that no point left out is further than `tolerance` mm from what is kept.

    Ends stay. With a tolerance of next to nothing (1e-6) it merges what is in one straight line.
    """
    if not len(lines):
        return lines
    points = lines.points
    keep = np.zeros(len(points), dtype=bool)
    first, last = lines.starts[:-1], lines.starts[1:] - 1
    keep[first], keep[last] = True, True
    rounds = 0
    while True:
        wide = last - first > 1
        first, last = first[wide], last[wide]
        if not len(first):
            break
        low, distance = _furthest(points, first, last)
        far = distance > tolerance
        first, last, low = first[far], last[far], low[far]
        high, rounds = low, rounds + 1
        if rounds > _PATIENT_ROUNDS:
            middle = (first + last) // 2
            low, high = np.minimum(low, middle), np.maximum(low, middle)
        keep[low], keep[high] = True, True
        first, last = np.concatenate([first, low, high]), np.concatenate([low, high, last])
    counts = np.add.reduceat(keep, lines.starts[:-1], dtype=np.int64)
    return Lines(points[keep], np.concatenate([[0], np.cumsum(counts)]))


def _furthest(
    points: Points, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """For each chord the index of the point between its ends that is furthest from it, and how far that is."""
    counts = last - first - 1
    inner, chord = ranges(first + 1, counts), np.repeat(np.arange(len(first)), counts)
    begin, way = points[first], points[last] - points[first]
    square = np.einsum("ij,ij->i", way, way)
    offset = points[inner] - begin[chord]
    along = np.einsum("ij,ij->i", offset, way[chord])
    along = np.clip(along / np.where(square > 0, square, 1.0)[chord], 0.0, 1.0)
    offset -= along[:, None] * way[chord]
    distance = np.hypot(offset[:, 0], offset[:, 1])
    greatest = np.maximum.reduceat(distance, np.cumsum(counts) - counts)
    hits = np.flatnonzero(distance == greatest[chord])[::-1]
    furthest = np.empty(len(first), dtype=np.int64)
    furthest[chord[hits]] = inner[hits]  # reversed: the first of equals is written last
    return furthest, greatest
