"""Kernel: which pixel of paper is nearest, along the rows once it is known along the columns.

Compiled as `_nearest` with the types of `_nearest.pxd`; see `kernels.py`.
"""

from __future__ import annotations

from collections.abc import MutableSequence

Ints = MutableSequence[int]
Floats = MutableSequence[float]


def nearest(down: Ints, width: int, rows: Ints, columns: Ints, most: float, squares: Floats, across: Ints) -> None:
    """Fill `squares` with the squared distances of pixels from the nearest paper, `across` with how many columns to the
    right that is; further than `most` away nothing is looked for.

    `down` tells of each pixel of a flat picture how far up or down it is from paper; the picture is a pixel larger on
    every side than the one `width` columns wide in which `rows` and `columns` count.
    """
    furthest = most if most < width + 1 else width + 1
    for i in range(len(squares)):
        begin = (rows[i] + 1) * (width + 2)
        own = columns[i] + 1
        best = float(down[begin + own])
        best *= best
        found = 0
        step = 0
        while step < furthest and best > (step + 1.0) * (step + 1.0):
            step += 1
            for side in range(2):
                way = step if side else -step
                at = own + way
                at = 0 if at < 0 else (width + 1 if at > width + 1 else at)
                square = float(down[begin + at])
                square = square * square + step * (step + 0.0)
                if square < best:
                    best = square
                    found = way
        squares[i] = best
        across[i] = found
