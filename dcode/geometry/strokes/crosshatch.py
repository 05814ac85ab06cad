"""Layers of parallel lines, each drawn where the picture is darker than the layer's level.

The original's converter: n layers turned by 180/n degrees from each other, their levels evenly spaced between black
and white. It looks at every `step_size` along a line and makes each of these places a point; here a line is two points
wherever it is, and the pen goes down and up where the tone crosses the level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from dcode.geometry.bounds import Bounds
from dcode.geometry.crop import crop
from dcode.geometry.lines import Lines
from dcode.geometry.short import drop_short
from dcode.geometry.strokes.options import option
from dcode.geometry.strokes.picture import Picture, darkness_of
from dcode.geometry.strokes.runs import runs_above

_FINE_MM: Final = 0.5  # between samples, where pixels are not smaller: a pen's width


@dataclass(frozen=True, slots=True)
class Options:
    """How many layers there are, and how they lie."""

    angle: float = option(
        45.0, "of the first layer: how far its lines lean from upright", unit="degrees", low=0, high=180
    )
    step_size: float = option(2.0, "between the lines of a layer", unit="mm", low=0.1, high=100)
    passes: int = option(4, "how many layers: one more than that are the tones that it can show", low=1, high=16)
    shortest: float = option(1.0, "leave out shorter strokes and close shorter gaps", unit="mm", low=0, high=100)


def convert(picture: Picture, options: Options) -> Lines:
    """The layers, the one for the darkest tones first; lines are given to and fro."""
    layers = (_layer(picture, options, number) for number in range(options.passes))
    return drop_short(crop(Lines.joined(layers), picture.frame), options.shortest, dots=False)


def _layer(picture: Picture, options: Options, number: int) -> Lines:
    """The lines of one layer, by a pixel or two too long where they leave the frame."""
    turn = math.radians(options.angle + 180 * number / options.passes)
    aside, ahead = (math.cos(turn), math.sin(turn)), (math.sin(turn), -math.cos(turn))
    level = darkness_of(255 * (number + 1) / (options.passes + 1))
    frame, step, fine = picture.frame, options.step_size, min(_FINE_MM, picture.pixel_mm)
    # Where the original's lines lie: counted from one diagonal away from the centre.
    first = step * math.ceil((_diagonal(frame) - _reach(frame, aside)) / step) - _diagonal(frame)
    rows = max(0, int((_reach(frame, aside) - first) / step) + 1)
    begin, columns = -_reach(frame, ahead) - fine, math.ceil(2 * _reach(frame, ahead) / fine) + 3
    if not rows:
        return Lines.of(())
    x, y = frame.centre
    corner = (x + first * aside[0] + begin * ahead[0], y + first * aside[1] + begin * ahead[1])
    tones = picture.grid(
        corner, (fine * ahead[0], fine * ahead[1]), (step * aside[0], step * aside[1]), (rows, columns)
    )
    runs = runs_above(tones - np.float32(level)).calmed(options.shortest / fine)
    along = begin + fine * np.column_stack([runs.begin, runs.end])
    along[runs.row % 2 != 0] = along[runs.row % 2 != 0, ::-1]
    across = (first + step * runs.row)[:, None]
    points = np.stack([x + across * aside[0] + along * ahead[0], y + across * aside[1] + along * ahead[1]], axis=-1)
    return Lines(points.reshape(-1, 2), np.arange(0, 2 * len(runs) + 1, 2, dtype=np.int64))


def _diagonal(frame: Bounds) -> float:
    return math.hypot(frame.width, frame.height)


def _reach(frame: Bounds, way: tuple[float, float]) -> float:
    """How far the frame goes from its centre in a direction."""
    return (abs(way[0]) * frame.width + abs(way[1]) * frame.height) / 2
