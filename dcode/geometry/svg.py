"""Strokes and drawings as SVG: one path a stroke, in millimetres, the sheet as its page.

SVG counts y downwards: a point (x, y) on paper is (x, -y) in the file, and the view box is the sheet's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, groupby
from re import search
from typing import TYPE_CHECKING

from dcode.geometry.bounds import Bounds
from dcode.geometry.pen_width import PEN_MM

if TYPE_CHECKING:  # numpy, behind these, is not loaded for a small picture
    from dcode.geometry.drawing import Drawing, Layer
    from dcode.geometry.lines import Points

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stroke:
    """What one pen draws between pen down and pen up: points in mm, y up. A single point is a dot."""

    points: Sequence[Point]
    colour: str = "#000000"
    width_mm: float = PEN_MM


def svg(strokes: Iterable[Stroke], sheet: Bounds, title: str = "") -> str:
    """The ink alone, as text. A preview, with what is around the ink, is dcode.machine.preview's."""
    # White paper: a viewer with a dark background would swallow black ink.
    parts = [*head(sheet, "", title), rectangle(sheet, 'fill="#ffffff"')]
    for (colour, width_mm), alike in groupby(strokes, key=lambda stroke: (stroke.colour, stroke.width_mm)):
        parts += group((stroke.points for stroke in alike), colour, width_mm)
    parts.append("</svg>\n")
    return "".join(parts)


def drawing_svg(drawing: Drawing, title: str = "") -> str:
    """The drawing as SVG text that can be read again, here and by vpype and Inkscape: every layer a layer.

    As vpype writes them: `layer<number>` as id, the name as Inkscape's label, colour and width as the group's stroke.
    The page is the drawing's, or what it covers when it has none. A closed stroke is a closed path.
    """
    sheet = drawing.sheet or drawing.bounds or Bounds(0.0, 1.0, 1.0, 0.0)
    parts = head(sheet, ' xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"', title)
    taken = {layer.pen for layer in drawing.layers}
    free = (number for number in count(1) if number not in taken)
    for layer in drawing.layers:
        pen = layer.pen if layer.pen is not None else next(free)
        parts += group(layer.lines, layer.colour, layer.width_mm, _layer_attributes(layer, pen))
    parts.append("</svg>\n")
    return "".join(parts)


def _layer_attributes(layer: Layer, pen: int) -> str:
    """vpype goes by the first digits in the label: where these are of something else, the pen is put before them."""
    label = layer.name or str(pen)
    digits = search(r"\d+", label)
    if digits is not None and int(digits[0]) != pen:
        label = f"{pen} {label}"
    return f' id="layer{pen}" inkscape:groupmode="layer" inkscape:label="{_escaped(label)}"'


def number(value: float) -> str:
    """At most three decimals (1 µm), without trailing zeros."""
    return f"{round(value, 3) + 0.0:.12g}"  # adding 0 makes a positive zero of a negative one


def head(sheet: Bounds, spaces: str, title: str) -> list[str]:
    """The opening <svg>, the sheet its page in mm and its user units; `spaces` are further attributes of it."""
    width, height = number(sheet.width), number(sheet.height)
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg"{spaces} width="{width}mm" height="{height}mm" '
        f'viewBox="{number(sheet.left)} {number(-sheet.top)} {width} {height}">\n'
    )
    return [head, f"<title>{_escaped(title)}</title>\n"] if title else [head]


def rectangle(bounds: Bounds, looks: str) -> str:
    """A <rect>; `looks` are its presentation attributes."""
    return (
        f'<rect x="{number(bounds.left)}" y="{number(-bounds.top)}" width="{number(bounds.width)}" '
        f'height="{number(bounds.height)}" {looks}/>\n'
    )


def group(lines: Iterable[Sequence[Point] | Points], colour: str, width_mm: float, more: str = "") -> Iterator[str]:
    """A <g> with the lines as paths; nothing at all when there are none."""
    paths = [f'<path d="{path(points)}"/>\n' for points in lines if len(points)]
    if paths:
        yield (
            f'<g fill="none" stroke="{_escaped(colour)}" stroke-width="{number(width_mm)}" '
            f'stroke-linecap="round" stroke-linejoin="round"{more}>\n'
        )
        yield from paths
        yield "</g>\n"


def path(points: Sequence[Point] | Points) -> str:
    """Path data; a dot is a line without length, which the round cap makes visible."""
    if isinstance(points, Sequence):
        flat = [value for x, y in points for value in (round(x, 3) + 0.0, round(-y, 3) + 0.0)]
    else:
        flat = ((points * (1.0, -1.0)).round(3) + 0.0).ravel().tolist()
    if len(points) == 1:
        return "M{:.12g} {:.12g}h0".format(*flat)
    closed = len(points) > 3 and flat[:2] == flat[-2:]
    pairs = " ".join(["{:.12g} {:.12g}"] * (len(points) - 1 - closed))
    return f"M{{:.12g}} {{:.12g}}L{pairs}{'Z' * closed}".format(*flat)


def _escaped(text: str) -> str:
    """Text for XML, in an element or between double quotes; characters that XML cannot hold become blanks."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return printable.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
