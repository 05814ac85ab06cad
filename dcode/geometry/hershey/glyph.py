"""A letter of a single-line font."""

from __future__ import annotations

from dataclasses import dataclass

Stroke = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Glyph:
    """A letter: its strokes in font units, y up from the base line, x from its left edge; and how wide it is."""

    strokes: tuple[Stroke, ...]
    width: float
