"""Which pixels lines go through, and which lines only repeat others."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines, Mask, Offsets
from dcode.geometry.skeleton.thin import steps

_SHORT: Final = 30  # points: longer strokes are never mere repetitions
_REPEATS: Final = 0.75  # the share of a short stroke that others cover where it is one

Marks = npt.NDArray[np.bool_]


def cells(lines: Lines, shape: tuple[int, int]) -> tuple[Offsets, Offsets]:
    """The row and the column of the pixel that each point is in."""
    columns, rows = lines.points.astype(np.int64).T
    return np.clip(rows, 0, shape[0] - 1), np.clip(columns, 0, shape[1] - 1)


def without_repeats(lines: Lines, shape: tuple[int, int]) -> Mask:
    """Which lines to keep: not those short ones that run beside others, within a pixel and a half."""
    rows, columns = cells(lines, shape)
    keep = np.asarray((lines.counts > _SHORT) | ~_beside_any(lines, rows, columns, shape))
    wide = np.zeros((shape[0] + 2, shape[1] + 2), dtype=bool)
    _stamp(wide, rows[np.repeat(keep, lines.counts)], columns[np.repeat(keep, lines.counts)])
    doubtful = np.flatnonzero(~keep)
    for line in doubtful[np.argsort(-lines.counts[doubtful], kind="stable")].tolist():
        own = slice(lines.starts[line], lines.starts[line + 1])
        if wide[rows[own] + 1, columns[own] + 1].mean() < _REPEATS:
            keep[line] = True
            _stamp(wide, rows[own], columns[own])
    return keep


def _beside_any(lines: Lines, rows: Offsets, columns: Offsets, shape: tuple[int, int]) -> Mask:
    """Which of the short lines run beside others, whichever of them are kept."""
    owner = np.repeat(np.arange(len(lines), dtype=np.int32), lines.counts)
    side = shape[1] + 2
    at = (rows + 1) * side + columns + 1
    lowest, highest = np.full((2, (shape[0] + 2) * side), -1, dtype=np.int32)
    highest[at] = owner  # where several are written, the last one stays
    lowest[at[::-1]] = owner[::-1]
    own = np.flatnonzero((lines.counts <= _SHORT)[owner])
    near = at[own, None] + np.concatenate([[0], steps(side)])
    other = (highest[near] >= 0) & ((highest[near] != owner[own, None]) | (lowest[near] != owner[own, None]))
    beside = np.bincount(owner[own], weights=other.any(axis=1), minlength=len(lines))
    return np.asarray(beside >= _REPEATS * lines.counts)


def _stamp(wide: Marks, rows: Offsets, columns: Offsets) -> None:
    """Mark pixels and their neighbours in marks that are a pixel larger on every side."""
    for down in range(3):
        for right in range(3):
            wide[rows + down, columns + right] = True
