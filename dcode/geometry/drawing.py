"""A drawing: layers of polylines, one pen each, on a page.

Operations are functions of Lines in files by subject (simplify, merge, crop, ...); `mapped` carries them out layer by
layer: `drawing.mapped(lambda lines: simplify(lines, 0.05))`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines
from dcode.geometry.pen_width import PEN_MM


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """What one pen draws, in the order in which it is drawn. `width_mm` is the pen's; `colour` is #rrggbb.

    `pen` is the number that the drawing asks for, from 1; None where it does not say.
    """

    lines: Lines
    name: str = ""
    pen: int | None = None
    colour: str = "#000000"
    width_mm: float = PEN_MM


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """Layers in the order in which they are drawn. Millimetres, y up, the origin in the centre of the page.

    `page` is width and height in mm; None for a drawing that does not know its page.
    """

    layers: tuple[Layer, ...] = ()
    page: tuple[float, float] | None = None

    @property
    def sheet(self) -> Bounds | None:
        """The page as a rectangle around the origin."""
        if self.page is None:
            return None
        width, height = self.page
        return Bounds(-width / 2, width / 2, height / 2, -height / 2)

    @property
    def bounds(self) -> Bounds | None:
        """The smallest rectangle around all layers; None when nothing is drawn."""
        around: Bounds | None = None
        for layer in self.layers:
            bounds = layer.lines.bounds
            around = around if bounds is None else bounds.union(around)
        return around

    @property
    def strokes(self) -> int:
        """How many polylines there are in all layers."""
        return sum(len(layer.lines) for layer in self.layers)

    def mapped(self, operation: Callable[[Lines], Lines]) -> Drawing:
        """The drawing with an operation carried out on every layer; layers that end up empty are left out."""
        layers = (replace(layer, lines=operation(layer.lines)) for layer in self.layers)
        return replace(self, layers=tuple(layer for layer in layers if len(layer.lines)))
