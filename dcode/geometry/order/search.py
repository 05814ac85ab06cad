"""Kernel: local search on an order of strokes, by moves that take out two to six travels and put in as many.

Compiled as `_search` with the types of `_search.pxd`; see `kernels.py`.

Stroke s has the nodes 2s and 2s + 1, its ends; `node ^ 1` is the other end of the same stroke. `tour` lists the node at
which each stroke is entered, around a circle that one virtual stroke closes: it stands for where the pen starts and
rests. Every node has exactly one travel, so a move is an alternating chain of nodes

    t0 t1   t2 t3   t4 t5 ...      travels (t0 t1), (t2 t3), ... go; (t1 t2), (t3 t4), ..., (last t0) come

in which only t2, t4, ... are to be chosen, among near nodes, as long as more was taken out than put in (Lin and
Kernighan, An effective heuristic algorithm for the traveling-salesman problem, 1973). That covers 2-opt, the moving of
a run of strokes with or without flips (Or-opt) and the other sequential moves of up to six travels.

Out of a local optimum leads a kick, a double bridge (Martin, Otto and Felten, 1991) of three short neighbouring runs;
it is repaired by local search around it and undone if the order got worse.

It is long because these steps share the one state, and calls between compiled modules would cost more than the steps.
"""

from __future__ import annotations

import math
from collections.abc import MutableSequence

Ints = MutableSequence[int]
Floats = MutableSequence[float]


