"""Lines smoothed, no point moved further than it may be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from dcode.geometry.lines import Lines, Offsets, Points, ranges

SMOOTH: Final = (2.0, 1.0)  # of a stroke's middle: deviation in points, and the most pixels that one moves


def smoothed(lines: Lines, along: float, most: float) -> Lines:
    """The lines with every point a mean of its neighbours: a Gaussian with a deviation of so many points, made twice
    over so that bends stay (J. Tukey's twicing: what the smoothing took away is smoothed and added).

    No point moves by more than `most`. The ends of open lines stay, closed lines stay closed.
    """
    if along <= 0 or not len(lines):
        return lines
    wide = _Wide.of(lines, math.ceil(3 * along))
    weights = np.exp(-0.5 * (np.arange(wide.reach + 1) / along) ** 2)
    once = wide.mean(lines.points, weights)
    found = once + wide.mean(lines.points - once, weights)
    moved = found - lines.points
    far = np.hypot(moved[:, 0], moved[:, 1])
    points = lines.points + moved * np.minimum(1.0, most / np.maximum(far, 1e-9))[:, None]
    closed = lines.closed
    points[lines.starts[1:][closed] - 1] = points[lines.starts[:-1][closed]]
    return Lines(points, lines.starts)


@dataclass(frozen=True, slots=True, eq=False)
class _Wide:
    """Lines with `reach` points more before and after each, as a table of where these are found: `near` among the
    points, on the other side of a closed line; and for those beyond an open end, `out`, the end and the point as far
    from it on the line. `inner` is where the points themselves are.
    """

    reach: int
    near: Offsets
    out: Offsets
    ends: Offsets
    back: Offsets
    inner: Offsets

    @classmethod
    def of(cls, lines: Lines, reach: int) -> _Wide:
        counts = lines.counts + 2 * reach
        owner = np.repeat(np.arange(len(lines)), counts)
        first, last = lines.starts[:-1][owner], lines.starts[1:][owner] - 1
        at = ranges(lines.starts[:-1] - reach, counts)
        beyond = np.flatnonzero((at < first) | (at > last))
        closed = lines.closed[owner[beyond]]
        turn, out = beyond[closed], beyond[~closed]
        near = at.copy()
        near[turn] = first[turn] + (at[turn] - first[turn]) % (last[turn] - first[turn])
        ends = np.clip(at[out], first[out], last[out])
        near[out] = ends
        back = np.clip(2 * ends - at[out], first[out], last[out])
        inner = np.arange(len(lines.points)) + reach * (2 * np.repeat(np.arange(len(lines)), lines.counts) + 1)
        return cls(reach, near, out, ends, back, inner)

    def mean(self, values: Points, weights: Points) -> Points:
        """The weighted mean of values about each point. Beyond an open end they go on mirrored in it, so that it
        stays.
        """
        found = np.empty_like(values)
        for axis in range(2):
            own = values[:, axis]
            wide = own[self.near]
            wide[self.out] = 2 * own[self.ends] - own[self.back]
            count = len(wide) - 2 * self.reach
            sums = weights[0] * wide[self.reach : self.reach + count]
            for step in range(1, self.reach + 1):
                for begin in (self.reach - step, self.reach + step):
                    sums += weights[step] * wide[begin : begin + count]
            found[:, axis] = sums[self.inner - self.reach]
        return np.asarray(found / (weights[0] + 2 * weights[1:].sum()))
