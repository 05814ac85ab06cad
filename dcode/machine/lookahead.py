"""Kernel: when each row of a program is done, by a firmware that plans its moves ahead.

Compiled as `_lookahead` with the types of `_lookahead.pxd`; see `kernels.py`. The simulator's planner takes its corners
and limits from here too, so that estimate and simulator are one model.

A program comes as lines. A line needs time on the wire and in the processor, and may be sent once another one has been
acknowledged. Its blocks, straight in the space of the motors, enter a queue when there is room. Motion goes on
meanwhile, by what the queue holds at that moment: with the queue full that is a look-ahead over so many blocks, with
the queue running dry it is starvation, and nothing here has to tell the two apart.

- Corners: a circle that cuts them by `deviation` (grbl 1.1h, planner.c), or a jump of each motor's speed by at most its
  jerk (Marlin 2.1, planner.cpp).
- Under a constant acceleration a the square of the speed changes by 2 a d over a distance d. So the passes over the
  queue add and compare squares: backwards each block must be able to brake for all that follow, and the last one for
  a stop; forwards none is faster than what has been gained.
- grbl's step generator prepares segments ahead, and what is prepared is not planned anew.

It is one module, and long, because its steps share one state and each takes some nanoseconds: here the C compiler puts
them into each other, which it could not across modules.
"""

from __future__ import annotations

import math
from collections.abc import MutableSequence, Sequence

Ints = MutableSequence[int]
Floats = MutableSequence[float]

NEVER = 1e300
INSTANT = 1e-9  # s; more than the rounding of a clock that has run for a day, less than any step
LEAST = 1e-9  # mm; motors that are to turn by less are not turned
# Added and taken away again it leaves a whole number, the nearest: doubles of this size have no places for more. That
# is what Python's round does, and takes C no call of a library.
ROUND = 6755399441055744.0
# The columns of `totals`, of which there is a row for each pen that the program takes.
DRAW_S, TRAVEL_S, PEN_S, DWELL_S, DRAW_MM, TRAVEL_MM, LIFTS, TOTALS = 0, 1, 2, 3, 4, 5, 6, 7
# And of `pens`: mm/s to draw and to travel, seconds up and down.
PEN_DRAW, PEN_TRAVEL, PEN_RAISE, PEN_LOWER, PENS = 0, 1, 2, 3, 4


def corner_by_deviation(
    before_a: float,
    before_b: float,
    before_c: float,
    a: float,
    b: float,
    c: float,
    strength_a: float,
    strength_b: float,
    strength_c: float,
    most: float,
    deviation: float,
) -> float:
    """The squared speed through a corner between two directions: round a circle that misses it by `deviation` mm.

    `strength_*`: what each axis can, mm/s2; `most`: the path. 0 for there and back, NEVER for straight on.
    """
    cosine = -(before_a * a + before_b * b + before_c * c)
    if cosine > 0.999999:
        return 0.0
    if cosine < -0.999999:
        return NEVER
    a -= before_a
    b -= before_b
    c -= before_c
    size = math.sqrt(a * a + b * b + c * c)
    acceleration = most
    if a != 0.0:
        acceleration = min(acceleration, strength_a * size / abs(a))
    if b != 0.0:
        acceleration = min(acceleration, strength_b * size / abs(b))
    if c != 0.0:
        acceleration = min(acceleration, strength_c * size / abs(c))
    half_sine = math.sqrt(0.5 * (1.0 - cosine))
    return acceleration * deviation * half_sine / (1.0 - half_sine)


def resting_speed(a: float, b: float, c: float, nominal: float, jerk_a: float, jerk_b: float, jerk_c: float) -> float:
    """The speed from which a block may stop dead, and to which it may jump from standstill."""
    factor = 1.0
    speed = abs(a) * nominal
    if speed * factor > jerk_a:
        factor = jerk_a / speed
    speed = abs(b) * nominal
    if speed * factor > jerk_b:
        factor = jerk_b / speed
    speed = abs(c) * nominal
    if speed * factor > jerk_c:
        factor = jerk_c / speed
    return nominal * factor


