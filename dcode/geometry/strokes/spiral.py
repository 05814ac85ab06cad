"""One spiral from the edge to the middle: broken where the picture is light, or swinging where it is dark.

The original's converter draws where the picture is darker than a level that rises and falls four times a turn, in
points `step_size` apart: rays, here as an option. By itself the spiral has another level every turn, so that the darker
it is, the more turns are drawn. Points are as far apart as the curve allows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.crop import crop
from dcode.geometry.lines import Lines, Points, ranges
from dcode.geometry.short import drop_short
from dcode.geometry.strokes.options import option
from dcode.geometry.strokes.picture import Picture, check_samples
from dcode.geometry.strokes.runs import Runs, runs_above
from dcode.geometry.strokes.swing import waves

_FINE_MM: Final = 0.7  # between samples, where pixels are not smaller: a pen's width or two
_FEWEST: Final = 3  # samples to a half wave
_HELD: Final = 13 / 14  # of a turn with one level: where it changes then moves around, and is not seen as a seam

Values = npt.NDArray[np.float64]


class Style(Enum):
    """What the spiral does about tones."""

    RINGS = "rings"  # the level is another one every turn
    RAYS = "rays"  # the original's: drawn where it is darker than a level that swings around the middle grey
    WAVE = "wave"  # the pen stays down, and the line swings further where it is darker


@dataclass(frozen=True, slots=True)
class Options:
    """How the spiral runs and what it does about tones."""

    step_size: float = option(2.0, "between turns", unit="mm", low=0.2, high=100)
    to_corners: bool = option(False, "go on into the corners, in pieces, and not only to the nearest edge")
    style: Style = option(Style.RINGS, "broken into rings or, as the original's, into rays, or one whole wave")
    levels: int = option(8, "how many turns it takes until the levels of rings repeat", low=1, high=64)
    wavelength: float = option(2.0, "of a wave, from crest to crest", unit="mm", low=0.2, high=100)
    swing: float = option(0.9, "how far a wave goes where it is black, of half the way to the next turn", low=0, high=4)
    shortest: float = option(1.0, "leave out shorter strokes and close shorter gaps", unit="mm", low=0, high=100)
    tolerance: float = option(0.05, "how far strokes may be from the true curve", unit="mm", low=0.001, high=5)


def convert(picture: Picture, options: Options) -> Lines:
    """The spiral or its pieces, from outside to inside."""
    wave = options.style is Style.WAVE
    frame, half = picture.frame, min(picture.frame.width, picture.frame.height) / 2
    outer = math.hypot(frame.width, frame.height) / 2 if options.to_corners else half
    if wave and not options.to_corners:
        outer -= options.swing * options.step_size / 2
    spiral = _Spiral(frame.centre, outer, options.step_size)
    if spiral.turns <= 0:
        return Lines.of(())
    lines = _swinging(spiral, picture, options) if wave else _broken(spiral, picture, options)
    return drop_short(crop(lines, frame), options.shortest, dots=False)


@dataclass(frozen=True, slots=True)
class _Spiral:
    """Counter-clockwise from `outer` inwards by `step` a turn, to half a step from the middle."""

    centre: tuple[float, float]
    outer: float
    step: float

    @property
    def turns(self) -> float:
        return (self.outer - self.step / 2) / self.step

    @property
    def length(self) -> float:
        return float(self.length_to(np.array(self.turns)))

    def radius(self, turn: Values) -> Values:
        return np.asarray(self.outer - self.step * turn)

    def length_to(self, turn: Values) -> Values:
        """The turns outside of a radius cover their length times the step."""
        return np.asarray(math.pi / self.step * (self.outer**2 - self.radius(turn) ** 2))

    def turn_at(self, length: Values) -> Values:
        square = self.outer**2 - self.step / math.pi * length
        return (self.outer - np.sqrt(np.maximum(square, (self.step / 2) ** 2))) / self.step

    def at(self, turn: Values, off: Values | float = 0.0) -> Points:
        """Points of it, or `off` mm outwards of it."""
        angle = 2 * math.pi * (turn % 1.0)
        out = self.radius(turn) + off
        x, y = self.centre
        # Rounded: the same on every machine, whatever its sine.
        return np.stack([x + out * np.round(np.cos(angle), 12), y + out * np.round(np.sin(angle), 12)], axis=-1)


def _tones(spiral: _Spiral, picture: Picture, turn: Values) -> Values:
    """The tone along it; outside the frame that of the edge, so that what is cut at the frame reaches it."""
    frame = picture.frame
    return picture.tone_at(np.clip(spiral.at(turn), (frame.left, frame.bottom), (frame.right, frame.top)))


def _broken(spiral: _Spiral, picture: Picture, options: Options) -> Lines:
    around = math.ceil(2 * math.pi * spiral.outer / min(_FINE_MM, picture.pixel_mm))  # samples to a turn
    check_samples(math.ceil(spiral.turns) * around)
    turn = np.arange(math.ceil(spiral.turns) * around) / around
    if options.style is Style.RAYS:
        level = 1 - (128 + 64 * np.sin(8 * math.pi * turn)) / 255
    else:
        level = _levels(options.levels)[(turn / _HELD).astype(np.int64) % options.levels]
    tones = _tones(spiral, picture, np.minimum(turn, spiral.turns))
    found = runs_above((tones - level)[None, :])
    begin, end = (np.minimum(place / around, spiral.turns) for place in (found.begin, found.end))
    calm = Runs(found.row, spiral.length_to(begin), spiral.length_to(end)).calmed(options.shortest)
    return _arcs(spiral, spiral.turn_at(calm.begin), spiral.turn_at(calm.end), options.tolerance)


def _levels(count: int) -> Values:
    """Levels evenly spaced from paper to ink, in an order in which neighbours are far apart (van der Corput, 1935)."""
    mirrored = [int(f"{number:06b}"[::-1], 2) for number in range(count)]
    return (np.argsort(np.argsort(mirrored)) + 0.5) / count


def _arcs(spiral: _Spiral, begin: Values, end: Values, tolerance: float) -> Lines:
    """The pieces of it between two turns, with points as far apart as the tolerance allows.

    A chord over an angle a is r a^2 / 8 off. So the chords from one radius to another number the integral over the
    angle of sqrt(r / 8 tolerance), which goes with the power 3/2 of the radius. A tenth of the step is added to the
    radius: near the middle a spiral is bent more than a circle.
    """
    more = 0.1 * spiral.step
    scale = 2 * math.pi / spiral.step * (2 / 3) / math.sqrt(8 * tolerance)
    first, last = scale * (spiral.radius(begin) + more) ** 1.5, scale * (spiral.radius(end) + more) ** 1.5
    chords = np.maximum(np.ceil(first - last), 1).astype(np.int64)
    owner = np.repeat(np.arange(len(chords)), chords + 1)
    share = ranges(np.zeros(len(chords), dtype=np.int64), chords + 1) / chords[owner]
    radius = ((first[owner] + (last - first)[owner] * share) / scale) ** (2 / 3) - more
    return Lines(spiral.at((spiral.outer - radius) / spiral.step), np.concatenate([[0], np.cumsum(chords + 1)]))


def _swinging(spiral: _Spiral, picture: Picture, options: Options) -> Lines:
    halves = max(1, round(2 * spiral.length / options.wavelength))
    fine = max(_FEWEST, math.ceil(spiral.length / halves / picture.pixel_mm))
    check_samples(halves * fine)
    between = spiral.length / (halves * fine)
    turn = spiral.turn_at(np.linspace(0.0, spiral.length, halves * fine + 1))
    heights = options.swing * spiral.step / 2 * _tones(spiral, picture, turn)[None, :]
    # A quarter of the tolerance is for the spiral, by its radius a turn further in, the rest for the swing.
    chords = np.sqrt(2 * options.tolerance * np.maximum(spiral.radius(turn[:-1:fine]) - spiral.step, spiral.step / 4))
    whole = Runs(np.zeros(1, dtype=np.int64), np.zeros(1), np.array([float(halves * fine)]))
    found = waves(heights, fine, whole, 0.75 * options.tolerance, chords / (between * fine))
    return Lines(spiral.at(spiral.turn_at(between * found.place), found.off), found.starts)
