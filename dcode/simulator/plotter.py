"""The plotter itself, in virtual time: motors, gondola, pen, and the planner that feeds the motors.

Firmware speaks of positions in its own frame, and may relabel them at any time (G92, power-on); paper does not care.
So motor positions are kept as what they really are: belt lengths in mm (or x and y on rails), from which the wall
decides where the gondola hangs, while `set_position` moves only the labels.
"""

from __future__ import annotations

from math import inf, sqrt

from dcode.errors import LimitError
from dcode.machine.motion_model import MotionModel, Three, TwoBelts
from dcode.simulator.block import Block
from dcode.simulator.contact import Contact
from dcode.simulator.gearing import Gearing, TurnedRails
from dcode.simulator.ink import Ink, Point
from dcode.simulator.paper import Paper
from dcode.simulator.planner import Planner
from dcode.simulator.truth import Truth


class Plotter:
    """Gondola, pen, look-ahead queue and ink.

    at: where the gondola hangs at the start, mm on paper. blocks: how many the queue holds.
    wall: what the belts really hang from; None: as the firmware believes (`motion.belts`), on rails without belts.
    truth: what is true instead of all that; `contact` then lays the ink by where the nib really is.
    """

    def __init__(
        self,
        motion: MotionModel,
        at: Point,
        blocks: int,
        wall: TwoBelts | None = None,
        truth: Truth | None = None,
    ) -> None:
        self.now = 0.0
        self.pen_below: float | None = None  # a pen on the z axis is down at this height and below; None: a servo
        self.contact: Contact | None = None
        self._planner = Planner(motion, blocks)
        if truth is None:
            self.ink = Ink(lambda: self.paper)
            self._paper = Paper(self.ink, wall or motion.belts, at)
        else:
            at = truth.start(at)
            pen = truth.wall.pen
            dry_after_mm = inf if pen.dry_after_m is None else pen.dry_after_m * 1000
            self.ink = Ink(lambda: self.paper, gouge_mm=pen.gouge_mm, dry_after_mm=dry_after_mm)
            self._paper = Paper(self.ink, truth.belts if motion.belts else TurnedRails(truth), at)
            self._paper.gearing = Gearing(truth.steps_per_mm, motion.steps, self._paper.axes_at(at))
            self.contact = Contact(truth, self._paper, self.ink)
        self._here = self._paper.axes_at(at)  # where the motors were at the end of the last block, or stopped
        self._end: Three = self._here  # where the queue ends
        self._origin: Three = (0.0, 0.0, 0.0)  # what a label of 0 on an axis really is
        self._planned: Three = (0.0, 0.0, 0.0)
        self.set_position((*at, 0.0))

    # --- the queue

    @property
    def motion(self) -> MotionModel:
        """The limits in force for blocks that are added from now on."""
        return self._planner.model

    @motion.setter
    def motion(self, motion: MotionModel) -> None:
        self._planner.model = motion
        if self._paper.gearing:
            self._paper.gearing.change(motion.steps, self._axes())
        self.set_position(self._planned)

    def room(self) -> int:
        """How many blocks may be added now."""
        return self._planner.capacity - len(self._planner.blocks)

    def add_line(
        self,
        target: Three,
        feed_mm_s: float,
        tag: object = None,
        rapid: bool = False,
        length: float | None = None,
    ) -> bool:
        """Queue one block to `target` (firmware's frame, mm), straight in the model's space; needs room.

        `rapid` goes as fast as the axes allow, whatever the feed. `length` is how many mm of path the feed shall count
        for it, where the firmware takes another figure than the way there (Marlin's hints). False when the motors need
        not move for it.
        """
        planner, model = self._planner, self._planner.model
        assert len(planner.blocks) < planner.capacity, "no room in the queue"
        x, y, z = target
        a, b = model.belts.lengths(x, y) if model.belts else (x, y)
        if rounding := model.rounding or model.steps:
            per_a, per_b, per_z = rounding
            a, b, z = round(a * per_a) / per_a, round(b * per_b) / per_b, round(z * per_z) / per_z
            if not model.belts:
                x, y = a, b
        end = (a + self._origin[0], b + self._origin[1], z + self._origin[2])
        start = self._end
        da, db, dz = end[0] - start[0], end[1] - start[1], end[2] - start[2]
        if abs(da) < 1e-9 and abs(db) < 1e-9 and abs(dz) < 1e-9:
            return False
        if length is not None:
            pass
        elif model.paper_feed and model.belts:
            from_x, from_y, _ = self._planned
            length = sqrt((x - from_x) ** 2 + (y - from_y) ** 2 + dz * dz)
        else:
            length = 0.0
        length = length or sqrt(da * da + db * db + dz * dz)
        block = Block(start, end, (da / length, db / length, dz / length), length, tag)
        block.limit(model, feed_mm_s, rapid)
        planner.settle(self.now)
        planner.add(block)
        self._end, self._planned = end, (x, y, z)
        self._auto_start()
        return True

    def start(self) -> None:
        """Let the queue run now (grbl's cycle start). Nothing happens while it runs, or stands in a hold."""
        planner = self._planner
        if planner.blocks and not planner.running and not planner.holding:
            planner.start(self.now)

    def hold(self) -> None:
        """Brake along the path and stand; the queue is kept."""
        if not self.idle:
            self._planner.settle(self.now)
            self._planner.hold()

    def release(self) -> None:
        """Go on after a hold."""
        self._planner.release(self.now)

    def flush(self) -> None:
        """Stop dead, drop the queue. The labels stay right: what the motors did is known."""
        self._here = self._axes()
        self._planner.drop()
        if self.contact is None:
            self._paper.lay(self._here)
        self._end = self._here
        self._planned = self.position

    def override(self, feed_factor: float, rapid_factor: float = 1.0) -> None:
        """Scale the feeds of all blocks, queued ones as well; 1 is as programmed."""
        self._planner.settle(self.now)
        self._planner.override(feed_factor, rapid_factor)

    # --- time

    def advance(self, now: float) -> None:
        """Carry out the motion until `now`, in virtual seconds. Exact, however long the step."""
        if now < self.now:
            return
        before, self.now = self.now, now
        planner = self._planner
        if planner.running:
            planner.settle(now)
        if self.contact and now > before:
            self.contact.follow(planner.runs, self._here, before, now)
        runs = planner.runs
        while runs and runs[0].end <= now:
            run = runs.popleft()
            self._here = run.at(run.end)
            if run.finishes and self.contact is None:
                self._arrive(run.block)

    def next_event(self) -> float | None:
        """When a block will leave the queue or the motion will stop, if nothing is added. None: nothing will."""
        when = self.event_at()
        return None if when == inf else when

    def event_at(self) -> float:
        """The same; inf: never."""
        planner, now = self._planner, self.now
        if planner.running:
            when = planner.freed_at()
            return when if when > now else now
        return planner.time if planner.time > now else inf

    @property
    def idle(self) -> bool:
        """Whether nothing is queued and nothing moves."""
        return not self._planner.blocks and self._planner.time <= self.now

    @property
    def moving(self) -> bool:
        """Whether the motors turn, or are about to without further notice."""
        return self._planner.running or self._planner.time > self.now

    @property
    def running_tag(self) -> object:
        """The tag of the block under way; None when nothing moves."""
        planner = self._planner
        return planner.blocks[0].tag if planner.blocks and planner.running else None

    @property
    def still_at(self) -> float:
        """When what is settled of the motion ends, or has ended."""
        return self._planner.time

    @property
    def queued(self) -> int:
        """How many blocks are in the queue, the running one included."""
        return len(self._planner.blocks)

    @property
    def held(self) -> bool:
        """Whether a hold has come to a stand."""
        return self._planner.holding and not self.moving

    @property
    def speed(self) -> float:
        """mm/s at the end of what is settled, which is what grbl reports; with no segments prepared, now."""
        return self._planner.speed if self.moving else 0.0

    # --- where

    @property
    def position(self) -> Three:
        """Where the firmware's labels say that the motors are now: x, y, z in its frame."""
        return self._labelled(self.axes)

    @property
    def axes(self) -> Three:
        """The axis positions now, as labelled: belt lengths in mm, or x and y; then z."""
        real, zero = self._axes(), self._origin
        return real[0] - zero[0], real[1] - zero[1], real[2] - zero[2]

    @property
    def planned(self) -> Three:
        """Where the queue ends, in the firmware's frame."""
        return self._planned

    @property
    def paper(self) -> Point:
        """Where the gondola hangs now, mm on paper, y up."""
        return self._paper.point(self._axes())

    def set_position(self, position: Three) -> None:
        """Call the end of the queue `position`, in the firmware's frame. Nothing moves."""
        x, y, z = position
        belts = self.motion.belts
        a, b = belts.lengths(x, y) if belts else (x, y)
        self._origin = (self._end[0] - a, self._end[1] - b, self._end[2] - z)
        self._planned = position

    def set_axes(self, axes: Three) -> None:
        """The same by axis positions, for firmwares that count those; belts of such lengths need not meet."""
        self._origin = (self._end[0] - axes[0], self._end[1] - axes[1], self._end[2] - axes[2])
        self._planned = self._labelled(axes)

    def label_of(self, point: Point) -> Three:
        """What the firmware must call a place on paper for the gondola to come to hang there, at the present height."""
        a, b, _ = self._paper.axes_at(point)
        return self._labelled((a - self._origin[0], b - self._origin[1], self.axes[2]))

    def slip(self, left: float, right: float) -> bool:
        """Let the belts be longer by so many mm, unbeknown to the firmware. False: only with `truth` can they."""
        if self._paper.gearing:
            self._paper.gearing.slip(left, right)
        return self._paper.gearing is not None

    # --- pen

    def set_pen(self, down: bool) -> None:
        """Put the pen down or lift it, at once. Where there is `contact`, the nib's height decides instead."""
        if self.contact is None:
            self._paper.put_pen(down, self._axes())

    def change_pen(self, number: int) -> None:
        """Take another pen, a fresh one; it comes up for that."""
        self.set_pen(False)
        self.ink.take(number)

    # --- inside

    def _auto_start(self) -> None:
        planner = self._planner
        if planner.holding or (planner.running and planner.time <= self.now):
            return
        if planner.time > self.now and not planner.running:
            planner.running = True  # the motors still turn: go on where the queue had ended
        elif planner.model.auto_start and not planner.running:
            planner.start(self.now + planner.model.start_delay)
        elif planner.model.start_delay and len(planner.blocks) >= planner.model.start_blocks:
            planner.hurry(self.now)

    def _axes(self) -> Three:
        """Where the motors really are now."""
        runs = self._planner.runs
        if not runs or runs[0].begin > self.now:
            return self._here
        return runs[0].at(self.now)

    def _labelled(self, axes: Three) -> Three:
        a, b, z = axes
        belts = self.motion.belts
        if belts is None:
            return axes
        try:
            x, y = belts.position(a, b)
        except LimitError:
            x, y = self._planned[0], self._planned[1]
        return x, y, z

    def _arrive(self, block: Block) -> None:
        """The motors have reached the end of a block."""
        if self.pen_below is not None and block.start[2] != block.end[2]:
            self._paper.put_pen(block.end[2] - self._origin[2] <= self.pen_below, block.end)
        else:
            self._paper.lay(block.end)
