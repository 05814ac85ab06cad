"""What the firmware's replies mean for the lines on their way."""

from __future__ import annotations

from typing import Final

from dcode.firmware.command import Command, CommandKind
from dcode.firmware.dialect import Pattern
from dcode.firmware.profile import FirmwareProfile
from dcode.firmware.replies import Reply, ReplyKind, number
from dcode.firmware.status import Reports
from dcode.streaming.events import Action, Alarmed, Busy, Fault, Greeted, Refused, Said, Status
from dcode.streaming.recovery import Recovery
from dcode.streaming.resend import Resends
from dcode.streaming.resets import MOVES_THE_ZERO, OffsetWatch
from dcode.streaming.state import Hearing
from dcode.streaming.traffic import Line, Traffic, commands_of

_WIRE: Final = CommandKind.WIRE
# How long the lines of one greeting may take; each of them may be the only one that is not garbled.
_BANNER_SECONDS: Final = 2.0
# After an acknowledgement of the sync line or of the setup without its answer. Marlin had none to M110 until 2024
# (M110.cpp), and since then says it before the ok; Makelangelo's D50 takes no time, and older versions do not know it.
_ANSWER_SECONDS: Final = 1.0


class Listener:
    """Hears replies one by one, changes the traffic, and leaves events there."""

    def __init__(self, traffic: Traffic, resends: Resends, recovery: Recovery) -> None:
        self._profile = traffic.profile
        self._traffic, self._resends, self._recovery = traffic, resends, recovery
        self._reports = Reports(traffic.profile)
        self.offset = OffsetWatch(traffic)
        resends.started_over = self._started_over
        self._swallow = False  # the next ack belongs to no line
        self._refusal: Reply | None = None  # said before the prompt that it belongs to
        self._greetings_due = 0  # a reset was asked for: each reset byte may bring one greeting,
        self._greeting_due_until = 0.0  # until then
        self._greeting: tuple[str, float] | None = None  # the last one, and when it came
        self.introduction_asked = False  # the next greeting is an answer
        self._answers = _own_replies(traffic.profile)
        self._handlers = {
            ReplyKind.PROMPT: self._prompted,
            ReplyKind.ERROR: self._error,
            ReplyKind.REFUSED: self._refused,
            ReplyKind.RESEND: self._asked_to_resend,
            ReplyKind.LINE: self._line_number,
            ReplyKind.BUSY: self._busy,
            ReplyKind.GREETING: self._greeted,
            ReplyKind.ALARM: self._alarmed,
            ReplyKind.STATUS: self._status,
            ReplyKind.FAULT: self._fault,
            ReplyKind.ACTION: self._action,
            ReplyKind.INFO: self._said,
        }
        self.begin()

    def hear(self, reply: Reply, now: float) -> None:
        """Any reply but an ack."""
        self._handlers[reply.kind](reply, now)

    def begin(self) -> None:
        """The first lines to a firmware of which nothing is known: they set its count, and tell old acks from new."""
        traffic, flow, numbering = self._traffic, self._profile.flow, self._profile.numbering
        traffic.private.clear()
        traffic.history.clear()
        traffic.deaf_until = None
        traffic.ghosts = 0
        traffic.quality.begin()
        self.offset.forget()
        self._reports.forget_offset()
        self._swallow, self._refusal = False, None
        self._recovery.heard()
        self._recovery.queries = 0
        raw = b""
        if numbering:
            traffic.next_number = numbering.first
            first = numbering.first - 1
            raw = (
                traffic.framing.numbered_line(first, numbering.reset)
                if numbering.reset_is_numbered
                else traffic.framing.checksummed(numbering.reset)
            )
        if flow.sync:
            raw += traffic.framing.bare(flow.sync)
        if raw:
            traffic.private.append(Line(Command(flow.sync, kind=_WIRE), raw))
        if numbering and numbering.setup:
            traffic.private.append(Line(Command(numbering.setup, kind=_WIRE)))
        if numbering and numbering.prove_by_barrier:
            traffic.private.append(Line(Command(self._profile.commands.barrier, kind=_WIRE)))
        traffic.hearing = Hearing.UNTIL_SYNC if flow.sync else Hearing.ALL

    def queued(self, command: Command) -> None:
        """A command is to go out."""
        if command.kind in MOVES_THE_ZERO:
            self.offset.forget()
            self._reports.forget_offset()

    def reset_goes_out(self, now: float) -> None:
        """From here on the firmware forgets. Acks until its greeting are of lines that it did not finish."""
        traffic = self._traffic
        self._greetings_due += 1
        self._greeting_due_until = now + traffic.patience.reset
        traffic.drop_flight()
        traffic.again.clear()
        traffic.hearing = Hearing.UNTIL_GREETING
        traffic.deaf_until = now + traffic.patience.reset
        traffic.settle_state()

    # -- acknowledgements and refusals ---------------------------------------------------------------------------------

    def acked(self, reply: Reply, now: float) -> None:
        traffic = self._traffic
        if not traffic.listens:
            if traffic.hearing is Hearing.UNTIL_SYNC and traffic.flight:
                traffic.flight[0].prompted = True
                if self._profile.numbering:  # else an answer that comes late could be taken for another line's
                    traffic.due = min(traffic.due, now + _ANSWER_SECONDS)
            return
        if self._swallow:
            self._swallow = False
            self._recovery.query_acked()
            return
        flight = traffic.flight
        before = len(flight)
        if not before:
            traffic.trouble(0)
            self._stray(now)
            return
        if reply.code is not None:
            self._acked_up_to(reply.code, now)
        else:
            traffic.take(now)
            self._recovery.heard()
        if reply.fields and len(flight) < before:
            self._planner(reply.fields.get("free", ""), 1)

    def _stray(self, now: float) -> None:
        """One too many: nothing waits for it. A few come late, or twice; without an end they acknowledge anything."""
        traffic = self._traffic
        if traffic.quality.stray(now):
            traffic.fail("the firmware acknowledges lines that were never sent")

    def _planner(self, free: str, planned: int) -> None:
        """The firmware tells its planner's free blocks, and took the last line into it; `planned` as in LinkQuality."""
        traffic, history = self._traffic, self._traffic.history
        blocks = number(free)
        if blocks is not None:
            drawing = len(history) > 1 and all(history[n].command.kind is CommandKind.DRAW for n in (-1, -2))
            traffic.quality.planner(blocks, planned, mid_stroke=drawing)

    def _acked_up_to(self, number: int, now: float) -> None:
        """An ack that names its line also acknowledges those before it; one for an earlier line is a repetition."""
        traffic = self._traffic
        if number >= traffic.next_number:
            return
        while traffic.flight and (traffic.flight[0].number is None or traffic.flight[0].number <= number):
            line = traffic.flight[0]
            line.trouble = line.trouble or (line.number is not None and line.number < number)  # its own ack got lost
            traffic.take(now)
        self._recovery.heard()

    def _prompted(self, reply: Reply, now: float) -> None:
        """Ready for a line: after one, after a refused one, or just idle."""
        traffic = self._traffic
        if not traffic.listens:
            return
        if self._refusal is not None:
            refusal, self._refusal = self._refusal, None
            self._recovery.heard()
            self._resends.refused(refusal.code, refusal.text, now, counted="counted" in refusal.fields)
            return
        if not traffic.flight:
            self._stray(now)  # an idle prompt, if they are not too many
            return
        if self._awaits_reply(traffic.flight[0]):
            traffic.flight[0].prompted = True
            if self._profile.numbering and traffic.flight[0].command.text == self._profile.numbering.setup:
                traffic.due = min(traffic.due, now + _ANSWER_SECONDS)
            return
        traffic.take(now)
        self._recovery.heard()

    def _awaits_reply(self, line: Line) -> bool:
        return line.command.text in self._answers

    def _answered(self, text: str, now: float) -> None:
        """A line of output: it may be what the oldest line waits for."""
        flight = self._traffic.flight if self._traffic.listens else None
        pattern = self._answers.get(flight[0].command.text) if flight else None
        if pattern and pattern.search(text):
            self._traffic.take(now)
            self._recovery.heard()

    def _error(self, reply: Reply, now: float) -> None:
        traffic = self._traffic
        if not traffic.listens:
            return
        meaning = self._profile.errors.get(reply.code or 0)
        text = f"{reply.text}, {meaning}" if meaning else reply.text
        line = traffic.flight[0] if traffic.flight else None
        if line is not None:
            line.refused = True
            traffic.take(now)
            self._recovery.heard()
        self._refuse(line, text, reply.code)

    def _refused(self, reply: Reply, now: float) -> None:
        """Not carried out; the ack is still to come."""
        traffic = self._traffic
        if not traffic.listens:
            return
        said = reply.fields.get("text")
        line = next((one for one in traffic.flight if one.command.text == said), None)
        if line is None and said is not None and self._profile.numbering:
            # A line that lost its number on the way: it was never sent like this, so its ack is of no line. What it
            # was is missed by its number, by the next line or by the query.
            self._swallow = True
            traffic.events.append(Said(reply.text))
            return
        if line is None and traffic.flight:
            line = traffic.flight[0]
        if line is not None:
            line.refused = True
        self._refuse(line, reply.text, None)

    def _refuse(self, line: Line | None, text: str, code: int | None) -> None:
        own = line is None or line.command.kind is _WIRE
        self._traffic.hold()
        self._traffic.events.append(Refused(None if own or line is None else line.command, text, code))

    def _fault(self, reply: Reply, now: float) -> None:
        self._traffic.hold()
        self._traffic.events.append(Fault(reply.text))

    def _asked_to_resend(self, reply: Reply, now: float) -> None:
        if not self._traffic.listens:
            return
        if self._profile.replies.prompt:
            self._refusal = reply
            return
        self._swallow = True
        if self._recovery.queries and reply.code is not None:
            self._recovery.last_accepted(reply.code - 1, reply.text, now)
        elif reply.code is not None and not self._resends.asked_for(reply.code, reply.text, now):
            self._recovery.doubt(now)
        elif self._traffic.again:
            self._recovery.heard()

    def _line_number(self, reply: Reply, now: float) -> None:
        if not self._is_sync(reply, now):
            self._traffic.events.append(Said(reply.text))

    def _is_sync(self, reply: Reply, now: float) -> bool:
        """The reply to the sync line: what is acknowledged from here on was sent by this sender."""
        traffic, pattern = self._traffic, self._profile.flow.sync_reply
        if traffic.hearing is not Hearing.UNTIL_SYNC or not traffic.flight or pattern is None:
            return False
        if not pattern.search(reply.text):
            return False
        if self._profile.numbering and reply.code != traffic.next_number - 1:
            self._recovery.sync_again(now)  # the count was not set, or this was garbled
        else:
            traffic.hearing = Hearing.ALL
        return True

    def _greeted(self, reply: Reply, now: float) -> None:
        traffic = self._traffic
        if self.introduction_asked and traffic.hearing is not Hearing.UNTIL_GREETING:
            self.introduction_asked = False
            traffic.events.append(Said(reply.text))
            return
        if self._greeting and reply.text != self._greeting[0] and now - self._greeting[1] < _BANNER_SECONDS:
            traffic.events.append(Said(reply.text))  # another line of the same
            return
        self._greeting = reply.text, now
        expected = self._greetings_due > 0 and now <= self._greeting_due_until
        self._greetings_due = self._greetings_due - 1 if expected else 0
        self._begin_anew(reply.text, expected)

    def _started_over(self, why: str) -> None:
        """The firmware has been reset, and its greeting was not heard: all the same it knows no position."""
        self._begin_anew(f"no greeting was heard, but {why}", expected=False)

    def _begin_anew(self, text: str, expected: bool) -> None:
        traffic = self._traffic
        lost = traffic.drop_flight() + commands_of(line for line in traffic.again if not line.acked)
        traffic.again.clear()
        traffic.quiet_until = None
        interrupted = bool(lost or traffic.queue) and traffic.sent > 0
        if expected:  # what was sent since the reset was meant for the firmware as it is now
            traffic.queue.extendleft(reversed(lost))
            traffic.sent -= len(lost)
            lost = ()
        self.begin()
        if interrupted and not expected:
            traffic.fail_quietly()
        traffic.events.append(Greeted(text, expected, lost))

    def _alarmed(self, reply: Reply, now: float) -> None:
        traffic = self._traffic
        traffic.hearing = Hearing.UNTIL_GREETING
        traffic.deaf_until = now + traffic.patience.reset
        traffic.fail_quietly()
        meaning = self._profile.alarms.get(reply.code or 0)
        traffic.events.append(Alarmed(reply.code, f"{reply.text}, {meaning}" if meaning else reply.text))

    def _busy(self, reply: Reply, now: float) -> None:
        self._recovery.alive(now)
        self._traffic.events.append(Busy(reply.text))

    def _status(self, reply: Reply, now: float) -> None:
        state, position, fields = self._reports.read(reply)
        if self.offset.zero_moves:
            self._reports.forget_offset()
            position = None
        status = Status(state, position, fields)
        self._traffic.events.append(status)
        if reply.text.startswith("<"):
            if why := self.offset.report(status):
                self._started_over(why)
            else:
                self._recovery.report(status, now)
        else:
            self._traffic.events.append(Said(reply.text))
            self._answered(reply.text, now)

    def _action(self, reply: Reply, now: float) -> None:
        self._traffic.events.append(Action(reply.fields["action"]))

    def _said(self, reply: Reply, now: float) -> None:
        if self._is_sync(reply, now):
            return
        if (pattern := self._profile.replies.planned) and (found := pattern.search(reply.text)):
            self._planner(found["free"], 0)
        self._traffic.events.append(Said(reply.text))
        self._answered(reply.text, now)


def _own_replies(profile: FirmwareProfile) -> dict[str, Pattern]:
    """The lines that are done only when they have been answered, and their answers."""
    answers: dict[str, Pattern] = {}
    if profile.commands.barrier_reply:
        answers[profile.commands.barrier] = profile.commands.barrier_reply
    if profile.numbering and profile.numbering.setup_reply:
        answers[profile.numbering.setup] = profile.numbering.setup_reply
    return answers
