"""The basic shapes, as SVG 2 chapter 10 turns them into paths."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from dcode.geometry.svg_import.numbers import length
from dcode.geometry.svg_import.outlines import PathPen
from dcode.geometry.svg_import.path_data import draw_path, draw_points

Attributes = dict[str, str]
Viewport = tuple[float, float]  # width and height of what percentages are of, in user units

_QUARTER: Final = math.pi / 2


def diagonal(viewport: Viewport) -> float:
    """What 100 % of a length is that is neither across nor down."""
    return math.hypot(*viewport) / math.sqrt(2)


def _across(attributes: Attributes, name: str, viewport: Viewport) -> float:
    return length(attributes.get(name, "0"), viewport[0])


def _down(attributes: Attributes, name: str, viewport: Viewport) -> float:
    return length(attributes.get(name, "0"), viewport[1])


def _path(attributes: Attributes, pen: PathPen, _: Viewport) -> None:
    data = attributes.get("d", "")
    if data and data != "none":
        draw_path(data, pen)


def _polyline(attributes: Attributes, pen: PathPen, _: Viewport) -> None:
    draw_points(attributes.get("points", ""), pen, closed=False)


def _polygon(attributes: Attributes, pen: PathPen, _: Viewport) -> None:
    draw_points(attributes.get("points", ""), pen, closed=True)


def _line(attributes: Attributes, pen: PathPen, viewport: Viewport) -> None:
    pen.move(_across(attributes, "x1", viewport), _down(attributes, "y1", viewport))
    pen.line(_across(attributes, "x2", viewport), _down(attributes, "y2", viewport))


def _rect(attributes: Attributes, pen: PathPen, viewport: Viewport) -> None:
    draw_rectangle(
        pen,
        _across(attributes, "x", viewport),
        _down(attributes, "y", viewport),
        _across(attributes, "width", viewport),
        _down(attributes, "height", viewport),
        *_corner(attributes, viewport),
    )


def _corner(attributes: Attributes, viewport: Viewport) -> tuple[float, float]:
    """The radii of a rectangle's corners: one that is not given is as the other."""
    said = [attributes.get(name, "auto") for name in ("rx", "ry")]
    radii = [
        None if text == "auto" else max(0.0, length(text, whole)) for text, whole in zip(said, viewport, strict=True)
    ]
    across = radii[0] if radii[0] is not None else radii[1]
    down = radii[1] if radii[1] is not None else radii[0]
    return across or 0.0, down or 0.0


def draw_rectangle(
    pen: PathPen, x: float, y: float, width: float, height: float, rx: float = 0.0, ry: float = 0.0
) -> None:
    """Draws a rectangle from its upper left corner, clockwise as SVG sees it; nothing when it has no area."""
    if not (width > 0 and height > 0):
        return
    rx, ry = min(rx, width / 2), min(ry, height / 2)
    right, bottom = x + width, y + height
    if rx == 0 or ry == 0:
        pen.straight((x, y, right, y, right, bottom, x, bottom, x, y))
        return
    pen.move(x + rx, y)
    axes = (rx, 0.0, 0.0, ry)
    for centre, begin, to in (
        ((right - rx, y + ry), -_QUARTER, (right - rx, y)),
        ((right - rx, bottom - ry), 0.0, (right, bottom - ry)),
        ((x + rx, bottom - ry), _QUARTER, (x + rx, bottom)),
        ((x + rx, y + ry), 2 * _QUARTER, (x, y + ry)),
    ):
        pen.line(*to)
        pen.ellipse_part(centre, axes, begin, _QUARTER)
    pen.close()


def _circle(attributes: Attributes, pen: PathPen, viewport: Viewport) -> None:
    radius = length(attributes.get("r", "0"), diagonal(viewport))
    _oval(attributes, pen, viewport, radius, radius)


def _ellipse(attributes: Attributes, pen: PathPen, viewport: Viewport) -> None:
    _oval(attributes, pen, viewport, *_corner(attributes, viewport))


def _oval(attributes: Attributes, pen: PathPen, viewport: Viewport, rx: float, ry: float) -> None:
    if rx > 0 and ry > 0:
        x, y = _across(attributes, "cx", viewport), _down(attributes, "cy", viewport)
        pen.move(x + rx, y)
        pen.ellipse_part((x, y), (rx, 0.0, 0.0, ry), 0.0, 4 * _QUARTER)
        pen.xy[-2], pen.xy[-1] = x + rx, y  # exactly where it began


SHAPES: Final[dict[str, Callable[[Attributes, PathPen, Viewport], None]]] = {
    "path": _path,
    "polyline": _polyline,
    "polygon": _polygon,
    "line": _line,
    "rect": _rect,
    "circle": _circle,
    "ellipse": _ellipse,
}
