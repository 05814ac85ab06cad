"""Look-ahead over a finite queue of blocks: who may go how fast, when, so that it can always stop in time.

The planner keeps one moment, `time`, up to which motion is settled; from there on everything may still be planned
anew. Speeds follow from two passes over the queue (grbl 1.1h planner.c): backwards, so that each block can brake for
the next one and the last one stops; forwards, so that no block is asked for more than its acceleration gives.
"""

from __future__ import annotations

from collections import deque
from math import ceil, inf, sqrt
from typing import Final, NamedTuple

from dcode.machine.motion_model import MotionModel, Three
from dcode.simulator.block import Block, junction, resting_speed
from dcode.simulator.trapezoid import Phases, braking, trapezoid

_INSTANT: Final = 1e-9  # s; more than the rounding of a clock that has run for a day, less than any step


class Run(NamedTuple):
    """A settled piece of motion: from `begin` to `end` (s), starting `done` mm into `block`."""

    begin: float
    end: float
    block: Block
    done: float
    phases: Phases
    finishes: bool

    def at(self, now: float) -> Three:
        """The axes at a moment of it."""
        if self.finishes and now >= self.end:
            return self.block.end
        return self.block.along(self.done + self.phases.after(now - self.begin)[0])


class Planner:
    """The queue and what of it is settled. Blocks that are settled to their end leave the queue as runs."""

    def __init__(self, model: MotionModel, capacity: int) -> None:
        self.model, self.capacity = model, capacity
        self.blocks: list[Block] = []
        self.runs: deque[Run] = deque()
        self.time = 0.0
        self.speed = 0.0
        self.running = self.holding = False
        self.feed_factor = self.rapid_factor = 1.0
        self._done = 0.0  # mm of blocks[0] that are settled
        self._fresh = True  # blocks[0] has not begun, and nothing moves before it
        self._before: Block | None = None
        self._phases: Phases | None = None
        self._ends: deque[float] = deque()  # ends of the prepared segments that are not yet carried out

    def add(self, block: Block) -> None:
        """Append a block and plan the queue anew. The motion up to now must have been settled."""
        blocks = self.blocks
        block.scale(self.feed_factor, self.rapid_factor)
        if not blocks and self.speed <= 0.0:
            self._before = None
        block.corner = junction(self.model, self._before, block)
        self._cap(self._before, block)
        self._before = block
        if not blocks:
            self._fresh, self._done = self.speed <= 0.0, 0.0
        blocks.append(block)
        self._plan()

    def start(self, now: float) -> None:
        """Begin to move at `now`, or go on at the end of what is settled when that is later."""
        self.running = bool(self.blocks)
        if self.time < now:
            self.time = now
            self._ends.clear()

    def hurry(self, now: float) -> None:
        """Cut short a delay before the first block."""
        if self._fresh and not self.runs:
            self.time = now

    def settle(self, now: float) -> None:
        """Fix the motion up to `now`, and as far beyond it as the step generator prepares segments."""
        ends, segment = self._ends, self.model.segment
        while ends and ends[0] <= now:
            ends.popleft()
        while self.running:
            phases = self._rest()
            if segment:
                wanted = self.model.segments - len(ends)
                if self.time <= now:
                    wanted += int((now - self.time) / segment + 1e-6)
                if wanted <= 0:
                    return
                span = wanted * segment
            else:
                span = now - self.time
                if span < 0.0:
                    return
            whole = phases.seconds <= span + _INSTANT
            if segment:
                self._prepare(now, phases.seconds if whole else span, segment)
            if whole:
                self._finish(phases)
            else:
                if span > 0.0:
                    self._advance(phases, span)
                return

    def freed_at(self) -> float:
        """When blocks[0] will leave the queue if nothing is added, or when a hold will have stopped; inf: never."""
        if not self.running:
            return inf
        seconds, segment, ends = self._rest().seconds, self.model.segment, self._ends
        if not segment:
            return self.time + seconds
        missing = ceil(seconds / segment - 1e-9) - (self.model.segments - len(ends))
        if missing <= 0:
            return self.time
        if missing <= len(ends):
            return ends[missing - 1]
        return self.time + segment * (missing - len(ends))

    def hold(self) -> None:
        """Brake from the end of what is settled, and stand."""
        self.holding, self._phases = True, None

    def release(self, now: float) -> None:
        """Go on after a hold."""
        self.holding, self._phases = False, None
        if self.blocks:
            self._plan(everything=True)
            self.start(now)

    def drop(self) -> None:
        """Forget the queue and what is settled of it: a dead stop."""
        self.blocks.clear()
        self.runs.clear()
        self._ends.clear()
        self.speed = self._done = 0.0
        self.running = self.holding = False
        self._fresh, self._before, self._phases = True, None, None

    def override(self, feed_factor: float, rapid_factor: float) -> None:
        """Change the overrides; the whole queue is planned anew."""
        self.feed_factor, self.rapid_factor = feed_factor, rapid_factor
        before: Block | None = None
        for block in self.blocks:
            block.scale(feed_factor, rapid_factor)
            self._cap(before, block)
            before = block
        if self.blocks:
            self._plan(everything=True)

    # --- inside

    @staticmethod
    def _cap(before: Block | None, block: Block) -> None:
        """The entry speed is that of the corner, and of the slower of the two feeds."""
        cap = min(block.corner, block.nominal * block.nominal)
        if before is not None:
            cap = min(cap, before.nominal * before.nominal)
        block.cap = cap

    def _plan(self, everything: bool = False) -> None:
        """Both passes. The backward one ends early where a block's limit is what it was: so are those before it."""
        blocks = self.blocks
        newest = len(blocks) - 1
        first = 0
        if not self._fresh:
            # What runs has its speed; where the firmware cannot change how it ends, the next one has it too.
            first = 1 if self.model.replan_running or everything else 2
            if newest == 1 and first == 2:
                blocks[1].entry = blocks[1].back = resting_speed(self.model, blocks[0]) ** 2
        index = newest
        leaving = resting_speed(self.model, blocks[newest]) ** 2 if self.model.jerk else 0.0
        while index >= first:
            block = blocks[index]
            limit = leaving + block.gain
            if block.cap < limit:
                limit = block.cap
            if limit == block.back and index < newest and not everything:
                break
            block.back = leaving = limit
            index -= 1
        index = max(index, 0)
        if index == 0:
            if self._fresh:
                blocks[0].entry = blocks[0].back
                self.speed = sqrt(blocks[0].entry)
            reach = self.speed * self.speed + 2 * blocks[0].acceleration * (blocks[0].length - self._done)
        else:
            reach = blocks[index].entry + blocks[index].gain
        if index <= 1:
            self._phases = None
        for block in blocks[index + 1 :]:
            block.entry = reach if reach < block.back else block.back
            reach = block.entry + block.gain

    def _rest(self) -> Phases:
        """The speed profile of what is left of blocks[0]."""
        if self._phases is None:
            block = self.blocks[0]
            left = max(block.length - self._done, 0.0)
            if self.holding:
                self._phases = braking(left, self.speed, block.acceleration)
            else:
                if len(self.blocks) > 1:
                    leaving = sqrt(self.blocks[1].entry)
                else:
                    leaving = resting_speed(self.model, block) if self.model.jerk else 0.0
                self._phases = trapezoid(left, self.speed, block.nominal, leaving, block.acceleration)
        return self._phases

    def _prepare(self, now: float, seconds: float, segment: float) -> None:
        """Note the ends of the segments that the next `seconds` are cut into, but for those that are past."""
        count = ceil(seconds / segment - 1e-9)
        for index in range(max(1, count - self.model.segments), count + 1):
            end = self.time + (index * segment if index < count else seconds)
            if end > now:
                self._ends.append(end)

    def _finish(self, phases: Phases) -> None:
        """Settle what is left of blocks[0], or its part until the stop of a hold."""
        block = self.blocks[0]
        end = self.time + phases.seconds
        stops = self.holding and self._done + phases.length < block.length - 1e-9
        self.runs.append(Run(self.time, end, block, self._done, phases, not stops))
        self.time, self.speed, self._phases = end, phases.end, None
        if stops:
            self._done += phases.length
            self.running = self._fresh = False
            return
        self.blocks.pop(0)
        self._done = 0.0
        self._fresh = False
        if not self.blocks:
            self.speed = 0.0
            self.running = False
        elif self.holding and self.speed <= 0.0:
            self.running = False

    def _advance(self, phases: Phases, span: float) -> None:
        """Settle a part of blocks[0]."""
        way, speed = phases.after(span)
        self.runs.append(Run(self.time, self.time + span, self.blocks[0], self._done, phases, False))
        self._done += way
        self.time += span
        self.speed, self._phases, self._fresh = speed, None, False
