"""SVG text to a drawing."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from dcode.errors import DrawingError
from dcode.geometry.bounds import Bounds
from dcode.geometry.crop import crop
from dcode.geometry.curves import flatten
from dcode.geometry.dash import dashed
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.lines import Lines, Mask, Offsets
from dcode.geometry.pen_width import PEN_MM
from dcode.geometry.svg_import.background import without_background
from dcode.geometry.svg_import.faces import Faces
from dcode.geometry.svg_import.items import Item
from dcode.geometry.svg_import.numbers import MM_PER_PX
from dcode.geometry.svg_import.placement import page_size, to_paper
from dcode.geometry.svg_import.shapes import Viewport
from dcode.geometry.svg_import.tree import Element, parse_tree
from dcode.geometry.svg_import.united import united
from dcode.geometry.svg_import.walk import Walk
from dcode.geometry.transform import Transform

if TYPE_CHECKING:
    from dcode.geometry.hatch import Hatch

TOLERANCE_MM: Final = 0.05  # a quarter of the finest pen's line
_NO_PAGE: Final = (100.0, 100.0)  # what percentages are of, in px, where the file has no size at all
_DIGITS: Final = re.compile(r"\d{1,9}")
_EDGE_MM: Final = 1e-3
_HAIRLINE_MM: Final = 0.05  # what is thinner, no pen draws: it has the usual width


class LayersFrom(Enum):
    """What makes a layer, and so a pen."""

    AUTO = "auto"  # Inkscape's layers where the file has any, colours where it has none
    GROUPS = "groups"  # the groups directly below the root
    COLOURS = "colours"
    NOTHING = "one"  # one layer for all


@dataclass(frozen=True, slots=True)
class SvgReading:
    """A drawing, and sentences about what in the file was left out."""

    drawing: Drawing
    notes: tuple[str, ...] = ()


def read_svg(
    data: bytes,
    *,
    tolerance: float = TOLERANCE_MM,
    layers_from: LayersFrom = LayersFrom.AUTO,
    fill: Hatch | None = None,
    outline_fills: bool = True,
    hide: bool = False,
    crop_to_page: bool = True,
    font_name: str | None = None,
    faces: Faces | None = None,
) -> SvgReading:
    """What an SVG draws, in mm on its page, curves within `tolerance` mm.

    Strokes are drawn as lines. Filled areas are hatched where `fill` says how; an area without a stroke is drawn by its
    outline unless `outline_fills` is false. `hide` leaves out what is behind areas painted later. Text is drawn in the
    outlines of `faces`; where that is None, by the single-line font `font_name`, one of hershey.font.FONTS; None goes
    by the font-family.

    Raises DrawingError, with the element and its line, for what is broken, hostile or beyond a bound.
    """
    if not tolerance > 0:
        raise DrawingError(f"a tolerance of {tolerance:g} mm is none")
    root = parse_tree(data)
    try:
        page = page_size(root)
    except ValueError as error:
        raise root.error(str(error)) from error
    walk = Walk(root, font_name, faces)
    walk.draw(to_paper(page or (0.0, 0.0)), page or _NO_PAGE)
    walk.items = without_background(walk, page and _in_mm(page), hatched=fill is not None)
    ink, inks, owner = _inked(walk, tolerance, fill, outline_fills, hide)
    drawing = Drawing(_layers(ink, inks, owner, layers_from), page and _in_mm(page))
    notes = tuple(f"{sentence} ({count} times)" if count > 1 else sentence for sentence, count in walk.notes.items())
    return SvgReading(_on_its_page(drawing, crop_to_page), notes)


def _in_mm(page: Viewport) -> Viewport:
    """The page's size to the nanometre: 841 mm is then 841 again, and its edge is the sheet's."""
    return round(page[0] * MM_PER_PX, 6), round(page[1] * MM_PER_PX, 6)


def _on_its_page(drawing: Drawing, crop_to_page: bool) -> Drawing:
    """Cut at the page; without a page, the middle of what is drawn is the origin."""
    sheet, bounds = drawing.sheet, drawing.bounds
    if sheet is None:
        if bounds is None:
            return drawing
        return drawing.mapped(Transform.shift(-bounds.centre[0], -bounds.centre[1]).lines)
    return drawing.mapped(lambda lines: crop(_onto_edge(lines, sheet), sheet)) if crop_to_page else drawing


def _onto_edge(lines: Lines, sheet: Bounds) -> Lines:
    """A frame along the edge of the page is on it, whatever rounding says."""
    inside = np.clip(lines.points, (sheet.left, sheet.bottom), (sheet.right, sheet.top))
    off = np.abs(lines.points - inside).max(axis=1, initial=0.0)
    return (
        lines
        if not (off > 0).any()
        else Lines(np.where((off <= _EDGE_MM)[:, None], inside, lines.points), lines.starts)
    )


class _Ink(NamedTuple):
    """How some strokes of an item look: a line in its stroke's colour, or what fills it in the colour of its fill."""

    item: Item
    colour: str
    width_mm: float | None  # None where the file says nothing of it


def _line(item: Item) -> _Ink:
    style = item.style
    if style.stroked is None:
        return _Ink(item, style.filled or "#000000", None)
    return _Ink(item, style.stroked, style.stroke_width * item.transform.mean_scale)


