"""Lines that swing to and fro, higher where the picture is darker: with as many points as a wave's height needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Mask, Offsets, ranges
from dcode.geometry.strokes.runs import Runs

_MOST: Final = 64  # points to a half wave: within a thousandth of its height
_FINE: Final = 4096  # steps in which a half wave is measured

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """Points of swinging lines one after the other, beginning at `starts` as in Lines.

    A point is `place` samples along row `row`, and `off` mm to the left of it (to the right where it is negative).
    """

    row: Offsets
    place: Values
    off: Values
    starts: Offsets


def waves(heights: Values, fine: int, runs: Runs, tolerance: float, longest: npt.ArrayLike) -> Waves:
    """Sines along rows with a half wave every `fine` samples, drawn where the runs are; every other row runs back.

    `heights` is how high the waves are at each sample in mm, shape (rows, n * fine + 1). Straight lines between the
    points are within `tolerance` mm of the sine, and no longer than `longest` half waves (of each, in order, or all).
    """
    rows, span = heights.shape
    highest = np.maximum(heights[:, :-1].reshape(rows, -1, fine).max(axis=2), heights[:, fine::fine]).ravel()
    half, share = _shares(highest, tolerance, np.asarray(longest))
    row, within = np.divmod(half, (span - 1) // fine)
    place = (within + share) * fine
    inside = _inside(runs, row * span + place, span)
    row, place = (
        np.concatenate([row[inside], runs.row, runs.row]),
        np.concatenate([place[inside], runs.begin, runs.end]),
    )
    back = row % 2 != 0
    first = np.repeat([False, True, False], [int(inside.sum()), len(runs), len(runs)])
    last = np.repeat([False, False, True], [int(inside.sum()), len(runs), len(runs)])
    order = np.lexsort((np.where(back, -place, place), row))
    starts = np.append(np.flatnonzero(np.where(back, last, first)[order]), len(order))
    row, place = row[order], place[order]
    before = np.minimum(place.astype(np.int64), span - 2)
    share = place - before
    height = heights[row, before] * (1 - share) + heights[row, before + 1] * share
    sine = np.round(np.sin(np.pi / fine * place), 9)  # the same on every machine, whatever its sine
    return Waves(row, place, height * sine, starts.astype(np.int64))


def _inside(runs: Runs, key: Values, span: int) -> Mask:
    """Which places, row * span + place, are between the ends of a run."""
    begins, ends = runs.row * span + runs.begin, runs.row * span + runs.end
    at = np.searchsorted(begins, key) - 1
    return np.asarray(
        (at >= 0) & (key > begins[at]) & (key < ends[at]) if len(runs) else np.zeros(len(key), dtype=bool)
    )


def _shares(highest: Values, tolerance: float, longest: Values) -> tuple[Offsets, Values]:
    """Points by the index of their half wave and how much of it lies before them; the first lies at its beginning."""
    errors, gaps, shares = _table()
    counts = 1 + np.searchsorted(-errors, -tolerance / np.maximum(highest, 1e-9))
    counts = np.minimum(np.maximum(counts, 1 + np.searchsorted(-gaps, -longest)), _MOST).astype(np.int64)
    # Where it is as good as flat, a straight line may go on for many half waves.
    flat = highest <= tolerance / 2
    stride = np.clip(longest, 1, len(flat)).astype(np.int64)
    counts[flat & np.append(False, flat[:-1]) & (np.arange(len(flat)) % stride != 0)] = 0
    half = np.repeat(np.arange(len(counts)), counts)
    return half, shares[counts[half] - 1, ranges(np.zeros(len(counts), dtype=np.int64), counts)]


@cache
def _table() -> tuple[Values, Values, Values]:
    """For 1, 2, ... points to a half wave of height 1: the greatest error, the longest line, and a row of their shares.

    A chord is off by its length squared times the curvature over 8: points are as dense as the root of the sine is.
    """
    at = np.linspace(0.0, 1.0, _FINE + 1)
    sine = np.sin(np.pi * at)
    dense = np.concatenate([[0.0], np.cumsum(np.sqrt((sine[1:] + sine[:-1]) / 2))])
    errors, gaps, shares = np.ones(_MOST), np.ones(_MOST), np.zeros((_MOST, _MOST))
    for count in range(2, _MOST + 1):
        chosen = np.round(np.interp(np.linspace(0, dense[-1], count + 1), dense, at), 9)
        errors[count - 1] = np.abs(np.interp(at, chosen, np.sin(np.pi * chosen)) - sine).max()
        gaps[count - 1] = np.diff(chosen).max()
        shares[count - 1, :count] = chosen[:-1]
    return np.minimum.accumulate(errors), np.minimum.accumulate(gaps), shares
