"""Thinning: what is left of ink when it is peeled until it is one pixel thin.

Z. Guo and R. W. Hall, "Parallel thinning with two-subiteration algorithms", 1989, the first of theirs: unlike Zhang and
Suen's it leaves lines that are two pixels wide as they are connected. All pixels of a pass are decided at once, so
where there is no compiled kernel numpy does a pass in one piece, with the same result.
"""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.order.kernels import Way
from dcode.geometry.skeleton.kernels import kernel
from dcode.geometry.strokes.kernels import Kernel

Ink = npt.NDArray[np.bool_]  # shape (height, width), row 0 at the top
Pixels = npt.NDArray[np.int64]

# The neighbours of a pixel as (down, right), clockwise from the one above: bit i of a code stands for the i-th.
AROUND: Final = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))


def steps(width: int) -> Pixels:
    """From a pixel to each of its neighbours in a flat picture of so many columns."""
    return np.array([down * width + right for down, right in AROUND], dtype=np.int64)


def codes(flat: npt.NDArray[np.uint8], pixels: Pixels, width: int) -> npt.NDArray[np.uint8]:
    """Which neighbours of each pixel are set, as bits. No pixel may lie on the picture's edge."""
    found = np.zeros(len(pixels), dtype=np.uint8)
    for bit, step in enumerate(steps(width).tolist()):
        found |= flat[pixels + step] << bit
    return found


def thin(ink: Ink, way: Way | None = None) -> Ink:
    """The skeleton of the ink: as connected as the ink, holes and all, and one pixel wide."""
    height, width = ink.shape
    padded = np.zeros((height + 2, width + 2), dtype=np.uint8)
    padded[1:-1, 1:-1] = ink
    found = kernel("peel", way)
    if found.way == "compiled":
        _peel(found, padded, _border(padded))
    else:
        _peel_at_once(padded.ravel(), _border(padded), width + 2)
    return np.asarray(padded[1:-1, 1:-1], dtype=bool)


def _peel(found: Kernel, padded: npt.NDArray[np.uint8], border: Pixels) -> None:
    """By the kernel, pixel by pixel."""
    flat, width = padded.ravel(), padded.shape[1]
    known = np.full(len(flat), 255, dtype=np.uint8)
    known[border] = codes(flat, border, width)
    room = [np.empty(times * np.count_nonzero(flat), dtype=np.intc) for times in (1, 1, 2)]
    rules = found.bytes(_deleted().astype(np.uint8))
    found.module.peel(flat, known, rules, found.ints(steps(width)), found.ints(border), *room)
    flat &= 1


def _peel_at_once(flat: npt.NDArray[np.uint8], border: Pixels, width: int) -> None:
    """By numpy: looked at are only those pixels that a deletion of the last two passes has come next to."""
    gone = [border, border]
    for number in count():
        active = border if number < 2 else _touched(flat, gone, width)
        if not len(active):
            break
        lost = active[_deleted()[number % 2][codes(flat, active, width)]]
        flat[lost] = 0
        gone = [gone[1] if number else lost, lost]


def _border(padded: npt.NDArray[np.uint8]) -> Pixels:
    """The pixels of ink that do not have ink all around, as places in the flat picture."""
    height, width = padded.shape
    whole = padded[1:-1, 1:-1].copy()
    for down, right in AROUND:
        whole &= padded[1 + down : height - 1 + down, 1 + right : width - 1 + right]
    edge = padded.copy()
    edge[1:-1, 1:-1] ^= whole
    return np.flatnonzero(edge.view(bool))


def _touched(flat: npt.NDArray[np.uint8], gone: list[Pixels], width: int) -> Pixels:
    """The pixels of ink beside those that are gone."""
    if not sum(map(len, gone)):
        return np.empty(0, dtype=np.int64)
    beside = np.zeros(len(flat), dtype=bool)
    for step in steps(width).tolist():
        for pixels in gone:
            beside[pixels + step] = True
    return np.flatnonzero(beside & flat.view(bool))


@cache
def _deleted() -> npt.NDArray[np.bool_]:
    """For the even and for the odd passes: whether a pixel with such neighbours goes. Shape (2, 256)."""
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1 == 1
    n, ne, e, se, s, sw, w, nw = bits.T
    pieces = (~n & (ne | e)).astype(int) + (~e & (se | s)) + (~s & (sw | w)) + (~w & (nw | n))
    one_way = (nw | n).astype(int) + (ne | e) + (se | s) + (sw | w)
    other_way = (n | ne).astype(int) + (e | se) + (s | sw) + (w | nw)
    fewest = np.minimum(one_way, other_way)
    loose = (pieces == 1) & (fewest >= 2) & (fewest <= 3)
    return np.array([loose & ~((s | sw | ~nw) & w), loose & ~((n | ne | ~se) & e)])
