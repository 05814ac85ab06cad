"""Lines smoothed, no point moved further than it may be."""

from __future__ import annotations

import math

import numpy as np

from dcode.geometry.lines import Lines, Points


def smoothed(lines: Lines, along: float, most: float) -> Lines:
    """The lines with every point a mean of its neighbours: a Gaussian with a deviation of so many points, made twice
    over so that bends stay (J. Tukey's twicing: what the smoothing took away is smoothed and added).

    No point moves by more than `most`. The ends of open lines stay, closed lines stay closed.
    """
    if along <= 0 or not len(lines):
        return lines
    once = _mean(lines, lines.points, along)
    found = once + _mean(lines, lines.points - once, along)
    moved = found - lines.points
    far = np.hypot(moved[:, 0], moved[:, 1])
    points = lines.points + moved * np.minimum(1.0, most / np.maximum(far, 1e-9))[:, None]
    closed = lines.closed
    points[lines.starts[1:][closed] - 1] = points[lines.starts[:-1][closed]]
    return Lines(points, lines.starts)


def _mean(lines: Lines, values: Points, along: float) -> Points:
    """The weighted mean of values about each point. Beyond an open end they go on mirrored in it, so that it stays."""
    owner = np.repeat(np.arange(len(lines)), lines.counts)
    first, last = lines.starts[:-1][owner], lines.starts[1:][owner] - 1
    closed, around = lines.closed[owner], np.maximum(last - first, 1)
    here = np.arange(len(values))
    reach = math.ceil(3 * along)
    weights = np.exp(-0.5 * (np.arange(reach + 1) / along) ** 2)
    found = weights[0] * values
    for step in range(1, reach + 1):
        for way in (-step, step):
            at = here + way
            under, over = at < first, at > last
            turned = np.where(closed, first + (at - first) % around, at)
            mirror = np.where(under, first, last)
            back = np.clip(2 * mirror - at, first, last)
            out = ((under | over) & ~closed)[:, None]
            near = np.clip(turned, first, last)
            found += weights[step] * np.where(out, 2 * values[mirror] - values[back], values[near])
    return np.asarray(found / (weights[0] + 2 * weights[1:].sum()))
