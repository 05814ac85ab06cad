"""What to do when an answer does not come: ask, and if nothing answers, give up. Never wait without an end.

- status: ask for the firmware's state (grbl and its kind). Whatever it says, it is alive; idle with an empty buffer
  means that acknowledgements got lost.
- line: send a line under a number that cannot be the next (Marlin): refusing it, the firmware names the last that it
  has had. What it has is done, the rest goes out again.
- repeat: send the line again under its number (Makelangelo): if the firmware has had it, it says so.
- none: there is nothing to ask.
"""

from __future__ import annotations

from typing import Final

from dcode.firmware.command import Command, CommandKind
from dcode.firmware.replies import number
from dcode.streaming.events import Alarmed, Assumed, Status
from dcode.streaming.resend import Resends
from dcode.streaming.state import Hearing
from dcode.streaming.traffic import Line, Traffic, commands_of

# Bytes of the receive buffer that may be in use although it is empty: the rings of grblHAL report one or two less.
_RING_SLACK: Final = 2
# How long a firmware may say that it is moving and neither move nor take a line.
_STUCK_SECONDS: Final = 60.0
_RESTS: Final = (CommandKind.DWELL, CommandKind.PEN, CommandKind.CONSOLE)
# How often it may say that it is idle while bytes wait in its buffer.
_IDLE_AND_NOT_READING: Final = 10
# How often a line of the setup may be taken without its answer before the firmware counts as not knowing it.
_UNANSWERED_SETUPS: Final = 2
_FLUSH: Final = Command("", kind=CommandKind.WIRE)


