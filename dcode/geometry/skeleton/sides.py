"""Two lines side by side: the skeleton knows the middle of both only, and a stroke along it is of neither.

Where ink is wider than the line of the one stroke in it, the stroke being on one side leaves the other side bare, and
another is drawn there; a stroke in the middle makes way for two, and so do two that are not apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dcode.geometry.lines import Lines, Offsets, Points, ranges, starts_of
from dcode.geometry.skeleton.centre import Centres, Values
from dcode.geometry.skeleton.chains import Chains
from dcode.geometry.skeleton.cover import cells
from dcode.geometry.skeleton.depth import Depths, Paper
from dcode.geometry.skeleton.pieces import Pieces, usual
from dcode.geometry.skeleton.sections import Sections, cell, sections
from dcode.geometry.skeleton.smooth import smoothed

_WIDER: Final = 1.2  # pixels by which ink is wider than the line of the stroke in it where there are two lines,
_DEEPER: Final = 0.4  # and by which it is wider by its depth, which is that of whole pixels
_AT_MOST: Final = (3.0, 1.0)  # times as wide, and pixels: what is wider is no two lines side by side
_GAP: Final = 3  # pixels in a row that may be narrower
_FEWEST: Final = 4  # pixels in a row that are two lines
_APART: Final = 40  # points of a stroke before and after that tell how wide its line is,
_KNOWN: Final = 3  # these at least,
_NARROW: Final = 0.3  # and the share of them that may be narrower than it: crossings widen it
_MIDDLE: Final = (
    0.5  # of the way from the middle of the ink to that of a line in it: a stroke that is nearer is of both
)
_OFF: Final = 0.8  # pixels from there that a stroke may be,
_OUT: Final = 0.8  # and by which the edge of a new one may be out of the ink
_EVEN: Final = (2.0, 2.0)  # of how far aside lines are: deviation in points, and the most that one changes

_LEFT, _RIGHT, _BOTH = 1, -1, 2  # what is to be drawn


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """`lines` to draw beside strokes or instead of them, and in `place` which of them belong together, shape (n,).

    `cut` has for each point of the strokes the place at which it makes way, or -1.
    """

    lines: Pieces
    place: Offsets
    cut: Offsets


def sides(
    chains: Chains, centres: Centres, depth: Depths, strokes: Pieces, width: Values, around: Paper, paper: Paper
) -> Sides:
    """Where ink is too wide for the strokes in it.

    `width` is how wide the clear line at each point of the strokes is, 0 where there is none; `around` has strokes for
    ink, `paper` the ink.
    """
    named = np.full(paper.ink.shape, -1, dtype=np.int64)
    named[cells(strokes.lines, paper.ink.shape)] = np.arange(len(strokes.lines.points))
    first, counts = _wide(chains, centres, depth, strokes.lines, width, named, around)
    found = sections(strokes.lines, named, centres, ranges(first, counts), starts_of(counts))
    offset, line, run = _offsets(strokes.lines, width, found)
    wanted = _wanted(found, offset, line, paper)
    return _drawn(strokes, found, offset, line, wanted, *_runs(np.flatnonzero(wanted), 4 * run + wanted, 0))


def _wide(
    chains: Chains,
    centres: Centres,
    depth: Depths,
    strokes: Lines,
    width: Values,
    named: Offsets,
    around: Paper,
) -> tuple[Offsets, Offsets]:
    """Runs of the skeleton's pixels at which the ink is wider than the line of the stroke nearest to each."""
    owner = np.repeat(np.arange(len(strokes)), strokes.counts)
    mostly = np.append(usual(width, owner, len(strokes))[owner], 0.0)
    near = named[around.nearest(chains.rows, chains.columns, float(depth.max()) + 1)]
    line = mostly[near]  # the last one where none is near
    wide = (line > 0) & (centres.width > line + _WIDER) & (2 * depth - 1 > line + _DEEPER)
    return _runs(np.flatnonzero(wide & (centres.width < line * _AT_MOST[0] + _AT_MOST[1])), chains.owner, _GAP)


def _offsets(strokes: Lines, width: Values, found: Sections) -> tuple[Values, Values, Offsets]:
    """For each section how far from the middle two lines in the ink are, and how wide one is: as wide as those of the
    strokes there are before and after. 0 where that is not known or there are other than one stroke or two. And which
    sections have the same strokes, a number.
    """
    some = np.flatnonzero((found.count == 1) | (found.count == 2))
    kind = (found.run * len(strokes) + found.strokes[:, 0]) * len(strokes) + found.strokes[:, 1]
    first, counts = _runs(some, kind, _GAP)
    at = ranges(first, counts)
    wide = np.repeat(_lines(strokes, width, found, first, counts), counts)
    half = np.stack([(found.width[at] - wide) / 2, np.zeros(len(at))], axis=1)
    offset, line, run = np.zeros(len(found.run)), np.zeros(len(found.run)), np.zeros(len(found.run), dtype=np.int64)
    offset[at], line[at] = smoothed(Lines(half, starts_of(counts)), *_EVEN).points[:, 0], wide
    run[at] = np.repeat(first, counts)
    return offset, line, run


