"""How a firmware plans motion: its limits, its rule for corners, and the space in which it drives straight."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Protocol

Three = tuple[float, float, float]


class TwoBelts(Protocol):
    """From a point to two belt lengths and back, in mm. `geometry.kinematics.Belts` is one."""

    @property
    def left_anchor(self) -> tuple[float, float]:
        """Where the left belt leaves its motor, in the firmware's frame."""
        ...

    @property
    def right_anchor(self) -> tuple[float, float]: ...

    def lengths(self, x: float, y: float) -> tuple[float, float]:
        """The left and the right belt that hold the gondola at this point."""
        ...

    def position(self, left: float, right: float) -> tuple[float, float]:
        """The point; LimitError when belts of these lengths cannot meet."""
        ...


@dataclass(frozen=True, slots=True)
class MotionModel:
    """Limits are per axis: x, y, z; or left belt, right belt, z when there are `belts`. mm, s, mm/s, mm/s2.

    belts: how the firmware turns a point into belt lengths; None drives x and y directly. A block is straight in
        axis space: on belts it is bowed on paper.
    steps: steps per mm of each axis; ends of blocks are rounded to whole steps. None: not rounded.
    rounding: the same where ends are rounded otherwise than to whole steps (an old Makelangelo: to whole mm of belt).
    paper_feed: the feed is a speed on paper (Marlin); else it is one in axis space (grblHAL).
    acceleration: a limit on the speed along the path, beside those of the axes (Marlin's M204).
    junction_deviation: mm; grbl's rule for corners. jerk: classic jerk in mm/s per axis, instead of it.
    segment, segments: seconds and number of the pieces that the step generator has prepared ahead; what is prepared
        is no longer planned anew (grbl: 10 ms, 5 of them). 0: planning acts at once.
    replan_running: the running block is planned anew when blocks come in behind it (grbl yes, Marlin no).
    auto_start: blocks run as soon as they are queued; after `start_delay` s, or once there are `start_blocks` of them.
    """

    rates: Three
    accelerations: Three
    belts: TwoBelts | None = None
    steps: Three | None = None
    rounding: Three | None = None
    paper_feed: bool = True
    acceleration: float = inf
    junction_deviation: float = 0.01
    jerk: Three | None = None
    segment: float = 0.0
    segments: int = 5
    replan_running: bool = True
    auto_start: bool = True
    start_delay: float = 0.0
    start_blocks: int = 3
