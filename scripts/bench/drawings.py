"""Drawings to measure with, made from a seed: the same ones every time, and no large files to keep.

Four kinds that plotters meet, on an A0 sheet in mm, the origin in a corner:

    hatch       tone by four layers of parallel dashes: 20,000 strokes of two points
    stipple     tone by 10,000 short dashes in no order
    scribble    2,000 long wandering lines, 150 points each
    icons       2,200 small signs of closed outlines, holes and open lines, defined once and used again and again

a picture of smooth tones and sharp edges, 1024 pixels square, and a G-code file of a million moves.
`python -m scripts.bench.drawings KIND FILE [SEED]` writes one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from math import ceil, cos, hypot, pi, radians, sin, tau
from pathlib import Path
from random import Random
from typing import Any, Final

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402

from dcode.geometry.lines import Lines  # noqa: E402

WIDTH, HEIGHT = 841.0, 1189.0
SHEET: Final = np.array([WIDTH, HEIGHT])
PIXELS: Final = 1024
GRAIN, GRAIN_MM = 0.06, 4.0  # of the hatched picture: how much its tones vary, and how far it stays the same

Floats = npt.NDArray[np.float64]
Tone = Callable[[Floats, Floats], Floats]


def _chance(kind: str, seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([seed, *kind.encode()]))


def _tone(chance: np.random.Generator) -> Tone:
    """How dark an imagined picture is at places, 0 to 1."""
    a, b, c, d, e, f = chance.uniform((5, 3, 4, 6, 15, 0), (9, 7, 8, 12, 30, tau))

    def dark(x: Floats, y: Floats) -> Floats:
        u, v = x / WIDTH, y / HEIGHT
        waves = np.sin(a * u + 3 * np.sin(b * v)) + np.cos(c * v - 2 * np.sin(d * u)) + 0.5 * np.sin(e * u * v + f)
        return np.asarray(np.clip(0.45 + 0.28 * waves, 0.0, 1.0))

    return dark


def _ragged(points: Floats) -> Lines:
    """Shape (strokes, points of each, 2) as polylines, to the hundredth."""
    strokes, each, _ = points.shape
    return Lines(np.round(points.reshape(-1, 2), 2), np.arange(strokes + 1, dtype=np.int64) * each)


def hatch(seed: int = 1, strokes: int = 20_000) -> Lines:
    """Four layers of parallel lines, each cut into dashes where the tone is dark enough for it."""
    chance = _chance("hatch", seed)
    dark = _tone(chance)
    layers = [_dashes(dark, angle, level, chance) for angle, level in ((45, 0.8), (180, 0.6), (135, 0.4), (90, 0.2))]
    found = np.concatenate(layers)
    few = np.arange(min(strokes, len(found))) * len(found) // min(strokes, len(found))
    return _ragged(found[few])


def _dashes(
    dark: Tone, angle: float, level: float, chance: np.random.Generator, gap: float = 1.64, step: float = 1.0
) -> Floats:
    """Where lines of an angle run through what is darker than a level, shape (dashes, 2, 2)."""
    dx, dy, reach = cos(radians(angle)), sin(radians(angle)), hypot(WIDTH, HEIGHT) / 2
    along, across = np.arange(-reach, reach, step), np.arange(-reach + chance.random() * gap, reach, gap)[:, None]
    x, y = WIDTH / 2 + dx * along - dy * across, HEIGHT / 2 + dy * along + dx * across
    inside = (x > 1) & (x < WIDTH - 1) & (y > 1) & (y < HEIGHT - 1)
    grain = chance.normal(0, GRAIN, (round(HEIGHT / GRAIN_MM) + 1, round(WIDTH / GRAIN_MM) + 1))
    row, column = (np.where(inside, place / GRAIN_MM, 0).astype(np.intp) for place in (y, x))
    inked = inside & (dark(x, y) + grain[row, column] > level)
    edges = np.diff(np.pad(inked, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    (row, first), (_, after) = np.nonzero(edges > 0), np.nonzero(edges < 0)
    kept = after - first > 2
    row, first, last = row[kept], first[kept], after[kept] - 1
    return np.stack([np.stack([x[row, at], y[row, at]], axis=1) for at in (first, last)], axis=1)


def stipple(seed: int = 2, strokes: int = 10_000) -> Lines:
    """Dashes of about a millimetre, denser where it is darker, in random order."""
    chance = _chance("stipple", seed)
    dark = _tone(chance)
    tried = chance.uniform(1.5, SHEET - 1.5, (12 * strokes, 2))
    places = tried[chance.random(len(tried)) < dark(tried[:, 0], tried[:, 1])][:strokes]
    angle, length = chance.uniform(0, tau, len(places)), chance.uniform(0.4, 1.2, len(places))
    ends = places + length[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _ragged(np.stack([places, ends], axis=1))


def scribble(seed: int = 3, strokes: int = 2_000, points: int = 150) -> Lines:
    """Lines that wander in steps of a millimetre, kept on the sheet."""
    chance = _chance("scribble", seed)
    place, heading = chance.uniform(1, SHEET - 1, (strokes, 2)), chance.uniform(0, tau, strokes)
    turn = np.zeros(strokes)
    way = np.empty((strokes, points, 2))
    for step in range(points):
        way[:, step] = place
        turn = 0.8 * turn + chance.normal(0, 0.12, strokes)
        heading = heading + turn
        ahead = place + np.stack([np.cos(heading), np.sin(heading)], axis=1)
        place = np.clip(ahead, 1, SHEET - 1)
        heading = heading + np.where((place != ahead).any(axis=1), pi / 2, 0)
    return _ragged(way)


def icons_svg(seed: int = 4, count: int = 2_200, kinds: int = 24) -> str:
    """Small signs, defined once and used with a place, a turn and a size."""
    random = Random(seed)
    columns = round((count * WIDTH / HEIGHT) ** 0.5)
    wide, high = WIDTH / columns, HEIGHT / ceil(count / columns)
    shapes = "\n".join(f'<g id="i{kind}">{_sign(random, rays=kind % 6 == 0)}</g>' for kind in range(kinds))
    uses = []
    for index in range(count):
        x, y = (index % columns + 0.5) * wide, (index // columns + 0.5) * high
        place = f"translate({x:.1f},{y:.1f}) rotate({random.randint(-30, 30)}) scale({random.uniform(0.7, 1.2):.2f})"
        uses.append(f'<use xlink:href="#i{random.randrange(kinds)}" transform="{place}"/>')
    random.shuffle(uses)
    body = "\n".join(uses)
    return _svg(f'<defs>\n{shapes}\n</defs>\n<g fill="none" stroke="black" stroke-width="0.3">\n{body}\n</g>')


def _sign(random: Random, *, rays: bool) -> str:
    """One or two outlines within 7.5 mm of the middle, perhaps a ring in it or rays around it."""
    sign = f'<path d="{_outline(random, 7.5)}{_outline(random, 3.0) if random.random() < 0.5 else ""}"/>'
    if random.random() < 0.35:
        sign += f'<circle r="{random.uniform(1, 2):.2f}"/>'
    if rays:
        angles = [tau * ray / 8 for ray in range(random.randint(4, 8))]
        sign += "".join(
            f'<path d="M{8 * cos(a):.2f} {8 * sin(a):.2f}L{9 * cos(a):.2f} {9 * sin(a):.2f}"/>' for a in angles
        )
    return sign


def _outline(random: Random, radius: float) -> str:
    """A closed outline as path data, of curves or of straight lines."""
    corners = random.randint(4, 9)
    points = [(radius * random.uniform(0.6, 1.0), tau * i / (2 * corners)) for i in range(2 * corners)]
    texts = [f"{r * cos(angle):.3f} {r * sin(angle):.3f}" for r, angle in points]
    if random.random() < 0.3:
        return f"M{'L'.join(texts)}Z"
    curves = "".join(f"Q{control} {end}" for control, end in zip(texts[1::2], [*texts[2::2], texts[0]], strict=True))
    return f"M{texts[0]}{curves}Z"


def svg(strokes: Iterable[Floats]) -> str:
    """The strokes as an SVG of the sheet."""
    texts = (" ".join(f"{x:g},{y:g}" for x, y in line.tolist()) for line in strokes)
    paths = "\n".join(f'<polyline points="{text}"/>' for text in texts)
    return _svg(f'<g fill="none" stroke="black" stroke-width="0.3">\n{paths}\n</g>')


def _svg(body: str) -> str:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    size = f'width="{WIDTH:g}mm" height="{HEIGHT:g}mm" viewBox="0 0 {WIDTH:g} {HEIGHT:g}"'
    return f'<?xml version="1.0"?>\n<svg {names} {size}>\n{body}\n</svg>\n'


def photo(seed: int = 6) -> npt.NDArray[np.uint8]:
    """Grey values, shape (1024, 1024): smooth tones, and discs with sharp edges before them."""
    chance = _chance("photo", seed)
    row, column = np.mgrid[:PIXELS, :PIXELS] / PIXELS
    light = 1 - _tone(chance)(column * WIDTH, row * HEIGHT)
    for x, y, radius, value in chance.uniform((0.1, 0.1, 0.03, 0), (0.9, 0.9, 0.2, 1), (5, 4)):
        light[np.hypot(column - x, row - y) < radius] = value
    return np.asarray(np.round(255 * light), dtype=np.uint8)


def gcode(strokes: Iterable[Floats], travel_feed: int = 1000, draw_feed: int = 500) -> str:
    """The strokes in the dialect of the million-line file, the sheet's middle at 0, 0."""
    parts = ["G21 ; mm\nG90 ; absolute\nM280 P0 S90 ; pen up\nG28 ; home\n\n"]
    for line in strokes:
        moved = (line - SHEET / 2).tolist()
        x, y = moved[0]
        parts.append(f"G0 X{x:.2f} Y{y:.2f} F{travel_feed}\nM280 P0 S40 ; pen down\n")
        parts += [f"G1 X{x:.2f} Y{y:.2f} F{draw_feed}\n" for x, y in moved]
        parts.append("M280 P0 S90 ; pen up\n\n")
    parts.append(f"G0 X0 Y0 F{travel_feed}\nM84\n")
    return "".join(parts)


def million(seed: int = 5, strokes: int = 5_000, points: int = 200) -> bytes:
    """1,020,007 lines, a million of them drawing: 25 MB."""
    return gcode(scribble(seed, strokes, points)).encode()


def _png(pixels: npt.NDArray[np.uint8]) -> bytes:
    from io import BytesIO

    from PIL import Image

    Image.fromarray(pixels).save(file := BytesIO(), "PNG")
    return file.getvalue()


KINDS: Final[dict[str, Callable[..., bytes]]] = {
    "hatch": lambda *seed: svg(hatch(*seed)).encode(),
    "stipple": lambda *seed: svg(stipple(*seed)).encode(),
    "scribble": lambda *seed: svg(scribble(*seed)).encode(),
    "icons": lambda *seed: icons_svg(*seed).encode(),
    "photo": lambda *seed: _png(photo(*seed)),
    "million": million,
}


def main(arguments: list[str] | None = None) -> int:
    kind, path, *seed = sys.argv[1:] if arguments is None else arguments
    given: list[Any] = [int(number) for number in seed]
    Path(path).write_bytes(KINDS[kind](*given))
    return 0


if __name__ == "__main__":
    sys.exit(main())
