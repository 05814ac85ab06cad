"""The order, the directions and the seams of strokes that cost the least travel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines
from dcode.geometry.order.cost import Cost, PenUpLength
from dcode.geometry.order.effort import Effort, Mode
from dcode.geometry.order.few import are_few, best_of_all
from dcode.geometry.order.kernels import Kernels, Way, kernels
from dcode.geometry.order.neighbours import among, chain
from dcode.geometry.order.sequence import Sequence, closed

Place = tuple[float, float]
Places = npt.NDArray[np.float64]
BLOCK: Final = 50  # kicks, between two looks at what they gained
IN_VAIN: Final = 3  # times as many kicks as there are: of twenty one has not come up then
AT_A_TIME: Final = {"compiled": BLOCK, "plain": 1}  # nodes or kicks, between two questions whether to stop
EVEN: Final = 1 - 1e-9
LOG: Final = 10_000  # strokes; a kick whose repair moves more costs more time than it saves travel
ROUNDING: Final = 1e-12  # of the dearest travel: what the sum of a dozen may be wrong by, a hundred times


@dataclass(frozen=True, slots=True)
class Ordered:
    """The order found, what the given one costs and what this one does; `stopped` if there was more to try."""

    sequence: Sequence
    before: float
    after: float
    kicks: int
    stopped: bool


def best_order(
    lines: Lines,
    effort: Effort | Mode = Mode.DEFAULT,
    *,
    cost: Cost = PenUpLength(),  # noqa: B008  (frozen)
    start: Place | None = None,
    rest: Place | None = None,
    seams: bool = True,
    seed: int = 1,
    stop: Callable[[], bool] | None = None,
    progress: Callable[[float], None] | None = None,
    way: Way | None = None,
) -> Ordered:
    """Order strokes for the least cost of the travels from `start` over all of them to `rest` (None: anywhere, free).

    Never dearer than as given. The same seed gives the same order on every machine, unless `stop`, which is asked every
    so often, ends the search; then it is the best found so far. `progress` is told the share of the kicks that is done,
    0 to 1. `way` picks kernels (see kernels.py).
    """
    if not len(lines):
        return Ordered(Sequence.as_given(0), 0.0, 0.0, 0, False)
    effort = effort.effort if isinstance(effort, Mode) else effort
    climb = Climb(lines, effort, cost, start, rest, seams, seed, stop or (lambda: False), kernels(way))
    climb.progress = progress or climb.progress
    before = climb.total()
    climb.run()
    after = climb.total()
    if not after < before:
        return Ordered(Sequence.as_given(len(lines)), before, before, climb.kicks, climb.stopped)
    return Ordered(climb.sequence(), before, after, climb.kicks, climb.stopped)


class Climb:
    """One search: the arrays that the kernels work on, and what is done to them in which order.

    The nodes are the ends of strokes, 2s and 2s + 1, and last the virtual stroke's: where the pen starts and rests.
    """

    def __init__(
        self,
        lines: Lines,
        effort: Effort,
        cost: Cost,
        start: Place | None,
        rest: Place | None,
        seams: bool,
        seed: int,
        stop: Callable[[], bool],
        kernels: Kernels,
    ) -> None:
        self.effort, self.stop, self.kernels, self.cost, self.seed = effort, stop, kernels, cost, seed
        self.count = len(lines)
        self.kicks = self.idle = 0  # made, and those since the last that paid
        self.progress: Callable[[float], None] = lambda share: None
        self.stopped = False
        ends = np.empty((2 * self.count + 2, 2))
        ends[0:-2:2] = lines.points[lines.starts[:-1]]
        ends[1:-2:2] = lines.points[lines.starts[1:] - 1]
        ends[-2:] = start or ends[0], rest or ends[0]
        places = cost.metric.places(ends)
        self.least = ROUNDING * float(cost.of(np.ptp(places, axis=0)).sum())
        self.placed = np.ones(len(ends), dtype=bool)
        self.placed[-2:] = start is not None, rest is not None
        self.x, self.y = kernels.floats(places[:, 0]), kernels.floats(places[:, 1])
        self.seam = kernels.ints(np.zeros(self.count))
        self.has_seams = seams and bool(closed(lines).any())
        self.first_corner: Any = kernels.ints(np.zeros(self.count + 1))
        if self.has_seams:
            self._find_corners(lines)
        self.tour: Any = kernels.ints(np.append(2 * np.arange(self.count), 2 * self.count + 1))
        self.rank = kernels.ints(np.arange(self.count + 1))
        self.near = kernels.ints(np.full(len(ends) * effort.neighbours, -1))
        self.far = kernels.floats(np.zeros(len(self.near)))  # what the travels to them cost
        self.search = self._search()

    def _find_corners(self, lines: Lines) -> None:
        """The vertices at which closed strokes may be entered."""
        open_ = ~closed(lines)
        lengths = np.diff(lines.starts)
        corners = np.where(open_, 0, lengths - 1)
        kept = np.ones(len(lines.points), dtype=bool)
        kept[lines.starts[1:] - 1] = False
        kept &= ~np.repeat(open_, lengths)
        places = self.cost.metric.places(lines.points[kept])
        self.corner_x, self.corner_y = self.kernels.floats(places[:, 0]), self.kernels.floats(places[:, 1])
        self.first_corner = self.kernels.ints(np.concatenate([[0], np.cumsum(corners)]))

    def _search(self) -> Any:
        ints, nodes = self.kernels.ints, 2 * self.count + 2
        return self.kernels.search(
            self.x,
            self.y,
            self.near,
            self.far,
            self.effort.neighbours,
            self.tour,
            self.rank,
            ints(np.zeros(self.count + 1)),
            ints(np.zeros(LOG)),
            ints(np.zeros(nodes)),
            ints(np.zeros(nodes)),
            ints(np.asarray(self.effort.breadth)),
            ints(np.zeros(88)),
            self.kernels.floats(np.asarray([*self.cost.numbers(), self.least])),
            ints(~self.placed[-2:]),
            self.cost.metric.largest,
            1 + self.seed * 2_654_435_761 % 0xFFFF_FFFF,
        )

    def total(self) -> float:
        return float(self.search.total())

    def run(self) -> None:
        if are_few(self.count, len(self._doors(self.has_seams)[0])) and not self._stops():
            self._try_all(self.has_seams)
            return
        self._know_neighbours()
        self._start()
        self._descend()
        if self.has_seams:
            self._reseam()
        for left in range(self.effort.rounds, 0, -1):
            self._kick((self.effort.kicks(self.count) - self.kicks) // left)
            gained = self._reseam() if self.has_seams else 0.0
            if self.idle >= self._patience() and gained <= self.least:
                break
        if are_few(self.count, 2 * self.count) and not self._stops():
            self._try_all(False)

    def _doors(self, seams: bool) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The stroke that each door is of, and the node, or with `seams` of a closed one the corner, that it is."""
        corners = np.diff(np.asarray(self.first_corner)) if seams else np.zeros(self.count, dtype=np.int64)
        doors = np.where(corners > 0, corners, 2)
        stroke = np.repeat(np.arange(self.count), doors)
        return stroke, np.arange(len(stroke)) - np.repeat(np.cumsum(doors) - doors, doors)

    def _try_all(self, seams: bool) -> None:
        """Few strokes in the best of all orders; without `seams` entered at those that they have."""
        stroke, door = self._doors(seams)
        free = np.diff(np.asarray(self.first_corner))[stroke] > 0 if seams else np.zeros(len(stroke), dtype=bool)
        enter, leave = np.where(free, 0, 2 * stroke + door), np.where(free, 0, (2 * stroke + door) ^ 1)
        x, y = np.asarray(self.x), np.asarray(self.y)
        corner = np.asarray(self.first_corner)[stroke[free]] + door[free] if seams else np.zeros(0, dtype=np.int64)
        places = list[npt.NDArray[np.float64]]()
        for nodes in (enter, leave):
            across, along = x[nodes], y[nodes]
            if seams:
                across[free], along[free] = np.asarray(self.corner_x)[corner], np.asarray(self.corner_y)[corner]
            places.append(np.stack([across, along], axis=1))
        into, out = places
        pen = np.stack([x[-2:], y[-2:]], axis=1)
        begin = self._costs(pen[:1], into)[0] if self.placed[-2] else np.zeros(len(stroke))
        end = self._costs(out, pen[1:])[:, 0] if self.placed[-1] else np.zeros(len(stroke))
        # Of orders that cost the same, the one with the longest ways from the start and to the rest.
        found, least = best_of_all(stroke, self._costs(out, into), begin * EVEN, end * EVEN)
        if not least < self.total():
            return
        chosen = np.asarray(found)
        for place in chosen[free[chosen]].tolist():
            node = 2 * int(stroke[place])
            self.seam[node >> 1] = int(door[place])
            self.x[node] = self.x[node + 1] = float(into[place, 0])
            self.y[node] = self.y[node + 1] = float(into[place, 1])
        self._go_by(np.append(np.where(free, 2 * stroke, enter)[chosen], 2 * self.count + 1))

    def _costs(self, one: Places, other: Places) -> Places:
        """From each place to each, shape (n, m)."""
        off = np.abs(one[:, None, :] - other[None, :, :])
        apart = off.max(axis=2) if self.cost.metric.largest else np.sqrt((off * off).sum(axis=2))
        return self.cost.of(apart.ravel()).reshape(apart.shape)

    def _go_by(self, tour: npt.NDArray[np.int64]) -> None:
        rank = np.empty(self.count + 1, dtype=np.int64)
        rank[tour >> 1] = np.arange(self.count + 1)
        self.tour[:], self.rank[:] = self.kernels.ints(tour), self.kernels.ints(rank)

    def _know_neighbours(self) -> None:
        x, y = np.asarray(self.x), np.asarray(self.y)
        group = np.arange(len(x)) // 2
        nodes = np.flatnonzero(self.placed)
        wanted = self.effort.neighbours
        found = among(self.kernels, x, y, nodes, group, wanted, self.cost.metric.largest)
        off_x, off_y = np.abs(x[:, None] - x[found]), np.abs(y[:, None] - y[found])
        apart = np.maximum(off_x, off_y) if self.cost.metric.largest else np.sqrt(off_x * off_x + off_y * off_y)
        self.near[:] = self.kernels.ints(found.ravel())
        self.far[:] = self.kernels.floats(self.cost.of(apart).ravel())

    def _start(self) -> None:
        """Chains from the shortest travels first; the virtual stroke is one of them if it is anywhere at all."""
        x, y, near = np.asarray(self.x), np.asarray(self.y), np.asarray(self.near).reshape(len(self.x), -1)
        nodes = len(x) if self.placed[-2:].any() else len(x) - 2
        tour = chain(self.kernels, x[:nodes], y[:nodes], near[:nodes], self.placed[:nodes], self.cost.metric.largest)
        self._go_by(np.append(tour, nodes + 1) if nodes < len(x) else np.asarray(tour, dtype=np.int64))

    def _descend(self) -> None:
        self.search.push_all()
        while self.search.waiting and not self._stops():
            self.search.descend(AT_A_TIME[self.kernels.way])

    def _kick(self, kicks: int) -> None:
        """So many kicks, but none after as many in vain as there are, three times over."""
        run = self._run()
        if run < 1:  # three strokes and the virtual one are the fewest that a double bridge changes
            return
        self.idle = 0
        while kicks > 0 and self.idle < self._patience() and not self.search.waiting and not self._stops():
            block, won = min(kicks, BLOCK), 0.0  # alike for all kernels, or they would not give up at the same kick
            for done in range(0, block, AT_A_TIME[self.kernels.way]):
                if done and self._stops():
                    break
                now = min(block - done, AT_A_TIME[self.kernels.way])
                won += self.search.perturb(now, run, self.effort.repair)
                self.kicks += now
            kicks -= block
            self.idle = 0 if won > self.least else self.idle + block
            self.progress(self.kicks / self.effort.kicks(self.count))

    def _run(self) -> int:
        return min(self.effort.run, self.count // 3)

    def _patience(self) -> int:
        """Kicks in vain after which there is nothing left to gain by them."""
        return IN_VAIN * (self.count + 1) * self._run() ** 3

    def _reseam(self) -> float:
        """Seams chosen anew; what was gained."""
        if self._stops():
            return 0.0
        won = float(self.search.reseam(self.first_corner, self.corner_x, self.corner_y, self.seam))
        self._know_neighbours()
        self._descend()
        return won

    def _stops(self) -> bool:
        self.stopped = self.stopped or self.stop()
        return self.stopped

    def sequence(self) -> Sequence:
        """The tour from the virtual stroke on, forwards."""
        tour = np.asarray(self.tour, dtype=np.int64)
        at = int(np.flatnonzero(tour >> 1 == self.count)[0])
        nodes = np.concatenate([tour[at + 1 :], tour[:at]])
        if tour[at] == 2 * self.count:  # entered where the pen starts: the tour runs backwards
            nodes = nodes[::-1] ^ 1
        strokes = nodes >> 1
        return Sequence(strokes, (nodes & 1).astype(bool), np.asarray(self.seam, dtype=np.int64)[strokes])
