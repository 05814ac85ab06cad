"""Drawings as a hand would draw them: curves through the points where they turn gently, corners kept, a little life."""

from __future__ import annotations

from typing import Final

import numpy as np

from dcode.geometry.lines import Lines, Points

_CORNER: Final = np.cos(np.radians(52.0))  # turning by more than this is a corner, drawn as it is
# A circle within a tolerance t turns by an angle of at most 8 t / length from piece to piece: twice that is a corner.
_BULGE: Final = 2 * 0.9  # grid units; the library was simplified with 0.9
_STRAIGHT: Final = 2.6  # a piece so many times as long as the next is a straight line that a curve begins at
_EVEN: Final = 1e-5  # of a piece's length: what its ends may lean by and still be straight
_PIECE: Final = 3.0  # grid units of a piece of a curve


def smoothed(lines: Lines) -> Lines:
    """Cubic curves through the points of each stroke, in pieces of a few units. Corners stay sharp."""
    return Lines.of([_smooth_stroke(line) for line in lines])


def _smooth_stroke(line: Points) -> Points:
    if len(line) < 3:
        return line
    closed = len(line) > 3 and bool((line[0] == line[-1]).all())
    ways = np.diff(line, axis=0)
    lengths = np.maximum(np.hypot(ways[:, 0], ways[:, 1]), 1e-9)
    unit = ways / lengths[:, None]
    leave, arrive = unit.copy(), unit.copy()  # the direction in which each piece begins and ends
    before = np.arange(len(ways) - 1) if not closed else np.arange(-1, len(ways) - 1)
    after = before + 1
    cosine = np.clip(np.einsum("ij,ij->i", unit[before], unit[after]), -1.0, 1.0)
    gentle = (cosine > _CORNER) & (np.arccos(cosine) * np.minimum(lengths[before], lengths[after]) / 8 <= _BULGE)
    before, after = before[gentle], after[gentle]
    joint = unit[before] * lengths[after, None] + unit[after] * lengths[before, None]
    joint = np.where((lengths[before] > _STRAIGHT * lengths[after])[:, None], unit[before], joint)
    joint = np.where((lengths[after] > _STRAIGHT * lengths[before])[:, None], unit[after], joint)
    joint /= np.maximum(np.hypot(joint[:, 0], joint[:, 1]), 1e-9)[:, None]
    arrive[before], leave[after] = joint, joint
    parts = [line[:1]]
    for index, length in enumerate(lengths):
        parts.append(_piece(line[index], line[index + 1], leave[index] * length, arrive[index] * length))
    found = np.concatenate(parts)
    if closed:
        found[-1] = found[0]
    return found


def _piece(begin: Points, end: Points, leave: Points, arrive: Points) -> Points:
    """A cubic Hermite curve without its first point; one point where it is a straight line."""
    way = end - begin
    length = float(np.hypot(*way))
    bent = max(float(np.abs(leave - way).max()), float(np.abs(arrive - way).max()))
    straight = bent <= _EVEN * length
    count = 1 if straight else max(2, int(np.ceil(length / _PIECE)))
    t = (np.arange(1, count + 1) / count)[:, None]
    bend = (t**3 - 2 * t**2 + t) * leave + (t**3 - t**2) * arrive
    return np.asarray((2 * t**3 - 3 * t**2 + 1) * begin + (3 * t**2 - 2 * t**3) * end + bend)


def varied(lines: Lines, random: np.random.Generator, strength: float) -> Lines:
    """A variation of a drawing about its middle: leant, stretched and bent a little, perhaps its mirror image.

    `strength` 0 leaves it as it is, 1 is about as much as one hand's drawings differ. Ink that met still meets.
    """
    bounds = lines.bounds
    if bounds is None or strength <= 0:
        return lines
    size = max(bounds.right - bounds.left, bounds.top - bounds.bottom, 1e-9)
    points = (lines.points - bounds.centre) / size
    turn, lean, stretch = random.normal(0.0, (0.035, 0.03, 0.04)) * strength
    waves, phases = random.uniform(2.0, 5.0, (3, 2)), random.uniform(0, 2 * np.pi, (3, 2))
    heights = random.normal(0.0, 0.005, (3, 2)) * strength
    if random.random() < 0.5 * min(strength, 1.0):
        points = points * (-1.0, 1.0)
    points = points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    points = points * (1.0 + stretch, 1.0 - stretch)
    points[:, 0] += lean * points[:, 1]
    for wave, phase, height in zip(waves, phases, heights, strict=True):
        points = points + height * np.sin(points[:, ::-1] * wave * 2 + phase)
    return Lines(points * size + bounds.centre, lines.starts)
