"""Failing pen-up: whatever goes wrong has one end. Stop feeding, lift the pen if the link is alive, keep the job."""

from __future__ import annotations

import asyncio
import math
from abc import abstractmethod
from collections.abc import Coroutine
from typing import Any, Final

from dcode.daemon.channel import Channel
from dcode.daemon.plotter_port import PlotterPort, Point, Report
from dcode.daemon.plotter_state import PlotterState
from dcode.daemon.run import Run
from dcode.errors import (
    Alarm,
    DcodeError,
    FirmwareError,
    LimitError,
    LinkError,
    MachineNotReady,
    Refused,
    Stalled,
    UnexpectedReset,
)
from dcode.firmware.profile import FirmwareProfile
from dcode.machine.machine import Machine
from dcode.streaming import events

_LIFT_SECONDS: Final = 60.0  # how long what is in the buffers, and the pen-up behind it, may take after a fault
_BRAKE_SECONDS: Final = 10.0  # from a feed hold to a standstill
_SAME_PLACE_MM: Final = 0.1  # a step and the rounding of a report
_LOOK_SECONDS: Final = 0.05  # between status queries while braking

_S = PlotterState
RUNNING: Final = frozenset({_S.PLOTTING, _S.PAUSING, _S.PAUSED})


class PlotterFaults(PlotterPort):
    """Hears what the machine says, and ends a run that cannot go on."""

    def __init__(self, machine: Machine, report: Report) -> None:
        super().__init__(machine, report)
        self._winding_up = False  # the run gives no more commands: lifting, parking, or making safe
        self._ending: asyncio.Task[None] | None = None  # what winds the run up
        self._making_safe = False
        self._status = events.Status("", None)  # the last report of the firmware

    @abstractmethod
    def _button(self, name: str) -> None: ...

    @abstractmethod
    def _end_run(self, run: Run, state: str, reason: str | None, counts: dict[str, int] | None = None) -> None: ...

    def _wind_up(self, ending: Coroutine[Any, Any, None]) -> None:
        """From now on the run gives nothing; `ending` sees to its end. A later ending takes the place of an earlier."""
        self._winding_up = True
        if self._ending:
            self._ending.cancel()
        self._ending = self._start(ending)

    def _heard(self, event: events.Event) -> None:
        match event:
            case events.Refused(text=text, command=command):
                where = f" to {command.text!r}" if command else ""
                self._fault(Refused(f"The firmware said {text!r}{where}.", reply=text), position_lost=False)
            case events.Fault(text=text):
                self._fault(Refused(f"The firmware said {text!r}.", reply=text), position_lost=self._loses("fault"))
            case events.Alarmed(code=code, text=text):
                alarm = Alarm(f"The firmware is in alarm: {text}.", code=code)
                self._fault(alarm, position_lost=self._loses("alarm"))
            case events.Greeted(text=text, expected=False):
                reset = UnexpectedReset(f"The firmware started anew ({text}).", greeting=text)
                self._fault(reset, position_lost=self._loses("greeting"))
            case events.Stalled(seconds=seconds):
                self._fault(Stalled(f"The firmware has not answered for {seconds:.0f} s."), position_lost=True)
            case events.Failed(reason=reason):
                self._fault(Stalled(f"The line to the firmware failed: {reason}."), position_lost=True)
            case events.Status(state=state):
                self._status, self._firmware_state = event, state or None
                self._report({"event": "status"})
            case events.Resent(first=first, count=count, reason=reason):
                self._notice("resend", f"{count} lines from number {first} on were sent again: {reason}.")
            case events.Assumed(commands=commands, reason=reason):
                self._notice("assumed", f"{len(commands)} lines are taken as acknowledged: {reason}.")
                self._compare([command.end for command in commands if command.end])
            case events.Action(name=name):
                self._button(name)

    def _loses(self, what: str) -> bool:
        """Whether this firmware may be elsewhere after it."""
        return self.profile is None or what in self.profile.position_lost_on

    def _compare(self, ends: list[Point]) -> None:
        """Lines without acknowledgements, and a machine at rest: it must be where they end, or one of them was lost."""
        reported = self._status.position
        if ends and reported and math.dist(ends[-1], reported) > _SAME_PLACE_MM:
            at, wanted = (f"X {x:.2f} Y {y:.2f}" for x, y in (reported, ends[-1]))
            error = Refused(f"A line was lost on its way: the gondola is at {at} and should be at {wanted}.", reply="")
            self._fault(error, position_lost=False)

    def _fault(self, error: DcodeError, *, position_lost: bool) -> None:
        """One defined end for everything that goes wrong: stop feeding, lift if the link lives, keep the job."""
        channel = self._channel
        if channel is None:
            return
        if position_lost:
            self._position_unknown()
        channel.halt(error)  # whoever waits for a command hears it
        nobody_else = self.state in (_S.IDLE, _S.PAUSED, _S.HOMING) and not position_lost
        if self._making_safe or nobody_else or self.state in (_S.CONNECTING, _S.DISCONNECTED, _S.ALARM):
            return
        self._making_safe = True
        self._wind_up(self._make_safe(channel, error))

    async def _make_safe(self, channel: Channel, error: DcodeError) -> None:
        run = self._run
        try:
            if isinstance(error, Refused) and self.registered:
                await self._brake(channel)  # what is behind the refused line would be drawn from the wrong place
            lifted = not isinstance(error, Alarm) and await self._try_lift(channel)
        finally:
            self._making_safe = False
        pen = "The pen is up." if lifted else "The pen could not be lifted: lift it by hand."
        if self._channel is channel:
            self._to(_S.IDLE if lifted and self.registered else _S.ALARM, f"{error.message} {pen}")
        if run and self._run is run:
            self._end_run(run, "interrupted", f"{error.message} {pen}")

    async def _try_lift(self, channel: Channel) -> bool:
        """Raise the pen; whether the firmware confirmed it."""
        tools = self._tools
        try:
            async with asyncio.timeout(_LIFT_SECONDS):
                await channel.execute([*tools.preamble(), *tools.pen_up(), *tools.barrier()])
        except (TimeoutError, FirmwareError, LinkError, LimitError):
            return False
        return True

    async def _brake(self, channel: Channel) -> None:
        """Stop at once and drop what the firmware has, where that keeps the position: grbl's hold, then its reset.

        Elsewhere nothing happens: the buffered moves are carried out. The reset takes back G92, so the position that
        was reported at the standstill is set again.
        """
        assert self.profile
        bytes_of = self.profile.realtime
        if not (bytes_of.hold and bytes_of.reset and bytes_of.status):
            return
        stood_at = await self._standstill(channel, bytes_of.hold, bytes_of.status)
        channel.halt(Refused("Dropped: the machine was stopped.", reply=""))
        channel.realtime(bytes_of.reset)
        if stood_at is None:
            self._position_unknown()
            return
        tools = self._tools
        assert channel.guard
        channel.guard.reset()
        await channel.execute([*tools.preamble(), *tools.set_position(*stood_at)])
        self._position_known(stood_at)

    async def _standstill(self, channel: Channel, hold: bytes, query: bytes) -> Point | None:
        """Brake along the path; where the gondola then stands, None if the firmware does not say."""
        before = self._status
        channel.realtime(hold)
        end = asyncio.get_running_loop().time() + _BRAKE_SECONDS
        while asyncio.get_running_loop().time() < end:
            channel.realtime(query)
            await asyncio.sleep(_LOOK_SECONDS)
            if self._status is not before and self._status.state in ("Hold:0", "Idle", "Hold"):
                return self._status.position
        return None

    async def _recover(self, channel: Channel) -> None:
        """Out of an alarm, at the user's wish and never otherwise: reset where that is a byte, unlock, pen up."""
        assert self.profile
        if self.profile.realtime.reset:
            channel.realtime(self.profile.realtime.reset)
        await channel.execute(self._tools.unlock())
        # Twice, because a board that was reset a moment ago greets while the first try is on its way.
        if not (await self._try_lift(channel) or await self._try_lift(channel)):
            raise MachineNotReady(f"The firmware does not answer. {self.message or ''}".strip(), reason="alarm")
        self._to(_S.IDLE)

    def _lost(self, error: LinkError) -> None:
        counts = self.counts()
        self._drop_channel(error)
        if self.state is not _S.CONNECTING:  # connect() tells it there
            self._to(_S.DISCONNECTED, error.message)
        if self._run:
            reason = f"{error.message} The pen could not be lifted: lift it by hand."
            self._end_run(self._run, "interrupted", reason, counts)

    async def stop(self, *, other_reset: bool) -> bool:
        """The fastest true stop that this firmware has. The position is lost; the message says what may still run.

        `other_reset`: the caller can reset the board by other means than DTR (a simulated one); whether it is to.
        """
        channel, _ = self._wire()
        assert self.profile
        profile, run = self.profile, self._run
        self._winding_up = True
        channel.halt(MachineNotReady("Stopped by the user.", reason="stop"))
        asks_for_reset = other_reset and profile.stop.dtr and not profile.stop_bytes
        how = await self._stop_by(channel, profile, asks_for_reset)
        self._position_unknown()
        self._to(_S.ALARM, f"Stopped. {how} The position is not known: home, or run dcode home --here.")
        if run:
            self._end_run(run, "interrupted", f"Stopped by the user. {how}")
        return asks_for_reset

    async def _stop_by(self, channel: Channel, profile: FirmwareProfile, other_reset: bool) -> str:
        """What was done, and what may still run, in a sentence."""
        if profile.stop_bytes:
            channel.realtime(profile.stop_bytes)
            return "The firmware was reset in motion."
        if profile.stop_line:
            channel.realtime(profile.stop_line.encode("ascii") + b"\n")
        if profile.stop.dtr and (other_reset or await asyncio.to_thread(channel.transport.pulse_dtr)):
            return "The board was reset."
        if profile.stop_line:
            return f"{profile.stop_line} was sent: a firmware without an emergency parser first ends the move it is in."
        lifted = await self._try_lift(channel)
        return f"This link cannot reset the board: moves in its buffer still ran{', then the pen was lifted' * lifted}."

    async def leave(self) -> None:
        """The daemon is gone: lift the pen, wait for it, close the port. The job stays resumable."""
        channel = self._channel
        if channel and self.state in RUNNING | {_S.STOPPING}:
            self._winding_up = True
            await self._try_lift(channel)
        self._run = None
        self.disconnect()
