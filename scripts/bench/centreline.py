"""Line drawings back to their lines, against the goals.

    T1  1024 by 1024 pixels to strokes in at most 0.2 s of CPU
    T2  at most 3 strokes a curve, at least 99 % of the ink within a pen's radius of a stroke, the strokes at most 0.6
        pixels from the curves in the mean and within 3 % of their length, none of less than 4 pixels

python scripts/bench centreline [--drawings FOLDER | --seeds N ...] [--rounds N] [--json]

Seeded drawings are of 60 curves: two thirds Bezier curves, one third circles, by pens of 2 to 5 pixels; the pen whose
radius counts is the widest. Of drawings in a folder (lines*.png, script*.png, shapes*.png) no curves are known: there
only what can be told without them is measured, lines1024 being 60 curves by pens of up to 6.5 pixels. Beside T2, what
it says nothing about: how much of its curve the longest stroke on it has, in the mean, which is 1 where no line was
broken or left at a crossing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402
import shapely  # noqa: E402
from PIL import Image, ImageDraw  # noqa: E402

from dcode.geometry.bounds import Bounds  # noqa: E402
from dcode.geometry.lines import Lines, Points  # noqa: E402
from dcode.geometry.strokes.picture import Picture, picture_of  # noqa: E402
from dcode.geometry.strokes.registry import convert  # noqa: E402
from scripts.bench.geometry_rows import Row, in_turns, show, timed  # noqa: E402

PIXELS: Final = 1024
FINE: Final = 4  # pixels drawn for one of the picture's
CURVES: Final = 60
PENS: Final = (2.0, 5.0)  # pixels
GIVEN: Final = {"lines1024": (CURVES, 6.5)}  # how many curves, and the widest line
ON: Final = 1.5  # pixels between a stroke and the curve that it is taken for
STEP: Final = 1.0  # pixels between the places that are looked at


@dataclass(frozen=True)
class Case:
    """A picture of one mm a pixel; `curves`, None where they are not known, in its mm; `pen` in pixels, 0 unknown."""

    name: str
    picture: Picture
    curves: list[Points] | None
    count: int
    pen: float


def seeded(seed: int) -> Case:
    chance = np.random.Generator(np.random.PCG64(seed))
    curves = [_circle(chance) if i % 3 == 2 else _bezier(chance) for i in range(CURVES)]
    widths = chance.uniform(*PENS, CURVES)
    sheet = Image.new("L", (PIXELS * FINE, PIXELS * FINE), 255)
    draw = ImageDraw.Draw(sheet)
    for curve, width in zip(curves, widths, strict=True):
        side = np.gradient(curve, axis=0)[:, ::-1] * (-1, 1)
        side *= width / 2 / np.maximum(np.hypot(*side.T), 1e-9)[:, None]
        left, right = (curve + side) * FINE - 0.5, (curve - side) * FINE - 0.5
        for i in range(len(curve) - 1):
            draw.polygon([tuple(corner) for corner in (left[i], left[i + 1], right[i + 1], right[i])], fill=0)
    image = sheet.resize((PIXELS, PIXELS), Image.Resampling.BOX)
    turned = [np.stack([curve[:, 0], PIXELS - curve[:, 1]], axis=1) for curve in curves]
    return Case(f"seed {seed}", _picture(image), turned, CURVES, float(widths.max()))


def _bezier(chance: np.random.Generator) -> Points:
    a, b, c, d = chance.uniform(0.05 * PIXELS, 0.95 * PIXELS, (4, 2))
    t = np.linspace(0, 1, 400)[:, None]
    s = 1 - t
    return np.asarray(s**3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t**3 * d)


def _circle(chance: np.random.Generator) -> Points:
    radius, (x, y) = chance.uniform(35, 140), chance.uniform(0.12 * PIXELS, 0.88 * PIXELS, 2)
    turn = np.linspace(0, 2 * np.pi, 400)
    return np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], axis=1)


def _picture(image: Image.Image) -> Picture:
    return picture_of(np.asarray(image.convert("RGB")), Bounds(0, image.width, image.height, 0))


def given(folder: Path) -> Iterator[Case]:
    """Raises FileNotFoundError for a folder without any."""
    found = [path for kind in ("lines", "script", "shapes") for path in sorted(folder.glob(f"{kind}*.png"))]
    if not found:
        raise FileNotFoundError(f"{folder} has no lines*.png, script*.png or shapes*.png")
    for path in found:
        with Image.open(path) as image:
            count, pen = GIVEN.get(path.stem, (0, 0.0))
            yield Case(path.stem, _picture(image), None, count, pen)


def speed(case: Case, rounds: int) -> tuple[Lines, Row]:
    """T1, and the strokes."""
    done = in_turns({"": timed(lambda: convert(case.picture, "centreline", {"areas": "line"}))}, rounds)[""]
    return done.result, Row("T1", f"{case.name}: time", "CPU s", done.seconds, at_most=0.2)


def quality(case: Case, lines: Lines) -> Iterator[Row]:
    """T2."""
    yield Row("T2", f"{case.name}: strokes", "strokes", len(lines), at_most=3 * case.count or None)
    yield Row("T2", f"{case.name}: shortest", "pixels", float(lines.lengths.min()), at_least=4 if case.count else None)
    if case.pen:
        near = _covered(case, lines)
        yield Row("T2", f"{case.name}: ink within a pen's radius", "of it", near, at_least=0.99)
    if case.curves is None:
        return
    bits, _ = _pieces(case.curves)
    off = _off(bits, np.concatenate([_along(line) for line in lines]))
    yield Row("T2", f"{case.name}: deviation", "pixels", float(off.mean()), at_most=0.6)
    shown = [_shown(_along(curve), case.picture.frame) for curve in case.curves]
    drawn = lines.lengths.sum() / (STEP * sum(map(len, shown)))
    yield Row("T2", f"{case.name}: length", "of the curves'", float(drawn), at_most=1.03)
    yield Row("T2", f"{case.name}: length", "of the curves'", float(drawn), at_least=0.97)
    yield Row("T2", f"{case.name}: of a curve in one stroke", "of it", _whole(shown, lines))


def _covered(case: Case, lines: Lines) -> float:
    rows, columns = np.nonzero(case.picture.darkness > 0.5)
    bits, _ = _pieces(lines)
    off = _off(bits, np.stack([columns + 0.5, case.picture.darkness.shape[0] - rows - 0.5], axis=1))
    return float((off <= case.pen / 2).mean())


def _whole(shown: list[Points], lines: Lines) -> float:
    """The share of a curve that the stroke with most of it has, in the mean over all of their length."""
    bits, owner = _pieces(lines)
    most = 0.0
    for places in shown:
        place, bit = bits.query(shapely.points(places), "dwithin", ON)
        pairs = np.unique(np.stack([place, owner[bit]], axis=1), axis=0)
        most += np.bincount(pairs[:, 1], minlength=1).max()
    return most / sum(map(len, shown))


def _pieces(lines: Lines | list[Points]) -> tuple[shapely.STRtree, npt.NDArray[np.int64]]:
    """A few points each, so that what is near is found fast; and which line each is of."""
    cut = [(line[i : i + 7], number) for number, line in enumerate(lines) for i in range(0, max(1, len(line) - 1), 6)]
    bits = [shapely.LineString(bit) if len(bit) > 1 else shapely.Point(bit[0]) for bit, _ in cut]
    return shapely.STRtree(bits), np.array([number for _, number in cut])


def _off(bits: shapely.STRtree, places: Points) -> npt.NDArray[np.float64]:
    """How far places are from the nearest line."""
    _, found = bits.query_nearest(shapely.points(places), return_distance=True, all_matches=False)
    return np.asarray(found)


def _along(line: Points) -> Points:
    """Places every so many pixels."""
    gone = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    places = np.arange(STEP / 2, gone[-1], STEP)
    return np.stack([np.interp(places, gone, values) for values in line.T], axis=1)


def _shown(places: Points, frame: Bounds) -> Points:
    """Those in the picture."""
    inside = (places >= (frame.left, frame.bottom)) & (places <= (frame.right, frame.top))
    return places[inside.all(axis=1)]


def rows(cases: Iterator[Case], rounds: int) -> Iterator[Row]:
    for case in cases:
        lines, row = speed(case, rounds)
        yield row
        yield from quality(case, lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--drawings", type=Path, metavar="FOLDER", help="drawings instead of seeded ones")
    where.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], help="of the seeded drawings [1 2 3]")
    parser.add_argument("--rounds", type=int, default=5, help="of each measurement [5]")
    parser.add_argument("--json", action="store_true", help="one object a line")
    wanted = parser.parse_args()
    cases = given(wanted.drawings) if wanted.drawings else map(seeded, wanted.seeds)
    return int(show(rows(iter(cases), wanted.rounds), as_json=wanted.json) > 0)


if __name__ == "__main__":
    sys.exit(main())
