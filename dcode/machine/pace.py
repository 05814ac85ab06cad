"""How a firmware, and the line to it, carry out a program: what the planner in lookahead.py goes by.

`dcode.firmware.pacing` makes a Pace of a firmware's profile; `Pace.of` one of the machine alone, without what firmwares
and lines add of their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Final

from dcode.machine.machine import Machine
from dcode.machine.motion_model import MotionModel
from dcode.machine.planner import MotionLimits

_NEVER: Final = 1e300
_ENDLESS: Final = 120  # blocks: as good as all of them at the speeds of pens


@dataclass(frozen=True, slots=True)
class Pace:
    """Lengths in mm, times in seconds.

    model: how the planner drives; blocks: how many its queue holds.
    draw_piece, travel_piece: what the host cuts moves into, a line each; 0: whole.
    per_second, shortest: the firmware cuts lines into so many pieces a second, none shorter than that.
    longest, rounds_up: or into pieces of this length and one that is longer; or none that is longer.
    fewest_steps: pieces of fewer are not made, the next one takes their way along.
    drains: pieces that are done faster are stretched while the queue runs low.
    byte_s: of a byte on the wire; window, room_bytes: lines and bytes that may be in flight; number_bytes: what a
        line's number and checksum take, but for the second and further figures of the number.
    ack_s: from the end of a line to its ack at the host; ack_early: the ack comes before the line is carried out;
        turnaround: from there to the next line; proof_s: the same after a barrier, where the host asks where it is.
    line_s, character_s, wake_s, late_s, block_s, replan_s, prepare_s: processor time for a line, for each of its
        characters, for a line that is waited for, for each character that there was no time to read as it came, for a
        block, for each block that is planned anew with it, and for a block's steps, which is done whenever there is
        nothing else to do.
    idle_s: from the last step to the next line; dwell_step: what dwells are made of; barrier_s: that of a barrier.
    pen_lines, pen_s: lines that turn the servo, each of which waits for the motion and takes so long; settles: a dwell
        of the pen's own seconds follows. barrier_before: the host proves the position before the pen goes down as well.
    max_feed: mm/s; rest_s: a pen that would rest on the paper for longer is lifted.
    """

    model: MotionModel
    blocks: float = _ENDLESS
    draw_piece: float = 0.0
    travel_piece: float = 0.0
    per_second: float = 0.0
    shortest: float = 0.0
    longest: float = 0.0
    rounds_up: bool = False
    fewest_steps: float = 0.0
    drains: float = 0.0
    byte_s: float = 0.0
    room_bytes: float = math.inf
    number_bytes: float = 0.0
    ack_s: float = 0.0
    ack_early: bool = False
    turnaround: float = 0.0
    proof_s: float = 0.0
    line_s: float = 0.0
    character_s: float = 0.0
    wake_s: float = 0.0
    late_s: float = 0.0
    block_s: float = 0.0
    replan_s: float = 0.0
    prepare_s: float = 0.0
    idle_s: float = 0.0
    dwell_step: float = 0.0
    barrier_s: float = 0.0
    pen_lines: float = 0.0
    settles: bool = True
    pen_s: float = 0.0
    barrier_before: bool = False
    max_feed: float = math.inf
    rest_s: float = math.inf
    window: int = field(default=60, kw_only=True)

    @classmethod
    def of(cls, machine: Machine, limits: MotionLimits | None = None) -> Pace:
        """What machine.json says, with a line and a processor that take no time."""
        limits = limits or MotionLimits.of(machine)
        strong = limits.acceleration
        model = MotionModel(
            rates=(math.inf, math.inf, math.inf),
            accelerations=(math.inf, math.inf, math.inf),
            acceleration=strong,
            junction_deviation=limits.deviation,
        )
        blocks = float(min(limits.window or _ENDLESS, _ENDLESS))
        return cls(model, blocks, max_feed=limits.max_feed / 60, rest_s=math.inf)

    def numbers(self) -> list[float]:
        """What lookahead.Pacer takes, in its order."""
        model, belts = self.model, self.model.belts
        jerk, steps = model.jerk or (0.0, 0.0, 0.0), model.steps or (0.0, 0.0, 0.0)
        left, right = (belts.left_anchor, belts.right_anchor) if belts else ((0.0, 0.0), (0.0, 0.0))
        planner = (
            *(*model.rates[:2], *model.accelerations[:2], model.acceleration, model.junction_deviation),
            *(*jerk[:2], model.jerk is not None, model.segment, model.segments, model.replan_running),
            *(model.auto_start, model.start_delay, model.start_blocks, *steps[:2]),
            *(belts is not None, model.paper_feed, *left, *right),
        )
        own = [getattr(self, one.name) for one in fields(self)[1:-1]]
        return [min(float(number), _NEVER) for number in (*planner, *own)]
