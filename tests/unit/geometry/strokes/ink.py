"""Pictures with known tones, and how dark a drawing comes out: its strokes as wide as the pen, as areas."""

from __future__ import annotations

import numpy as np
import shapely

from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines
from dcode.geometry.strokes.picture import Picture


def picture(tones: object, pixel_mm: float = 1.0) -> Picture:
    """Around the origin."""
    darkness = np.asarray(tones, dtype=np.float32)
    height, width = darkness.shape
    right, top = width * pixel_mm / 2, height * pixel_mm / 2
    return Picture(darkness, Bounds(-right, right, top, -top))


def wedge(tones: list[float], size: int) -> Picture:
    """Square patches of even tone from left to right, so many mm large."""
    return picture(np.repeat(np.tile(tones, (size, 1)), size, axis=1))


def patches(steps: Picture, count: int, inset: float) -> list[Bounds]:
    """The patches of a wedge less what is near their edges, where a neighbour's dots reach."""
    frame, size = steps.frame, steps.frame.width / count
    starts = [frame.left + size * number for number in range(count)]
    return [Bounds(left, left + size, frame.top, frame.bottom).inset(inset) for left in starts]


def covered(lines: Lines, pen: float, where: Bounds) -> float:
    """The share of a rectangle that a round pen leaves black."""
    box = shapely.box(where.left, where.bottom, where.right, where.top)
    strokes = np.array([shapely.Point(line[0]) if len(line) == 1 else shapely.LineString(line) for line in lines])
    near = strokes[shapely.intersects(strokes, box.buffer(pen))] if len(strokes) else strokes
    ink = shapely.union_all(shapely.buffer(near, pen / 2, quad_segs=16))
    return float(ink.intersection(box).area / box.area)
