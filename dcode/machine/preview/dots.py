"""Dots as they are seen: a touch of the pen is less than a pixel of most pictures, and would be lost in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.lines import Lines, Mask

_PIXELS: Final = 2.0  # across a dot that stands out from the travels between dots
_MOST: Final = 0.3  # of what dots are spread over, when they are large: their tones are still told apart

Places = npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True, eq=False)
class Dots:
    """Where the dots of a drawing are, as complex numbers in order, and how wide they are shown at least, in mm."""

    places: Places
    width_mm: float

    @classmethod
    def of(cls, drawing: Drawing, pixel_mm: float) -> Dots:
        """As wide as is seen where a pixel is so large, or as there is room for so many."""
        found = [_begins(layer.lines)[_touches(layer.lines)] for layer in drawing.layers]
        places, width = np.concatenate([np.empty(0, dtype=np.complex128), *found]), _PIXELS * pixel_mm
        if not len(places):
            return cls(places, 0.0)
        room = (np.ptp(places.real) + 2 * width) * (np.ptp(places.imag) + 2 * width)
        return cls(np.sort(places), min(width, float(np.sqrt(_MOST * room / len(places)))))

    def shown(self, drawing: Drawing) -> Iterator[Layer]:
        """The layers of the drawing, or of a piece of it, those dots in layers of their own that are shown wider.

        Of a piece that has the first point of a stroke alone, this is none.
        """
        for layer in drawing.layers:
            if layer.width_mm >= self.width_mm:
                yield layer
                continue
            dots = _touches(layer.lines)
            dots[dots] = self._has(_begins(layer.lines)[dots])
            if not dots.all():
                yield replace(layer, lines=layer.lines.kept(~dots))
            if dots.any():
                yield replace(layer, lines=layer.lines.kept(dots), width_mm=self.width_mm)

    def _has(self, places: Places) -> Mask:
        """Which of some places have a dot."""
        nearest = np.minimum(np.searchsorted(self.places, places), len(self.places) - 1)
        return np.asarray(self.places[nearest] == places)


def _begins(lines: Lines) -> Places:
    first = lines.points[lines.starts[:-1]]
    return np.asarray(first[:, 0] + 1j * first[:, 1])


def _touches(lines: Lines) -> Mask:
    """Which strokes end where they begin without going anywhere."""
    return np.asarray(lines.lengths == 0)
