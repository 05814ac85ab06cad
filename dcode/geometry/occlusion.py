"""Hidden lines: what is drawn later and filled lies on top and hides what was drawn before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from dcode.geometry.drawing import Drawing
from dcode.geometry.lines import Lines
from dcode.geometry.mask import cut_out
from dcode.geometry.polygons import FillRule, area_of


def visible(strokes: Sequence[Lines], areas: Sequence[BaseGeometry | None]) -> list[Lines]:
    """What is left of each item's strokes behind the areas of the items after it. `areas` has None where nothing hides.

    An item's own area does not hide its own strokes: its outline and its hatching stay.
    """
    covers = np.array([index for index, area in enumerate(areas) if area is not None and not area.is_empty], dtype=int)
    if not len(covers):
        return list(strokes)
    tree = shapely.STRtree([areas[index] for index in covers])
    left = list[Lines]()
    for index, lines in enumerate(strokes):
        bounds = lines.bounds
        if bounds is not None:
            box = shapely.box(bounds.left, bounds.bottom, bounds.right, bounds.top)
            above = covers[tree.query(box)]
            for cover in np.sort(above[above > index])[::-1]:
                area = areas[cover]
                lines = lines if area is None else cut_out(lines, area)
        left.append(lines)
    return left


def hide_behind_closed(drawing: Drawing) -> Drawing:
    """The drawing with every closed polyline taken for a filled shape that hides what was drawn before it.

    Layers count as drawn one after the other. A closed polyline that crosses itself hides by the nonzero rule.
    """
    strokes, areas = list[Lines](), list[BaseGeometry | None]()
    for layer in drawing.layers:
        for index, closed in enumerate(layer.lines.closed):
            line = layer.lines.kept(np.array([index]))
            strokes.append(line)
            areas.append(area_of([line.points], FillRule.NONZERO) if closed else None)
    left = iter(visible(strokes, areas))
    layers = (
        replace(layer, lines=Lines.joined([next(left) for _ in range(len(layer.lines))])) for layer in drawing.layers
    )
    return replace(drawing, layers=tuple(layer for layer in layers if len(layer.lines)))