class Recovery:
    """The strategy for silence of one profile."""

    def __init__(self, traffic: Traffic, resends: Resends) -> None:
        self._traffic = traffic
        self._resends = resends
        self._unanswered = 0
        self._idle_reports = 0
        self._silent = False
        self._asked = False
        self._covers = 0  # the last number that had gone out before the question
        self.queries = 0  # questions for the line number that are still to be answered
        self._answer: tuple[int, str] | None = None  # to the question for the line number, heard once
        self._last_seen: tuple[float, float] | None = None
        self._moved_at = 0.0

    def heard(self) -> None:
        """A line was acknowledged or refused: all is well."""
        self._unanswered = self._idle_reports = 0
        self._silent = self._asked = False
        self._answer = None

    def alive(self, now: float) -> None:
        """A sign of life that acknowledges nothing."""
        self._unanswered = 0
        self._traffic.heard_at = now
        self._traffic.expect_answer(now)

    def doubt(self, now: float) -> None:
        """The firmware has asked for a line that it can hardly want. Ask it, unless that is being done."""
        traffic = self._traffic
        if traffic.flight and not self._asked:
            traffic.due = now

    def silence(self, now: float) -> None:
        """Nothing has come for longer than an answer may take."""
        traffic = self._traffic
        if not self._silent:
            self._silent, self._moved_at = True, now
        if self._unanswered >= traffic.patience.probes or traffic.profile.probe == "none":
            traffic.stall(now)
            return
        self._unanswered += 1
        traffic.due = now + traffic.patience.probe
        match traffic.profile.probe:
            case "status":
                traffic.urgent += traffic.profile.realtime.status
            case "line":
                self._ask_for_the_line_number(now)
            case "repeat":
                self._repeat(now)

    # -- line ----------------------------------------------------------------------------------------------------------

    def _ask_for_the_line_number(self, now: float) -> None:
        traffic = self._traffic
        numbering = traffic.profile.numbering
        assert numbering
        oldest = traffic.flight[0]
        if oldest.raw is not None:  # the numbering itself got no answer
            self._again_raw(now)
            return
        if not self._asked:
            self._asked, self._covers = True, traffic.next_number - 1
        self.queries += 1
        # The empty line, which is not answered, ends what a lost line end has left over.
        traffic.urgent += b"\n" + traffic.framing.checksummed(numbering.query)

    def query_acked(self) -> None:
        """The answer to a question for the line number is complete."""
        self.queries = max(0, self.queries - 1)

    def last_accepted(self, number: int, sentence: str, now: float) -> None:
        """The answer: the firmware has had every line up to `number`, and is done with those that went before the
        question: what went out since may have been counted, and wait behind it.

        Nothing else would notice if this number was garbled at the end of a job, so it must be heard twice. Marlin
        says it in two sentences; requests for a line that come by themselves are the same one over and over.
        """
        traffic = self._traffic
        if not self._asked or not traffic.flight:
            return
        heard, self._answer = self._answer, (number, sentence)
        if heard is None or heard[0] != number or heard[1] == sentence:
            traffic.due = now + traffic.patience.settle  # ask again, if its other half does not come
            return
        self._asked = self._silent = False
        self._unanswered, self._answer = 0, None
        if number >= traffic.next_number:  # another count than ours: it says nothing of our lines
            self._resends.asked_for(number + 1, f"the firmware has had lines up to {number}", now, proved=True)
            return
        done = min(number, self._covers)
        while traffic.flight and traffic.flight[0].number is not None and traffic.flight[0].number <= done:
            traffic.flight[0].trouble = True
            traffic.take(now)
        if traffic.flight or number + 1 < traffic.next_number:
            self._resends.asked_for(number + 1, f"the firmware has had lines up to {number}", now, proved=True)

    def sync_again(self, now: float) -> None:
        """The answer to the sync line was not the one that it should be: so this version has one."""
        self._traffic.flight[0].prompted = False
        self._again_raw(now)

    # -- repeat --------------------------------------------------------------------------------------------------------

    def _repeat(self, now: float) -> None:
        traffic, numbering = self._traffic, self._traffic.profile.numbering
        line = traffic.flight[0]
        assert numbering
        self._unanswered = 0  # the line's own tries are counted
        if line.tries >= traffic.patience.retries:
            traffic.stall(now)
            return
        if line.raw is not None:
            self._again_raw(now)
            return
        traffic.withdraw()
        if line.prompted:  # it was taken, but what it should say got lost: ask once more, as a new line
            line.prompted = False
            if line.command.text == numbering.setup and line.tries >= _UNANSWERED_SETUPS:
                traffic.done(line)  # this version does not know it
                return
        else:
            traffic.next_number = line.number if line.number is not None else traffic.next_number
            line.uncertain = True
        traffic.back([line], "no answer", 0.0, now)

    def _again_raw(self, now: float) -> None:
        """An own line without a number: it changes nothing if it is read twice.

        A sync line that was acknowledged twice and never answered is one that this version has no answer to.
        """
        traffic = self._traffic
        line = traffic.withdraw()
        line.tries += 1
        if line.prompted and line.tries > 1:
            traffic.hearing = Hearing.ALL
            return
        if line.tries > traffic.patience.retries:
            traffic.stall(now)
        else:
            line.prompted = False
            traffic.private.appendleft(line)

    # -- status --------------------------------------------------------------------------------------------------------

    def report(self, status: Status, now: float) -> None:
        """A status report has come, asked for by whomever."""
        traffic = self._traffic
        self._watch_for_ghosts(status)
        self._watch_the_planner(status)
        self._unanswered = 0
        traffic.heard_at = now
        if not traffic.flight or traffic.profile.probe != "status":
            return
        if status.state == "Idle":
            self._idle(status, now)
            return
        self._idle_reports = 0
        traffic.due = max(traffic.due, now + traffic.patience.ack)
        if not self._silent:
            return
        if status.state.startswith("Alarm"):  # grblHAL says Alarm:11 where its code is asked for ($10)
            traffic.fail_quietly()
            traffic.events.append(Alarmed(None, "a status report says Alarm"))
        elif status.position != self._last_seen or not status.state.startswith("Run"):
            self._last_seen, self._moved_at = status.position, now
        elif now > max(self._moved_at, traffic.outlook.busy_until) + _STUCK_SECONDS:
            traffic.stall(now)

    def _idle(self, status: Status, now: float) -> None:
        """Idle, with lines in flight, and silent for long: then their acknowledgements were lost.

        A dwell is reported as idle as well (grbl's delay_sec): nothing is concluded before it should be over.
        """
        traffic = self._traffic
        rests = any(line.command.kind in _RESTS for line in traffic.flight)
        if not self._silent or (rests and now < traffic.outlook.busy_until):
            return
        self._idle_reports += 1
        free = rx_free(status)
        if free is not None and free < traffic.profile.flow.rx_bytes - _RING_SLACK:
            if self._idle_reports > _IDLE_AND_NOT_READING:
                traffic.stall(now)
            return  # it has yet to read some of it
        if free is None and self._idle_reports < 2:
            traffic.due = now  # ask once more
            return
        self._assume_done(now)

    def _assume_done(self, now: float) -> None:
        traffic = self._traffic
        if traffic.flight[0].command.kind is CommandKind.WIRE:
            self._again_raw(now)
            return
        reason = "the firmware is idle and its buffer is empty: acknowledgements were lost"
        traffic.events.append(Assumed(commands_of(traffic.flight), reason))
        while traffic.flight:
            traffic.flight[0].trouble = True
            traffic.take(now)
        self.heard()
        # If a line end was lost, the line is still in the firmware's parser and the next would be glued to it.
        traffic.private.append(Line(_FLUSH, raw=b"\n"))

    def _watch_for_ghosts(self, status: Status) -> None:
        """More bytes in the firmware's buffer than are in flight: an acknowledgement was counted that was none."""
        traffic = self._traffic
        free = rx_free(status)
        if free is not None and traffic.max_bytes:
            used = traffic.profile.flow.rx_bytes - free
            traffic.ghosts = max(0, used - _RING_SLACK - traffic.flight_bytes)
            if traffic.ghosts:
                traffic.trouble(0)

    def _watch_the_planner(self, status: Status) -> None:
        """Nothing planned between two lines that draw: replies come in order, so the first was taken before this."""
        traffic, free = self._traffic, number(status.fields.get("Bf", "").partition(",")[0])
        if free is not None:
            more = traffic.flight[0].command if traffic.flight else None
            drawing = more is not None and more.kind is CommandKind.DRAW and traffic.mid_stroke
            traffic.quality.planner(free, 0, mid_stroke=drawing)


def rx_free(status: Status) -> int | None:
    """The free bytes of the receive buffer, where the report has them (grbl: $10 bit 1)."""
    digits = status.fields.get("Bf", "").partition(",")[2]
    return number(digits)
