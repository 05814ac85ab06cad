"""What to send again when the firmware asks.

Commands are absolute moves, pen angles and the like: carried out twice they do no harm, left out they do. Wherever it
cannot be known whether a line got through, it goes out again under the number that the firmware expects.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dcode.firmware.command import CommandKind
from dcode.streaming.traffic import Line, Traffic

# How often the quiet before lines go out again may be drawn out: there are not more lines behind a refused one than a
# receive buffer holds, and at 9600 baud that is 0.13 s.
_SETTLES: Final = 10
# How often in a row a count may fall back to the same line: an idle prompt at the wrong moment makes it seem so.
_FALLS: Final = 3
# By how many lines a count may fall back: one for every such prompt. One in flight, there are not many.
_FURTHEST: Final = 5


class Resends:
    """Answers to "Resend: n" (Marlin) and to BADLINENUM n and its like (Makelangelo)."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self.started_over: Callable[[str], None] = traffic.fail  # who is told of a reset
        self._settled_by = 0.0
        self._doubted: int | None = None  # a number that was asked for just now and can hardly be meant
        self._start_asked_by: Line | None = None  # the line that was refused for the first being expected
        self._skipped: int | None = None  # the last number that was used up by a refused line
        self._skips = 0  # how many such lines there were close together
        self._fell_back = (-1, 0)  # to which number the firmware's count last fell back, and how often in a row

    # -- a window of lines; the request comes with an ok of its own ----------------------------------------------------

    def asked_for(self, number: int, reason: str, now: float, *, proved: bool = False) -> bool:
        """The firmware has every line before `number`, and threw away what came after them.

        False, and nothing is done, if that can hardly be: ask. Marlin says each number twice ("Last Line: 6", "Resend:
        7"), so one that comes again was not garbled, nor is one that is `proved` otherwise.
        """
        traffic = self._traffic
        if traffic.quiet_until is not None and traffic.again:
            if traffic.again[0].number == number and now < self._settled_by:
                traffic.quiet_until = now + traffic.patience.settle  # lines that were behind the refused one
            return True  # one that asks for another line is garbled, or the first was: then it will be said again
        known = [*traffic.history, *traffic.flight]
        lines = [line for line in known if line.number is not None and line.number >= number]
        why = self._why_not(number, lines)
        doubted, self._doubted = self._doubted, None
        if why or self._starts_over(number):
            if not proved and number != doubted:
                self._doubted = number
                return False
            if why is None or number == self._first:
                self.started_over(f"it asks for line {number} again")
            else:
                traffic.fail(f"the firmware asks for line {number}, {why}: {reason}")
            return True
        if lines:
            self._take_out(lines)
            traffic.next_number = number
            self._settled_by = now + _SETTLES * traffic.patience.settle
            traffic.back(lines, reason, traffic.patience.settle, now)
        return True  # without lines, it has all that was sent

    def _why_not(self, number: int, lines: list[Line]) -> str | None:
        """What is wrong with a number that the firmware asks for; None: nothing. `lines` are those from it on."""
        traffic = self._traffic
        if number > traffic.next_number:
            return f"the next would be {traffic.next_number}"
        if not lines:
            return (
                "which is not kept any more" if number < traffic.next_number and not self._waits_again(number) else None
            )
        return f"but {lines[0].number} is the oldest kept" if lines[0].number != number else None

    @property
    def _first(self) -> int:
        numbering = self._traffic.profile.numbering
        return numbering.first if numbering else 0

    def _starts_over(self, number: int) -> bool:
        """Whether the firmware asks for its first line after it has had more than it could have refused unheard."""
        traffic = self._traffic
        return number == self._first and len(traffic.history) > traffic.profile.flow.lines

    def _waits_again(self, number: int) -> bool:
        again = self._traffic.again
        return bool(again) and again[0].number is not None and again[0].number <= number

    def _take_out(self, lines: list[Line]) -> None:
        traffic = self._traffic
        taken = set(map(id, lines))
        kept = [line for line in traffic.history if id(line) not in taken]
        traffic.history.clear()
        traffic.history.extend(kept)
        while traffic.flight and id(traffic.flight[-1]) in taken:
            traffic.flight.pop()
        traffic.recount()

    # -- one line in flight; refusal, then prompt ----------------------------------------------------------------------

    def refused(self, number: int | None, reason: str, now: float, *, counted: bool = False) -> None:
        """The prompt after a refusal is here. `number` is what the firmware expects, if it said so.

        `counted`: it has used up the number of the line that it refused.
        """
        traffic = self._traffic
        line = self._only()
        if line is not None and line.raw is not None:  # an unnumbered line, to a firmware that wants numbers
            traffic.withdraw()
            if number is not None:
                traffic.next_number = number
            return
        at = line.number if line and line.number is not None else traffic.next_number
        if line is not None and number is not None and number < at and self._starts_over(number):
            if self._start_asked_by is line:
                self.started_over(f"it asks for line {number} again")
            else:  # said twice, it was not garbled
                self._start_asked_by = line
                self._repeat(line, at, reason, now)
        elif counted:
            self._counted_but_refused(line, at, reason, now)
        elif number is None or number == at:
            if line is not None:
                line.uncertain = False  # so no earlier try got through
            self._repeat(line, at, reason, now)
        elif number > at:
            self._firmware_is_ahead(line, at, number, reason, now)
        else:
            self._firmware_is_behind(line, at, number, reason, now)

    def _only(self) -> Line | None:
        return self._traffic.flight[0] if self._traffic.flight else None

    def _repeat(self, line: Line | None, number: int, reason: str, now: float) -> None:
        if line is not None:
            self._traffic.next_number = number
            self._traffic.back([self._traffic.withdraw()], reason, 0.0, now)

    def _counted_but_refused(self, line: Line | None, at: int, reason: str, now: float) -> None:
        """Older versions raise their count before they look at the checksum."""
        if line is not None:
            near = self._skipped is not None and at - self._skipped <= self._traffic.patience.retries
            self._skipped, self._skips = at, self._skips + 1 if near else 1
            self._repeat(line, at + 1, reason, now)

    def _firmware_is_ahead(self, line: Line | None, at: int, number: int, reason: str, now: float) -> None:
        traffic = self._traffic
        if line is None:
            traffic.next_number = number
            return
        if number == at + 1 and line.uncertain and not line.acked:
            traffic.take(now)  # an earlier try got through; its prompt did not
            return
        pending = [traffic.withdraw(), *traffic.again]
        traffic.again.clear()
        while pending and pending[0].acked and at < number:  # fetched back without need: it has had them
            traffic.history.append(pending.pop(0))
            at += 1
        if all(kept.command.kind is CommandKind.WIRE for kept in traffic.history):
            # Never in step since the count was set: prompts that were idle ones were taken for acks.
            pending = [*traffic.history, *pending]
            traffic.history.clear()
        traffic.next_number = number
        if pending:
            traffic.back(pending, reason, 0.0, now)

    def _firmware_is_behind(self, line: Line | None, at: int, number: int, reason: str, now: float) -> None:
        """It does not have lines that it seemed to have prompted for: an idle prompt came at the wrong moment."""
        traffic = self._traffic
        oldest = number
        if self._skipped is not None and number <= self._skipped:
            oldest -= (
                self._skips
            )  # the lines that were refused and counted were not the last, but those before `number`
        last, times = self._fell_back
        self._fell_back = (number, times + 1 if number == last else 1)
        if self._fell_back[1] > _FALLS:
            traffic.fail(f"the firmware asks for line {number} over and over, whatever it has had since")
            return
        missing = [kept for kept in traffic.history if kept.number is not None and kept.number >= oldest]
        if missing and missing[0].number != oldest:  # out of all reason: the number was garbled
            self._repeat(line, at, reason, now)
            return
        if len(missing) > _FURTHEST:
            traffic.fail(f"the firmware asks for line {number} although it has taken {len(missing)} since: {reason}")
            return
        self._take_out(missing)
        if line is not None:
            missing.append(traffic.withdraw())
        missing.extend(traffic.again)
        traffic.again.clear()
        traffic.next_number = number
        if missing:
            traffic.back(missing, reason, 0.0, now)
