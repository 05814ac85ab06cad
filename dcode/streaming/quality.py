"""How good the link is, told from what goes over it anyway: round trips, lines in trouble, moves that came too late.

A line is in trouble when it went out more than once, or when its acknowledgement was lost; so is the link when an
acknowledgement comes that is of no line. When more than `_POOR_ABOVE` of the last `_LINES` lines were, the link is
poor, and one line is in flight until `_CLEAN_LINES` in a row were not. With one in flight an answer can only be of that
line, and nothing that is behind a garbled line can be drawn from the wrong place.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

_LINES: Final = 100
# One refused line drags up to three more along (Marlin keeps four in flight): one accident makes no poor link, and two
# within a hundred lines do.
_POOR_ABOVE: Final = 5
# A link that still garbles one line in a hundred has so many clean ones in a row once in 150 tries (0.99 ** 500), one
# that garbles one in a thousand three times in five. With one line in flight that is some ten seconds of drawing.
_CLEAN_LINES: Final = 500
# Acknowledgements of no line that may come at once, more than one a second: a window of grblHAL's that was given up too
# early. Makelangelo's idle prompts come every two seconds.
_STRAYS: Final = 64


@dataclass(frozen=True, slots=True)
class Quality:
    """The link as of now. Times are seconds from a line's going out to its acknowledgement, and None before the first:
    they include what the firmware waits for room in its planner, but neither homing nor barriers, nor lines in trouble.
    """

    rtt: float | None  # mean of the last lines
    rtt_max: float | None
    resend_ratio: float  # share of the last lines that were in trouble, 0 to 1
    starved: int  # how often the firmware must have run out of moves in mid-stroke
    poor: bool


class LinkQuality:
    """Keeps count. `starved` and `poor` are read by everybody, and changed here alone."""

    __slots__ = (
        "_last_trouble",
        "_lines",
        "_most_free",
        "_starved_at",
        "_stray_at",
        "_strays",
        "_troubles",
        "_waits",
        "poor",
        "starved",
    )

    def __init__(self) -> None:
        self.poor = False
        self.starved = 0
        self._lines = 0
        self._waits: deque[float] = deque(maxlen=_LINES)
        self._troubles: deque[int] = deque(maxlen=_LINES)  # how many lines there had been at each
        self._last_trouble = 0
        self._strays, self._stray_at = 0.0, 0.0
        self._starved_at = -1  # how many lines there had been when it was counted last
        self._most_free = 0  # blocks of an empty planner, as far as is known

    def taken(self, waited: float) -> None:
        """A line was acknowledged after so many seconds, without trouble."""
        self._lines += 1
        self._waits.append(waited)
        if self.poor and self._lines - self._last_trouble >= _CLEAN_LINES:
            self.poor = False

    def waited_for_the_machine(self) -> None:
        """A line was acknowledged whose time says nothing of the link."""
        self._lines += 1

    def trouble(self, lines: int = 1) -> None:
        """A line that was in trouble was acknowledged; with 0, something else went wrong."""
        self._lines += lines
        self._last_trouble = self._lines
        self._troubles.append(self._lines)
        if self._recent() > _POOR_ABOVE:
            self.poor = True

    def stray(self, now: float) -> bool:
        """An acknowledgement has come that is of no line; whether there are too many for that to be a few late ones."""
        self._strays = max(0.0, self._strays - (now - self._stray_at)) + 1
        self._stray_at = now
        return self._strays > _STRAYS

    def begin(self) -> None:
        """A new start: what went astray before says nothing of what comes now."""
        self._strays = 0.0

    def ran_out(self, in_flight: int) -> None:
        """The sender's own reckoning: the firmware has had no moves for a while, in mid-stroke."""
        if self._lines > self._starved_at:
            self.starved += 1
        self._starved_at = self._lines + in_flight + 1  # what it tells of the line that came too late is the same want

    def planner(self, free: int, planned: int, *, mid_stroke: bool) -> None:
        """The firmware tells its planner's free blocks. `planned`: how many the line that it tells this with has taken.

        A planner that holds no more than that was empty when the line came. What an empty one has is what the most was
        that was ever told.
        """
        empty = self._most_free and self._most_free - planned <= free <= self._most_free
        if mid_stroke and empty and self._lines > self._starved_at:
            self.starved += 1
            self._starved_at = self._lines
        self._most_free = max(self._most_free, free)

    def summary(self) -> Quality:
        waits, lines = self._waits, min(max(self._lines, 1), _LINES)
        return Quality(
            sum(waits) / len(waits) if waits else None,
            max(waits, default=None),
            min(1.0, self._recent() / lines),
            self.starved,
            self.poor,
        )

    def _recent(self) -> int:
        while self._troubles and self._troubles[0] <= self._lines - _LINES:
            self._troubles.popleft()
        return len(self._troubles)
