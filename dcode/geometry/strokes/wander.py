"""Lines that wander about at random and stay where the picture is dark.

The original's converter is one walk of `turns` steps that turns at random, less where it is dark, with the pen up where
it is light. Here many walks go on side by side, one step of all at a time. Each compares some ways ahead and goes, more
likely than not, where most is still to be drawn; where there is nothing around it, it goes on elsewhere. What is to be
drawn is the darkness, scaled to the ink of all steps: few steps give a light picture, many a dark one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines, Mask, Points
from dcode.geometry.short import drop_short
from dcode.geometry.strokes.options import option
from dcode.geometry.strokes.picture import Picture

_WAYS: Final = 720  # directions there are; as whole numbers they are the same on every machine
_CHOICES: Final = 7  # ways ahead that are compared
_TRIES: Final = 24  # places that are compared when a walk goes on elsewhere
_WORTH: Final = 0.3  # steps that must be missing at a place for the pen to go there
_PAPER: Final = 0.02  # what is not darker is left blank
# A step is drawn in its cell and in those around it: lines keep their distance.
_SHARES: Final = np.array([[0.1, 0.1, 0.1], [0.1, 0.2, 0.1], [0.1, 0.1, 0.1]])
_ASIDE: Final = np.array([-1, 0, 1])
_ROOM: Final = 4.0  # steps to a cell where it is black
_LONGEST: Final = 5000  # steps of a walk: they cannot be worked on at once

Ints = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Options:
    """How far the walks go, and how."""

    step_size: float = option(2.0, "of one step", unit="mm", low=0.1, high=50)
    turns: int = option(100_000, "how many steps are taken by all walks together", low=10, high=2_000_000)
    spacing: float = option(1.0, "from line to line where it is black, at the least", unit="mm", low=0.1, high=100)
    walks: int = option(120, "how many walks go on side by side, or more, of 5000 steps each", low=1, high=10_000)
    bend: float = option(60.0, "how far a walk turns at a step, at the most", unit="degrees", low=1, high=180)
    shortest: float = option(6.0, "leave out shorter strokes", unit="mm", low=0, high=1000)
    seed: int = option(1, "another seed, another walk", low=0, high=2**53)


def convert(picture: Picture, options: Options) -> Lines:
    """The walks one after the other; each is a stroke wherever it goes on without a jump."""
    missing = _Missing(picture, options)
    if not len(missing.dark):
        return Lines.of(())
    places, jumped = _walked(missing, options, np.random.Generator(np.random.PCG64(options.seed)))
    points = places.transpose(1, 0, 2).reshape(-1, 2)
    starts = np.append(np.flatnonzero(jumped.T.ravel()), len(points)).astype(np.int64)
    return drop_short(Lines(points, starts), max(options.shortest, options.step_size / 2), dots=False)


def _walked(missing: _Missing, options: Options, random: np.random.Generator) -> tuple[Points, Mask]:
    """Where each walk is after each step, shape (steps, walks, 2), and whether it came there by a jump."""
    count = min(max(options.walks, math.ceil(options.turns / _LONGEST)), options.turns)
    fan = np.linspace(-options.bend, options.bend, _CHOICES) * (_WAYS / 360)
    way = np.floor(random.random(count) * _WAYS).astype(np.int64)
    where, worth = missing.start(random, count)
    track, jumped = [where], [np.ones(count, dtype=bool)]
    for _ in range(math.ceil(options.turns / count)):
        missing.draw(where)
        shaken = fan + (fan[1] - fan[0]) * (random.random((count, _CHOICES)) - 0.5)
        tried = way[:, None] + np.floor(shaken).astype(np.int64)
        ahead = missing.steps[tried % _WAYS]
        # It looks twice as far as it goes, so as not to run into what is drawn, nor out of the frame.
        likely = missing.at(where[:, None] + 2 * ahead)
        likely *= likely  # squared twice: a power may be rounded otherwise elsewhere, and a walk then goes elsewhere
        likely *= likely
        sums = np.cumsum(likely, axis=1)
        chosen = np.minimum((sums <= random.random((count, 1)) * sums[:, -1:]).sum(axis=1), _CHOICES - 1)
        walk = np.arange(count)
        where, way = where + ahead[walk, chosen], tried[walk, chosen]
        lost = sums[:, -1] <= 0
        if lost.any():
            where[lost], worth = missing.start(random, int(lost.sum()))
            if lost.all() and not worth.any():
                break
        track.append(where)
        jumped.append(lost)
    return np.stack(track), np.stack(jumped)


class _Missing:
    """How many steps are still to be drawn in each cell of a grid over the picture."""

    def __init__(self, picture: Picture, options: Options) -> None:
        from PIL import Image

        frame = self.frame = picture.frame
        # Where it is black, lines are this far apart on the whole.
        spacing = max(
            options.spacing, picture.covered * frame.width * frame.height / (options.turns * options.step_size)
        )
        side = math.sqrt(_ROOM * spacing * options.step_size)
        self.across, self.down = max(1, round(frame.width / side)), max(1, round(frame.height / side))
        self.side = np.array([frame.width / self.across, frame.height / self.down])
        tones = Image.fromarray(picture.darkness).resize((self.across, self.down), Image.Resampling.BOX)
        room = self.side.prod() / (spacing * options.step_size)
        self.steps_left = room * np.asarray(tones, dtype=np.float64)[::-1].ravel()
        self.blank = room * _PAPER
        self.dark = np.flatnonzero(self.steps_left > self.blank)
        angle = np.arange(_WAYS) * (2 * math.pi / _WAYS)
        self.steps = options.step_size * np.round(np.column_stack([np.cos(angle), np.sin(angle)]), 9)

    def at(self, places: Points) -> Values:
        """How many steps are missing around each place, 0 outside the frame; shape (..., 2) to (...)."""
        column, row = self._cells(places)
        inside = (column >= 0) & (column < self.across) & (row >= 0) & (row < self.down)
        missing = self.steps_left[np.where(inside, row * self.across + column, 0)]
        return np.where(inside, np.maximum(missing - self.blank, 0.0), 0.0)

    def draw(self, places: Points) -> None:
        """Take note of a step at each place, most of it in its cell, the rest in those around it."""
        column, row = self._cells(places)
        columns = np.clip(column[:, None] + _ASIDE, 0, self.across - 1)
        rows = np.clip(row[:, None] + _ASIDE, 0, self.down - 1)
        cells = rows[:, :, None] * self.across + columns[:, None, :]
        np.subtract.at(self.steps_left, cells.ravel(), np.tile(_SHARES.ravel(), len(places)))

    def start(self, random: np.random.Generator, count: int) -> tuple[Points, Mask]:
        """For each of `count` walks the place where most is missing of a few, and whether that is worth a stroke."""
        cell = self.dark[np.floor(random.random((count, _TRIES)) * len(self.dark)).astype(np.int64)]
        best = cell[np.arange(count), self.steps_left[cell].argmax(axis=1)]
        corner = np.column_stack([best % self.across, best // self.across])
        places = (self.frame.left, self.frame.bottom) + self.side * (corner + random.random((count, 2)))
        low, high = (self.frame.left, self.frame.bottom), (self.frame.right, self.frame.top)
        return np.clip(places, low, high), self.steps_left[best] > _WORTH

    def _cells(self, places: Points) -> tuple[Ints, Ints]:
        cells = np.floor((places - (self.frame.left, self.frame.bottom)) / self.side).astype(np.int64)
        return cells[..., 0], cells[..., 1]