def jump(leaving: float, entering: float) -> float:
    """How much an axis changes its speed at once; one that turns stops first, then starts."""
    if leaving * entering < 0.0:
        return max(abs(leaving), abs(entering))
    return abs(leaving - entering)


def corner_by_jerk(
    before_a: float,
    before_b: float,
    before_c: float,
    before_nominal: float,
    a: float,
    b: float,
    c: float,
    nominal: float,
    jerk_a: float,
    jerk_b: float,
    jerk_c: float,
) -> float:
    """The speed through a corner in which no axis jumps by more than its jerk.

    A stop and a new start may be faster; then that is what is planned.
    """
    speed = min(nominal, before_nominal)
    factor = 1.0
    by = jump(before_a * speed, a * speed)
    if by > jerk_a:
        factor = jerk_a / by
    by = jump(before_b * speed * factor, b * speed * factor)
    if by > jerk_b:
        factor *= jerk_b / by
    by = jump(before_c * speed * factor, c * speed * factor)
    if by > jerk_c:
        factor *= jerk_c / by
    speed *= factor
    safe = resting_speed(a, b, c, nominal, jerk_a, jerk_b, jerk_c)
    if safe <= 0.99 * speed:
        return speed
    if resting_speed(before_a, before_b, before_c, before_nominal, jerk_a, jerk_b, jerk_c) <= 0.99 * speed:
        return speed
    return safe


