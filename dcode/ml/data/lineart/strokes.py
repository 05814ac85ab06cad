"""An icon's SVG to strokes on the grid: whole numbers 0 to 255, y up, the longer side of the drawing filling it.

Curves flattened, points left out within an error bound, ink that is there twice drawn once, ends that touch joined, and
ordered: the largest stroke first, then always the nearest.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from dcode.errors import DrawingError
from dcode.geometry.dedupe import drop_repeated, drop_repeated_segments
from dcode.geometry.lines import Lines, Points
from dcode.geometry.merge import merge
from dcode.geometry.simplify import simplify
from dcode.geometry.svg_import.read import LayersFrom, read_svg
from dcode.ml.data.lineart.icons import SIZE_MM
from dcode.ml.data.lineart.ink import filled_mask, is_line_art, middle_lines
from dcode.ml.data.lineart.sets import Way

GRID: Final = 255  # the largest coordinate
TOLERANCE: Final = 0.9  # grid units that a point left out may be off
_TOUCHING: Final = 1.5  # grid units between ends that are one place
_SHORTEST: Final = 3.0  # grid units of a stroke
_DOT: Final = 4.0  # radius of the ring that a dot becomes
_FLATTEN_MM: Final = 0.25
_PIXELS: Final = 512
MOST_POINTS, MOST_STROKES, FEWEST_POINTS = 400, 64, 3


def strokes_of(svg: str, way: Way) -> Lines | None:
    """The strokes, or None for an icon that cannot be read, draws nothing or is beyond what is simple."""
    try:
        read = read_svg(
            svg.replace("currentColor", "#000").encode(),
            tolerance=_FLATTEN_MM,
            layers_from=LayersFrom.NOTHING,
            hide=way is Way.IN_FRONT,
            crop_to_page=False,
        )
    except DrawingError:
        return None
    if not read.drawing.layers:
        return None
    lines = read.drawing.layers[0].lines
    if way in (Way.MIDDLE, Way.EITHER):
        lines = _along_middle(lines, "evenodd" in svg, always=way is Way.MIDDLE)
    return on_grid(lines)


def _along_middle(lines: Lines, even_odd: bool, always: bool) -> Lines:
    scale = _PIXELS / SIZE_MM
    mask = filled_mask(Lines(lines.points * (scale, -scale) + _PIXELS / 2, lines.starts), _PIXELS, even_odd)
    if not always and not is_line_art(mask):
        return lines
    found = middle_lines(mask)
    return Lines((found.points - _PIXELS / 2) * (1 / scale, -1 / scale), found.starts)


def on_grid(lines: Lines) -> Lines | None:
    """Any lines, y up, scaled and moved onto the grid and made simple; None where too little or too much is left."""
    bounds = lines.bounds
    if bounds is None or len(lines) > 8 * MOST_STROKES or len(lines.points) > 6000:
        return None
    wide, high = bounds.right - bounds.left, bounds.top - bounds.bottom
    scale = (GRID - 1) / max(wide, high, 1e-6)
    points = (lines.points - bounds.centre) * scale + GRID / 2
    lines = _with_rings_for_dots(Lines(points, lines.starts))
    lines = drop_repeated_segments(drop_repeated(simplify(lines, TOLERANCE / 3), 1.0), 0.75)
    lines = simplify(merge(lines, _TOUCHING), TOLERANCE)
    lines = Lines.of([_distinct(line) for line in _closed_up(lines)])
    lines = lines.kept((lines.lengths >= _SHORTEST) & (lines.counts > 1))
    if not len(lines) or len(lines) > MOST_STROKES or not FEWEST_POINTS <= len(lines.points) <= MOST_POINTS:
        return None
    return ordered(lines)


def _with_rings_for_dots(lines: Lines) -> Lines:
    """A dot, which is an eye or a button, becomes a small ring: a pen's point alone is hardly seen."""
    extent = np.array([np.ptp(line, axis=0).max() if len(line) < 4 else GRID for line in lines])
    if not (extent < 1.0).any():
        return lines
    angles = np.linspace(0.0, 2 * np.pi, 9)
    ring = _DOT * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    ring[-1] = ring[0]
    return Lines.of([line[:1] + ring if small else line for line, small in zip(lines, extent < 1.0, strict=True)])


def _closed_up(lines: Lines) -> Lines:
    """Strokes whose two ends touch end where they begin."""
    parts = []
    for line in lines:
        gap = np.hypot(*(line[0] - line[-1]))
        parts.append(np.concatenate([line, line[:1]]) if len(line) > 3 and 0 < gap <= _TOUCHING else line)
    return Lines.of(parts)


def _distinct(line: Points) -> Points:
    """On whole numbers, without points that repeat the one before."""
    whole = np.clip(np.rint(line), 0, GRID)
    keep = np.ones(len(whole), dtype=bool)
    keep[1:] = (whole[1:] != whole[:-1]).any(axis=1)
    return np.asarray(whole[keep])


def ordered(lines: Lines) -> Lines:
    """The largest stroke first, then always the one that begins nearest to where the pen is.

    Open strokes may be turned round. Rings begin at their point nearest to the pen; the first one at its top left.
    """
    left = list(lines)
    sizes = [float(np.ptp(line, axis=0).sum()) for line in left]
    first = left.pop(int(np.argmax(sizes)))
    pen = np.array([0.0, GRID])
    found = [_begun_near(first, pen)]
    while left:
        pen = found[-1][-1]
        away = [min(np.hypot(*(line - pen).T)) if _is_ring(line) else _end_distance(line, pen) for line in left]
        found.append(_begun_near(left.pop(int(np.argmin(away))), pen))
    return Lines.of(found)


def _is_ring(line: Points) -> bool:
    return len(line) > 3 and bool((line[0] == line[-1]).all())


def _end_distance(line: Points, pen: Points) -> float:
    return float(min(np.hypot(*(line[0] - pen)), np.hypot(*(line[-1] - pen))))


def _begun_near(line: Points, pen: Points) -> Points:
    if _is_ring(line):
        ring = line[:-1]
        turned = np.roll(ring, -int(np.argmin(np.hypot(*(ring - pen).T))), axis=0)
        return np.concatenate([turned, turned[:1]])
    return line[::-1] if np.hypot(*(line[-1] - pen)) < np.hypot(*(line[0] - pen)) else line
