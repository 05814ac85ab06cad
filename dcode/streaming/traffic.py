"""The lines of one link: those that wait, those in flight, those that were acknowledged; and the clocks beside them.

    queue ──► flight ──► history          a command goes down this road once ...
                │  ▲        │
                ▼  │        │
               again ◄──────┘             ... and again from here when the firmware asks for it.

`private` are the sender's own lines (numbering, sync, flush): they go before all others, one at a time, alone.
A line gets its number when it goes out, so lines that go out again in the same order get the same numbers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from dcode.firmware.command import Command, CommandKind
from dcode.firmware.framing import Framing
from dcode.firmware.profile import FirmwareProfile
from dcode.streaming.events import Acked, Event, Failed, Resent, Stalled
from dcode.streaming.outlook import Outlook
from dcode.streaming.quality import LinkQuality
from dcode.streaming.state import TRANSITIONS, Hearing, SenderState

# How many lines wait behind the window: the next one for every one that is acknowledged. More would only be counted as
# sent, and so widen the stretch in which the pen may be after a failure.
_AHEAD: Final = 2
_WIRE: Final = CommandKind.WIRE
_DRAW: Final = CommandKind.DRAW
_BARRIER: Final = CommandKind.BARRIER
_HOME: Final = CommandKind.HOME


class Line:
    """A command on its way, and what happened to it."""

    __slots__ = (
        "acked",
        "command",
        "number",
        "prompted",
        "raw",
        "refused",
        "sent_at",
        "size",
        "tries",
        "trouble",
        "uncertain",
    )

    def __init__(self, command: Command, raw: bytes | None = None) -> None:
        self.command = command
        self.raw = raw  # bytes that go out as they are, without a number
        self.number: int | None = None
        self.size = 0
        self.sent_at = 0.0
        self.tries = 0  # times that it was asked for again
        self.trouble = False  # it went out more than once, or its acknowledgement was lost
        self.acked = False
        self.refused = False
        self.uncertain = False  # an earlier try under this number may have been accepted
        self.prompted = False  # taken, but its own reply is still to come


class Traffic:
    """All of a sender's state. Its methods keep it consistent; what to do with it is decided elsewhere."""

    def __init__(self, profile: FirmwareProfile, now: float) -> None:
        self.profile = profile
        self.patience = profile.patience
        self.framing = Framing(profile)
        self.state = SenderState.IDLE
        self.hearing = Hearing.ALL
        self.queue: deque[Command] = deque()
        self.private: deque[Line] = deque()
        self.again: deque[Line] = deque()
        self.flight: deque[Line] = deque()
        self.history: deque[Line] = deque(maxlen=profile.numbering.history if profile.numbering else 0)
        self.flight_bytes = 0
        self.next_number = 0
        self.urgent = bytearray()
        self.events: list[Event] = []
        self.max_lines = profile.flow.lines  # one while the link is poor
        self.max_bytes = profile.wire_bytes
        self.ghosts = 0  # bytes that the firmware still has of lines that were acknowledged too early
        self.sent = self.acked = self.resends = 0
        self.most_in_flight = 0
        self.quality = LinkQuality()
        self.last: Line | None = None  # that was acknowledged
        self.heard_at = now
        self.outlook = Outlook(profile, now)
        self.due = now  # when silence is
        self.quiet_until: float | None = None  # nothing goes out before this
        self.deaf_until: float | None = None  # when to stop waiting for a greeting

    # -- out ---------------------------------------------------------------------------------------------------------

    @property
    def room(self) -> int:
        """How many commands may usefully be queued."""
        if self.state in (SenderState.HELD, SenderState.FAILED):
            return 0
        return max(0, _AHEAD - len(self.queue))

    def pull(self, now: float) -> bytes:
        """The lines that may go out now, own lines first, then those that go again, then new ones."""
        if self.flight and self.flight[0].command.kind is _WIRE:
            return b""
        own = self.again if self.again and self.again[0].command.kind is _WIRE else self.private
        if own:
            return b"" if self.flight else self._send(own.popleft(), now)
        parts: list[bytes] = []
        while self.again:
            if not self._fits(self.again[0].command):
                return b"".join(parts)
            line = self.again.popleft()
            line.trouble = True
            self.resends += 1
            parts.append(self._send(line, now))
        if self.state is SenderState.RESENDING:
            self.become(SenderState.STREAMING)
        queue = self.queue
        while queue and self._fits(queue[0]):
            self.sent += 1
            parts.append(self._send(Line(queue.popleft()), now))
        return b"".join(parts)

    def _fits(self, command: Command) -> bool:
        if not self.flight:
            return True
        if self.max_lines and len(self.flight) >= self.max_lines:
            return False
        if not self.max_bytes:
            return True
        size = len(command.text) + 1
        if self.framing.numbered:
            size += len(str(self.next_number)) + 6  # N, space, asterisk and three digits
        return self.flight_bytes + self.ghosts + size <= self.max_bytes

    def _send(self, line: Line, now: float) -> bytes:
        command = line.command
        if line.raw is not None:
            data = line.raw
        elif self.framing.numbered:
            if line.number != self.next_number:
                line.number, line.uncertain = self.next_number, False
            self.next_number += 1
            data = self.framing.numbered_line(line.number, command.text)
        else:
            data = command.text.encode("ascii") + b"\n"
        flight, size = self.flight, len(data)
        alone = not flight
        if now > self.outlook.out_of_moves_at and command.kind is _DRAW and self.mid_stroke:
            self.quality.ran_out(len(flight))
        line.sent_at, line.size = now, size
        flight.append(line)
        self.flight_bytes += size
        if len(flight) > self.most_in_flight:
            self.most_in_flight = len(flight)
        self.outlook.sent(command, now)
        if alone:
            self.expect_answer(now)
        return data

    @property
    def mid_stroke(self) -> bool:
        """Whether the line that was acknowledged last draws."""
        return self.last is not None and self.last.command.kind is _DRAW

    def expect_answer(self, now: float) -> None:
        """Start the clock of silence anew."""
        self.due = max(now, self.outlook.patient_until) + self.patience.ack

    @property
    def listens(self) -> bool:
        """Whether acknowledgements and the like are of lines that are in flight here."""
        return self.hearing is Hearing.ALL and self.state is not SenderState.FAILED

    # -- back --------------------------------------------------------------------------------------------------------

    def take(self, now: float) -> Line:
        """The oldest line in flight is done."""
        line = self.last = self.flight.popleft()
        self.flight_bytes -= line.size
        kind, quality = line.command.kind, self.quality
        if line.trouble:
            self.trouble()
        elif kind is _BARRIER or kind is _HOME:
            quality.waited_for_the_machine()
        else:
            quality.taken(now - line.sent_at)
            if self.max_lines == 1 and not quality.poor:
                self.max_lines = self.profile.flow.lines
        self.heard_at = now
        self.outlook.taken(line.command, now)
        self.expect_answer(now)
        self.done(line)
        return line

    def trouble(self, lines: int = 1) -> None:
        """A line was in trouble; with 0, the link was without there being a line to it."""
        self.quality.trouble(lines)
        if self.quality.poor:
            self.max_lines = 1

    def done(self, line: Line) -> None:
        """Count and tell that a line was accepted; once, however often it was sent."""
        if line.number is not None:
            self.history.append(line)
        if line.acked or line.command.kind is _WIRE:
            return
        line.acked = True
        if not line.refused:
            self.acked += 1
            self.events.append(Acked(line.command))

    def drop_flight(self) -> tuple[Command, ...]:
        """Forget what is in flight: its fate is not known. The commands, without the sender's own."""
        lost = commands_of(self.flight)
        self.flight.clear()
        self.recount()
        return lost

    def withdraw(self) -> Line:
        """Take the oldest line out of flight; it was neither acknowledged nor refused for good."""
        line = self.flight.popleft()
        self.recount()
        return line

    def recount(self) -> None:
        """Lines were taken out of flight otherwise than by an acknowledgement."""
        self.flight_bytes = sum(line.size for line in self.flight)
        self.outlook.recount(line.command for line in self.flight)

    def back(self, lines: list[Line], reason: str, settle: float, now: float) -> None:
        """Lines that are in no other place go out again before all others, numbered from the first's number on."""
        first = lines[0]
        first.tries += 1
        if first.tries > self.patience.retries:
            self.fail(f"line {first.number} ({first.command.text}) was sent {first.tries} times: {reason}")
            return
        self.again.extendleft(reversed(lines))
        self.quiet_until = now + settle if settle else None
        self.events.append(Resent(first.number or 0, len(lines), reason))
        if self.state is not SenderState.HELD:
            self.become(SenderState.RESENDING)

    # -- states ------------------------------------------------------------------------------------------------------

    def become(self, state: SenderState) -> None:
        if state is not self.state:
            assert state in TRANSITIONS[self.state], f"{self.state} cannot become {state}"
            self.state = state

    def hold(self) -> None:
        if self.state is not SenderState.FAILED:
            self.become(SenderState.HELD)

    def fail(self, reason: str) -> None:
        """Give up; one event, however many causes come together."""
        if self.state is not SenderState.FAILED:
            self.become(SenderState.FAILED)
            self.events.append(Failed(reason))

    def fail_quietly(self) -> None:
        """Fail, where another event says why."""
        if self.state is not SenderState.FAILED:
            self.become(SenderState.FAILED)

    def stall(self, now: float) -> None:
        if self.state is not SenderState.FAILED:
            self.become(SenderState.FAILED)
            self.events.append(Stalled(now - self.heard_at))

    def settle_state(self) -> None:
        """Idle when nothing is left to do. Own lines wait for a line of somebody's."""
        if self.state is SenderState.STREAMING and not (self.flight or self.queue or self.again):
            self.become(SenderState.IDLE)


def commands_of(lines: Iterable[Line]) -> tuple[Command, ...]:
    """The commands of lines, without the sender's own."""
    return tuple(line.command for line in lines if line.command.kind is not _WIRE)
