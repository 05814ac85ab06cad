"""Which rows of a long motion need a closer look: whole columns at once, in numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dcode.gcode.motion import Kind, Motion
from dcode.geometry.bounds import Bounds

if TYPE_CHECKING:
    from numpy import bool_
    from numpy.typing import NDArray

# Rows; below, importing numpy takes longer than looking at every row.
LARGE: Final = 20_000


def rows_outside(motion: Motion, area: Bounds, slack: float, most: int) -> tuple[list[int], int]:
    """The first `most` rows that move to a point outside a rectangle, and how often rows break one of its axes."""
    import numpy as np

    moving = _moving(motion)
    across, upright = _within(motion, area, slack)
    broken = np.count_nonzero(moving & ~across) + np.count_nonzero(moving & ~upright)
    rows = np.flatnonzero(moving & ~(across & upright))[:most]
    return rows.tolist(), int(broken)


def rows_leaving(motion: Motion, area: Bounds, slack: float, sure: Bounds | None) -> list[int]:
    """The rows that move inside `area` and touch a point outside `sure`, the part of it that is proved."""
    import numpy as np

    across, upright = _within(motion, area, slack)
    inside = across & upright
    if sure is None:
        safe = np.zeros(len(motion), dtype=np.bool_)
    else:
        across, upright = _within(motion, sure, 0.0)
        safe = across & upright
    start_safe = sure is not None and sure.contains(*motion.start)
    both_safe = safe & np.concatenate(([start_safe], safe[:-1]))
    return np.flatnonzero(_moving(motion) & inside & ~both_safe).tolist()


def _moving(motion: Motion) -> NDArray[bool_]:
    import numpy as np

    kind = np.frombuffer(motion.kind, np.uint8)
    return np.asarray((kind == Kind.TRAVEL) | (kind == Kind.DRAW) | (kind == Kind.HOME))


def _within(motion: Motion, area: Bounds, slack: float) -> tuple[NDArray[bool_], NDArray[bool_]]:
    """For each row, whether x and whether y is inside. A NaN is not."""
    import numpy as np

    x, y = np.frombuffer(motion.x), np.frombuffer(motion.y)
    return (
        (x >= area.left - slack) & (x <= area.right + slack),
        (y >= area.bottom - slack) & (y <= area.top + slack),
    )
