"""Kernel: what it costs to join one end of a line to another, and which pieces two lines share.

Compiled as `_link` with the types of `_link.pxd`; see `kernels.py`.

Two ends that belong to one line agree where they meet halfway when each is followed as a circle's arc: in position
("off", across the line), in direction ("turn") and in curvature ("change"). By how much they may disagree is known: the
covariance S of the three is that of either end's fit (`fit.py`), carried along by h, half the gap,

    F C F'   with F = (1, h, h^2/2 / 0, 1, h / 0, 0, 1),

and what the line itself does on the way, whose curvature wanders as a random walk does with variance WANDER per pixel:

    off^2  h^5 / 20    off x turn  h^4 / 8    off x change  h^3 / 6    turn^2  h^3 / 3    turn x change  h^2 / 2
    change^2  h        (all times WANDER, for each half; for the other half off x turn and turn x change change sign)

and slack for what a crossing does to lines. The cost is minus twice the logarithm of how likely the disagreement is, up
to a constant:  d' S^-1 d + ln det S, with d = (off, turn, change); and the squared difference of the lines' widths in
standard deviations. It is the test of tracking (R. Kalman, "A new approach to linear filtering and prediction
problems", 1960; the innovation of a smoother's two filters, D. Fraser and J. Potter, 1969), with length for time.

There are no functions but square roots in this, so that every machine finds the same.
"""

from __future__ import annotations

import math
from collections.abc import MutableSequence, Sequence

NEVER = 1e9
ALONE = 12.0  # what it costs to leave an end without another
WANDER = 4e-7  # how fast the curvature changes: its variance per pixel
OFF_SLACK = 0.25  # pixels by which a crossing may push a line aside,
TURN_SLACK = 0.03  # radians by which it may turn it,
BEND_SLACK = 0.01  # and by which it may bend it, per pixel
USUAL = 162754.79  # e^12: 1 / det S where all is as certain as can be; no reward for more than that
INKED = 63.0  # of 255: what is darker is ink, as is what is between two pixels that touch by their corners
EFFORT = 2_000_000  # costs and comparisons in all, after which no more shared pieces are looked for

Ints = MutableSequence[int]
Floats = MutableSequence[float]


