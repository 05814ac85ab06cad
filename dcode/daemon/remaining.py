"""How long a job still takes: the estimate, corrected by how fast the machine has been, with a band around it.

The estimate says how many seconds each row takes. Between two looks the machine has done so many of those planned
seconds in so many real ones, and the ratio of the two is its pace: a servo that is slower than machine.json says, a
link that starves the firmware, a feed that was turned down at the machine. The pace is a mean over what was done, in
which what is long past counts less, and the estimate itself counts like a minute of work. A clock that stands while
the job is paused keeps pauses out; what looks like one all the same (a stall, a button held) counts no more than the
slowest pace that is believed. So does a stretch that was done faster than anything: a job taken up again further on.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

_PRIOR_SECONDS: Final = 60.0  # of planned work that the estimate's own pace, 1, counts for
_SAMPLE_SECONDS: Final = 10.0  # of planned work, at least, in one sample of the pace
_MEMORY: Final = 0.15  # what was done this share of the whole ago counts 1/e;
_SHORTEST_MEMORY: Final = 900.0  # planned seconds: but never less than that
_SLOWEST: Final = 2.0  # times the pace so far, of one sample, or of a fast one its reciprocal
# How far the pace of a whole job may be from its estimate: the planner is within 2 %, pens and links are as they are.
_PRIOR_SPREAD: Final = 0.08
_NINE_IN_TEN: Final = 1.645  # standard deviations


class Left(NamedTuple):
    """Seconds that a job still takes, and between which two it is nine times in ten."""

    seconds: float
    least: float
    most: float


class RunningClock:
    """Seconds that a run has been under way, without those in which it was held. Times are any clock's."""

    def __init__(self, now: float) -> None:
        self._began, self._held_at = now, math.inf

    def hold(self, now: float) -> None:
        self._held_at = min(self._held_at, now)

    def go_on(self, now: float) -> None:
        if now > self._held_at:
            self._began += now - self._held_at
        self._held_at = math.inf

    def seconds(self, now: float) -> float:
        return min(now, self._held_at) - self._began


class Remaining:
    """`marks`: (row, seconds from the start) of the estimate, rows ascending; `total`: all of it, the way home too.

    Times are given: seconds at the machine, pauses left out.
    """

    def __init__(self, marks: Sequence[Sequence[float]], total: float) -> None:
        self._rows = [mark[0] for mark in marks]
        self._seconds = [mark[1] for mark in marks]
        self._total = total
        self._memory = max(_SHORTEST_MEMORY, _MEMORY * total)
        self._planned = self._real = _PRIOR_SECONDS
        self._squares = _PRIOR_SECONDS * _PRIOR_SPREAD**2  # of the samples' distance from the pace, times their length
        self._weight = _PRIOR_SECONDS  # of them
        self._sampled: tuple[float, float] | None = None  # planned and real seconds at the last sample
        self._seen = (0.0, 0.0)  # planned seconds done, and when that was first seen

    @property
    def pace(self) -> float:
        """Real seconds for each planned one."""
        return self._real / self._planned

    def look(self, row: int, elapsed: float) -> None:
        """`row` rows are done after `elapsed` seconds of running."""
        done = self._at(row)
        if self._sampled is None:
            self._sampled = self._seen = (done, elapsed)
        if done < self._sampled[0] or elapsed < self._sampled[1]:  # what was proved to be missing is done again
            self._sampled = (done, elapsed)
        if done != self._seen[0]:
            self._seen = (done, elapsed)
        planned, real = done - self._sampled[0], elapsed - self._sampled[1]
        if planned >= _SAMPLE_SECONDS:
            self._sampled = (done, elapsed)
            self._learn(planned, real)

    def left(self, elapsed: float) -> Left:
        """What is left after `elapsed` seconds of running."""
        done, since = self._seen
        begun = (elapsed - since) / self.pace  # of rows that are under way, up to the next mark
        done = min(done + max(0.0, begun), max(done, self._next(done)))
        planned = max(0.0, self._total - done)
        seconds = planned * self.pace
        most_likely = self._spread(planned) * _NINE_IN_TEN
        return Left(seconds, seconds * math.exp(-most_likely), seconds * math.exp(most_likely))

    def _learn(self, planned: float, real: float) -> None:
        pace = self.pace
        sample = min(max(real / planned, pace / _SLOWEST), pace * _SLOWEST)
        fade = math.exp(-planned / self._memory)
        self._planned, self._real = self._planned * fade + planned, self._real * fade + sample * planned
        self._squares = self._squares * fade + planned * math.log(sample / pace) ** 2
        self._weight = self._weight * fade + planned

    def _spread(self, planned: float) -> float:
        """Standard deviation, as a share, of the pace of what is left.

        The pace so far is a mean of samples that scatter, and so is that of what is left. But what is left may also be
        something else than what was done, by as much as the estimate may be wrong at all, and less the more was done.
        """
        scatter = self._squares / self._weight * _SAMPLE_SECONDS
        of_mean = scatter / self._planned + scatter / max(planned, _SAMPLE_SECONDS)
        unknown = _PRIOR_SPREAD * planned / max(self._total, 1.0)
        return math.sqrt(of_mean + unknown**2)

    def _next(self, done: float) -> float:
        """The planned seconds of the mark after this moment."""
        after = bisect_right(self._seconds, done)
        return self._seconds[after] if after < len(self._seconds) else self._total

    def _at(self, row: int) -> float:
        """The planned seconds of so many rows."""
        after = bisect_right(self._rows, row)
        if after == 0:
            return 0.0
        if after == len(self._rows):
            return self._seconds[-1]
        row0, row1 = self._rows[after - 1], self._rows[after]
        part = (row - row0) / (row1 - row0)
        return self._seconds[after - 1] + part * (self._seconds[after] - self._seconds[after - 1])