def _inked(
    walk: Walk, tolerance: float, fill: Hatch | None, outline_fills: bool, hide: bool
) -> tuple[Lines, list[_Ink], Offsets]:
    """All strokes in the order of painting, their inks, and for each stroke the place of its ink."""
    items = walk.items
    outline, owner = walk.pen.appearances([item.shape for item in items], [item.transform for item in items])
    lines, owner = united(items, flatten(outline, tolerance), owner)
    drawn = np.array([outline_fills or item.is_text or item.style.stroked is not None for item in items], dtype=bool)
    if fill is not None or hide or any(item.clips for item in items):
        return _painted(walk, lines, owner, drawn, tolerance, fill, hide)
    inks = [_line(item) for item in items]
    lines, owner = _dashed(items, lines, owner)
    return (lines, inks, owner) if drawn.all() else (lines.kept(drawn[owner]), inks, owner[drawn[owner]])


def _painted(
    walk: Walk, lines: Lines, owner: Offsets, drawn: Mask, tolerance: float, fill: Hatch | None, hide: bool
) -> tuple[Lines, list[_Ink], Offsets]:
    """The same where areas count, item by item. shapely, which this needs, takes longer to load than most files."""
    from dcode.geometry.occlusion import visible
    from dcode.geometry.svg_import.painted import Painter

    painter, nothing = Painter(walk.pen, tolerance), Lines.of(())
    clipped, clipped_owner = painter.all_clipped(walk.items, *_dashed(walk.items, lines, owner))
    edges, cuts = (np.searchsorted(of_item, np.arange(len(walk.items) + 1)) for of_item in (owner, clipped_owner))
    inks, strokes, areas = list[_Ink](), list[Lines](), []
    for index, item in enumerate(walk.items):
        own = lines.kept(np.arange(edges[index], edges[index + 1]))
        filled = item.style.filled if fill is not None and not item.is_text else None
        inks += [_Ink(item, filled or "", None), _line(item)]
        strokes.append(painter.hatched(item, own, fill) if fill is not None and filled is not None else nothing)
        strokes.append(clipped.kept(np.arange(cuts[index], cuts[index + 1])) if drawn[index] else nothing)
        areas += [painter.covering(item, own) if hide else None, None]
    if hide:
        strokes = visible(strokes, areas)
    return Lines.joined(strokes), inks, np.repeat(np.arange(len(inks)), [len(part) for part in strokes])


def _dashed(items: Sequence[Item], lines: Lines, owner: Offsets) -> tuple[Lines, Offsets]:
    """The outlines of all items, those of dashed strokes in dashes."""
    alike = dict[tuple[float, ...], list[int]]()
    for index, item in enumerate(items):
        if item.style.dashes and item.style.stroked is not None and not item.is_text:
            scale = item.transform.mean_scale
            look = (item.style.dash_offset * scale, *(length * scale for length in item.style.dashes))
            alike.setdefault(look, []).append(index)
    if not alike:
        return lines, owner
    broken = np.isin(owner, [index for members in alike.values() for index in members])
    parts, owners = [lines.kept(~broken)], [owner[~broken]]
    for (offset, *pattern), members in alike.items():
        which = np.flatnonzero(np.isin(owner, members))
        dashes, source = dashed(lines.kept(which), pattern, offset)
        parts.append(dashes)
        owners.append(owner[which][source])
    of_item = np.concatenate(owners)
    order = np.argsort(of_item, kind="stable")
    return Lines.joined(parts).kept(order), of_item[order]


def _layers(ink: Lines, inks: Sequence[_Ink], owner: Offsets, layers_from: LayersFrom) -> tuple[Layer, ...]:
    """One layer for each key, in the order in which the keys first come on paper."""
    key_of = _key(layers_from, any(one.item.layer is not None for one in inks))
    places = dict[Hashable, int]()
    used = np.flatnonzero(np.bincount(owner)).tolist()  # np.unique would load all of numpy.ma
    place = np.zeros(len(inks), dtype=np.int64)
    place[used] = [places.setdefault(key_of(inks[index]), len(places)) for index in used]
    of_layer = dict[int, list[_Ink]]()
    for index in used:
        of_layer.setdefault(int(place[index]), []).append(inks[index])
    members = place[owner]
    return tuple(
        _layer(ink.kept(np.asarray(members == number)), key, of_layer[number], number + 1)
        for key, number in places.items()
    )


def _key(layers_from: LayersFrom, has_layers: bool) -> Callable[[_Ink], Hashable]:
    if layers_from is LayersFrom.GROUPS:
        return lambda ink: ink.item.group
    if layers_from is LayersFrom.NOTHING:
        return lambda ink: None
    if layers_from is LayersFrom.AUTO and has_layers:
        return lambda ink: ink.item.layer
    return lambda ink: ink.colour


def _layer(lines: Lines, key: Hashable, inks: Sequence[_Ink], number: int) -> Layer:
    widths = [ink.width_mm for ink in inks if ink.width_mm is not None]
    width = round(median(widths), 4) if widths else PEN_MM
    width = width if width >= _HAIRLINE_MM else PEN_MM
    if not isinstance(key, Element):
        return Layer(lines, "", None, inks[0].colour, width)
    label = key.attributes.get("inkscape:label") or key.attributes.get("id", "")
    return Layer(lines, label, _pen(key, number), inks[0].colour, width)


def _pen(group: Element, number: int) -> int:
    """vpype's rule: the first digits of the label, else of the id, else the place in the file; 0 is 1."""
    for name in ("inkscape:label", "id"):
        match = _DIGITS.search(group.attributes.get(name, ""))
        if match is not None:
            return int(match[0]) or 1
    return number