class Pacer:
    """One program at one firmware.

    `numbers`: what Pace.numbers() gives, in its order. `ring`: 7 times `size` zeros, `size` a power of two above the
    blocks that the queue holds; `owner`: `size` zeros; `acks`, `sizes` and `ends`: 64 zeros each. `pens`: PENS numbers
    for each pen in turn, the machine's own first; `totals`: TOTALS zeros for each. `elapsed`: a zero for each row.
    """

    def __init__(
        self,
        numbers: Floats,
        pens: Floats,
        totals: Floats,
        elapsed: Floats,
        ring: Floats,
        owner: Ints,
        acks: Floats,
        sizes: Floats,
        ends: Floats,
        size: int,
        window: int,
        x: float,
        y: float,
    ) -> None:
        self.pens = pens
        self.totals = totals
        self.elapsed = elapsed
        self.owner = owner
        self.acks = acks
        self.sizes = sizes
        self.ends = ends
        self.length = ring[:size]
        self.gain = ring[size : 2 * size]
        self.strength = ring[2 * size : 3 * size]
        self.nominal = ring[3 * size : 4 * size]
        self.cap = ring[4 * size : 5 * size]
        self.back = ring[5 * size : 6 * size]
        self.entry = ring[6 * size : 7 * size]
        self.mask = size - 1
        self.window = window
        self.take(numbers)
        # The queue, and what of it is settled: `done` mm of the first block, up to the moment `time`, at `speed`.
        self.head = 0
        self.count = 0
        self.done = 0.0
        self.time = 0.0
        self.speed = 0.0
        self.running = False
        self.fresh = True  # the first block has not begun, and nothing moves before it
        self.known = False  # the profile of what is left of the first block
        self.delayed = False  # its start waits for others
        self.cycling = False  # the motors have been started, and nobody has seen them stop
        self.head_rest = 0.0  # squared speeds at which the first and the last block may stop dead
        self.leaving = 0.0
        self.unit_a = 0.0  # of the last block: direction, speed
        self.unit_b = 0.0
        self.before = 0.0
        self.first_end = 0
        self.last_end = 0
        # What is left of the first block, once known: its speeds and how long each phase takes.
        self.top = 0.0
        self.out = 0.0
        self.up_s = 0.0
        self.flat_s = 0.0
        self.down_s = 0.0
        self.rest_seconds = 0.0
        # The line to the host and the processor. Moments in s.
        self.next = 0  # lines that were sent; those from `oldest` on are in flight, with so many bytes
        self.oldest = 0
        self.flying = 0.0
        self.sent = 0.0
        self.wire = 0.0  # the last byte has come in
        self.free = 0.0  # the processor has done with the last line
        self.hold = 0.0  # nothing is sent before
        self.heard = 0.0  # the host has heard the last ack
        self.debt = 0.0  # processor time that the preparation of steps still needs
        self.moment = 0.0  # the end of the last line that waited for standstill
        self.row = 0
        self.pen = 0
        self.down = False
        self.start_x = x
        self.start_y = y
        self.x = x
        self.y = y
        self.a = self.along_a(x, y)
        self.b = self.along_b(x, y)

    def take(self, numbers: Floats) -> None:
        """The numbers, by name."""
        # What the planner goes by: motion_model.py.
        self.rate_a = numbers[0]
        self.rate_b = numbers[1]
        self.strength_a = numbers[2]
        self.strength_b = numbers[3]
        self.most = numbers[4]
        self.deviation = numbers[5]
        self.jerk_a = numbers[6]
        self.jerk_b = numbers[7]
        self.by_jerk = numbers[8] > 0.0
        self.segment = numbers[9]
        self.segments = numbers[10]
        self.replans = numbers[11] > 0.0
        self.auto_start = numbers[12] > 0.0
        self.start_delay = numbers[13]
        self.start_blocks = numbers[14]
        self.steps_a = numbers[15]
        self.steps_b = numbers[16]
        # Where the motors are, if it drives belts, and whether the feed is a speed on paper.
        self.on_belts = numbers[17] > 0.0
        self.paper_feed = numbers[18] > 0.0
        self.left_x = numbers[19]
        self.left_y = numbers[20]
        self.right_x = numbers[21]
        self.right_y = numbers[22]
        # pace.py, in the order of its fields.
        self.blocks = numbers[23]
        self.draw_piece = numbers[24]
        self.travel_piece = numbers[25]
        self.per_second = numbers[26]
        self.shortest = numbers[27]
        self.longest = numbers[28]
        self.rounds_up = numbers[29] > 0.0
        self.fewest_steps = numbers[30]
        self.drains = numbers[31]
        self.byte_s = numbers[32]
        self.room_bytes = numbers[33]
        self.number_bytes = numbers[34]
        self.ack_s = numbers[35]
        self.ack_early = numbers[36] > 0.0
        self.turnaround = numbers[37]
        self.proof_s = numbers[38]
        self.line_s = numbers[39]
        self.character_s = numbers[40]
        self.wake_s = numbers[41]
        self.late_s = numbers[42]
        self.block_s = numbers[43]
        self.replan_s = numbers[44]
        self.prepare_s = numbers[45]
        self.idle_s = numbers[46]
        self.dwell_step = numbers[47]
        self.barrier_s = numbers[48]
        self.pen_lines = numbers[49]
        self.settles = numbers[50] > 0.0
        self.pen_s = numbers[51]
        self.barrier_before = numbers[52] > 0.0
        self.max_feed = numbers[53]
        self.rest_s = numbers[54]

    # --- rows

    def rows(
        self, kind: Sequence[int], x: Sequence[float], y: Sequence[float], value: Sequence[float], count: int
    ) -> None:
        """Carry out the rows of a whole motion."""
        for row in range(count):
            what = kind[row]
            self.row = row
            if what <= 1:
                self.go(x[row], y[row], value[row] / 60.0, what == 1)
            elif what == 2:
                self.raise_pen()
            elif what == 3:
                if self.barrier_before and not self.down:
                    self.barrier()
                self.turn_pen(self.pens[self.pen + PEN_LOWER])
                self.down = True
            elif what == 4:
                self.dwell(value[row])
            elif what == 7:
                self.turn_pen(self.pens[self.pen + PEN_RAISE])
                self.down = False
                self.go(x[row], y[row], self.pens[self.pen + PEN_TRAVEL], False)
                self.barrier()
            else:
                self.stand(0.0)
                if what == 6:
                    self.pen += PENS
            if self.elapsed[row] < self.moment:
                self.elapsed[row] = self.moment
        self.stand(0.0)
        self.sum_up(kind, x, y, count)

    def park(self, x: float, y: float) -> float:
        """Seconds that it takes to raise the pen and go there."""
        begin = max(self.moment, self.time)
        self.row = 0
        kept = self.elapsed[0]
        self.turn_pen(self.pens[self.pen + PEN_RAISE])
        self.go(x, y, self.pens[self.pen + PEN_TRAVEL], False)
        self.stand(0.0)
        self.elapsed[0] = kept
        return self.moment - begin

    def sum_up(self, kind: Sequence[int], x: Sequence[float], y: Sequence[float], count: int) -> None:
        """Rows that only end with later ones end with them; and who gets which seconds and millimetres."""
        at = self.start_x
        up = self.start_y
        before = 0.0
        pen = 0
        down = False
        for row in range(count):
            if self.elapsed[row] < before:
                self.elapsed[row] = before
            seconds = self.elapsed[row] - before
            before = self.elapsed[row]
            what = kind[row]
            length = math.sqrt((x[row] - at) * (x[row] - at) + (y[row] - up) * (y[row] - up))
            at = x[row]
            up = y[row]
            if what == 1:
                self.totals[pen + DRAW_S] += seconds
                self.totals[pen + DRAW_MM] += length
            elif what == 0 or what == 7:
                self.totals[pen + TRAVEL_S] += seconds
                self.totals[pen + TRAVEL_MM] += length
            elif what == 2 or what == 3:
                self.totals[pen + PEN_S] += seconds
            else:
                self.totals[pen + DWELL_S] += seconds
            if what == 3:
                down = True
            elif what == 2 or what == 7:
                if down:
                    self.totals[pen + LIFTS] += 1.0
                down = False
            elif what == 6:
                pen += TOTALS

    # --- lines

    def go(self, x: float, y: float, feed: float, drawing: bool) -> None:
        """A straight move, in as many lines as the host makes of it. Feed in mm/s."""
        way_x = x - self.x
        way_y = y - self.y
        length = math.sqrt(way_x * way_x + way_y * way_y)
        if not length > 0.0:
            return
        if not feed > 0.0:
            feed = self.pens[self.pen + (PEN_DRAW if drawing else PEN_TRAVEL)]
        feed = min(feed, self.max_feed)
        piece = self.draw_piece if drawing else self.travel_piece
        pieces = 1.0
        if 0.0 < piece < length:
            pieces = float(math.ceil(length / piece - 1e-9))
        start_x = self.x
        start_y = self.y
        done = 1.0
        while done < pieces:
            self.line(start_x + way_x * done / pieces, start_y + way_y * done / pieces, length / pieces, feed)
            done += 1.0
        self.line(x, y, length / pieces, feed)

    def written(self, now: float, before: float) -> float:
        """Characters of a coordinate: ` X-123.456`, none where it stays as it was. Decimals mostly are three."""
        if abs(now - before) < 0.0005:
            return 0.0
        size = 6.9
        if now < 0.0:
            now = -now
            size = 7.9
        if now >= 10.0:
            size += 1.0
        if now >= 100.0:
            size += 1.0
        if now >= 1000.0:
            size += 1.0
        return size

    def line(self, x: float, y: float, length: float, feed: float) -> None:
        """One line of the program, and the blocks that the firmware makes of it."""
        now = self.receive(3.0 + self.written(x, self.x) + self.written(y, self.y))
        if self.ack_early:
            self.acknowledge(now)
        pieces = 1.0
        if self.per_second > 0.0:
            pieces = length / feed * self.per_second
            if self.shortest > 0.0:
                pieces = min(pieces, length / self.shortest)
        elif self.longest > 0.0:
            pieces = length / self.longest
            if self.rounds_up:
                pieces = float(math.ceil(pieces))
        pieces = max(1.0, float(math.floor(pieces)))
        if pieces > 1.0:
            start_x = self.x
            start_y = self.y
            done = 1.0
            while done < pieces:
                part = done / pieces
                now = self.block(
                    start_x + (x - start_x) * part, start_y + (y - start_y) * part, length / pieces, feed, now
                )
                done += 1.0
        now = self.block(x, y, length / pieces, feed, now)
        self.free = now
        if not self.ack_early:
            self.acknowledge(now)

    def receive(self, size: float) -> float:
        """The next line, of so many characters, has been read: when that is. It was sent when the window had room."""
        if self.number_bytes > 0.0:
            size += self.number_bytes  # of ` *99` and N; its number has a figure more each time
            if self.next >= 10:
                size += 1.0
            if self.next >= 100:
                size += 1.0
            if self.next >= 1000:
                size += 1.0
            if self.next >= 10000:
                size += 1.0
        while self.oldest < self.next and (
            self.next - self.oldest >= self.window or self.flying + size > self.room_bytes
        ):
            if self.sent < self.acks[self.oldest & 63]:
                self.sent = self.acks[self.oldest & 63]
            self.flying -= self.sizes[self.oldest & 63]
            self.oldest += 1
        self.flying += size
        self.sizes[self.next & 63] = size
        if self.sent < self.hold:
            self.sent = self.hold
        came = max(self.sent, self.wire) + self.byte_s * size
        self.wire = came
        now = self.line_s + self.character_s * size
        if came > self.free:
            if self.count > 0 and not self.running and not self.auto_start:
                self.begin(self.free)  # nothing more has come in: so let it run (grbl's auto cycle start)
            self.debt = max(0.0, self.debt - (came - self.free))
            now += came + self.wake_s
        else:
            now += self.free + self.late_s * size
        now += self.debt
        self.debt = 0.0
        return now

    def acknowledge(self, now: float) -> None:
        """A line is done with: the one that has waited for it may go out when the host has heard."""
        self.heard = now + self.ack_s + self.turnaround
        self.acks[self.next & 63] = self.heard
        self.next += 1

    def stand(self, seconds: float) -> None:
        """A line that waits for the end of all motion, and then takes so many seconds."""
        now = self.receive(8.0)
        if self.ack_early:
            self.acknowledge(now)
        now = max(now, self.standstill(now)) + seconds
        self.moment = now
        self.free = now
        if not self.ack_early:
            self.acknowledge(now)

    def standstill(self, now: float) -> float:
        """Let everything that is queued be carried out; when the last of it is."""
        if self.count > 0:
            if not self.running:
                self.begin(now)
            self.settle(NEVER)
            self.debt = 0.0
            self.cycling = False
            return self.time + self.idle_s
        if self.cycling:
            self.cycling = False
            return self.time + self.idle_s
        return self.time

    def barrier(self) -> None:
        """The host proves that the machine is where it should be before it sends anything more."""
        self.stand(self.barrier_s)
        if self.proof_s > 0.0:
            self.hold = self.heard + self.proof_s

    def raise_pen(self) -> None:
        self.turn_pen(self.pens[self.pen + PEN_RAISE])
        self.barrier()
        self.down = False

    def turn_pen(self, seconds: float) -> None:
        """The lines that turn the pen's servo and wait for it."""
        line = 0.0
        while line < self.pen_lines:
            self.stand(self.pen_s)
            line += 1.0
        if self.settles:
            self.wait(seconds)

    def wait(self, seconds: float) -> None:
        """A dwell; grbl's are whole steps. The host writes milliseconds."""
        if seconds > 0.0:
            if self.dwell_step > 0.0:
                seconds = float(math.ceil(seconds / self.dwell_step - 1e-3)) * self.dwell_step
            self.stand(seconds)

    def dwell(self, seconds: float) -> None:
        """A pen that would rest on the paper for long is lifted meanwhile."""
        if self.down and seconds > self.rest_s:
            self.turn_pen(self.pens[self.pen + PEN_RAISE])
            self.wait(seconds)
            self.turn_pen(self.pens[self.pen + PEN_LOWER])
        else:
            self.wait(seconds)

    # --- blocks

    def along_a(self, x: float, y: float) -> float:
        """Where the first motor is, mm, in whole steps."""
        if self.on_belts:
            x = math.sqrt((x - self.left_x) * (x - self.left_x) + (y - self.left_y) * (y - self.left_y))
        if self.steps_a > 0.0:
            return ((x * self.steps_a + ROUND) - ROUND) / self.steps_a
        return x

    def along_b(self, x: float, y: float) -> float:
        if self.on_belts:
            y = math.sqrt((x - self.right_x) * (x - self.right_x) + (y - self.right_y) * (y - self.right_y))
        if self.steps_b > 0.0:
            return ((y * self.steps_b + ROUND) - ROUND) / self.steps_b
        return y

    def block(self, x: float, y: float, length: float, feed: float, now: float) -> float:
        """Queue one block when there is room; when that is."""
        a = self.along_a(x, y)
        b = self.along_b(x, y)
        way_a = a - self.a
        way_b = b - self.b
        self.x = x
        self.y = y
        now += self.block_s + self.replan_s * self.count
        if self.fewest_steps > 0.0:
            if max(abs(way_a) * self.steps_a, abs(way_b) * self.steps_b) < self.fewest_steps - 0.5:
                return now  # the next one takes its way along
        elif abs(way_a) < LEAST and abs(way_b) < LEAST:
            return now
        self.a = a
        self.b = b
        if not self.paper_feed or not self.on_belts:
            length = math.sqrt(way_a * way_a + way_b * way_b)
        now = self.room(now)
        if self.cycling and self.count == 0 and self.time <= now:
            self.cycling = False  # the motors have stopped: it ran dry
            now = max(now, self.time + self.idle_s)
        if self.drains > 0.0:
            feed = self.drained(length, feed)
        unit_a = way_a / length
        unit_b = way_b / length
        top = NEVER
        strength = self.most
        if abs(unit_a) > LEAST:
            top = self.rate_a / abs(unit_a)
            strength = min(strength, self.strength_a / abs(unit_a))
        if abs(unit_b) > LEAST:
            top = min(top, self.rate_b / abs(unit_b))
            strength = min(strength, self.strength_b / abs(unit_b))
        self.add(length, unit_a, unit_b, min(feed, top), strength)
        self.debt += self.prepare_s
        self.begin_by_itself(now)
        return now

    def room(self, now: float) -> float:
        """Motion up to now; or up to when there is room for one more block."""
        self.settle(now)
        while self.count >= self.blocks:
            if not self.running:
                self.begin(now)
            when = self.freed_at()
            if when > now:
                self.debt = max(0.0, self.debt - (when - now))
                now = when
            self.settle(now)
        return now

    def drained(self, length: float, feed: float) -> float:
        """Short blocks are stretched while the queue runs low (Makelangelo-firmware, BUFFER_EMPTY_SLOWDOWN)."""
        queued = self.count - (1 if self.running else 0)
        seconds = length / feed
        if 2 <= queued <= (self.blocks + 1) / 2 - 1 and seconds < self.drains:
            seconds += 2.0 * (self.drains - seconds) / queued
        return length / seconds

    def add(self, length: float, unit_a: float, unit_b: float, nominal: float, strength: float) -> None:
        """Append a block to the queue, and plan the queue anew."""
        at = (self.head + self.count) & self.mask
        cap = 0.0
        if self.count == 0 and self.speed <= 0.0:
            if self.by_jerk:
                cap = resting_speed(unit_a, unit_b, 0.0, nominal, self.jerk_a, self.jerk_b, NEVER)
                cap *= cap
        elif self.by_jerk:
            cap = corner_by_jerk(
                self.unit_a,
                self.unit_b,
                0.0,
                self.before,
                unit_a,
                unit_b,
                0.0,
                nominal,
                self.jerk_a,
                self.jerk_b,
                NEVER,
            )
            cap = min(cap * cap, self.before * self.before)
        else:
            cap = corner_by_deviation(
                self.unit_a,
                self.unit_b,
                0.0,
                unit_a,
                unit_b,
                0.0,
                self.strength_a,
                self.strength_b,
                NEVER,
                self.most,
                self.deviation,
            )
            cap = min(cap, self.before * self.before)
        self.unit_a = unit_a
        self.unit_b = unit_b
        self.before = nominal
        if self.by_jerk:
            self.leaving = resting_speed(unit_a, unit_b, 0.0, nominal, self.jerk_a, self.jerk_b, NEVER)
            self.leaving *= self.leaving
        if self.count == 0:
            self.fresh = self.speed <= 0.0
            self.done = 0.0
            self.head_rest = self.leaving
        self.length[at] = length
        self.gain[at] = 2.0 * strength * length
        self.strength[at] = strength
        self.nominal[at] = nominal
        self.cap[at] = min(cap, nominal * nominal)
        self.back[at] = -1.0
        self.entry[at] = 0.0
        self.owner[at] = self.row
        self.count += 1
        self.plan()

    def plan(self) -> None:
        """Both passes. The backward one ends early where a block's limit is what it was: so are those before it."""
        head = self.head
        mask = self.mask
        newest = self.count - 1
        first = 0
        if not self.fresh:
            # What runs has its speed; where the firmware cannot change how it ends, the next one has it too.
            first = 1 if self.replans else 2
            if newest == 1 and first == 2:
                at = (head + 1) & mask
                self.entry[at] = self.back[at] = self.head_rest
        index = newest
        leaving = self.leaving
        while index >= first:
            at = (head + index) & mask
            limit = leaving + self.gain[at]
            if self.cap[at] < limit:
                limit = self.cap[at]
            if limit == self.back[at] and index < newest:
                break
            self.back[at] = limit
            leaving = limit
            index -= 1
        if index < 0:
            index = 0
        if index == 0:
            if self.fresh:
                self.entry[head] = self.back[head]
                self.speed = math.sqrt(self.entry[head])
            reach = self.speed * self.speed + 2.0 * self.strength[head] * (self.length[head] - self.done)
        else:
            at = (head + index) & mask
            reach = self.entry[at] + self.gain[at]
        if index <= 1:
            self.known = False
        index += 1
        while index <= newest:
            at = (head + index) & mask
            if reach > self.back[at]:
                reach = self.back[at]
            self.entry[at] = reach
            reach += self.gain[at]
            index += 1

    # --- motion

    def begin(self, now: float) -> None:
        """Begin to move now, or go on at the end of what is settled when that is later."""
        self.running = self.count > 0
        self.cycling = True
        if self.time < now:
            self.time = now
            self.first_end = self.last_end

    def begin_by_itself(self, now: float) -> None:
        """Motors that still turn go on; in Marlin they start, after a while, or when there are three blocks."""
        if self.running and self.time <= now:
            return
        if not self.running:
            if self.time > now:
                self.running = True
            elif self.auto_start:
                self.begin(now + self.start_delay)
                self.delayed = True
        elif self.delayed and self.count >= self.start_blocks:
            self.time = now
            self.delayed = False

    def rest(self) -> float:
        """Seconds that what is left of the first block takes; its profile is kept."""
        if self.known:
            return self.rest_seconds
        head = self.head
        length = self.length[head] - self.done
        strength = self.strength[head]
        nominal = self.nominal[head]
        square = self.speed * self.speed
        if self.count > 1:
            end = self.entry[(head + 1) & self.mask]
        else:
            end = self.head_rest
        end = min(end, nominal * nominal)
        peak = strength * length + 0.5 * (square + end)
        top = nominal
        if peak < nominal * nominal:
            if peak < end or peak < square:
                # Too short to get that fast, or that slow.
                end = max(0.0, square + 2.0 * strength * length) if peak < end else square - 2.0 * strength * length
                if end < 0.0:
                    end = 0.0
                peak = max(end, square)
            top = math.sqrt(peak)
        else:
            peak = nominal * nominal
        out = math.sqrt(end)
        flat = length - (peak - 0.5 * (square + end)) / strength
        self.top = top
        self.out = out
        self.up_s = (top - self.speed) / strength
        self.flat_s = flat / top if flat > 0.0 and top > 0.0 else 0.0
        self.down_s = (top - out) / strength
        self.rest_seconds = self.up_s + self.flat_s + self.down_s
        self.known = True
        return self.rest_seconds

    def settle(self, now: float) -> None:
        """Fix the motion up to now, and as far beyond it as the step generator prepares segments."""
        segment = self.segment
        if segment > 0.0:
            while self.first_end < self.last_end and self.ends[self.first_end & 63] <= now:
                self.first_end += 1
        while self.running:
            seconds = self.rest()
            if segment > 0.0:
                wanted = self.segments - (self.last_end - self.first_end)
                if self.time <= now:
                    if now >= NEVER:
                        wanted = NEVER
                    else:
                        wanted += math.floor((now - self.time) / segment + 1e-6)
                if wanted <= 0.0:
                    return
                span = wanted * segment
            else:
                span = now - self.time
                if span < 0.0:
                    return
            if seconds <= span + INSTANT:
                if segment > 0.0 and now < NEVER:
                    self.prepare(now, seconds)
                self.finish(seconds)
            else:
                if segment > 0.0:
                    self.prepare(now, span)
                if span > 0.0:
                    self.advance(span)
                return

    def prepare(self, now: float, seconds: float) -> None:
        """Note the ends of the segments that the next seconds are cut into, but for those that are past."""
        segment = self.segment
        pieces = float(math.ceil(seconds / segment - 1e-9))
        index = max(1.0, pieces - self.segments)
        while index <= pieces:
            end = self.time + (index * segment if index < pieces else seconds)
            if end > now:
                self.ends[self.last_end & 63] = end
                self.last_end += 1
            index += 1.0

    def freed_at(self) -> float:
        """When the first block will leave the queue if nothing is added."""
        seconds = self.rest()
        segment = self.segment
        if segment <= 0.0:
            return self.time + seconds
        pending = self.last_end - self.first_end
        missing = math.ceil(seconds / segment - 1e-9) - (self.segments - pending)
        if missing <= 0.0:
            return self.time
        if missing <= pending:
            index = 1.0
            at = self.first_end
            while index < missing:
                at += 1
                index += 1.0
            return self.ends[at & 63]
        return self.time + segment * (missing - pending)

    def finish(self, seconds: float) -> None:
        """The first block is carried out."""
        self.time += seconds
        self.speed = self.out
        self.known = False
        self.delayed = False
        self.done = 0.0
        self.fresh = False
        self.elapsed[self.owner[self.head]] = self.time
        self.head = (self.head + 1) & self.mask
        self.count -= 1
        if self.count == 1:
            self.head_rest = self.leaving
        elif self.count == 0:
            self.speed = 0.0
            self.running = False

    def advance(self, span: float) -> None:
        """A part of the first block is carried out."""
        self.delayed = False
        self.time += span
        self.known = False
        self.fresh = False
        strength = self.strength[self.head]
        if span < self.up_s:
            self.done += span * (self.speed + 0.5 * strength * span)
            self.speed += strength * span
            return
        self.done += self.up_s * 0.5 * (self.speed + self.top)
        span -= self.up_s
        self.speed = self.top
        if span < self.flat_s:
            self.done += self.top * span
            return
        self.done += self.top * self.flat_s
        span = min(span - self.flat_s, self.down_s)
        self.done += span * (self.top - 0.5 * strength * span)
        self.speed = self.top - strength * span
