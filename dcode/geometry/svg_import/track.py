"""A path that text runs along."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from dcode.geometry.curves import Outline, flatten
from dcode.geometry.lines import Lines

_FINE: Final = 1e-6  # of the path's size: how far the polyline may be off it, so that letters turn smoothly


class Spot(NamedTuple):
    """A point of a path and the direction there, as the cosine and the sine of its angle; y down."""

    x: float
    y: float
    across: float
    down: float


class Track:
    """Polylines, one after the other, as one way; the jumps between them have no length."""

    def __init__(self, lines: Lines) -> None:
        self.closed = len(lines) == 1 and bool(lines.closed[0])
        steps = np.diff(lines.points, axis=0)
        lengths = np.hypot(steps[:, 0], steps[:, 1])
        lengths[lines.starts[1:-1] - 1] = 0.0
        kept = np.flatnonzero(lengths > 0)
        self._begins, self._steps = lines.points[:-1][kept].tolist(), steps[kept].tolist()
        self._lengths = lengths[kept].tolist()
        self._ends = np.cumsum(lengths[kept]).tolist()
        self._only = lines.points[0].tolist() if len(lines.points) else [0.0, 0.0]

    @property
    def length(self) -> float:
        """How long the way is."""
        return float(self._ends[-1]) if self._ends else 0.0

    def spot(self, distance: float) -> Spot:
        """Where the way is after a distance; before its begin and after its end it goes straight on."""
        if not self._ends:
            return Spot(self._only[0], self._only[1], 1.0, 0.0)
        index = min(bisect_right(self._ends, distance), len(self._ends) - 1)
        (x, y), (dx, dy), long = self._begins[index], self._steps[index], self._lengths[index]
        share = (distance - (self._ends[index] - long)) / long
        return Spot(x + share * dx, y + share * dy, dx / long, dy / long)


def track_of(outline: Outline, *, backwards: bool) -> Track:
    """The way along an outline of at least one path. Raises DrawingError as `flatten` does."""
    lines = flatten(outline, max(_size(outline), 1e-9) * _FINE)
    return Track(Lines.of([line[::-1] for line in lines][::-1]) if backwards else lines)


def _size(outline: Outline) -> float:
    """About how large it is. Vertices alone do not say: a circle has one."""
    bent, axes = outline.control[~outline.is_arc, :2], outline.control[outline.is_arc, 1:]
    points = np.concatenate([outline.lines.points, bent.reshape(-1, 2)])
    with np.errstate(over="ignore", invalid="ignore"):  # what is beyond reason is refused by who draws it
        return float(max(np.ptp(points, axis=0).max(), np.abs(axes).max(initial=0.0)))


@dataclass(frozen=True, slots=True, eq=False)
class Along:
    """The path of a textPath, and how far along it text begins."""

    track: Track
    offset: float

    def spot(self, middle: float, anchor: str) -> Spot | None:
        """Where the middle of a letter comes that is so far from the text's begin; None beyond the path's ends.

        Around a closed path goes one round of text, which begins, is in the middle or ends at the offset (SVG 2,
        11.8.3).
        """
        long, distance = self.track.length, middle + self.offset
        first = {"middle": self.offset - long / 2, "end": self.offset - long}.get(anchor, self.offset)
        low, high = (first, first + long) if self.track.closed else (0.0, long)
        if not low <= distance <= high:
            return None
        return self.track.spot(distance % long if self.track.closed and long else distance)
