"""Which pixels are connected."""

from __future__ import annotations

import numpy as np

from dcode.geometry.lines import Offsets, ranges
from dcode.geometry.skeleton.thin import Ink
from dcode.geometry.skeleton.united import united


def labelled(mask: Ink) -> Offsets:
    """For each pixel of the mask, in the order of np.nonzero, a number that all have in common that are connected, by
    sides or corners.

    Row by row, runs of pixels are what is connected (A. Rosenfeld and J. Pfaltz, "Sequential operations in digital
    picture processing", 1966): a run with those of the next row that begin before it ends and end after it begins.
    """
    height, width = mask.shape
    wide = np.zeros((height, width + 2), dtype=np.int8)
    wide[:, 1:-1] = mask
    flat = np.diff(wide.ravel(), append=0)
    begins, ends = np.flatnonzero(flat == 1), np.flatnonzero(flat == -1)
    # The row below is width + 2 further on. Its runs touch this one that end no earlier than a pixel before it begins.
    first = np.searchsorted(ends, begins + width + 2, side="left")
    last = np.searchsorted(begins, ends + width + 2, side="right")
    counts = np.maximum(last - first, 0)
    runs = np.arange(len(begins))
    pairs = np.stack([np.repeat(runs, counts), ranges(first, counts)], axis=1)
    return np.repeat(united(len(begins), pairs), ends - begins)
