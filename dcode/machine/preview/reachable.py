"""Where a machine may go, for arrays of points: what limits.py and reach.py say of one, as pictures need it."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.bounds import Bounds
from dcode.geometry.kinematics import GRAVITY
from dcode.geometry.lines import Lines, Mask, Points
from dcode.machine.limits import SoftLimits
from dcode.machine.reach import Reach

_ROWS: Final = 65  # looked at in a column before its edges are found exactly
_HALVINGS: Final = 20  # of the distance between two of them: to a micrometre on a wall of a metre
_COLUMNS: Final = 257  # of the outline of what cannot be reached

Values = npt.NDArray[np.float64]


def allowed(limits: SoftLimits, points: Points) -> Mask:
    """Which of the points, shape (n, 2) in mm, break no limit: those of which `limits.violation` says None."""
    x, y = points.T
    area, slack = limits.area, limits.tolerance
    inside = (x >= area.left - slack) & (x <= area.right + slack) & (y >= area.bottom - slack) & (y <= area.top + slack)
    return np.asarray(inside if limits.area_is_reachable else inside & held(limits.reach, x, y))


def held(reach: Reach, x: Values, y: Values) -> Mask:
    """Where the belts can hold the gondola."""
    good = np.ones(np.broadcast(x, y).shape, dtype=np.bool_)
    slack = max(reach.tolerance, 1e-12)
    (left_x, left_y), (right_x, right_y) = reach.belts.left_anchor, reach.belts.right_anchor
    sides = ((x - left_x, left_y - y, right_x - x), (right_x - x, right_y - y, x - left_x))
    depth = (right_x - left_x) * (left_y - y) - (right_y - left_y) * (left_x - x)
    for across, down, other in sides:
        length = np.hypot(across, down)
        angle, little = np.degrees(np.arctan2(down, across)), np.degrees(slack / np.maximum(length, slack))
        good &= (length >= reach.min_length - slack) & (length <= reach.max_length + slack)
        good &= (angle >= reach.min_angle - little) & (angle <= 90 + little)
        if reach.gondola_kg is not None:
            most = reach.max_tension * (1 + reach.tolerance) / (reach.gondola_kg * GRAVITY)
            good &= (depth > 0) & (other * length <= most * depth)
    return good


def held_between(reach: Reach, x: Values, bottom: float, top: float) -> tuple[Values, Values]:
    """For each x the lowest and the highest y from `bottom` to `top` that the belts hold; both `bottom` where none is.

    Belts fail upwards, where they get flat, and downwards, where they get long: what holds has no gaps.
    """
    rows = np.linspace(bottom, top, _ROWS)
    good = held(reach, x[:, None], rows[None, :])
    low, high = good.argmax(axis=1), _ROWS - 1 - good[:, ::-1].argmax(axis=1)
    lowest = _edge(reach, x, rows[low], rows[np.maximum(low - 1, 0)])
    highest = _edge(reach, x, rows[high], rows[np.minimum(high + 1, _ROWS - 1)])
    none = ~good.any(axis=1)
    return np.where(none, bottom, lowest), np.where(none, bottom, highest)


def out_of_reach(limits: SoftLimits, page: Bounds) -> Lines:
    """What of a page the belts cannot hold, as closed outlines: above and below what they can. Empty for all of it."""
    if limits.reach.covers(page):
        return Lines.of(())
    x = np.unique(np.append(np.linspace(page.left, page.right, _COLUMNS), _near_motors(limits.reach, page)))
    low, high = held_between(limits.reach, x, page.bottom, page.top)
    outlines = []
    for edge, limit in ((high, page.top), (low, page.bottom)):
        if (edge != limit).any():
            border = np.column_stack([x, edge])
            corners = [(page.right, limit), (page.left, limit)]
            outlines.append(np.concatenate([border, corners, border[:1]]))
    return Lines.of(outlines)


def _near_motors(reach: Reach, page: Bounds) -> Values:
    """Where something changes at once from one column to the next: the belts cannot hold beside the motors."""
    motors = np.array([reach.belts.left_anchor[0], reach.belts.right_anchor[0]])
    found = (motors[:, None] + (-1e-3, 1e-3)).ravel()
    return found[(found > page.left) & (found < page.right)]


def _edge(reach: Reach, x: Values, good: Values, bad: Values) -> Values:
    """Between a y that holds and one beside it that may not, the last that does."""
    fine = held(reach, x, bad)
    good, bad = np.where(fine, bad, good), bad
    for _ in range(_HALVINGS):
        middle = (good + bad) / 2
        fine = held(reach, x, middle)
        good, bad = np.where(fine, middle, good), np.where(fine, bad, middle)
    return good
