"""Lines broken into dashes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.errors import DrawingError
from dcode.geometry.curves import MOST_POINTS
from dcode.geometry.lines import Lines, Offsets, Points

FINEST_MM: Final = 0.2  # from dash to dash: what repeats sooner, a pen draws as a line


def dashed(lines: Lines, pattern: Sequence[float], offset: float = 0.0) -> tuple[Lines, Offsets]:
    """The dashes of the polylines, and for each the index of the polyline that it is of.

    `pattern` is the lengths of dash, gap, dash, gap ... in mm, an even number of them; each polyline begins `offset` mm
    into it. A dash without length is a dot. What would be left without any dash, and what a pen draws as a line, stays
    whole. Raises DrawingError for more than MOST_POINTS.
    """
    period = float(sum(pattern))
    if not FINEST_MM <= period < math.inf or not all(length >= 0 for length in pattern) or not sum(pattern[1::2]):
        return lines, np.arange(len(lines))
    if float(lines.lengths.sum()) / period * len(pattern) > MOST_POINTS:
        raise DrawingError(f"the dashes need more than {MOST_POINTS} points", limit=MOST_POINTS)
    edges = np.concatenate([[0.0], np.cumsum(pattern)])
    parts, owners = list[Lines](), list[int]()
    for line in lines:
        found = _dashes(line, edges, offset % period)
        parts.append(found)
        owners.append(len(found))
    return Lines.joined(parts), np.repeat(np.arange(len(lines)), owners)


def _dashes(line: Points, edges: npt.NDArray[np.float64], offset: float) -> Lines:
    """The dashes of one polyline; `edges` are where the dashes and gaps of a period begin, and its end."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    way = np.concatenate([[0.0], np.cumsum(steps)])
    length, period = float(way[-1]), float(edges[-1])
    periods = period * np.arange(math.ceil((length + offset) / period)) - offset
    begin = (periods[:, None] + edges[:-1:2]).ravel()
    end = (periods[:, None] + edges[1::2]).ravel()
    kept = (end >= 0) & (begin < length) & ((begin >= 0) | (end > 0))
    begin, end = np.maximum(begin[kept], 0.0), np.minimum(end[kept], length)
    if not len(begin):
        return Lines.of([line])
    number = np.searchsorted(begin, way, side="right") - 1  # of the dash that each vertex may be in
    inner = (number >= 0) & (way > begin[number]) & (way < end[number])
    long = end > begin
    dash = np.concatenate([np.arange(len(begin)), number[inner], np.flatnonzero(long)])
    place = np.concatenate([begin, way[inner], end[long]])
    order = np.lexsort((place, dash))
    place = place[order]
    points = np.column_stack([np.interp(place, way, line[:, axis]) for axis in (0, 1)])
    starts = np.concatenate([[0], np.cumsum(np.bincount(dash, minlength=len(begin)))])
    return Lines(points, starts.astype(np.int64))
