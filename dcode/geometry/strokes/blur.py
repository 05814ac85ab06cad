"""Soften a picture's tones."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from dcode.geometry.strokes.picture import Tones

_SHARP: Final = 0.15  # samples: the next one's share is exp(-22), less than a single-precision number tells apart


def blurred(tones: Tones, sigma: float) -> Tones:
    """The tones smoothed by a Gaussian with a standard deviation of `sigma` samples, cut off at three of them.

    The tones at the edges go on beyond them. A sigma of 0, or next to it, changes nothing.
    """
    if sigma < _SHARP:
        return tones
    weights = [math.exp(-0.5 * (step / sigma) ** 2) for step in range(math.ceil(3 * sigma) + 1)]
    whole = weights[0] + 2 * sum(weights[1:])
    return _across(_across(tones, 0, weights, whole), 1, weights, whole)


def _across(tones: Tones, axis: int, weights: list[float], whole: float) -> Tones:
    """Smoothed along one axis: whole arrays added, which numpy does faster than anything with a window."""
    reach, count = len(weights) - 1, tones.shape[axis]
    padded = np.pad(tones, [(reach, reach) if way == axis else (0, 0) for way in (0, 1)], mode="edge")

    def shifted(by: int) -> Tones:
        begin = reach + by
        return padded[begin : begin + count] if axis == 0 else padded[:, begin : begin + count]

    found = tones * np.float32(weights[0] / whole)
    pair = np.empty_like(found)
    for step in range(1, reach + 1):
        np.add(shifted(-step), shifted(step), out=pair)
        pair *= np.float32(weights[step] / whole)
        found += pair
    return found
