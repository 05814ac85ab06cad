"""What a walk through the file finds: shapes with where they lie, how they look, and what cuts them."""

from __future__ import annotations

from dataclasses import dataclass, field

from dcode.geometry.svg_import.style import Style
from dcode.geometry.svg_import.tree import Element
from dcode.geometry.transform import Transform


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One shape, in the order of painting. `transform` brings it to paper, in mm."""

    shape: int  # its number with the pen
    transform: Transform
    style: Style
    clips: tuple[Region, ...] = ()
    layer: Element | None = None  # the Inkscape layer that it is in, the outermost
    group: Element | None = None  # the group directly below the root that it is in
    is_text: bool = False  # its lines are ink, never the edge of an area
    overlaps: bool = False  # a letter whose parts may lie over each other: the edge of what they cover is drawn


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A clipPath as it lies on paper: the inside of all its items together, cut by `clips` in turn."""

    items: list[Item] = field(default_factory=list)
    clips: tuple[Region, ...] = ()
