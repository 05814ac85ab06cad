"""Items whose areas matter: cut by clip paths, filled with hatching, hidden behind what is painted later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from dcode.errors import DrawingError
from dcode.geometry.curves import flatten
from dcode.geometry.hatch import Hatch, hatch
from dcode.geometry.lines import Lines, Offsets
from dcode.geometry.mask import clip_pieces, clip_to
from dcode.geometry.polygons import FillRule, area_of
from dcode.geometry.svg_import.items import Item, Region
from dcode.geometry.svg_import.outlines import PathPen

_EDGE_MM: Final = 1e-6  # a line along the edge of a clip path is inside, whatever rounding says


@dataclass(slots=True)
class Painter:
    """Turns items into ink. `tolerance` in mm is that of the outlines of clip paths."""

    pen: PathPen
    tolerance: float
    _areas: dict[int, BaseGeometry] = field(default_factory=dict)

    def hatched(self, item: Item, lines: Lines, how: Hatch) -> Lines:
        """What fills the item, cut by its clip paths."""
        ink = hatch(lines, FillRule(item.style.fill_rule), how)
        for region in item.clips:
            ink = clip_to(ink, self._area(region))
        return ink

    def all_clipped(self, items: Sequence[Item], lines: Lines, owner: Offsets) -> tuple[Lines, Offsets]:
        """The outlines of all items, cut by their clip paths, and the item that each is of: those cut alike at once."""
        alike = dict[tuple[Region, ...], list[int]]()
        for index, item in enumerate(items):
            alike.setdefault(item.clips, []).append(index)
        parts, owners = list[Lines](), list[Offsets]()
        for clips, members in alike.items():
            which = np.flatnonzero(np.isin(owner, members))
            left = lines.kept(which)
            for region in clips:
                left, source = clip_pieces(left, self._area(region))
                which = which[source]
            parts.append(left)
            owners.append(owner[which])
        of_item = np.concatenate(owners) if owners else owner
        order = np.argsort(of_item, kind="stable")
        return Lines.joined(parts).kept(order), of_item[order]

    def covering(self, item: Item, lines: Lines) -> BaseGeometry | None:
        """What the item's fill, whose outlines are `lines`, hides of what was painted before; None for nothing."""
        if item.style.filled is None or item.is_text or item.style.fill_opacity < 1:
            return None
        area = area_of(lines, FillRule(item.style.fill_rule))
        for region in item.clips:
            area = area.intersection(self._area(region))
        return area

    def _area(self, region: Region) -> BaseGeometry:
        key = id(region)
        if key not in self._areas:
            self._areas[key] = self._worked_out(region)
        return self._areas[key]

    def _worked_out(self, region: Region) -> BaseGeometry:
        try:
            parts = [self._inside(item) for item in region.items]
            area = shapely.union_all(parts) if parts else shapely.Polygon()
            for clip in region.clips:
                area = area.intersection(self._area(clip))
        except shapely.GEOSException as error:
            raise DrawingError(f"the area of a clip path cannot be worked out: {error}") from error
        return area.buffer(_EDGE_MM, join_style="mitre") if not area.is_empty else area

    def _inside(self, item: Item) -> BaseGeometry:
        outline, _ = self.pen.appearances([item.shape], [item.transform])
        area = area_of(flatten(outline, self.tolerance), FillRule(item.style.clip_rule))
        for region in item.clips:
            area = area.intersection(self._area(region))
        return area