def _lines(strokes: Lines, width: Values, found: Sections, first: Offsets, counts: Offsets) -> Values:
    """How wide the lines of the strokes in runs of sections are before and after these; 0 where that is not known."""
    names = found.strokes[first]
    known = np.stack([_line(strokes, width, found, first, counts, name) for name in names.T])
    known[1, names[:, 0] == names[:, 1]] = 0.0
    return np.asarray(known.sum(axis=0) / np.maximum((known > 0).sum(axis=0), 1))


def _line(strokes: Lines, width: Values, found: Sections, first: Offsets, counts: Offsets, name: Offsets) -> Values:
    """The same for one stroke in each run: before or after, where it is narrower."""
    low, high = found.passed(first, counts, strokes, name)
    near, begin, end = np.arange(_APART), strokes.starts[name, None], strokes.starts[name + 1, None]
    before, after = low[:, None] - 1 - near, high[:, None] + 1 + near
    sides = np.stack(
        [
            np.where(before >= begin, width[np.maximum(before, 0)], 0.0),
            np.where(after < end, width[np.minimum(after, len(width) - 1)], 0.0),
        ]
    )
    sides = np.sort(np.where(sides > 0, sides, np.inf), axis=2)
    some = np.isfinite(sides).sum(axis=2)
    place = (some * _NARROW).astype(np.int64)
    least = np.where(some >= _KNOWN, np.take_along_axis(sides, place[..., None], axis=2)[..., 0], np.inf).min(axis=0)
    return np.where(np.isfinite(least) & (low <= high), least, 0.0)


def _wanted(found: Sections, offset: Values, line: Values, paper: Paper) -> Offsets:
    """What is to be drawn in each section: 0 for nothing."""
    low, high = found.aside.T
    near = np.maximum(_MIDDLE * offset, offset - _OFF)
    one = np.where((low > -near) & (high < near), _BOTH, np.where(low > 0, _RIGHT, _LEFT))
    apart = (low <= -_MIDDLE * offset) & (high >= _MIDDLE * offset)
    wanted = np.where(found.count == 1, one, np.where(apart, 0, _BOTH))
    wanted[(line <= 0) | (2 * offset < _WIDER)] = 0
    for side, way in ((_LEFT, 1), (_RIGHT, -1)):
        some = np.flatnonzero((wanted == side) | (wanted == _BOTH))
        places = found.middle[some] + way * found.normal[some] * offset[some, None]
        least = line[some] / 2 + 0.5 - _OUT
        deep = paper.depths(*cell(places, paper.ink.shape), float(least.max(initial=0.0)) + 1)
        wanted[some[deep < least]] = 0
    return np.asarray(wanted, dtype=np.int64)


def _drawn(
    strokes: Pieces, found: Sections, offset: Values, line: Values, wanted: Offsets, first: Offsets, counts: Offsets
) -> Sides:
    lines, places, widths, parts = list[Points](), list[int](), list[float](), list[int]()
    for place, (begin, count) in enumerate(zip(first.tolist(), counts.tolist(), strict=True)):
        own = slice(begin, begin + count)
        for side, way in ((_LEFT, 1), (_RIGHT, -1)):
            if wanted[begin] in (side, _BOTH):
                lines.append(found.middle[own] + way * found.normal[own] * offset[own, None])
                places.append(place)
                widths.append(float(line[begin]))
                parts.append(int(strokes.part[found.strokes[begin, 0]]))
    drawn, width = smoothed(Lines.of(lines), *_EVEN), np.array(widths, dtype=np.float64)
    pieces = Pieces.apart(drawn, np.stack([width, width], axis=1), np.array(parts, dtype=np.int64))
    return Sides(pieces, np.array(places, dtype=np.int64), _cut(strokes, found, wanted, first, counts))


def _cut(strokes: Pieces, found: Sections, wanted: Offsets, first: Offsets, counts: Offsets) -> Offsets:
    """For each point of the strokes the place at which it makes way, or -1."""
    cut = np.full(len(strokes.lines.points), -1)
    both = np.flatnonzero(wanted[first] == _BOTH)
    passed = [found.passed(first[both], counts[both], strokes.lines, name) for name in found.strokes[first[both]].T]
    for i, place in enumerate(both.tolist()):
        for low, high in passed:
            cut[low[i] : high[i] + 1] = place
    return cut


def _runs(at: Offsets, kind: Offsets, gap: int) -> tuple[Offsets, Offsets]:
    """Where runs of places begin that are of one kind, and how many places long they are, gaps in them included."""
    breaks = np.flatnonzero((np.diff(at, prepend=-2 - gap) > gap + 1) | (np.diff(kind[at], prepend=-1) != 0))
    ends = np.append(breaks[1:], len(at))[: len(breaks)] - 1
    first, counts = at[breaks], at[ends] - at[breaks] + 1
    return first[counts >= _FEWEST], counts[counts >= _FEWEST]
