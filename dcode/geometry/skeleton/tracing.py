"""From ink to strokes: the whole way, in pixels."""

from __future__ import annotations

from typing import Final

import numpy as np

from dcode.geometry.lines import Lines, Offsets
from dcode.geometry.merge import merge
from dcode.geometry.order.kernels import Way
from dcode.geometry.skeleton.bare import bare
from dcode.geometry.skeleton.centre import Centres, Values, centres
from dcode.geometry.skeleton.chains import Chains
from dcode.geometry.skeleton.cover import cells, without_repeats
from dcode.geometry.skeleton.depth import Depths, Paper
from dcode.geometry.skeleton.doubled import doubled
from dcode.geometry.skeleton.extend import extended
from dcode.geometry.skeleton.ink import Inked
from dcode.geometry.skeleton.joined import put_together
from dcode.geometry.skeleton.linking import crossings, in_sight
from dcode.geometry.skeleton.pieces import Pieces, pieces
from dcode.geometry.skeleton.sides import sides
from dcode.geometry.skeleton.spurs import trimmed
from dcode.geometry.skeleton.thin import thin

_SHORTEST: Final = 4.0  # pixels of a stroke
_NEARLY: Final = 2.0  # pixels between ends that are one place


def traced(ink: Inked, smallest: float = 2.0, way: Way | None = None) -> Lines:
    """A stroke along the middle of every line, in pixels from the picture's upper left corner, as (column, row).

    Dots, lines of one point, stand for specks of ink too small for a stroke, at least `smallest` pixels wide.
    """
    if not ink.mask.any():
        return Lines.of(())
    skeleton, depth, paper = trimmed(thin(ink.mask, way), ink.mask, way)
    middle = centres(ink.shares, skeleton, depth, way)
    clear, rings = pieces(skeleton, middle, depth), _rings(skeleton, middle)
    strokes = Pieces.joined(put_together(clear, crossings(clear, ink.shares, way)), rings)
    strokes = strokes.kept(without_repeats(strokes.lines, ink.mask.shape))
    strokes = put_together(strokes, in_sight(strokes, ink.shares, way))
    around = Paper.around(_marked(strokes.lines, np.ones(len(strokes)), ink.mask.shape) == 0, beyond=True, way=way)
    strokes = Pieces.joined(strokes, bare(skeleton, middle, depth, around))
    width = _widths(strokes.lines, Pieces.joined(clear, rings), ink.mask.shape)
    beside = sides(skeleton, middle, depth, strokes, width, around, paper)
    strokes = doubled(strokes, beside, ink.shares, way)
    lines = extended(strokes, ink.shares, way)
    lines = Lines(np.clip(lines.points, 0.0, ink.mask.shape[::-1]), lines.starts)
    long = lines.lengths >= _SHORTEST
    dots = _dots(skeleton, middle, depth, strokes.part[long], smallest)
    return Lines.joined([merge(lines.kept(long), _NEARLY), dots])


def _widths(strokes: Lines, clear: Pieces, shape: tuple[int, int]) -> Values:
    """How wide the clear piece is that each point of the strokes is of; 0 between pieces."""
    return _marked(clear.lines, clear.width.mean(axis=1), shape)[cells(strokes, shape)]


def _marked(lines: Lines, values: Values, shape: tuple[int, int]) -> Values:
    """A picture with a value for each line in the pixels of its points, 0 in others."""
    found = np.zeros(shape)
    found[cells(lines, shape)] = np.repeat(values, lines.counts)
    return found


def _rings(skeleton: Chains, middle: Centres) -> Pieces:
    """The chains that close and meet nothing."""
    lines = Lines(middle.points.copy(), skeleton.starts)
    last = lines.starts[1:] - 1
    lines.points[last] = np.where(skeleton.rings[:, None], lines.points[lines.starts[:-1]], lines.points[last])
    rings = lines.kept(skeleton.rings)
    width = (np.add.reduceat(middle.width, skeleton.starts[:-1]) / np.diff(skeleton.starts))[skeleton.rings]
    return Pieces.apart(rings, np.stack([width, width], axis=1), skeleton.parts[skeleton.rings])


def _dots(skeleton: Chains, middle: Centres, depth: Depths, drawn: Offsets, smallest: float) -> Lines:
    """A point in each part of the ink that is not drawn and wide enough."""
    part = skeleton.parts[skeleton.owner]
    wide = np.zeros(int(part.max()) + 1)
    np.maximum.at(wide, part, 2 * depth - 1)
    wide[drawn] = -1.0
    counts = np.maximum(np.bincount(part), 1)
    centre = [np.bincount(part, weights=values) / counts for values in middle.points.T]
    # A part's number is that of one of its nodes: most numbers are none's.
    points = np.stack(centre, axis=1)[np.flatnonzero((np.bincount(part) > 0) & (wide >= smallest))]
    return Lines(points, np.arange(len(points) + 1))
