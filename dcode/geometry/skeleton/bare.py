"""Ink that the strokes so far leave out."""

from __future__ import annotations

from typing import Final

import numpy as np

from dcode.geometry.lines import Lines, Offsets, ranges
from dcode.geometry.skeleton.centre import Centres
from dcode.geometry.skeleton.chains import Chains
from dcode.geometry.skeleton.depth import Depths, Paper
from dcode.geometry.skeleton.pieces import Pieces, frayed
from dcode.geometry.skeleton.smooth import SMOOTH, smoothed

_NEAR: Final = 1.6  # pixels from a stroke within which a skeleton is drawn by it
_WITHIN: Final = 0.75  # the same as a share of how deep the ink is there
_FEWEST: Final = 3  # pixels of skeleton in a row that are worth a stroke


def bare(chains: Chains, centres: Centres, depth: Depths, around: Paper) -> Pieces:
    """The stretches of skeleton that no stroke is near, smoothed; `around` has strokes for ink."""
    most = np.maximum(_NEAR, _WITHIN * depth)
    lonely = around.depths(chains.rows, chains.columns, float(most.max()) + 1) > most
    lonely &= ~frayed(chains, depth)  # a stroke is drawn out over it, straight on
    # Where lines run into each other the middle of the ink along a row is that of none of them: the pixel's own.
    middle = np.stack([chains.columns, chains.rows], axis=1) + 0.5
    at, owner = np.flatnonzero(lonely), chains.owner[lonely]
    breaks = np.flatnonzero((np.diff(at, prepend=-2) > 1) | (np.diff(owner, prepend=-1) > 0))
    counts = np.diff(np.append(breaks, len(at)))
    first, counts = at[breaks[counts >= _FEWEST]], counts[counts >= _FEWEST]
    inner = ranges(first, counts)
    starts: Offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    mean = np.add.reduceat(centres.width[inner], starts[:-1]) / counts if len(counts) else np.empty(0)
    lines = smoothed(Lines(np.asarray(middle[inner], dtype=np.float64), starts), *SMOOTH)
    return Pieces.apart(lines, np.stack([mean, mean], axis=1), chains.parts[chains.owner[first]])
