"""A skeleton without its spurs: branches into the corners of a line's end, and to bumps on its side."""

from __future__ import annotations

from typing import Final

import numpy as np

from dcode.geometry.lines import Mask, ranges
from dcode.geometry.order.kernels import Way
from dcode.geometry.skeleton.chains import Chains, chains
from dcode.geometry.skeleton.depth import Depths, Paper
from dcode.geometry.skeleton.thin import Ink

_OUT: Final = (1.6, 1.0)  # times as far as the ink is deep, and pixels: a square end's corners are 1.41 times as far
_ROUNDS: Final = 6  # branches of branches


def trimmed(skeleton: Ink, ink: Ink, way: Way | None = None) -> tuple[Chains, Depths, Paper]:
    """The chains of a skeleton of ink, spurs left out, how deep in the ink each of their pixels is, and what tells
    that of others.

    A branch that ends is one where the largest circle in the ink around its junction, made a little larger, holds its
    tip: no line leads there. A line's blunt end has two, and one end without them.
    """
    paper, left = Paper.around(ink, way=way), skeleton
    pixels = np.flatnonzero(skeleton)
    deep = np.zeros(ink.size)
    deep[pixels] = paper.depths(*np.divmod(pixels, ink.shape[1]))
    for _ in range(_ROUNDS):
        found = chains(left, way)
        depth = deep[found.rows * ink.shape[1] + found.columns]
        spurs = _spurs(found, depth)
        if not spurs.any():
            break
        left = _without(left, found, spurs)
    return found, depth, paper


def _spurs(chains: Chains, depth: Depths) -> Mask:
    tip = np.where(chains.branches[:, 0] == 1, chains.starts[:-1], chains.starts[1:] - 1)
    root = chains.starts[:-1] + chains.starts[1:] - 1 - tip
    far = np.hypot(chains.rows[tip] - chains.rows[root], chains.columns[tip] - chains.columns[root])
    ends = (chains.branches.min(axis=1) == 1) & (chains.branches.max(axis=1) > 2)
    return np.asarray(ends & (far + depth[tip] <= _OUT[0] * depth[root] + _OUT[1]))


def _without(skeleton: Ink, chains: Chains, spurs: Mask) -> Ink:
    """The pixels of all but the spurs; their junctions stay."""
    left = skeleton.copy()
    at = ranges(chains.starts[:-1][spurs], np.diff(chains.starts)[spurs])
    left[chains.rows[at], chains.columns[at]] = False
    junctions = chains.branches > 2
    for side, ends in enumerate((chains.starts[:-1], chains.starts[1:] - 1)):
        kept = ends[junctions[:, side]]
        left[chains.rows[kept], chains.columns[kept]] = True
    return left
