"""Polylines taken apart into what the two ways of covering pixels go by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dcode.geometry.bounds import Bounds
from dcode.geometry.crop import span
from dcode.geometry.lines import Lines, Mask, Offsets, Points, ranges


@dataclass(frozen=True, slots=True)
class Segments:
    """Straight ways, shape (n, 2): where each begins, its way from there, and the way that led there.

    `opens` tells where a stroke begins, `joined` where `led` is the way of a segment before. A dot has no way.
    """

    begin: Points
    way: Points
    led: Points
    opens: Mask
    joined: Mask

    def __len__(self) -> int:
        return len(self.begin)

    @property
    def box(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """The least and the greatest x and y of all of them."""
        ends = self.begin + self.way
        return np.minimum(self.begin, ends).min(axis=0), np.maximum(self.begin, ends).max(axis=0)

    @property
    def turned(self) -> Segments:
        """The same with x and y exchanged."""
        return Segments(self.begin[:, ::-1], self.way[:, ::-1], self.led[:, ::-1], self.opens, self.joined)

    def kept(self, which: Mask | Offsets | slice) -> Segments:
        """Some of them."""
        return Segments(self.begin[which], self.way[which], self.led[which], self.opens[which], self.joined[which])


def segments_of(lines: Lines, before: npt.NDArray[np.float64] | None) -> Segments:
    """All segments of polylines, in order. `before` is a point that leads to the first of them."""
    points, counts = lines.points, lines.counts
    steps = np.maximum(counts - 1, 1)
    begins, last = ranges(lines.starts[:-1], steps), np.repeat(lines.starts[1:] - 1, steps)
    opens = np.zeros(len(begins), dtype=np.bool_)
    firsts = (np.cumsum(steps) - steps)[: len(lines)]
    opens[firsts] = True
    led_from, joined = begins - ~opens, ~opens
    rings = lines.closed  # their ends lead on to their beginnings
    led_from[firsts[rings]], joined[firsts[rings]] = lines.starts[1:][rings] - 2, True
    led = points[begins] - points[led_from]
    if before is not None and len(lines):
        led[0], opens[0], joined[0] = points[0] - before, False, True
    return Segments(points[begins], points[np.minimum(begins + 1, last)] - points[begins], led, opens, joined)


def cut(segments: Segments, room: Bounds) -> Segments:
    """What of them is in a rectangle, those left out that are not finite. A cut end neither opens nor is joined."""
    finite = np.asarray(np.isfinite(np.hstack([segments.begin, segments.way])).all(axis=1))
    found = segments if finite.all() else segments.kept(finite)
    enter, leave = span(found.begin, found.begin + found.way, room)
    inside = np.asarray(enter <= leave)
    if inside.all() and not enter.any() and (leave == 1).all():
        return found
    found, enter, leave = found.kept(inside), enter[inside], leave[inside]
    whole = enter == 0
    begin, way = found.begin + enter[:, None] * found.way, (leave - enter)[:, None] * found.way
    return Segments(begin, way, found.led, found.opens & whole, found.joined & whole)


def pieces(sums: Offsets, most: int) -> Iterator[tuple[int, int]]:
    """Slices with about `most` to do in each, by the running sums of what there is to do."""
    begin = 0
    while begin < len(sums):
        done = int(sums[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(sums, done + most, side="right")))
        yield begin, end
        begin = end
