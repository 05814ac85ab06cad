"""Failing pen-up: whatever goes wrong has one end. Stop feeding, lift the pen if the link is alive, keep the job."""

from __future__ import annotations

import asyncio
import math
from abc import abstractmethod
from collections.abc import Coroutine
from typing import Any, Final

from dcode.daemon.channel import Channel
from dcode.daemon.plotter_halt import LIFT_SECONDS, PlotterHalt
from dcode.daemon.plotter_port import Opener, Point, Report
from dcode.daemon.plotter_position import SAME_PLACE_MM
from dcode.daemon.plotter_state import PlotterState
from dcode.daemon.run import Run
from dcode.errors import (
    Alarm,
    DcodeError,
    FirmwareError,
    JournalError,
    LimitError,
    LinkError,
    MachineNotReady,
    Refused,
    Stalled,
    UnexpectedReset,
)
from dcode.firmware.command import Command
from dcode.link.serial import open_port
from dcode.machine.machine import Machine
from dcode.streaming import events

_ASTRAY: Final = 2  # reports from beside the path, one after another: one alone may be a garbled line

_S = PlotterState
RUNNING: Final = frozenset({_S.PLOTTING, _S.PAUSING, _S.PAUSED})


class PlotterFaults(PlotterHalt):
    """Hears what the machine says, and ends a run that cannot go on."""

    def __init__(self, machine: Machine, report: Report, ports: Opener = open_port) -> None:
        super().__init__(machine, report, ports)
        self._winding_up = False  # the run gives no more commands: lifting, parking, or making safe
        self._ending: asyncio.Task[None] | None = None  # what winds the run up
        self._closing: set[asyncio.Task[None]] = set()  # journals of runs that have ended
        self._entering = False  # on the way to where the run is to go on; the pen goes down there
        self._link_was_poor = False
        self._distrusted = False  # where the firmware says that it is proves nothing
        self._astray = 0  # reports from beside the path

    @abstractmethod
    def _button(self, name: str) -> None: ...

    @abstractmethod
    def _end_run(self, run: Run, state: str, reason: str | None) -> None: ...

    @abstractmethod
    def _held_by_hand(self, run: Run) -> None: ...

    def _wind_up(self, ending: Coroutine[Any, Any, None]) -> None:
        """From now on the run gives nothing; `ending` sees to its end. A later ending takes the place of an earlier."""
        self._winding_up = True
        if self._ending:
            self._ending.cancel()
        self._ending = self._start(self._wound_up(ending))

    async def _wound_up(self, ending: Coroutine[Any, Any, None]) -> None:
        """An ending that fails is a fault, unless a fault was what it failed by: no run is left half wound up."""
        try:
            await ending
        except (FirmwareError, LinkError, LimitError, MachineNotReady) as error:
            if self._run is None or self._making_safe:
                raise
            self._fault(error, position_lost=not self.registered)
            raise

    def _heard(self, event: events.Event) -> None:
        match event:
            case events.Refused(text=text, command=command):
                where = f" to {command.text!r}" if command else ""
                self._not_carried_out(command if self._counts_surely else None)
                self._distrusted = not (self._counts_surely or self._has_kept_running())
                self._fault(Refused(f"The firmware said {text!r}{where}.", reply=text), position_lost=False)
            case events.Fault(text=text):
                self._not_carried_out(None)
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
            case events.Status():
                self._take_status(event)
            case events.Resent(first=first, count=count, reason=reason):
                self._notice("resend", f"{count} lines from number {first} on were sent again: {reason}.")
                self._look_at_link()
            case events.Assumed(commands=commands, reason=reason):
                self._notice("assumed", f"{len(commands)} lines are taken as acknowledged: {reason}.")
                self._look_at_link()
                if self._run:
                    self._run.marks.assumed(commands)
                ends = [command.end for command in commands if command.end]
                if ends:
                    self._compare(ends[-1], self._reports.last.position)
            case events.Action(name=name):
                self._button(name)

    def _look_at_link(self) -> None:
        """Say it once when the link has become poor."""
        quality = self._channel.sender.quality if self._channel else None
        if quality and quality.poor and not self._link_was_poor:
            percent = 100 * quality.resend_ratio
            self._notice(
                "link",
                f"The link is poor: {percent:.0f} % of the last lines were in trouble. One line at a time is sent "
                "until it is better; check the cable and its plugs.",
            )
        self._link_was_poor = bool(quality and quality.poor)

    @property
    def _counts_surely(self) -> bool:
        """Whether it is sure which line an answer belongs to: by its number, or because there is but one."""
        return self.profile is None or self.profile.numbering is not None

    def _not_carried_out(self, command: Command | None) -> None:
        if self._run:
            self._run.marks.refused(command)

    def _loses(self, what: str) -> bool:
        """Whether this firmware may be elsewhere after it."""
        return self.profile is None or what in self.profile.position_lost_on

    # -- where the machine says that it is -----------------------------------------------------------------------------

    def _take_status(self, status: events.Status) -> None:
        self._firmware_state = status.state or None
        self._reports.take(status)
        self._without_pen = self._without_pen + 1 if self._says_pen_is_off(status) else 0
        self._report({"event": "status"})
        if self._run and self._started_unheard():
            return
        run = self._run
        if run and status.state.startswith("Hold") and not (self._braking or self._making_safe):
            self._held_by_hand(run)
        if run is None or status.position is None or not status.state.startswith("Run") or self._making_safe:
            return
        self._astray = 0 if run.marks.reported(status.position) else self._astray + 1
        if self._astray >= _ASTRAY:
            x, y = status.position
            self._went_astray(f"The gondola is at X {x:.2f} Y {y:.2f}, beside its path: a line was garbled on its way.")

    def _started_unheard(self) -> bool:
        """Whether the firmware must have started anew without a greeting that was heard; then a fault follows."""
        if self._without_pen < _ASTRAY or self._making_safe:
            return False
        self._without_pen = 0
        reset = UnexpectedReset("The firmware started anew: the pen has no signal any more.", greeting="")
        self._fault(reset, position_lost=True)
        return True

    def _compare(self, wanted: Point, reported: Point | None) -> bool:
        """At a standstill: is the machine where its lines led it? If not, one of them was lost on its way."""
        if reported is None or math.dist(wanted, reported) <= SAME_PLACE_MM:
            return True
        at, should = (f"X {x:.2f} Y {y:.2f}" for x, y in (reported, wanted))
        self._went_astray(f"A line was lost on its way: the gondola is at {at} and should be at {should}.")
        return False

    def _went_astray(self, sentence: str) -> None:
        """The machine is not where it should be. Without line numbers that may as well be a reset that nobody heard of:
        then where the firmware believes to be is not where the gondola hangs.
        """
        self._not_carried_out(None)
        self._distrusted = not self._counts_surely
        self._fault(Refused(sentence, reply=""), position_lost=False)

    # -- the end of what cannot go on ----------------------------------------------------------------------------------

    def _fault(self, error: DcodeError, *, position_lost: bool) -> None:
        """One defined end for everything that goes wrong: stop feeding, lift if the link lives, keep the job."""
        channel = self._channel
        if channel is None:
            return
        if self.state is not _S.CONNECTING:  # where a greeting is what is waited for
            self.blackbox.note(f"{error.kind}: {error.message}")
        if position_lost:
            self._position_unknown()
        channel.halt(error)  # whoever waits for a command hears it
        if self._run and isinstance(error, Alarm | UnexpectedReset | Stalled):
            self._run.marks.freeze()
        nobody_else = self.state in (_S.IDLE, _S.PAUSED, _S.HOMING) and not position_lost
        nobody_else = nobody_else and not isinstance(error, JournalError)
        if self._making_safe or nobody_else or self.state in (_S.CONNECTING, _S.DISCONNECTED, _S.ALARM):
            return
        self._making_safe = True
        self._wind_up(self._make_safe(channel, error))

    async def _make_safe(self, channel: Channel, error: DcodeError) -> None:
        """The end of what cannot go on: whatever happens on the way, a run ends, and it is said where the pen is."""
        run, lifted = self._run, False
        try:
            if isinstance(error, Refused) and self.registered:
                await self._brake(channel)  # what is behind the refused line would be drawn from the wrong place
            lifted = not isinstance(error, Alarm) and await self._try_lift(channel)
        except (FirmwareError, LinkError, LimitError, MachineNotReady) as another:  # a reset on top of it, say
            self._notice(another.kind, another.message)
            lifted = self._channel is channel and channel.is_open and await self._try_lift(channel)
        finally:
            if self._distrusted:
                self._position_unknown()
            elif lifted and self.registered:
                await self._take_up_position()
            self._making_safe = self._distrusted = False
        pen = "The pen is up." if lifted else "The pen could not be lifted: lift it by hand."
        if self._channel is channel:
            self._to(_S.IDLE if lifted and self.registered else _S.ALARM, f"{error.message} {pen}")
        if run and self._run is run:
            self._end_run(run, "interrupted", f"{error.message} {pen}")

    def _lost(self, error: LinkError) -> None:
        run = self._run
        reason = f"{error.message} The pen could not be lifted: lift it by hand."
        self._position_unknown()
        if self._ending:
            self._ending.cancel()  # of the port that is gone
        self._making_safe = self._braking = self._distrusted = False
        if run:
            self._end_run(run, "interrupted", reason)
        self._drop_channel(error)
        if self.state is not _S.CONNECTING:  # connect() tells it there
            self._to(_S.DISCONNECTED, reason if run else error.message)
            self._report({"event": "lost"})

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
        ours = not self._making_safe
        self._making_safe = True  # what a halted firmware says of its end is no fault, and nothing is lifted after it
        try:
            how = await self._stop_by(channel, profile, asks_for_reset)
        finally:
            if ours:
                self._making_safe = False
        self._position_unknown()
        self._to(_S.ALARM, f"Stopped. {how} The position is not known: home, or run dcode home --here.")
        if run:
            self._end_run(run, "interrupted", f"Stopped by the user. {how}")
            await asyncio.wait(self._closing)  # who is told of the stop finds the job ended
        return asks_for_reset

    async def leave(self) -> None:
        """The daemon is gone: lift the pen, wait for it, close the port. The job stays resumable."""
        channel, run = self._channel, self._run
        if self._ending and not self._ending.done():
            if self._entering:
                self._ending.cancel()  # it would lower the pen
            await asyncio.wait([self._ending], timeout=LIFT_SECONDS)
        if channel and (self.state in RUNNING | {_S.STOPPING} or self.pen == "down"):
            self._winding_up = True
            lifted = await self._try_lift(channel)
            if run and self._run is run:
                pen = "The pen is up." if lifted else "The pen could not be lifted: lift it by hand."
                self._end_run(run, "interrupted", f"The daemon ended while this was being plotted. {pen}")
        if self._closing:
            await asyncio.wait(self._closing)
        self._run = None
        self.disconnect()
