"""Lines of equal value through a grid of samples: marching squares, all cells at once.

W. Lorensen and H. Cline, "Marching Cubes", 1987, in the plane. A contour is walked with the higher values on its left.
Where it enters a square of four samples, the two samples ahead tell where it leaves: straight on between them, or to
one side. Where the four are a saddle, both sides are possible; their mean tells which.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines, Offsets, Points

_UPRIGHT, _LEVEL = 0, 1  # a crossing between a sample and the one below it; and the one to its right

# For each way to go: the kind of crossing it starts from; the samples ahead to the left and to the right and the upper
# left corner of the square; the crossings straight on, to the left and to the right. All as steps (down, across), and
# for crossings their kind.
_WAYS: Final = {
    "right": (_UPRIGHT, (0, 1), (1, 1), (0, 0), (0, 1, _UPRIGHT), (0, 0, _LEVEL), (1, 0, _LEVEL)),
    "left": (_UPRIGHT, (1, -1), (0, -1), (0, -1), (0, -1, _UPRIGHT), (1, -1, _LEVEL), (0, -1, _LEVEL)),
    "up": (_LEVEL, (-1, 0), (-1, 1), (-1, 0), (-1, 0, _LEVEL), (-1, 0, _UPRIGHT), (-1, 1, _UPRIGHT)),
    "down": (_LEVEL, (1, 1), (1, 0), (0, 0), (1, 0, _LEVEL), (0, 1, _UPRIGHT), (0, 0, _UPRIGHT)),
}

Values = npt.NDArray[np.floating[Any]]


def contours(values: Values, level: float) -> Lines:
    """Closed rings around all that is above `level`, in (column, row) coordinates between 0 and width or height.

    The sample in row 3, column 5 lies at (5.5, 3.5), as pixels do. Beyond the edge is nothing: what is above the level
    there is closed off along the edge. Seen with row 0 at the top, what is above the level is on the left: outer rings
    run counter-clockwise, holes clockwise, and either fill rule gives the same area. Values must be finite.
    """
    height, width = values.shape
    level = float(values.dtype.type(level))  # as numpy compares it with the values
    # The edge's own value goes on to the edge; there, at no distance, lies a ring of nothing.
    padded = np.pad(np.pad(values, 1, mode="edge"), 1, constant_values=level - 1)
    rows = np.concatenate([[0.0, 0.0], np.arange(height) + 0.5, [height, height]])
    columns = np.concatenate([[0.0, 0.0], np.arange(width) + 0.5, [width, width]])
    flat, across = padded.ravel(), padded.shape[1]
    above = flat > level
    crossings, following = _linked(flat, above, across, level)
    place, kind = crossings // 2, crossings % 2
    other = place + np.where(kind == _UPRIGHT, across, 1)
    here = flat[place].astype(np.float64)
    share = (level - here) / (flat[other] - here)
    x, y = columns[place % across], rows[place // across]
    points = np.column_stack([x + share * (columns[other % across] - x), y + share * (rows[other // across] - y)])
    return _rings(points, following)


def _linked(flat: Values, above: npt.NDArray[np.bool_], across: int, level: float) -> tuple[Offsets, Offsets]:
    """All crossings, 2 * place + kind, in order; and for each the index of the one that the contour goes to next."""
    upright = np.flatnonzero(above[:-across] != above[across:])
    # The outermost ring is never above: the last of a row and the first of the next are no crossing.
    sideways = np.flatnonzero(above[:-1] != above[1:])
    starts = {
        "right": upright[above[upright]],
        "left": upright[~above[upright]],
        "up": sideways[above[sideways]],
        "down": sideways[~above[sideways]],
    }
    found, targets = [], []
    for way, (kind, *steps) in _WAYS.items():
        place = starts[way]
        left, right, corner = (place + step[0] * across + step[1] for step in steps[:3])
        straight, to_left, to_right = (2 * (place + step[0] * across + step[1]) + step[2] for step in steps[3:])
        high = flat[corner].astype(np.float64) + flat[corner + 1] + flat[corner + across] + flat[corner + across + 1]
        turns_right = above[right] & (above[left] | (high > 4 * level))
        targets.append(np.where(turns_right, to_right, np.where(above[left], straight, to_left)))
        found.append(2 * place + kind)
    crossings = np.concatenate(found)
    order = np.argsort(crossings)
    crossings = crossings[order]
    return crossings, np.searchsorted(crossings, np.concatenate(targets)[order])


def _rings(points: Points, following: Offsets) -> Lines:
    """Each cycle once, from its first crossing back to it; without points twice in a row and rings of no area."""
    # A loop over a list: each step needs the one before, and it takes a tenth of a microsecond.
    after, seen = following.tolist(), bytearray(len(following))
    order, starts = list[int](), [0]
    for first in range(len(after)):
        if seen[first]:
            continue
        here = first
        while not seen[here]:
            seen[here] = 1
            order.append(here)
            here = after[here]
        order.append(first)
        starts.append(len(order))
    walked, begins = points[order], np.array(starts, dtype=np.int64)
    keep = np.ones(len(walked), dtype=bool)
    keep[1:] = (walked[1:] != walked[:-1]).any(axis=1)
    keep[begins[:-1]] = True
    counts = np.add.reduceat(keep, begins[:-1], dtype=np.int64) if len(begins) > 1 else np.empty(0, dtype=np.int64)
    rings = Lines(walked[keep], np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))
    return rings.kept(rings.counts > 3)
