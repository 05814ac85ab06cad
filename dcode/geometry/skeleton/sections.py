"""What lies across a line's ink: which strokes run along it there, and how far from the middle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dcode.geometry.lines import Lines, Offsets, Points, ranges
from dcode.geometry.skeleton.centre import Centres, Values
from dcode.geometry.skeleton.smooth import SMOOTH, smoothed

_TANGENT: Final = 3  # points to either side that tell which way a line goes
_ALONG: Final = 0.85  # the cosine of the angle up to which a stroke runs along the ink and does not cross it
_BESIDE: Final = 2  # pixels along the ink within which a stroke is seen: between its points none is


@dataclass(frozen=True, slots=True, eq=False)
class Sections:
    """One for each pixel of some runs of a skeleton. `run` tells which run it is in; `middle` and `normal` where the
    middle of the ink is and which way leads across, to the left of the run; `width` how wide the ink is.

    `count` tells how many strokes run along, `strokes`, shape (n, 2), which the first and the last of them in number
    are, `aside`, shape (n, 2), how far along the normal that is furthest back and that is furthest on. `place` has the
    section and `at` the number among all points of each point of a stroke that is in one, in the order of the sections.
    """

    run: Offsets
    middle: Points
    normal: Points
    width: Values
    count: Offsets
    strokes: Offsets
    aside: Points
    place: Offsets
    at: Offsets

    def passed(self, first: Offsets, counts: Offsets, strokes: Lines, names: Offsets) -> tuple[Offsets, Offsets]:
        """The lowest and the highest point of one stroke, that is named, in so many sections on end from each first
        one; 0 and -1 where there is none.
        """
        low, high = np.searchsorted(self.place, first), np.searchsorted(self.place, first + counts)
        which, at = np.repeat(np.arange(len(first)), high - low), self.at[ranges(low, high - low)]
        own = (at >= strokes.starts[names][which]) & (at < strokes.starts[names + 1][which])
        order = np.lexsort((at[own], which[own]))
        which, at = which[own][order], at[own][order]
        seen = np.bincount(which, minlength=len(first))
        middle = at[(np.cumsum(seen) - seen + seen // 2)[which]]
        # Where it comes by a second time is left out.
        near = np.abs(at - middle) <= (2 * counts + 2 * _BESIDE)[which]
        lowest, highest = np.zeros(len(first), dtype=np.int64), np.full(len(first), -1)
        # Where several are written, the last one stays.
        lowest[which[near][::-1]], highest[which[near]] = at[near][::-1], at[near]
        return lowest, highest


def sections(strokes: Lines, named: Offsets, centres: Centres, pixels: Offsets, starts: Offsets) -> Sections:
    """Across the ink at pixels of a skeleton, run after run; run i is starts[i] to starts[i + 1].

    `named` has for each pixel of the picture the stroke's point that is in it, or -1.
    """
    middle = smoothed(Lines(centres.points[pixels], starts), *SMOOTH)
    way = _directions(middle, np.arange(len(pixels)))
    normal, width = np.stack([-way[:, 1], way[:, 0]], axis=1), centres.width[pixels]
    reach = np.floor(width).astype(np.int64)
    place = np.repeat(np.arange(len(pixels)), 2 * reach + 1)
    step = ranges(-reach, 2 * reach + 1) / 2
    hit = named[cell(middle.points[place] + step[:, None] * normal[place], named.shape)]
    place, at = place[hit >= 0], hit[hit >= 0]
    along = np.abs((_directions(strokes, at) * way[place]).sum(axis=1)) > _ALONG
    place, at = place[along], at[along]
    away = ((strokes.points[at] - middle.points[place]) * normal[place]).sum(axis=1)
    run = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    stroke = np.searchsorted(strokes.starts, at, side="right") - 1
    return Sections(run, middle.points, normal, width, *_seen(place, stroke, away, run), place, at)


def _seen(place: Offsets, stroke: Offsets, away: Values, run: Offsets) -> tuple[Offsets, Offsets, Points]:
    """How many strokes are seen in each section or near it, which are the first and the last, and how far aside."""
    wide = 2 * _BESIDE + 1
    near = (place[:, None] + np.arange(-_BESIDE, _BESIDE + 1)).ravel()
    place, stroke, away = np.repeat(place, wide), np.repeat(stroke, wide), np.repeat(away, wide)
    inside = (near >= 0) & (near < len(run))
    inside[inside] = run[near[inside]] == run[place[inside]]
    most = int(stroke.max(initial=0)) + 1
    pairs, which = np.unique(near[inside] * most + stroke[inside], return_inverse=True)
    near, stroke = pairs // most, pairs % most
    mean = np.bincount(which, weights=away[inside]) / np.maximum(np.bincount(which), 1)
    strokes, aside = np.zeros((len(run), 2), dtype=np.int64), np.zeros((len(run), 2))
    # Where several are written, the last one stays.
    strokes[near[::-1], 0], strokes[near, 1] = stroke[::-1], stroke
    order = np.argsort(mean, kind="stable")
    aside[near[order[::-1]], 0], aside[near[order], 1] = mean[order[::-1]], mean[order]
    return np.bincount(near, minlength=len(run)), strokes, aside


def _directions(lines: Lines, points: Offsets) -> Points:
    """Which way the lines go at some of their points."""
    line = np.searchsorted(lines.starts, points, side="right") - 1
    after = np.minimum(points + _TANGENT, lines.starts[line + 1] - 1)
    way = lines.points[after] - lines.points[np.maximum(points - _TANGENT, lines.starts[line])]
    return np.asarray(way / np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None])


def cell(points: Points, shape: tuple[int, ...]) -> tuple[Offsets, Offsets]:
    """The row and the column of the pixel that each point is in, or of the one nearest to it."""
    columns, rows = points.astype(np.int64).T
    return np.clip(rows, 0, shape[0] - 1), np.clip(columns, 0, shape[1] - 1)
