"""Rows of waves, higher and faster where the picture is darker.

Each row has a strip as high as the rows are apart, and is to cover as much of it with ink as the strip is dark. The
height of the waves grows with the square root of the tone; how many there are follows from both. A wave stays within
its own strip, less half a pen on either side: rows never cross, and where it is black their ink just meets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.errors import DrawingError
from dcode.geometry.lines import Lines, Points
from dcode.geometry.pen_width import PEN_MM
from dcode.geometry.strokes.means import means
from dcode.geometry.strokes.options import option
from dcode.geometry.strokes.picture import Picture

Values = npt.NDArray[np.float64]


class Wave(Enum):
    """The form of a wave."""

    SINE = "sine"
    SAWTOOTH = "sawtooth"


# One wave, without its end. Twelve points stay within a thirtieth of a sine's height.
_FORMS: Final = {
    Wave.SINE: np.round(np.sin(np.pi * np.arange(12) / 6), 12),
    Wave.SAWTOOTH: np.array([0.0, 1.0, 0.0, -1.0]),
}
MOST_POINTS: Final = 4_000_000
_TABLE: Final = 257
_HALVINGS: Final = 40
_LONGEST: Final = 4  # wave length in heights of a strip: one that is longer would be late where it gets dark


@dataclass(frozen=True, slots=True)
class Options:
    """How tones become waves."""

    rows: float = option(6.0, "how far apart the rows are", unit="mm", low=0.5, high=500)
    pen: float = option(PEN_MM, "how wide the pen draws: it fills a row that is black", unit="mm", low=0.1, high=50)
    wave: Wave = option(Wave.SINE, "the form of the waves")
    lightest: float = option(0.08, "darkness below which the pen is up", low=0, high=1)


def convert(picture: Picture, options: Options) -> Lines:
    """The rows from top to bottom, to and fro, each interrupted where it is lighter than the lightest.

    Raises DrawingError when the waves would have too many points.
    """
    frame = picture.frame
    count = max(1, round(frame.height / options.rows))
    apart = frame.height / count
    width = picture.darkness.shape[1]
    strips = np.clip(means(picture.darkness, count, width), 0.0, 1.0)
    tones = np.pad(strips, ((0, 0), (1, 1)), mode="edge")  # once more for each edge of the picture
    x = np.concatenate([[0.0], np.arange(width) + 0.5, [width]]) * picture.pixel_mm
    table, heights, often = _frequencies(apart, options)
    heights, often = np.interp(tones, table, heights), np.interp(tones, table, often)
    total = float(often.mean()) * frame.width * count * len(_FORMS[options.wave])
    if total > MOST_POINTS:
        raise DrawingError(
            f"the waves need more than {MOST_POINTS} points: choose a wider pen or fewer rows", limit=MOST_POINTS
        )
    found = list[Points]()
    for row in range(count):
        line = _wave(x, heights[row], often[row], _FORMS[options.wave])
        middle = np.array((frame.left, frame.top - (row + 0.5) * apart))
        parts = [part + middle for part in _dark(line, x, tones[row], options)]
        found += parts if row % 2 == 0 else [part[::-1] for part in reversed(parts)]
    lines = Lines.of(found)
    return Lines(np.clip(lines.points, (frame.left, frame.bottom), (frame.right, frame.top)), lines.starts)


def _frequencies(apart: float, options: Options) -> tuple[Values, Values, Values]:
    """A table: tones, and for each the height of the waves in mm and how many there are on a mm."""
    tones = np.linspace(0.0, 1.0, _TABLE)
    heights = max(apart - options.pen, 0.1 * apart) / 2 * np.sqrt(tones)
    low = np.full(_TABLE, 1 / (_LONGEST * apart))
    high = np.maximum(low, 1 / options.pen)  # legs of neighbouring waves side by side
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        light = _covered(heights, middle, apart, options) < tones
        low, high = np.where(light, middle, low), np.where(light, high, middle)
    return tones, heights, np.round(high, 9)  # the same on every machine, whatever its sine


def _covered(heights: Values, often: Values, apart: float, options: Options) -> Values:
    """Which part of a strip has ink: that of the line's length, less what lies twice in the bends.

    With r half the pen's width, legs that meet at a point share r r / tan(b), b being half the angle between them; a
    sine's share more where they are not yet r from the middle of the bend, the integral of that. The round outside of
    the bend, r r (pi / 2 - b), is in neither leg.
    """
    half, form = options.pen / 2, _FORMS[options.wave]
    rise = np.abs(np.diff(form, append=form[:1])) * len(form)
    steep = heights * often
    longer = np.sqrt(1 + (steep[:, None] * rise) ** 2).mean(axis=1)
    if options.wave is Wave.SAWTOOTH:
        shared = half * half * 4 * steep
    else:
        angle = 2 * np.pi * often
        shared = 2 * heights * (half - np.sin(angle * half) / angle)
    lost = np.maximum(shared - half * half * np.arctan(4 * steep), 0.0)
    return np.asarray((options.pen * longer - 2 * often * lost) / apart)


def _wave(x: Values, heights: Values, often: Values, form: Values) -> Points:
    """One row around the axis: height and frequency, in waves a mm, are given along it."""
    phase = np.concatenate([[0.0], np.cumsum(np.diff(x) * (often[1:] + often[:-1]) / 2)]) * len(form)
    steps = np.arange(int(phase[-1]) + 1)
    at = np.append(np.interp(steps, phase, x), x[-1])
    return np.column_stack([at, np.interp(at, x, heights) * np.append(form[steps % len(form)], 0.0)])


def _dark(line: Points, x: Values, tones: Values, options: Options) -> Iterator[Points]:
    """The parts of a row that are not lighter than the lightest."""
    dark = tones >= options.lightest
    if dark.all():
        yield line
        return
    left = np.flatnonzero(dark[1:] != dark[:-1])
    share = (options.lightest - tones[left]) / (tones[left + 1] - tones[left])
    turns = x[left] + share * (x[left + 1] - x[left])
    turns = np.concatenate([x[:1][dark[:1]], turns, x[-1:][dark[-1:]]])
    heights = np.interp(turns, line[:, 0], line[:, 1])
    begins, ends = (np.searchsorted(line[:, 0], turns, side=side) for side in ("right", "left"))
    for first in range(0, len(turns), 2):
        if turns[first + 1] > turns[first]:
            ends_at = np.column_stack([turns[first : first + 2], heights[first : first + 2]])
            yield np.concatenate([ends_at[:1], line[begins[first] : ends[first + 1]], ends_at[1:]])
