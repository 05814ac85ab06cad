"""Line drawings of known curves: pictures of them, and how near strokes come to them."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from dcode.geometry.lines import Lines, Points
from dcode.geometry.strokes.picture import Tones

FINE = 4  # pixels drawn for one of the picture's


def arc(x: float, y: float, radius: float, first: float = 0.0, last: float = 360.0) -> Points:
    turn = np.radians(np.linspace(first, last, 200))
    return np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], axis=1)


def straight(x: float, y: float, to_x: float, to_y: float) -> Points:
    return np.linspace((x, y), (to_x, to_y), 50)


def wave(x: float, y: float, to_x: float, height: float, turns: float) -> Points:
    along = np.linspace(0, 1, 300)
    return np.stack([x + along * (to_x - x), y + height * np.sin(2 * np.pi * turns * along)], axis=1)


def drawn(curves: list[Points], shape: tuple[int, int], width: float = 3.0) -> Tones:
    """Their darkness as a pen of so many pixels leaves it, with soft edges."""
    height, across = shape
    sheet = Image.new("L", (across * FINE, height * FINE))
    draw = ImageDraw.Draw(sheet)
    for curve in curves:
        side = np.gradient(curve, axis=0)[:, ::-1] * (-1, 1)
        side *= width / 2 / np.hypot(*side.T)[:, None]
        left, right = (curve + side) * FINE - 0.5, (curve - side) * FINE - 0.5
        for i in range(len(curve) - 1):
            draw.polygon([tuple(corner) for corner in (left[i], left[i + 1], right[i + 1], right[i])], fill=255)
    small = sheet.resize((across, height), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32) / np.float32(255)


def apart(points: Points, curve: Points) -> float:
    """How far the furthest of the points is from a curve."""
    dense = along(curve, 0.25)
    return max(float(np.hypot(*(dense - point).T).min()) for point in points)


def along(line: Points, step: float) -> Points:
    """Points every so many pixels."""
    gone = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    places = np.arange(0.0, gone[-1], step)
    return np.stack([np.interp(places, gone, values) for values in line.T], axis=1)


def stroke_of(curve: Points, lines: Lines, within: float = 1.0) -> int:
    """The one line that follows all of a curve. Raises AssertionError where there is none."""
    found = [i for i, line in enumerate(lines) if apart(along(curve, 2.0), line) < within]
    assert len(found) == 1, f"{len(found)} of {len(lines)} lines follow the curve"
    return found[0]
