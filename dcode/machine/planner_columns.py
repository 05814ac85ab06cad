"""planner.py for whole columns: the same formulae in numpy, for long programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcode.machine.planner import STRAIGHT, MotionLimits

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Column = NDArray[float64]


def corner_speeds(cosines: Column, acceleration: float, deviation: float) -> Column:
    """planner.corner_speed of each element."""
    import numpy as np

    half_sine = np.sqrt((1 + np.clip(cosines, -STRAIGHT, STRAIGHT)) / 2)
    speeds = acceleration * deviation * half_sine / (1 - half_sine)
    speeds[cosines > STRAIGHT] = np.inf
    speeds[cosines < -STRAIGHT] = 0.0
    return np.asarray(speeds)


def entry_speeds(lengths: Column, cruise: Column, corners: Column, limits: MotionLimits) -> Column:
    """planner.entry_speeds."""
    import numpy as np

    along = np.concatenate(([0.0], np.cumsum(lengths))) * (2 * limits.acceleration)
    ceiling = np.zeros(len(lengths) + 1)
    np.minimum(corners, cruise, out=ceiling[:-1])
    np.minimum(ceiling[1:-1], cruise[:-1], out=ceiling[1:-1])
    ceiling[0] = 0.0
    if limits.window is not None:
        last = np.minimum(np.arange(len(lengths)) + limits.window, len(lengths))
        np.minimum(ceiling[:-1], along[last] - along[:-1], out=ceiling[:-1])
    ceiling += along
    slowed = np.minimum.accumulate(ceiling[::-1])[::-1] - along
    gained = np.minimum.accumulate(slowed - along) + along
    return np.asarray(np.maximum(gained, 0.0))


def move_seconds(lengths: Column, entries: Column, cruise: Column, acceleration: float) -> Column:
    """planner.move_seconds of each move; `entries` has one element more than there are moves."""
    import numpy as np

    start, end = entries[:-1], entries[1:]
    peak = np.minimum(cruise, (start + end) / 2 + acceleration * lengths)
    top = np.sqrt(peak)
    ramps = (2 * top - np.sqrt(start) - np.sqrt(end)) / acceleration
    flat = lengths - (2 * peak - start - end) / (2 * acceleration)
    return np.asarray(np.maximum(ramps, 0.0) + np.maximum(flat, 0.0) / top)
