"""Bring a drawing to where it is to be drawn: fitted into a rectangle, or centred in it at its own size."""

from __future__ import annotations

from dataclasses import replace

from dcode.geometry.bounds import Bounds
from dcode.geometry.drawing import Drawing
from dcode.geometry.fit import fit_bounds
from dcode.geometry.transform import Transform


def fit(drawing: Drawing, sheet: Bounds, margin: float = 0.0) -> Drawing:
    """What is drawn, scaled alike both ways to fill `sheet` less `margin` mm, and centred there. Pens keep their width.

    The page is forgotten: it says nothing about where the drawing is now. Raises ConfigError when the margin leaves
    nothing of the sheet.
    """
    bounds = drawing.bounds
    if bounds is None:
        return replace(drawing, page=None)
    affine = fit_bounds(bounds, sheet, margin)
    return _moved(drawing, Transform(affine.scale, 0.0, 0.0, affine.scale, affine.dx, affine.dy))


def centre(drawing: Drawing, sheet: Bounds) -> Drawing:
    """What is drawn, at its own size, with the middle of its bounds in the middle of `sheet`. The page is forgotten."""
    bounds = drawing.bounds
    if bounds is None:
        return replace(drawing, page=None)
    (from_x, from_y), (to_x, to_y) = bounds.centre, sheet.centre
    return _moved(drawing, Transform.shift(to_x - from_x, to_y - from_y))


def _moved(drawing: Drawing, transform: Transform) -> Drawing:
    return replace(drawing.mapped(transform.lines), page=None)
