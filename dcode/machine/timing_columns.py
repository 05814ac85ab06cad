"""timing.py for whole columns: the same answer in numpy, for long programs."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from dcode.gcode.motion import Kind, Motion
from dcode.machine.estimate import Estimate
from dcode.machine.machine import Machine
from dcode.machine.planner import MotionLimits
from dcode.machine.planner_columns import corner_speeds, entry_speeds, move_seconds

if TYPE_CHECKING:
    from numpy import bool_, float64, intp, uint8
    from numpy.typing import NDArray

    Column = NDArray[float64]


def estimate(motion: Motion, machine: Machine, limits: MotionLimits, park_s: float) -> Estimate:
    """The time that the program takes; see timing.estimate. `park_s` is passed on."""
    import numpy as np

    kind = np.frombuffer(motion.kind, np.uint8)
    across = np.diff(np.frombuffer(motion.x), prepend=motion.start[0])
    upright = np.diff(np.frombuffer(motion.y), prepend=motion.start[1])
    lengths = np.hypot(across, upright)
    rows = np.flatnonzero(lengths > 0)
    seconds = np.zeros(len(motion))
    if len(rows):
        moves, cruise = lengths[rows], _cruise(motion, kind, rows, machine, limits)
        corners = _corners(kind, rows, across[rows] / moves, upright[rows] / moves, limits)
        entries = entry_speeds(moves, cruise, corners, limits)
        seconds[rows] = move_seconds(moves, entries, cruise, limits.acceleration)
    drawing, travelling = kind == Kind.DRAW, (kind == Kind.TRAVEL) | (kind == Kind.HOME)
    changes, downs = _pen_changes(kind)
    pen = np.where(downs, machine.pen.lower_seconds, machine.pen.raise_seconds)
    dwells = np.where(kind == Kind.DWELL, np.frombuffer(motion.value, np.float32), 0.0)
    draw_s, travel_s = seconds[drawing].sum(), seconds[travelling].sum()
    seconds += dwells
    seconds[changes] += pen
    elapsed: array[float] = array("d")
    elapsed.frombytes(np.cumsum(seconds).tobytes())
    return Estimate(
        draw_s=float(draw_s),
        travel_s=float(travel_s),
        pen_s=float(pen.sum()),
        dwell_s=float(dwells.sum()),
        park_s=park_s,
        draw_mm=float(lengths[drawing].sum()),
        travel_mm=float(lengths[travelling].sum()),
        lifts=int(np.count_nonzero(~downs)),
        elapsed=elapsed,
    )


def _cruise(
    motion: Motion, kind: NDArray[uint8], rows: NDArray[intp], machine: Machine, limits: MotionLimits
) -> Column:
    import numpy as np

    feed = np.frombuffer(motion.value, np.float32)[rows].astype(np.float64)
    feed[kind[rows] == Kind.HOME] = machine.pen.travel_speed
    feed[~(feed > 0)] = machine.pen.draw_speed
    return np.asarray((np.minimum(feed, limits.max_feed) / 60) ** 2)


def _corners(
    kind: NDArray[uint8], rows: NDArray[intp], across: Column, upright: Column, limits: MotionLimits
) -> Column:
    """The squared speed through the corner before each move; 0 where the machine stands still before it."""
    import numpy as np

    cosines = across[1:] * across[:-1] + upright[1:] * upright[:-1]
    through = corner_speeds(cosines, limits.acceleration, limits.deviation)
    stops = np.cumsum(kind > Kind.DRAW)[rows]
    stands = (stops[1:] != stops[:-1]) | (kind[rows[:-1]] > Kind.DRAW)
    return np.concatenate(([0.0], np.where(stands, 0.0, through)))


def _pen_changes(kind: NDArray[uint8]) -> tuple[NDArray[intp], NDArray[bool_]]:
    """The rows at which the pen really goes up or down, and for each whether it is down."""
    import numpy as np

    rows = np.flatnonzero((kind == Kind.PEN_UP) | (kind == Kind.PEN_DOWN) | (kind == Kind.HOME))
    down = kind[rows] == Kind.PEN_DOWN
    changed = down != np.concatenate(([False], down[:-1]))
    return rows[changed], np.asarray(down[changed])
