"""Strokes as an SVG picture: one path a stroke, in millimetres, the sheet as its page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from dcode.geometry.bounds import Bounds

Point = tuple[float, float]

_TRAVEL_COLOUR = "#5b8def"
_FRAME_COLOUR = "#bbbbbb"


@dataclass(frozen=True, slots=True)
class Stroke:
    """What one pen draws between pen down and pen up: points in mm, y up. A single point is a dot."""

    points: Sequence[Point]
    colour: str = "#000000"
    width_mm: float = 0.5


def svg(
    strokes: Iterable[Stroke],
    sheet: Bounds,
    *,
    travels: Iterable[Sequence[Point]] = (),
    frame: Bounds | None = None,
    title: str = "",
) -> str:
    """The picture as text. `travels` are drawn faintly under the ink, `frame` (the work area) as a thin rectangle.

    SVG counts y downwards: a point (x, y) on paper is (x, -y) in the picture, and the view box is the sheet's.
    """
    width, height = number(sheet.width), number(sheet.height)
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="{number(sheet.left)} {number(-sheet.top)} {width} {height}">\n',
        # White paper: a viewer with a dark background would swallow black ink.
        f'<rect x="{number(sheet.left)}" y="{number(-sheet.top)}" width="{width}" height="{height}" fill="#ffffff"/>\n',
    ]
    if title:
        parts.append(f"<title>{_escaped(title)}</title>\n")
    if frame is not None:
        parts.append(
            f'<rect x="{number(frame.left)}" y="{number(-frame.top)}" width="{number(frame.width)}" '
            f'height="{number(frame.height)}" fill="none" stroke="{_FRAME_COLOUR}" stroke-width="0.5"/>\n'
        )
    parts += _group(travels, _TRAVEL_COLOUR, 0.2, ' stroke-opacity="0.35"')
    for (colour, width_mm), alike in groupby(strokes, key=lambda stroke: (stroke.colour, stroke.width_mm)):
        parts += _group((stroke.points for stroke in alike), colour, width_mm)
    parts.append("</svg>\n")
    return "".join(parts)


def number(value: float) -> str:
    """At most three decimals (1 µm), without trailing zeros."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _group(lines: Iterable[Sequence[Point]], colour: str, width_mm: float, more: str = "") -> Iterator[str]:
    """A <g> with the lines as paths; nothing at all when there are none."""
    paths = [f'<path d="{_path(points)}"/>\n' for points in lines if points]
    if paths:
        yield (
            f'<g fill="none" stroke="{_escaped(colour)}" stroke-width="{number(width_mm)}" '
            f'stroke-linecap="round" stroke-linejoin="round"{more}>\n'
        )
        yield from paths
        yield "</g>\n"


def _path(points: Sequence[Point]) -> str:
    """Path data; a dot is a line without length, which the round cap makes visible."""
    pairs = [f"{number(x)} {number(-y)}" for x, y in points]
    return f"M{pairs[0]}h0" if len(pairs) == 1 else f"M{pairs[0]}L{' '.join(pairs[1:])}"


def _escaped(text: str) -> str:
    """Text for XML, in an element or between double quotes; characters that XML cannot hold become blanks."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return printable.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
