"""A line through points without crossings, by exchanging the ends of segments that cross.

Each exchange (2-opt: G. A. Croes, "A method for solving traveling-salesman problems", 1958) makes the line shorter, so
that there is an end to it. For lines that a search has made short already: it takes a round for every few crossings.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Points

Pairs = npt.NDArray[np.int64]


def crossings(line: Points) -> Pairs:
    """Pairs of segments of a line, i < j, that meet though they are not neighbours, shape (n, 2), in order.

    Segment i leads from point i to the next. The last and the first of a closed line are neighbours.
    """
    import shapely

    segments = np.asarray(shapely.linestrings(np.stack([line[:-1], line[1:]], axis=1)))
    one, other = shapely.STRtree(segments).query(segments, predicate="intersects")
    apart = other - one > 1
    if (line[0] == line[-1]).all():
        apart &= other - one < len(segments) - 1
    pairs = np.column_stack([one, other])[apart]
    return np.asarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))], dtype=np.int64)


def uncrossed(line: Points) -> Points:
    """The points in an order in which no two segments cross; the first and the last stay. No point may be there twice.

    Only where points of several segments lie on one straight line may these still touch.
    """
    line = line.copy()
    while True:
        changed = False
        for one, other in crossings(line).tolist() if len(line) > 3 else []:
            if _pays(line, one, other):
                line[one + 1 : other + 1] = line[one + 1 : other + 1][::-1].copy()
                changed = True
        if not changed:
            return line


def _pays(line: Points, one: int, other: int) -> bool:
    """Whether it is shorter to go to and fro between the ends than along two segments; by more than rounding."""
    a, b, c, d = line[[one, one + 1, other, other + 1]]
    before = np.hypot(*(a - b)) + np.hypot(*(c - d))
    after = np.hypot(*(a - c)) + np.hypot(*(b - d))
    return bool(after < before * (1 - 1e-12))