class Linker:
    """Piece p has two ends, 2 p and 2 p + 1. `states` has the 11 numbers of each end (see `fit.py`), `width` how wide
    its line is, `mates` the end that it is joined to, -1 for none or -2 where its piece is shared, and `free` whether
    it is still to have one. `group` tells which ends meet in one place, `after` leads round the ends of a group. `tone`
    is the picture, 0 to 255 for ink, `columns` wide and `rows` high.

    `seen` and `changed`, zeros, are room for when a piece was looked at and when a group was changed; `ones`, `fars`
    and `costs` for as many ways across a piece as are compared with each other at the most.
    """

    def __init__(
        self,
        states: Floats,
        width: Floats,
        mates: Ints,
        free: Ints,
        group: Ints,
        after: Ints,
        tone: Sequence[int],
        columns: int,
        rows: int,
        seen: Ints,
        changed: Ints,
        ones: Ints,
        fars: Ints,
        costs: Floats,
    ) -> None:
        self.states = states
        self.width = width
        self.mates = mates
        self.free = free
        self.group = group
        self.after = after
        self.tone = tone
        self.columns = columns
        self.rows = rows
        self.seen = seen
        self.changed = changed
        self.ones = ones
        self.fars = fars
        self.costs = costs
        self.clock = 0
        self.effort = EFFORT

    def price(self, one: Ints, other: Ints, longest: float, limit: float, costs: Floats) -> None:
        """The cost of each pair of ends up to `longest` pixels apart, NEVER for what is over the limit."""
        for i in range(len(costs)):
            costs[i] = self.cost(one[i], other[i], longest, limit)

    def log(self, value: float) -> float:
        """The natural logarithm, by square roots: the same everywhere."""
        for _ in range(6):
            value = math.sqrt(value)
        z = (value - 1.0) / (value + 1.0)
        return 128.0 * z * (1.0 + z * z / 3.0 + z * z * z * z / 5.0)

    def cost(self, one: int, other: int, longest: float, limit: float) -> float:
        """How badly one end goes on as the other; NEVER for more than the limit. Long, as it is one formula: above."""
        self.effort -= 1
        state = self.states
        i = 11 * one
        j = 11 * other
        ux = state[i + 2]
        uy = state[i + 3]
        wx = -state[j + 2]
        wy = -state[j + 3]
        if ux * wx + uy * wy < 0.3:
            return NEVER
        dx = state[j] - state[i]
        dy = state[j + 1] - state[i + 1]
        if dx * ux + dy * uy < -2.0 or dx * wx + dy * wy < -2.0:
            return NEVER
        gap = math.sqrt(dx * dx + dy * dy)
        if gap > longest:
            return NEVER
        h = gap / 2
        g = h * h / 2
        bend = state[i + 4]
        other_bend = -state[j + 4]
        # Each followed for half the gap: a circle's arc.
        mid_x = state[i] + ux * h - uy * bend * g
        mid_y = state[i + 1] + uy * h + ux * bend * g
        dx = state[j] - wx * h - wy * other_bend * g - mid_x
        dy = state[j + 1] - wy * h + wx * other_bend * g - mid_y
        t = bend * h / 2
        norm = 1.0 + t * t
        c = (1.0 - t * t) / norm
        s = 2.0 * t / norm
        ax = ux * c - uy * s
        ay = uy * c + ux * s
        t = -other_bend * h / 2
        norm = 1.0 + t * t
        c = (1.0 - t * t) / norm
        s = 2.0 * t / norm
        bx = wx * c - wy * s
        by = wy * c + wx * s
        dot = ax * bx + ay * by
        if dot < -0.5:
            return NEVER
        turn = 2.0 * (ax * by - ay * bx) / (1.0 + dot)
        mx = ax + bx
        my = ay + by
        norm = math.sqrt(mx * mx + my * my)
        off = (dy * mx - dx * my) / norm
        change = other_bend - bend
        # The covariance of the three: both ends' carried along, the change of bend on the way, and slack.
        h2 = h * h
        h3 = h2 * h
        q = 2.0 * WANDER
        s00 = q * h3 * h2 / 20 + OFF_SLACK * OFF_SLACK
        s01 = 0.0  # the two halves' cancel
        s02 = q * h3 / 6
        s11 = q * h3 / 3 + TURN_SLACK * TURN_SLACK
        s12 = 0.0
        s22 = q * h + BEND_SLACK * BEND_SLACK
        sign = 1.0
        k = i
        for _ in range(2):
            c00 = state[k + 5]
            c01 = state[k + 6]
            c02 = state[k + 7]
            c11 = state[k + 8]
            c12 = state[k + 9]
            c22 = state[k + 10]
            s00 += c00 + 2 * h * c01 + 2 * g * c02 + h2 * c11 + 2 * h * g * c12 + g * g * c22
            s01 += sign * (c01 + h * c02 + h * c11 + (h2 + g) * c12 + g * h * c22)
            s02 += c02 + h * c12 + g * c22
            s11 += c11 + 2 * h * c12 + h2 * c22
            s12 += sign * (c12 + h * c22)
            s22 += c22
            sign = -1.0
            k = j
        i00 = s11 * s22 - s12 * s12
        i01 = s02 * s12 - s01 * s22
        i02 = s01 * s12 - s02 * s11
        det = s00 * i00 + s01 * i01 + s02 * i02
        i11 = s00 * s22 - s02 * s02
        i12 = s01 * s02 - s00 * s12
        i22 = s00 * s11 - s01 * s01
        found = off * off * i00 + turn * turn * i11 + change * change * i22
        found = (found + 2 * (off * turn * i01 + off * change * i02 + turn * change * i12)) / det
        if found > limit:
            return NEVER
        det *= USUAL
        if det > 1.0:
            found += self.log(det)
        thin = self.width[one]
        wide = self.width[other]
        t = (wide - thin) / (0.25 * (thin if thin < wide else wide) + 0.3)
        t *= t
        found += t if t < 9.0 else 9.0
        if found > limit or not self.on_ink(one, other, gap):
            return NEVER
        return found

    def on_ink(self, one: int, other: int, gap: float) -> bool:
        """Whether a smooth curve (Hermite's cubic) from one end to the other stays on ink."""
        state = self.states
        i = 11 * one
        j = 11 * other
        steps = 4 + int(gap)
        pace = 1.0 / steps
        for step in range(1, steps):
            t = step * pace
            s = 1.0 - t
            a = s * s * (1.0 + 2.0 * t)
            b = t * s * s * gap
            c = t * t * (1.0 + 2.0 * s)
            d = t * t * s * gap
            x = a * state[i] + b * state[i + 2] + c * state[j] + d * state[j + 2]
            y = a * state[i + 1] + b * state[i + 3] + c * state[j + 1] + d * state[j + 3]
            if not (0 <= x < self.columns and 0 <= y < self.rows):
                return False
            column = int(x)
            row = int(y)
            # A quarter at the least is of the pixel that it is in.
            if self.tone[row * self.columns + column] < 4 * INKED and self.ink(x - 0.5, y - 0.5) < INKED:
                return False
        return True

    def ink(self, x: float, y: float) -> float:
        """How much ink there is at a place measured from the middle of the first pixel, in proportion between four."""
        x = min(max(x, 0.0), self.columns - 1.0)
        y = min(max(y, 0.0), self.rows - 1.0)
        column = int(x)
        row = int(y)
        right = 1 if column + 1 < self.columns else 0
        below = self.columns if row + 1 < self.rows else 0
        at = row * self.columns + column
        x -= column
        y -= row
        upper = self.tone[at] * (1.0 - x) + self.tone[at + right] * x
        lower = self.tone[at + below] * (1.0 - x) + self.tone[at + below + right] * x
        return upper * (1.0 - y) + lower * y

    def share(self, pieces: Ints, longest: float) -> int:
        """Take out the pieces on which two lines run together, shallow crossings; how many.

        Such a piece goes on as two others at either end. It is taken out where these four are better joined with each
        other, across it, than two of them with it. The groups at its ends are one from then on, and the pieces between
        them are looked at again. In a tangle of which all would have to be compared with all no more are looked for
        after EFFORT.
        """
        taken = 0
        again = True
        self.clock += 1
        begun = self.clock
        while again and self.effort > 0:
            again = False
            for i in range(len(pieces)):
                if self.effort <= 0:
                    break
                piece = pieces[i]
                a = 2 * piece
                b = a + 1
                if not (self.free[a] and self.free[b]) or self.group[a] == self.group[b]:
                    continue
                last = self.seen[piece]
                if last >= begun and self.changed[self.group[a]] <= last and self.changed[self.group[b]] <= last:
                    continue
                self.seen[piece] = self.clock
                if self.gain(a, b, longest) > 0.0:
                    self.free[a] = 0
                    self.free[b] = 0
                    self.mates[a] = -2
                    self.mates[b] = -2
                    self.unite(a, b)
                    self.clock += 1
                    self.changed[self.group[a]] = self.clock
                    again = True
                    taken += 1
        return taken

    def unite(self, one: int, other: int) -> None:
        """Make one group of two."""
        group = self.group[one]
        port = other
        while True:
            self.group[port] = group
            port = self.after[port]
            if port == other:
                break
        port = self.after[one]
        self.after[one] = self.after[other]
        self.after[other] = port

    def gain(self, a: int, b: int, longest: float) -> float:
        """What is gained by joining four ends across a piece with ends a and b, less than 0 if that is worse."""
        count = self.ways(a, b, longest)
        best = -1.0
        for i in range(count):
            one = self.ones[i]
            far = self.fars[i]
            for j in range(i + 1, count):
                self.effort -= 1
                two = self.ones[j]
                other = self.fars[j]
                if two != one and other != far:
                    across = self.costs[i] + self.costs[j]
                    if across < 2 * ALONE:
                        found = self.beside(a, one, two, longest) + self.beside(b, far, other, longest) - across
                        if found > best:
                            best = found
        return best

    def ways(self, a: int, b: int, longest: float) -> int:
        """Note the pairs of ends that go on as each other across a piece with ends a and b, and what each costs."""
        count = 0
        limit = 2 * ALONE
        one = self.after[a]
        while one != a and self.effort > 0:
            if self.free[one] and self.faces(one, a):
                far = self.after[b]
                while far != b and self.effort > 0:
                    if self.free[far] and far >> 1 != one >> 1 and self.faces(far, b) and count < len(self.costs):
                        found = self.cost(one, far, longest, limit)
                        if found < limit:
                            self.ones[count] = one
                            self.fars[count] = far
                            self.costs[count] = found
                            count += 1
                    far = self.after[far]
            one = self.after[one]
        return count

    def faces(self, port: int, end: int) -> bool:
        """Whether an end goes on about as the piece does that begins at another."""
        self.effort -= 1
        i = 11 * port
        j = 11 * end
        return self.states[i + 2] * self.states[j + 2] + self.states[i + 3] * self.states[j + 3] < -0.7

    def beside(self, end: int, one: int, other: int, longest: float) -> float:
        """The cost where one of the two is joined to the piece's end, the other to what else there is or to nothing."""
        limit = 2 * ALONE
        first = self.cost(one, end, longest, limit)
        second = self.cost(other, end, longest, limit)
        first = (first if first < limit else limit) + self.else_than(other, end, longest)
        second = (second if second < limit else limit) + self.else_than(one, end, longest)
        return first if first < second else second

    def else_than(self, port: int, end: int, longest: float) -> float:
        """The cheapest that an end can be joined to in its group, other than a piece's end."""
        best = ALONE
        other = self.after[end]
        while other != end:
            if self.free[other] and other != port:
                found = self.cost(port, other, longest, best)
                if found < best:
                    best = found
            other = self.after[other]
        return best
