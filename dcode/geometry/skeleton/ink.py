"""Which pixels of a picture are ink, and how much of each one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.skeleton.thin import Ink
from dcode.geometry.strokes.picture import Tones

_FAINTEST: Final = 0.06  # of black: paper and ink that differ by less are an empty sheet
_QUIET: Final = 0.015  # of the way from paper to ink: grain up to which a picture is taken as it is
_LIGHTER: Final = (32, 80)  # of 255: than both sides what goes on as a gap between lines is, and what begins one
_END: Final = 3  # of the eight pixels around one that are paper where a gap ends in it

Shares = npt.NDArray[np.uint8]  # shape (height, width): 0 paper, 255 ink, 128 and more counts as ink


@dataclass(frozen=True, slots=True, eq=False)
class Inked:
    """`mask` is where there is ink; `shares` how much of each pixel it covers, as far as its grey tells."""

    mask: Ink
    shares: Shares


def inked(darkness: Tones, threshold: float | None = None, inverted: bool = False) -> Inked:
    """Ink is what is darker than the threshold, 0 to 1; without one, than what parts paper and ink best.

    Inverted, it is what is lighter. Grain is softened first where there is much of it; specks and pinholes of a pixel
    are left out.
    """
    grey = np.asarray(np.rint(darkness * np.float32(255.0)), dtype=np.uint8)
    if inverted:
        grey = 255 - grey
    shares = _shares(grey, threshold)
    if shares is None:
        empty = np.zeros(grey.shape, dtype=np.uint8)
        return Inked(empty.astype(bool), empty)
    mask = np.asarray(shares >= 128)
    _open(mask, shares)
    around = _neighbours(mask)
    return Inked((mask & (around >= 2)) | (around >= 7), shares)


def _shares(grey: npt.NDArray[np.uint8], threshold: float | None) -> Shares | None:
    """How much of each pixel is ink, or None where nothing is."""
    counts = np.bincount(grey.ravel(), minlength=256).astype(np.float64)
    level = _otsu(counts) if threshold is None else 255.0 * threshold
    paper, ink = _mean(counts[: int(level) + 1], 0), _mean(counts[int(level) + 1 :], int(level) + 1)
    if ink is None or (paper is not None and ink - paper < 255 * _FAINTEST):
        return None
    paper = 0.0 if paper is None else paper
    curve = np.interp(np.arange(256), [paper, level + 0.5, max(ink, level + 1.0)], [0.0, 127.5, 255.0])
    shares = np.rint(curve).astype(np.uint8)[grey]
    return _softened(shares) if _grain(counts[: int(level) + 1]) > _QUIET * (ink - paper) else shares


def _otsu(counts: npt.NDArray[np.float64]) -> float:
    """The level that parts the values into two classes with the least variance in them.

    N. Otsu, "A threshold selection method from gray-level histograms", 1979. In the middle where several are as good.
    """
    values = np.arange(len(counts))
    below, sums = np.cumsum(counts), np.cumsum(counts * values)
    above = below[-1] - below
    apart = sums[-1] * below - sums * below[-1]
    between = apart * apart / np.maximum(below * above, 1.0)
    best = np.flatnonzero(between >= between.max() * (1 - 1e-12))
    return float((best[0] + best[-1]) / 2)


def _mean(counts: npt.NDArray[np.float64], first: int) -> float | None:
    total = counts.sum()
    return float((counts * np.arange(first, first + len(counts))).sum() / total) if total else None


def _grain(counts: npt.NDArray[np.float64]) -> float:
    """How far half of the values of a class are from their median, in grey values."""
    below, half = np.cumsum(counts), counts.sum() / 2
    median = int(np.searchsorted(below, half))
    away = np.abs(np.arange(len(counts)) - median)
    return float(np.searchsorted(np.cumsum(np.bincount(away, weights=counts)), half))


def _softened(shares: Shares) -> Shares:
    """Every pixel a mean of the nine about it, the nearer ones weighing more."""
    wide = np.pad(shares, 1, mode="edge").astype(np.uint16)
    wide = wide[:-2] + 2 * wide[1:-1] + wide[2:]
    wide = wide[:, :-2] + 2 * wide[:, 1:-1] + wide[:, 2:]
    return ((wide + 8) >> 4).astype(np.uint8)


def _open(mask: Ink, shares: Shares) -> None:
    """Take out of the mask the gaps between lines that are narrower than a pixel: lighter than what is on both sides,
    by much, or by some where a gap goes on, be it as paper that they end in.
    """
    side = mask.shape[1] + 2
    flat, paper = np.pad(shares, 1, mode="edge").ravel(), np.pad(~mask, 1, constant_values=True).ravel()
    at = np.flatnonzero(~paper & (flat < 255 - _LIGHTER[0]))
    higher = np.zeros(len(at), dtype=np.uint8)
    for step in (1, side, side + 1, side - 1):
        np.maximum(higher, np.minimum(flat[at + step], flat[at - step]), out=higher)
    lighter = higher.astype(np.int64) - flat[at]
    around = [step for one in (1, side, side + 1, side - 1) for step in (one, -one)]
    gap = np.zeros(len(flat), dtype=bool)
    gap[at[lighter > _LIGHTER[1]]] = True
    at = at[(lighter > _LIGHTER[0]) & (lighter <= _LIGHTER[1])]
    gap[at[sum(paper[at + step].astype(np.int64) for step in around) >= _END]] = True
    while len(at := at[~gap[at]]):
        grown = np.any([gap[at + step] for step in around], axis=0)
        if not grown.any():
            break
        gap[at[grown]] = True
    mask &= ~gap.reshape(-1, side)[1:-1, 1:-1]


def _neighbours(mask: Ink) -> npt.NDArray[np.uint8]:
    """How many of the eight pixels around each one are set."""
    wide = np.pad(mask, 1).view(np.uint8)
    rows = wide[:-2] + wide[1:-1] + wide[2:]
    return np.asarray(rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:] - mask)