class Search:
    """`x`, `y`: where the nodes are, the virtual stroke's two last; `near`: `width` neighbours of each, -1 for none;
    `far`, beside it, is what the travels to them cost.

    `tour` and `rank` (of a stroke in it) are worked on; `spare` has one place a stroke, `log` is room to undo a kick,
    `queue` and `waits` have a place a node (`waits` zeros), `breadth` says how many neighbours are tried at each depth.
    `room` has 88 places. `costs` is speed, acceleration, seconds of a lift and tolerance, or four times 0: then the
    cost is the distance itself; and what a move must gain at least, which is to be more than rounding can make up.
    `anywhere` holds two flags: the pen may start, and rest, anywhere. `largest` is as in Nearest.
    """

    def __init__(
        self,
        x: Floats,
        y: Floats,
        near: Ints,
        far: Floats,
        width: int,
        tour: Ints,
        rank: Ints,
        spare: Ints,
        log: Ints,
        queue: Ints,
        waits: Ints,
        breadth: Ints,
        room: Ints,
        costs: Floats,
        anywhere: Ints,
        largest: bool,
        seed: int,
    ) -> None:
        self.x = x
        self.y = y
        self.near = near
        self.far = far
        self.width = width
        self.tour = tour
        self.rank = rank
        self.spare = spare
        self.log = log
        self.queue = queue
        self.waits = waits
        self.breadth = breadth
        self.deepest = len(breadth) + 1
        self.chain = room[:16]
        self.cut = room[16:24]
        self.edge = room[24:32]
        self.entry = room[32:48]
        self.join = room[48:64]
        self.slot = room[64:72]
        self.found = room[72:88]
        self.speed = costs[0]
        self.acceleration = costs[1]
        self.lift = costs[2]
        self.tolerance = costs[3]
        self.timed = costs[0] > 0
        self.reach = costs[0] * costs[0] / costs[1] if self.timed else 0.0
        self.ramps = costs[0] / costs[1] if self.timed else 0.0
        self.anywhere = anywhere
        # Where one of the two is anywhere, it is near every node, at no cost.
        self.loose = 1 if anywhere[0] + anywhere[1] == 1 else 0
        self.largest = largest
        self.strokes = len(tour)
        self.virtual = 2 * len(tour) - 2
        self.head = 0
        self.waiting = 0
        self.logging = False
        self.logged = 0
        self.gain = 0.0
        self.depth = 0
        self.least = costs[4]
        self.random = seed

    # Cost

    def between(self, x0: float, y0: float, x1: float, y1: float) -> float:
        """What a travel costs from one place to another."""
        dx = x0 - x1
        dy = y0 - y1
        if self.largest:
            dx = dx if dx >= 0 else -dx
            dy = dy if dy >= 0 else -dy
            apart = dx if dx > dy else dy
        else:
            apart = math.sqrt(dx * dx + dy * dy)
        if not self.timed:
            return apart
        if apart > self.reach:
            taken = apart / self.speed + self.ramps
        else:
            taken = 2 * math.sqrt(apart / self.acceleration)
        return taken + self.lift if apart > self.tolerance else taken

    def cost(self, one: int, other: int) -> float:
        """What the travel between two nodes costs; to a virtual node that may be anywhere, nothing."""
        if one >= self.virtual and self.anywhere[one - self.virtual]:
            return 0.0
        if other >= self.virtual and self.anywhere[other - self.virtual]:
            return 0.0
        return self.between(self.x[one], self.y[one], self.x[other], self.y[other])

    def total(self) -> float:
        """What the whole order costs."""
        found = self.cost(self.tour[self.strokes - 1] ^ 1, self.tour[0])
        for i in range(self.strokes - 1):
            found += self.cost(self.tour[i] ^ 1, self.tour[i + 1])
        return found

    # Local search

    def mate(self, node: int) -> int:
        """The node at the other end of a node's travel."""
        at = self.rank[node >> 1]
        if self.tour[at] == node:
            return self.tour[at - 1 if at > 0 else self.strokes - 1] ^ 1
        return self.tour[at + 1 if at + 1 < self.strokes else 0]

    def push(self, node: int) -> None:
        """Have the moves that start at a node tried (again)."""
        if not self.waits[node]:
            self.waits[node] = 1
            tail = self.head + self.waiting
            size = len(self.queue)
            self.queue[tail - size if tail >= size else tail] = node
            self.waiting += 1

    def push_all(self) -> None:
        for i in range(self.strokes):
            self.push(self.tour[i])
            self.push(self.tour[i] ^ 1)

    def descend(self, nodes: int) -> float:
        """Make better moves from at most `nodes` waiting nodes; what was gained. `waiting` tells how many are left."""
        gained = 0.0
        while self.waiting > 0 and nodes > 0:
            nodes -= 1
            node = self.queue[self.head]
            self.head = self.head + 1 if self.head + 1 < len(self.queue) else 0
            self.waiting -= 1
            self.waits[node] = 0
            while self.improve(node):
                gained += self.gain
        return gained

    def improve(self, node: int) -> bool:
        """Make the best move that starts at a node, if one is better than none; `gain` then says by how much."""
        self.chain[0] = node
        self.chain[1] = self.mate(node)
        self.gain = self.least
        self.depth = 0
        self.extend(1, self.cost(self.chain[0], self.chain[1]))
        if self.depth == 0:
            return False
        for i in range(2 * self.depth):
            self.chain[i] = self.found[i]
        if not self.make(self.depth):
            return False
        for i in range(2 * self.depth):
            self.push(self.chain[i])
        return True

    def extend(self, depth: int, gain: float) -> None:
        """Lengthen the chain of `depth` travels taken out in all ways; the best closed one is kept in `found`."""
        last = self.chain[2 * depth - 1]
        first = self.chain[0]
        row = last * self.width
        for i in range(-self.loose, self.breadth[depth - 1]):
            near = self.near[row + i] if i >= 0 else self.virtual + self.anywhere[1]
            if near < 0:
                break
            rest = gain - (self.far[row + i] if i >= 0 else 0.0)
            if rest <= self.gain:
                break
            used = False
            for j in range(2 * depth):
                if self.chain[j] == near:
                    used = True
            if used:
                continue
            after = self.mate(near)
            self.chain[2 * depth] = near
            self.chain[2 * depth + 1] = after
            rest += self.cost(near, after)
            gained = rest - self.cost(after, first)
            if gained > self.gain and self.closes(depth + 1):
                self.gain = gained
                self.depth = depth + 1
                for j in range(2 * depth + 2):
                    self.found[j] = self.chain[j]
            if depth + 1 < self.deepest:
                self.extend(depth + 1, rest)

    def is_entry(self, node: int) -> int:
        return 1 if self.tour[self.rank[node >> 1]] == node else 0

    def closes(self, depth: int) -> bool:
        """Whether the chain leaves one circle, not several."""
        if depth == 2:
            return self.is_entry(self.chain[1]) == self.is_entry(self.chain[2])
        self.arrange(depth)
        end = 0
        runs = 0
        while True:
            end = self.join[end]
            runs += 1
            end = 2 * (end // 2 + 1 if end // 2 + 1 < depth else 0) if end & 1 else 2 * (end // 2 or depth) - 1
            if end == 0:
                return runs == depth

    def arrange(self, depth: int) -> None:
        """Sort the cuts, and say which ends of the runs between them will be joined.

        Cut i lies after rank `cut[i]`; end 2i is the exit before it, end 2i + 1 the entry after it.
        """
        for i in range(depth):
            node = self.chain[2 * i]
            at = self.rank[node >> 1]
            self.entry[2 * i] = self.is_entry(node)
            self.entry[2 * i + 1] = 1 - self.entry[2 * i]
            if self.entry[2 * i]:
                at = at - 1 if at > 0 else self.strokes - 1
            j = i
            while j > 0 and self.cut[j - 1] > at:
                self.cut[j] = self.cut[j - 1]
                self.edge[j] = self.edge[j - 1]
                j -= 1
            self.cut[j] = at
            self.edge[j] = i
        for i in range(depth):
            self.slot[self.edge[i]] = i
        for i in range(depth):
            j = i + 1 if i + 1 < depth else 0
            one = 2 * self.slot[i] + self.entry[2 * i + 1]
            other = 2 * self.slot[j] + self.entry[2 * j]
            self.join[one] = other
            self.join[other] = one

    def length(self, run: int, depth: int) -> int:
        """How many strokes lie between a cut and the next."""
        found = self.cut[run + 1 if run + 1 < depth else 0] - self.cut[run]
        return found if found > 0 else found + self.strokes

    def make(self, depth: int) -> bool:
        """Carry out the move: the longest run stays where it is, the others are written anew after it."""
        self.arrange(depth)
        longest = 0
        for i in range(1, depth):
            if self.length(i, depth) > self.length(longest, depth):
                longest = i
        stays = longest + 1 if longest + 1 < depth else 0
        end = 2 * stays
        filled = 0
        for _ in range(depth - 1):
            end = self.join[end]
            run = end // 2
            if end & 1:
                at = self.cut[run]
                for _ in range(self.length(run, depth)):
                    at = at + 1 if at + 1 < self.strokes else 0
                    self.spare[filled] = self.tour[at]
                    filled += 1
                end = 2 * (run + 1 if run + 1 < depth else 0)
            else:
                at = self.cut[run]
                run = run - 1 if run > 0 else depth - 1
                for _ in range(self.length(run, depth)):
                    self.spare[filled] = self.tour[at] ^ 1
                    filled += 1
                    at = at - 1 if at > 0 else self.strokes - 1
                end = 2 * run + 1
        return self.write(self.cut[stays], filled)

    def write(self, after: int, count: int) -> bool:
        """Put the first `count` of `spare` into the tour after a rank; refused where the log has no room to undo it."""
        if self.logging:
            if self.logged + count + 2 > len(self.log):
                return False
            at = after
            for i in range(count):
                at = at + 1 if at + 1 < self.strokes else 0
                self.log[self.logged + i] = self.tour[at]
            self.log[self.logged + count] = after
            self.log[self.logged + count + 1] = count
            self.logged += count + 2
        at = after
        for i in range(count):
            at = at + 1 if at + 1 < self.strokes else 0
            self.tour[at] = self.spare[i]
            self.rank[self.spare[i] >> 1] = at
        return True

    def undo(self) -> None:
        """Take back all that the log holds."""
        self.logging = False
        while self.logged > 0:
            count = self.log[self.logged - 1]
            after = self.log[self.logged - 2]
            self.logged -= count + 2
            for i in range(count):
                self.spare[i] = self.log[self.logged + i]
            self.write(after, count)

    # Kicks

    def draw(self, below: int) -> int:
        """A pseudo-random number from 0 on (Marsaglia, Xorshift RNGs, 2003: 13, 17, 5 on 32 bits)."""
        state = self.random
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        self.random = state
        return (state * below) >> 32

    def kick(self, longest: int) -> float:
        """Exchange three neighbouring runs at a random place, the first with the third; what was gained (< 0: lost)."""
        strokes = self.strokes
        before = self.draw(strokes)
        one = 1 + self.draw(longest)
        two = 1 + self.draw(longest)
        three = 1 + self.draw(longest)
        gained = 0.0
        self.cut[0] = before
        self.cut[1] = (before + one) % strokes
        self.cut[2] = (before + one + two) % strokes
        self.cut[3] = (before + one + two + three) % strokes
        for i in range(4):
            left = self.tour[self.cut[i]] ^ 1
            right = self.tour[(self.cut[i] + 1) % strokes]
            gained += self.cost(left, right)
            self.push(left)
            self.push(right)
        filled = 0
        for i in range(2, -1, -1):
            at = self.cut[i]
            while at != self.cut[i + 1]:
                at = at + 1 if at + 1 < strokes else 0
                self.spare[filled] = self.tour[at]
                filled += 1
        self.write(before, filled)
        at = before
        for i in range(4):
            gained -= self.cost(self.tour[at] ^ 1, self.tour[(at + 1) % strokes])
            at = (at + (three if i == 0 else two if i == 1 else one)) % strokes
        return gained

    def perturb(self, kicks: int, longest: int, deepest: int) -> float:
        """Kick and repair so many times, each undone where it did not pay; what was gained. Nothing may be waiting.

        Repairs take out up to `deepest` travels at a time: a kick leaves long travels, which let a chain grow in vain.
        """
        won = 0.0
        self.deepest = deepest
        for _ in range(kicks):
            self.logging = True
            self.logged = 0
            gained = self.kick(longest)
            gained += self.descend(1 << 30)
            if gained < 0.0:
                self.undo()
            else:
                won += gained
        self.logging = False
        self.deepest = len(self.breadth) + 1
        return won

    # Seams

    def reseam(self, first: Ints, points_x: Floats, points_y: Floats, seam: Ints) -> float:
        """Enter each closed stroke where that is cheapest now, strokes in order; what was gained.

        Stroke s has the vertices first[s] up to first[s + 1] (none where it is not closed) of `points_x`, `points_y`;
        `seam[s]` and the stroke's nodes follow the choice.
        """
        won = 0.0
        for i in range(self.strokes):
            node = self.tour[i]
            stroke = node >> 1
            if stroke + 1 >= self.strokes or first[stroke] == first[stroke + 1]:
                continue
            before = self.tour[i - 1 if i > 0 else self.strokes - 1] ^ 1
            after = self.tour[i + 1 if i + 1 < self.strokes else 0]
            from_free = before >= self.virtual and self.anywhere[before - self.virtual]
            to_free = after >= self.virtual and self.anywhere[after - self.virtual]
            best = self.cost(before, node) + self.cost(node, after)
            start = best
            for vertex in range(first[stroke], first[stroke + 1]):
                here_x = points_x[vertex]
                here_y = points_y[vertex]
                found = 0.0 if from_free else self.between(self.x[before], self.y[before], here_x, here_y)
                if found < best and not to_free:
                    found += self.between(here_x, here_y, self.x[after], self.y[after])
                if found < best:
                    best = found
                    seam[stroke] = vertex - first[stroke]
                    self.x[node] = here_x
                    self.y[node] = here_y
                    self.x[node ^ 1] = here_x
                    self.y[node ^ 1] = here_y
            won += start - best
        return won
