"""Level rows that swing higher where the picture is darker, all in step.

The original's converter: rows `step_size` apart, a sine whose amplitude follows the tone. Its waves are four pi long.
Here the points of a wave are as many as its height needs, it stays inside the frame, and it may be left out on paper.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from dcode.geometry.lines import Lines
from dcode.geometry.strokes.options import option
from dcode.geometry.strokes.picture import Picture, darkness_of
from dcode.geometry.strokes.runs import runs_above
from dcode.geometry.strokes.swing import waves

_FEWEST: Final = 4  # samples to a half wave


@dataclass(frozen=True, slots=True)
class Options:
    """How the rows lie and swing."""

    step_size: float = option(3.0, "between rows", unit="mm", low=0.2, high=100)
    amplitude: float = option(5.0, "how far a row swings to either side where it is black", unit="mm", low=0, high=200)
    wavelength: float = option(8.0, "from crest to crest", unit="mm", low=0.5, high=500)
    blank: int = option(256, "the grey from which on nothing is drawn; 256 draws whole rows", low=1, high=256)
    shortest: float = option(1.0, "leave out shorter strokes and close shorter gaps", unit="mm", low=0, high=100)
    tolerance: float = option(0.1, "how far a wave may be from a true one", unit="mm", low=0.001, high=5)


def convert(picture: Picture, options: Options) -> Lines:
    """The rows from the bottom up, to and fro. Those next to an edge of the frame swing no further than to the edge."""
    frame, step = picture.frame, options.step_size
    rows = max(1, int(frame.height / step))
    y = frame.centre[1] + step * (np.arange(rows) - (rows - 1) / 2)
    halves = max(1, round(2 * frame.width / options.wavelength))
    fine = max(_FEWEST, math.ceil(frame.width / halves / picture.pixel_mm))
    between = frame.width / (halves * fine)  # samples
    tones = picture.grid((frame.left, float(y[0])), (between, 0.0), (0.0, step), (rows, halves * fine + 1))
    room = np.clip(np.minimum(y - frame.bottom, frame.top - y), 0.0, None)[:, None]
    heights = np.minimum(options.amplitude * tones.astype(np.float64), room)
    runs = runs_above(tones - np.float32(darkness_of(options.blank))).calmed(options.shortest / between)
    found = waves(heights, fine, runs, options.tolerance, np.inf)
    points = np.column_stack([frame.left + between * found.place, y[found.row] + found.off])
    return Lines(np.clip(points, (frame.left, frame.bottom), (frame.right, frame.top)), found.starts)
