"""The sans-I/O sender: commands, bytes and times in; bytes and events out. It never waits and never reads a clock.

The owner's loop is: `queue` while there is `room`; write all of `to_send(now)`; give what comes to `receive`; and when
`deadline()` has passed call `handle_timeout`. Time is any clock in seconds that only goes forward.

The firmware's dialect is data (dcode.firmware.profile); what is the same for all is here:
- acknowledgements are counted in the order of the lines (or matched by number, where the firmware says it);
- after a refused line or a fault nothing more goes out until `resume` or `abort`: the lines behind it may depend on it;
- what a reset, an alarm or an earlier sender left behind is not counted (Hearing);
- every wait has an end (recovery.py), every repetition a limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dcode import errors
from dcode.firmware.command import Command, CommandKind
from dcode.firmware.profile import FirmwareProfile
from dcode.firmware.replies import ReplyKind, ReplyReader
from dcode.streaming.events import Event
from dcode.streaming.listener import Listener
from dcode.streaming.quality import Quality
from dcode.streaming.recovery import Recovery
from dcode.streaming.resend import Resends
from dcode.streaming.state import Hearing, SenderState
from dcode.streaming.traffic import Traffic, commands_of

_ACK: Final = ReplyKind.ACK
_WIRE: Final = CommandKind.WIRE
_DRAW: Final = CommandKind.DRAW


class Sender:
    """One firmware at the other end of a wire."""

    def __init__(self, profile: FirmwareProfile, now: float) -> None:
        self._profile = profile
        self._traffic = Traffic(profile, now)
        resends = Resends(self._traffic)
        self._recovery = Recovery(self._traffic, resends)
        self._listener = Listener(self._traffic, resends, self._recovery)
        self._reader = ReplyReader(profile)
        self._resetting = False  # a reset byte is about to go out
        self._introduction = profile.commands.identify if profile.commands.identify_greets else None

    # -- what others see -----------------------------------------------------------------------------------------------

    @property
    def state(self) -> SenderState:
        return self._traffic.state

    @property
    def room(self) -> int:
        """How many commands may usefully be queued now: enough to keep the window full, no more."""
        return self._traffic.room

    @property
    def queued(self) -> int:
        """Commands that were never sent."""
        return len(self._traffic.queue)

    @property
    def in_flight(self) -> Sequence[Command]:
        """Sent, or about to be sent again, and not acknowledged; oldest first."""
        return commands_of(self._traffic.flight) + commands_of(self._traffic.again)

    @property
    def window(self) -> int:
        """How many lines may be in flight: one while the link is poor; where bytes are counted, the most there were."""
        return self._traffic.max_lines or self._traffic.most_in_flight

    @property
    def sent(self) -> int:
        return self._traffic.sent

    @property
    def acked(self) -> int:
        return self._traffic.acked

    @property
    def resends(self) -> int:
        return self._traffic.resends

    @property
    def rtt(self) -> float | None:
        """Seconds from a line's going out to its acknowledgement, mean of the last ones; None before the first."""
        return self.quality.rtt

    @property
    def quality(self) -> Quality:
        """How good the link is."""
        return self._traffic.quality.summary()

    # -- what the owner does -------------------------------------------------------------------------------------------

    def queue(self, command: Command) -> None:
        """Append a command to what is to be sent. Raises errors.Refused for a line that the firmware cannot take."""
        traffic = self._traffic
        if traffic.state is SenderState.FAILED:
            raise errors.Refused("the sender has failed; abort it first", line=command.text)
        traffic.framing.check(command.text)
        if command.text == self._introduction:
            self._listener.introduction_asked = True
        if command.kind is not _DRAW:
            self._listener.queued(command)
        traffic.queue.append(command)
        if traffic.state is SenderState.IDLE:
            traffic.become(SenderState.STREAMING)

    def realtime(self, data: bytes) -> None:
        """Bytes that go out before all else, outside the window. A reset among them makes what is in flight void."""
        if data == self._profile.realtime.status and data in self._traffic.urgent:
            return  # asked for already: a port that takes nothing must not fill the memory with questions
        self._traffic.urgent += data
        if self._profile.realtime.reset and self._profile.realtime.reset in data:
            self._resetting = True

    def to_send(self, now: float) -> bytes:
        """What is to be written now; all of it must be. b"" when nothing may go out."""
        traffic = self._traffic
        urgent = b""
        if traffic.urgent:
            urgent = bytes(traffic.urgent)
            traffic.urgent.clear()
            if self._resetting:
                self._resetting = False
                self._listener.reset_goes_out(now)
        if traffic.state in (SenderState.STREAMING, SenderState.RESENDING) and self._may_speak(now):
            return urgent + traffic.pull(now)
        return urgent

    def receive(self, data: bytes, now: float) -> list[Event]:
        """What these bytes mean. Any bytes are taken, in any pieces."""
        traffic, listener = self._traffic, self._listener
        for reply in self._reader.feed(data):
            if reply.kind is _ACK:
                listener.acked(reply, now)
            else:
                listener.hear(reply, now)
        traffic.settle_state()
        told, traffic.events = traffic.events, []
        return told

    def deadline(self) -> float | None:
        """When `handle_timeout` wants to be called, if nothing comes before; None: never."""
        traffic = self._traffic
        if traffic.deaf_until is not None:
            return traffic.deaf_until
        if traffic.state is SenderState.FAILED:
            return None
        if traffic.quiet_until is not None:
            return min(traffic.quiet_until, traffic.due) if traffic.flight else traffic.quiet_until
        return traffic.due if traffic.flight else None

    def handle_timeout(self, now: float) -> list[Event]:
        """The deadline has passed. `to_send` may have something after it."""
        traffic = self._traffic
        if traffic.deaf_until is not None:
            if now >= traffic.deaf_until:  # no greeting came: the sync tells old acknowledgements from new ones
                self._listener.begin()
        elif traffic.state is not SenderState.FAILED:
            if traffic.quiet_until is not None and now >= traffic.quiet_until:
                traffic.quiet_until = None
            if traffic.flight and now >= traffic.due:
                self._recovery.silence(now)
        told, traffic.events = traffic.events, []
        return told

    def hold(self) -> None:
        """Nothing but realtime bytes goes out until `resume`. What the firmware has, it carries out."""
        self._traffic.hold()

    def resume(self) -> None:
        """Go on after a hold, a refused line or a fault."""
        traffic = self._traffic
        if traffic.state is SenderState.HELD:
            traffic.become(SenderState.RESENDING if traffic.again else SenderState.STREAMING)
            traffic.settle_state()

    def abort(self) -> list[Command]:
        """Drop what was not sent, and what was refused and would be sent again; returns it.

        What is in flight stays so, unless the sender had failed: then nobody knows, and a new start is made.
        """
        traffic = self._traffic
        dropped = [line.command for line in traffic.again if not line.acked and line.command.kind is not _WIRE]
        dropped.extend(traffic.queue)
        traffic.queue.clear()
        traffic.again.clear()
        traffic.quiet_until = None
        if traffic.state is SenderState.FAILED:
            traffic.drop_flight()
            if traffic.deaf_until is None:
                self._listener.begin()
            traffic.become(SenderState.IDLE)
        else:
            traffic.become(SenderState.STREAMING if traffic.flight else SenderState.IDLE)
        return dropped

    # -- inside --------------------------------------------------------------------------------------------------------

    def _may_speak(self, now: float) -> bool:
        traffic = self._traffic
        if traffic.hearing is Hearing.UNTIL_GREETING or not (traffic.queue or traffic.again):
            return False
        if traffic.quiet_until is not None:
            if now < traffic.quiet_until:
                return False
            traffic.quiet_until = None
        return True
