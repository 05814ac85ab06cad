"""What is painted for a background: paper that plotting programs, figures and design tools lay below a drawing."""

from __future__ import annotations

from typing import Final

import numpy as np

from dcode.geometry.svg_import.items import Item
from dcode.geometry.svg_import.shapes import Viewport
from dcode.geometry.svg_import.walk import Walk

_PAPER: Final = "#ffffff"
_SLACK_MM: Final = 1e-3


def without_background(walk: Walk, page: Viewport | None, *, hatched: bool) -> list[Item]:
    """The items that are ink: not the first ones, as long as they are areas without a stroke that cover the page or
    have the colour of what is below them, white paper.

    A page in another colour, of which there is one at the most, is ink where areas are `hatched`. `page` is its width
    and height in mm. Where nothing else is painted, all of it is ink.
    """
    below = _PAPER
    for place, item in enumerate(walk.items):
        colour = item.style.filled
        if colour is None or item.style.stroked is not None or item.is_text:
            return walk.items[place:]
        if colour != below:
            if hatched or page is None or below != _PAPER or not _covers(walk, item, page):
                return walk.items[place:]
            below = colour
            walk.notes[f"a background in {colour} is not drawn"] += 1
    return walk.items


def _covers(walk: Walk, item: Item, page: Viewport) -> bool:
    """Whether the item is an upright rectangle over all of the page."""
    outline, _ = walk.pen.appearances([item.shape], [item.transform])
    points = outline.lines.points
    if len(outline.at) or len(outline.lines) != 1 or not np.isfinite(points).all():
        return False
    low, high = points.min(axis=0), points.max(axis=0)
    half = np.asarray(page) / 2 - _SLACK_MM
    corners = (np.minimum(np.abs(points - low), np.abs(points - high)) <= _SLACK_MM).all()
    return bool((low <= -half).all() and (high >= half).all() and corners and len(points) in (4, 5))
