"""A drawing as it comes to be, as an SVG that moves: each part appears when the machine draws it.

By CSS alone, which browsers carry out; where nothing does, the finished drawing is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dcode.geometry.svg import head, number
from dcode.machine.preview import looks
from dcode.machine.preview.film import frames_in
from dcode.machine.preview.scene import Scene
from dcode.machine.preview.timeline import Piece, Timeline
from dcode.machine.preview.vector import END, ground, inks, marks, ways

# A part is hidden until its moment comes; whoever wants nothing to move sees all of it at once.
_STYLE: Final = (
    ".part{animation:part 1ms steps(1) both}"
    "@keyframes part{from{visibility:hidden}}"
    "@media(prefers-reduced-motion:reduce){.part,.pen{animation:none!important}}"
)


def moving_svg_of(scene: Scene, timeline: Timeline, seconds: float) -> str:
    """The drawing in so many seconds, once, each part as fast, in proportion, as the machine draws it.

    A dot is the pen: of a size that is seen, not its own.
    """
    count = frames_in(seconds)
    moments = timeline.moments(count)
    parts = [*head(scene.page, "", scene.title), f"<style>{_STYLE}</style>\n", *ground(scene)]
    for index, piece in enumerate(timeline.pieces(moments)):
        parts += _part(scene, piece, seconds * (index + 1) / count)
    places = timeline.places(moments)
    parts += [*marks(scene), *_pen(scene, places.tolist(), seconds), END]
    return "".join(parts)


def _part(scene: Scene, piece: Piece, delay: float) -> Iterator[str]:
    shown = [*(ways(piece.travels, scene) if len(scene.travels) else ()), *inks(piece.ink, scene)]
    if shown:
        yield f'<g class="part" style="animation-delay:{number(delay)}s">\n'
        yield from shown
        yield "</g>\n"


def _pen(scene: Scene, places: list[list[float]], seconds: float) -> Iterator[str]:
    """The dot, which goes to a place in each part of the time, and is gone after the last."""
    share = 100 / len(places)
    frames = [
        f"{number(share * (index + 1))}%{{transform:translate({number(x)}px,{number(-y)}px)}}"
        for index, (x, y) in enumerate(places)
    ]
    longer = max(scene.page.width, scene.page.height)
    yield (
        f"<style>.pen{{animation:pen {number(seconds)}s linear}}@keyframes pen"
        f"{{0%,99.9%{{visibility:visible}}{''.join(frames)}}}</style>\n"
        f'<circle class="pen" visibility="hidden" r="{number(looks.PEN_RADIUS * longer)}" fill="{looks.PEN}"/>\n'
    )
