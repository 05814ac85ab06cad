"""Strokes at least as wide as a pixel: each pixel near one is as dark as the pen's round tip comes near its middle.

A pixel whose middle is half a pixel or more inside the stroke is covered, one half a pixel outside is not, and between
it is in proportion. A segment adds only what its pixels have more from it than from the segment before: along a stroke
a pixel gets the most that any segment gives it, however finely it is divided, and joints are not seen. A stroke that
comes by again later adds again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import ranges
from dcode.geometry.mixing import Tones
from dcode.machine.preview.segments import Segments, pieces

_AT_ONCE: Final = 1 << 18  # pixels: what is worked on stays in the cache
_SMALL: Final = np.float32(1e-12)

Places = npt.NDArray[np.int64]


def reach(width: float) -> float:
    """How far from the edge of a picture a stroke may be to be seen in it, in pixels; and some more, for cut ends."""
    return width + 2.0


def add(tones: Tones, segments: Segments, width: float) -> None:
    """Lay strokes `width` pixels wide on an array of coverage, which must be contiguous, in place."""
    flat, (high, wide), radius = tones.reshape(-1), tones.shape, width / 2 + 0.5
    steep = np.abs(segments.way[:, 1]) > np.abs(segments.way[:, 0])
    _add(flat, segments.kept(~steep), radius, (wide, high), (1, wide))
    _add(flat, segments.kept(steep).turned, radius, (high, wide), (wide, 1))
    low, above = segments.box
    left, top = np.maximum(np.floor(low - radius), 0).astype(int)
    right, bottom = np.maximum(np.ceil(above + radius), 0).astype(int)
    window = tones[top:bottom, left:right]
    np.minimum(window, 1.0, out=window)


def _add(flat: Tones, segments: Segments, radius: float, size: tuple[int, int], steps: tuple[int, int]) -> None:
    """Add segments that go further across than down. `size` is how many pixels there are across and down, `steps` how

    far apart they are in `flat`.
    """
    for some, column, row, rows in _columns(segments, radius, size[0]):
        below = np.arange(rows)
        u = (column + 0.5 - some.begin[:, 0]).astype(np.float32)[:, None]
        v = (row + 0.5 - some.begin[:, 1]).astype(np.float32)[:, None] + below.astype(np.float32)
        shades = _shades(u, v, some.way, radius)
        near = some.joined[:, None] & (u * u + v * v < np.float32((2 * radius) ** 2))
        which, down = np.nonzero(near)
        led = some.led[which]
        from_u, from_v = u[which, 0] + led[:, 0].astype(np.float32), v[which, down] + led[:, 1].astype(np.float32)
        shades[which, down] -= _shades(from_u[:, None], from_v[:, None], led, radius)[:, 0]
        seen = (shades > 0) & (row[:, None] >= -below) & (row[:, None] < size[1] - below)
        places = (column * steps[0] + row * steps[1])[:, None] + below * steps[1]
        np.add.at(flat, places[seen], shades[seen])


def _shades(u: Tones, v: Tones, way: npt.NDArray[np.float64], radius: float) -> Tones:
    """How dark pixels are, shape (n, m), at u across and v down from where n segments begin: 0 to 1."""
    across, down = way.astype(np.float32).T[:, :, None]
    along = (u * across + v * down) / np.maximum(across * across + down * down, _SMALL)
    np.clip(along, 0, 1, out=along)
    off_u, off_v = u - along * across, v - along * down
    shades = np.float32(radius) - np.sqrt(off_u * off_u + off_v * off_v)
    np.clip(shades, 0, 1, out=shades)
    return np.asarray(shades)


def _columns(segments: Segments, radius: float, wide: int) -> Iterator[tuple[Segments, Places, Places, int]]:
    """All columns of pixels that segments touch, some at a time, equally many rows of each.

    For every column its segment, its number, and the number of its first row; then how many rows it has.
    """
    (x, y), (dx, dy) = segments.begin.T, segments.way.T
    slope = dy / np.where(dx == 0, 1.0, dx)
    spread = radius * np.hypot(1.0, slope)
    first = np.maximum(np.ceil(np.minimum(x, x + dx) - radius - 0.5), 0).astype(np.int64)
    last = np.minimum(np.floor(np.maximum(x, x + dx) + radius - 0.5), wide - 1).astype(np.int64)
    counts, heights = np.maximum(last - first + 1, 0), np.ceil(2 * spread).astype(np.int64)
    for rows in np.unique(heights).tolist():
        alike = np.flatnonzero((heights == rows) & (counts > 0))
        pixels = np.cumsum(counts[alike] * rows)
        for begin, end in pieces(pixels, _AT_ONCE):
            some = alike[begin:end]
            which = np.repeat(some, counts[some])
            column = ranges(first[some], counts[some])
            middle = np.clip(column + 0.5 - x[which], np.minimum(dx, 0)[which], np.maximum(dx, 0)[which])
            top = y[which] + slope[which] * middle - spread[which]
            yield segments.kept(which), column, np.ceil(top - 0.5).astype(np.int64), rows
