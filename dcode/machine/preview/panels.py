"""Several scenes in one picture, each with a line below it: a drawing before and after, at the same scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from dcode.geometry.bounds import Bounds
from dcode.geometry.lettering import lettered
from dcode.geometry.lines import Lines
from dcode.geometry.mixing import Bytes, mixed, rgb_of, srgb_of
from dcode.geometry.svg import group, head, number, rectangle
from dcode.geometry.transform import Transform
from dcode.machine.preview import looks
from dcode.machine.preview.coverage import View, coverage
from dcode.machine.preview.pixels import LONGEST, pixels_of, png, view_of
from dcode.machine.preview.scene import Scene
from dcode.machine.preview.vector import END, elements

_GAP: Final = 1 / 40  # around each panel, of a page's longer side
_LETTERS: Final = 1 / 60  # their height
_LETTER_WIDTH: Final = 1 / 9  # of the line that they are written with, of their height
_INK: Final = "#333333"
_FONT: Final = "futural"


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A scene, and what is written below it."""

    scene: Scene
    caption: str


def panels_svg(panels: Sequence[Panel], title: str = "") -> str:
    """The panels as SVG text."""
    sheet = _Sheet.of(panels)
    parts = [*head(sheet.whole, "", title), rectangle(sheet.whole, f'fill="{looks.AROUND}"')]
    for scene, (left, top) in zip(sheet.scenes, sheet.corners, strict=True):
        page = scene.page
        parts.append(
            f'<svg x="{number(left)}" y="{number(-top)}" width="{number(page.width)}" height="{number(page.height)}" '
            f'viewBox="{number(page.left)} {number(-page.top)} {number(page.width)} {number(page.height)}">\n'
        )
        parts += [*elements(scene), END]
    return "".join([*parts, *group(Lines.joined(sheet.captions), _INK, sheet.letter_mm), END])


def panels_png(panels: Sequence[Panel], scale: float | None = None, longest: int = LONGEST, title: str = "") -> bytes:
    """The panels as a PNG. See `pixels.view_of`."""
    sheet = _Sheet.of(panels)
    view = view_of(sheet.whole, scale, longest)
    colours = np.empty((view.height, view.width, 3), dtype=np.uint8)
    colours[:] = rgb_of(looks.AROUND)
    for lines in sheet.captions:
        _write(colours, lines, view, sheet.letter_mm)
    for scene, corner in zip(sheet.scenes, sheet.corners, strict=True):
        column, row = (round(value / view.pixel_mm) for value in (corner[0] - view.left, view.top - corner[1]))
        place = colours[row:, column:]
        shown = pixels_of(scene, View.of(scene.page, view.pixel_mm))[: place.shape[0], : place.shape[1]]
        place[: shown.shape[0], : shown.shape[1]] = shown
    return png(colours, view.pixel_mm, title)


def _write(colours: Bytes, lines: Lines, view: View, width_mm: float) -> None:
    """Draw letters on a picture that has nothing in their rows, in place."""
    bounds = lines.bounds
    if bounds is not None:
        first = max(0, int((view.top - bounds.top - width_mm) / view.pixel_mm))
        band = view.rows(first, int((bounds.height + 2 * width_mm) / view.pixel_mm) + 2)
        shown = mixed([(_INK, coverage(lines, band, width_mm))], looks.AROUND)
        rows = colours[first : first + band.height]
        np.minimum(rows, srgb_of(shown), out=rows)  # captions beside each other


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    """Where everything is, in mm: scenes with the same page, the upper left corner of each, and their captions."""

    whole: Bounds
    scenes: list[Scene]
    corners: list[tuple[float, float]]
    captions: list[Lines]
    letter_mm: float

    @classmethod
    def of(cls, panels: Sequence[Panel]) -> _Sheet:
        """Beside each other; pages that are wider than high one below the other."""
        page = panels[0].scene.page
        for panel in panels:
            page = page.union(panel.scene.page)
        longer = max(page.width, page.height)
        gap, size = _GAP * longer, _LETTERS * longer
        captions = [lettered(panel.caption, _FONT, size, page.width) for panel in panels]
        below = max((-bounds.bottom for lines in captions if (bounds := lines.bounds)), default=0.0)
        across, down = page.width + gap, page.height + gap + below + gap
        if page.width > page.height:
            corners = [(gap, -gap - index * down) for index in range(len(panels))]
            whole = Bounds(0.0, across + gap, 0.0, -len(panels) * down - gap)
        else:
            corners = [(gap + index * across, -gap) for index in range(len(panels))]
            whole = Bounds(0.0, len(panels) * across + gap, 0.0, -down - gap)
        placed = [
            Transform.shift(left, top - page.height - gap).lines(lines)
            for lines, (left, top) in zip(captions, corners, strict=True)
        ]
        scenes = [replace(panel.scene, page=page) for panel in panels]
        return cls(whole, scenes, corners, placed, size * _LETTER_WIDTH)
