"""What to send again when the firmware asks.

Commands are absolute moves, pen angles and the like: carried out twice they do no harm, left out they do. Wherever it
cannot be known whether a line got through, it goes out again under the number that the firmware expects.
"""

from __future__ import annotations

from dcode.firmware.command import CommandKind
from dcode.streaming.traffic import Line, Traffic


class Resends:
    """Answers to "Resend: n" (Marlin) and to BADLINENUM n and its like (Makelangelo)."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._skipped: int | None = None  # the last number that was used up by a refused line
        self._skips = 0  # how many such lines there were close together

    # -- a window of lines; the request comes with an ok of its own ----------------------------------------------------

    def asked_for(self, number: int, reason: str, now: float) -> None:
        """The firmware has every line before `number`, and threw away what came after them."""
        traffic = self._traffic
        settling = traffic.quiet_until is not None
        if settling and traffic.again and traffic.again[0].number == number:
            traffic.quiet_until = now + traffic.patience.settle  # lines that were behind the refused one
            return
        if number > traffic.next_number:
            traffic.fail(f"the firmware asks for line {number}, the next would be {traffic.next_number}: {reason}")
            return
        known = [*traffic.history, *traffic.flight]
        lines = [line for line in known if line.number is not None and line.number >= number]
        if not lines:
            if number < traffic.next_number and not self._waits_again(number):
                traffic.fail(f"the firmware asks for line {number}, which is not kept any more: {reason}")
            return  # it has all that was sent
        if lines[0].number != number:
            traffic.fail(f"the firmware asks for line {number}, but {lines[0].number} is the oldest kept: {reason}")
            return
        self._take_out(lines)
        traffic.next_number = number
        traffic.back(lines, reason, traffic.patience.settle, now)

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
        if counted:
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
        missing = [kept for kept in traffic.history if kept.number is not None and kept.number >= oldest]
        if missing and missing[0].number != oldest:  # out of all reason: the number was garbled
            self._repeat(line, at, reason, now)
            return
        self._take_out(missing)
        if line is not None:
            missing.append(traffic.withdraw())
        missing.extend(traffic.again)
        traffic.again.clear()
        traffic.next_number = number
        if missing:
            traffic.back(missing, reason, 0.0, now)
