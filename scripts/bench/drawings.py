"""Drawings to measure with, made from a seed: the same ones every time, and no large files to keep.

Four kinds that plotters meet, on an A0 sheet in mm, y up:

    hatch       tone by four layers of parallel dashes: 20,000 strokes of two points
    stipple     tone by 10,000 short dashes in no order
    scribble    2,000 long wandering lines along a flow, 150 points each
    icons       2,200 closed outlines with holes, curves and all, as definitions that are used again and again

and a G-code file of a million moves. `python -m scripts.bench.drawings KIND FILE` writes one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from math import cos, pi, sin, tau
from pathlib import Path
from random import Random

WIDTH, HEIGHT = 841.0, 1189.0

Point = tuple[float, float]
Polyline = list[Point]


def tone(x: float, y: float) -> float:
    """How dark the imagined picture is there, from 0 to 1."""
    u, v = x / WIDTH, y / HEIGHT
    waves = sin(7 * u + 3 * sin(5 * v)) + cos(6 * v - 2 * sin(9 * u)) + 0.5 * sin(23 * u * v + 1)
    return min(1.0, max(0.0, 0.45 + 0.28 * waves))


def hatch(seed: int = 1, strokes: int = 20_000) -> list[Polyline]:
    """Four layers of parallel lines, each cut into dashes where the tone is dark enough for it."""
    random = Random(seed)
    layers = [_layer(angle, level, random) for angle, level in ((45, 0.2), (135, 0.4), (0, 0.6), (90, 0.8))]
    found = [stroke for layer in layers for stroke in layer]
    return [found[i * len(found) // strokes] for i in range(strokes)] if len(found) > strokes else found


def _layer(angle: float, level: float, random: Random, gap: float = 2.0, step: float = 3.0) -> Iterator[Polyline]:
    dx, dy = cos(angle * pi / 180), sin(angle * pi / 180)
    reach = (WIDTH**2 + HEIGHT**2) ** 0.5 / 2
    offset = -reach + random.random() * gap
    while offset < reach:
        dash: Polyline = []
        along = -reach
        while along < reach:
            x = WIDTH / 2 + dx * along - dy * offset
            y = HEIGHT / 2 + dy * along + dx * offset
            if 0 < x < WIDTH and 0 < y < HEIGHT and tone(x, y) + random.random() * 0.4 > level:
                dash.append((round(x, 2), round(y, 2)))
            elif dash:
                if len(dash) > 1:
                    yield [dash[0], dash[-1]]
                dash = []
            along += step
        if len(dash) > 1:
            yield [dash[0], dash[-1]]
        offset += gap


def stipple(seed: int = 2, strokes: int = 10_000) -> list[Polyline]:
    """Dashes of about a millimetre, denser where it is darker, in random order."""
    random = Random(seed)
    found: list[Polyline] = []
    while len(found) < strokes:
        x, y = random.random() * WIDTH, random.random() * HEIGHT
        if random.random() < tone(x, y):
            angle, length = random.random() * tau, 0.4 + random.random() * 0.8
            end = round(x + length * cos(angle), 2), round(y + length * sin(angle), 2)
            found.append([(round(x, 2), round(y, 2)), end])
    return found


def scribble(seed: int = 3, strokes: int = 2_000, points: int = 150) -> list[Polyline]:
    """Lines that follow a flow in steps of a millimetre, kept on the sheet."""
    random = Random(seed)
    return [_wander(random, points) for _ in range(strokes)]


def _wander(random: Random, points: int) -> Polyline:
    x, y = random.random() * WIDTH, random.random() * HEIGHT
    heading, turn = random.random() * tau, 0.0
    line = [(round(x, 2), round(y, 2))]
    for _ in range(points - 1):
        turn = 0.8 * turn + random.gauss(0, 0.12)
        heading += turn
        x, y = x + cos(heading), y + sin(heading)
        if not (0 < x < WIDTH and 0 < y < HEIGHT):
            x, y = min(max(x, 0), WIDTH), min(max(y, 0), HEIGHT)
            heading += pi / 2
        line.append((round(x, 2), round(y, 2)))
    return line


def icons_svg(seed: int = 4, count: int = 2_200, kinds: int = 12) -> str:
    """Outlines by quadratic curves, defined once and used with a place, a turn and a size."""
    random = Random(seed)
    columns = round((count * WIDTH / HEIGHT) ** 0.5)
    cell = WIDTH / columns
    shapes = "\n".join(f'<g id="i{kind}"><path d="{_outlines(random)}"/></g>' for kind in range(kinds))
    uses = []
    for index in range(count):
        x, y = (index % columns + 0.5) * cell, (index // columns + 0.5) * cell
        turn, size = random.randint(-30, 30), cell / 22 * (0.7 + random.random() * 0.3)
        place = f"translate({x:.1f},{y:.1f}) rotate({turn}) scale({size:.2f})"
        uses.append(f'<use xlink:href="#i{random.randrange(kinds)}" transform="{place}"/>')
    random.shuffle(uses)
    body = "\n".join(uses)
    return _svg(f'<defs>\n{shapes}\n</defs>\n<g fill="none" stroke="black" stroke-width="0.3">\n{body}\n</g>')


def _outlines(random: Random) -> str:
    """A closed shape within 10 mm of its middle, and perhaps a hole in it, as path data."""
    radii = [10.0, 4.0] if random.random() < 0.6 else [10.0]
    return "".join(_outline(random, radius) for radius in radii)


def _outline(random: Random, radius: float) -> str:
    corners = random.randint(4, 9)
    angles = [tau * i / (2 * corners) for i in range(2 * corners)]
    points = [(radius * (0.7 + 0.3 * random.random()), angle) for angle in angles]
    texts = [f"{r * cos(angle):.3f} {r * sin(angle):.3f}" for r, angle in points]
    curves = "".join(f"Q{control} {end}" for control, end in zip(texts[1::2], [*texts[2::2], texts[0]], strict=True))
    return f"M{texts[0]}{curves}Z"


def svg(strokes: Iterable[Polyline]) -> str:
    """The strokes as an SVG of the sheet."""
    paths = "\n".join(f'<polyline points="{" ".join(f"{x:g},{y:g}" for x, y in line)}"/>' for line in strokes)
    return _svg(f'<g fill="none" stroke="black" stroke-width="0.3">\n{paths}\n</g>')


def _svg(body: str) -> str:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    size = f'width="{WIDTH:g}mm" height="{HEIGHT:g}mm" viewBox="0 0 {WIDTH:g} {HEIGHT:g}"'
    return f'<?xml version="1.0"?>\n<svg {names} {size}>\n{body}\n</svg>\n'


def gcode(strokes: Iterable[Polyline], travel_feed: int = 1000, draw_feed: int = 500) -> str:
    """The strokes in the dialect of the million-line file, the sheet's middle at 0, 0."""
    parts = ["G21 ; mm\nG90 ; absolute\nM280 P0 S90 ; pen up\nG28 ; home\n\n"]
    for line in strokes:
        moved = [(x - WIDTH / 2, y - HEIGHT / 2) for x, y in line]
        x, y = moved[0]
        parts.append(f"G0 X{x:.2f} Y{y:.2f} F{travel_feed}\nM280 P0 S40 ; pen down\n")
        parts += [f"G1 X{x:.2f} Y{y:.2f} F{draw_feed}\n" for x, y in moved]
        parts.append("M280 P0 S90 ; pen up\n\n")
    parts.append(f"G0 X0 Y0 F{travel_feed}\nM84\n")
    return "".join(parts)


def million(seed: int = 5, strokes: int = 5_000, points: int = 200) -> bytes:
    """1,020,007 lines, a million of them drawing: 25 MB."""
    return gcode(scribble(seed, strokes, points)).encode()


KINDS = {
    "hatch": lambda: svg(hatch()),
    "stipple": lambda: svg(stipple()),
    "scribble": lambda: svg(scribble()),
    "icons": icons_svg,
    "million": lambda: million().decode(),
}


def main(arguments: list[str] | None = None) -> int:
    kind, path = sys.argv[1:] if arguments is None else arguments
    Path(path).write_text(KINDS[kind](), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
