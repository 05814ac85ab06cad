"""A scene as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dcode.geometry.drawing import Drawing
from dcode.geometry.lines import Lines
from dcode.geometry.svg import group, head, number, path, rectangle
from dcode.machine.preview import looks
from dcode.machine.preview.dots import Dots
from dcode.machine.preview.scene import Scene

END: Final = "</svg>\n"


def svg_of(scene: Scene) -> str:
    """The picture as text; its page is the scene's, in millimetres."""
    return "".join([*head(scene.page, "", scene.title), *elements(scene), END])


def elements(scene: Scene) -> Iterator[str]:
    """All of the picture, from the bottom up, without the <svg> around it."""
    yield from ground(scene)
    yield from ways(scene.travels, scene)
    yield from inks(scene.ink, scene)
    yield from marks(scene)


def ground(scene: Scene) -> Iterator[str]:
    """What is under the ink: paper, what cannot be reached, the work area, ways that leave the limits."""
    if scene.paper != scene.page:
        yield rectangle(scene.page, f'fill="{looks.AROUND}"')
    yield rectangle(scene.paper, f'fill="{looks.PAPER}"')
    for outline in scene.unreachable:
        yield f'<path d="{path(outline)}" fill="{looks.UNREACHABLE}" fill-opacity="{looks.UNREACHABLE_SHADE}"/>\n'
    if scene.frame is not None:
        width = number(looks.seen(looks.FRAME_MM, scene.page))
        yield rectangle(scene.frame, f'fill="none" stroke="{looks.FRAME}" stroke-width="{width}"')
    width_mm = looks.seen(looks.STRAY_MM, scene.page)
    yield from group(scene.strays, looks.STRAY, width_mm, f' opacity="{looks.STRAY_SHADE}"')


def ways(travels: Lines, scene: Scene) -> Iterator[str]:
    """Ways with the pen up, faintly."""
    width_mm = looks.travel_mm(scene.ink, scene.page)
    yield from group(travels, looks.TRAVEL, width_mm, f' opacity="{looks.TRAVEL_SHADE}"')


def inks(drawing: Drawing, scene: Scene) -> Iterator[str]:
    """Strokes in their pens' colours and widths, dots as wide as is seen when all of the page is.

    Inks darken each other, as dyes do, where the viewer knows how.
    """
    several = len({layer.colour for layer in scene.ink.layers}) > 1
    over = ' style="mix-blend-mode:multiply"' if several else ""
    dots = Dots.of(scene.ink, looks.seen(0.0, scene.page))
    for layer in dots.shown(drawing):
        yield from group(layer.lines, layer.colour, layer.width_mm, over)


def marks(scene: Scene) -> Iterator[str]:
    """Rings around the places where limits are left."""
    if len(scene.exits):
        longer = max(scene.page.width, scene.page.height)
        width, radius = number(looks.EXIT_WIDTH * longer), number(looks.EXIT_RADIUS * longer)
        yield f'<g fill="none" stroke="{looks.STRAY}" stroke-width="{width}">\n'
        for x, y in scene.exits.tolist():
            yield f'<circle cx="{number(x)}" cy="{number(-y)}" r="{radius}"/>\n'
        yield "</g>\n"
