"""Bringing the machine to rest: lift the pen, brake without losing the position, recover, stop at once."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from dcode.daemon.channel import Channel
from dcode.daemon.plotter_port import Opener, Point, Report
from dcode.daemon.plotter_position import LOOK_SECONDS, PlotterPosition
from dcode.daemon.plotter_state import PlotterState
from dcode.errors import Alarm, FirmwareError, LimitError, LinkError, MachineNotReady, Refused
from dcode.firmware.profile import FirmwareProfile
from dcode.link.serial import open_port
from dcode.machine.machine import Machine

LIFT_SECONDS: Final = 60.0  # how long what is in the buffers, and the pen-up behind it, may take after a fault
_BRAKE_SECONDS: Final = 10.0  # from a feed hold to a standstill

_S = PlotterState


class PlotterHalt(PlotterPosition):
    """The means; when to use them is decided above."""

    def __init__(self, machine: Machine, report: Report, ports: Opener = open_port) -> None:
        super().__init__(machine, report, ports)
        self._braking = False

    async def _try_lift(self, channel: Channel) -> bool:
        """Raise the pen; whether the firmware confirmed it."""
        tools = self._tools
        try:
            async with asyncio.timeout(LIFT_SECONDS):
                await channel.execute([*tools.preamble(), *tools.pen_up(), *tools.barrier()])
        except (TimeoutError, FirmwareError, LinkError, LimitError):
            return False
        return True

    async def _take_up_position(self) -> None:
        """Where lines were lost or dropped, the gondola is where the firmware says, and not where they lead."""
        try:
            async with asyncio.timeout(LIFT_SECONDS):
                at = await self._told_position()
        except (TimeoutError, FirmwareError, LinkError):
            at = None
        if at:
            self._position_known(at)

    async def _brake(self, channel: Channel) -> bool:
        """Stop at once and drop what the firmware has, where that keeps the position: grbl's hold, then its reset.

        Elsewhere nothing happens, and it says so: the buffered moves are carried out. The reset takes back G92, so the
        position that was reported at the standstill is set again.
        """
        assert self.profile
        bytes_of = self.profile.realtime
        if not (bytes_of.hold and bytes_of.reset and bytes_of.status):
            return False
        self._braking = True
        try:
            stood_at = await self._standstill(channel, bytes_of.hold, bytes_of.status)
        finally:
            self._braking = False
        if not self.registered or self._says_pen_is_off(self._reports.last):
            stood_at = None  # it has started anew meanwhile: where it believes to be is not where it hangs
        channel.halt(Refused("Dropped: the machine was stopped.", reply=""))
        channel.realtime(bytes_of.reset)
        self.pen = "unknown"  # the reset takes its signal away
        if stood_at is None:
            self._position_unknown()
            return True
        tools = self._tools
        assert channel.guard
        channel.guard.reset()
        if self._run:
            self._run.marks.stopped(stood_at)
        await channel.execute([*tools.preamble(), *tools.set_position(*stood_at)])
        self._position_known(stood_at)
        return True

    async def _standstill(self, channel: Channel, hold: bytes, query: bytes) -> Point | None:
        """Brake along the path; where the gondola then stands, None if the firmware does not say."""
        channel.realtime(hold)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_BRAKE_SECONDS):
                while True:
                    status = await self._reports.ask(channel, query)
                    if status and status.state in ("Hold:0", "Idle", "Hold"):
                        return await self._reported_position()
                    await asyncio.sleep(LOOK_SECONDS)
        return None

    async def _recover(self, channel: Channel) -> None:
        """Out of an alarm, at the user's wish and never otherwise: reset where that is a byte, unlock, pen up."""
        assert self.profile
        if self.profile.realtime.reset:
            channel.realtime(self.profile.realtime.reset)
        # Twice, because a board that was reset a moment ago tells of it while the first try is on its way.
        with contextlib.suppress(Alarm):
            await channel.execute(self._tools.unlock())
            if await self._try_lift(channel):
                self._to(_S.IDLE)
                return
        await channel.execute(self._tools.unlock())
        if not await self._try_lift(channel):
            raise MachineNotReady(f"The firmware does not answer. {self.message or ''}".strip(), reason="alarm")
        self._to(_S.IDLE)

    async def _stop_by(self, channel: Channel, profile: FirmwareProfile, other_reset: bool) -> str:
        """What was done, and what may still run, in a sentence."""
        if profile.stop_bytes:
            channel.realtime(profile.stop_bytes)
            return "The firmware was reset in motion."
        line = profile.stop_line.encode("ascii") + b"\n" if profile.stop_line else b""
        if line and profile.stop.line_at_once:
            channel.realtime(line)
        # Before a line that is only queued: one that arrives late could halt the board that was just reset.
        if profile.stop.dtr and (other_reset or await asyncio.to_thread(channel.transport.pulse_dtr)):
            return "The board was reset."
        if line and profile.stop.line_at_once:
            return f"{profile.stop_line} halted the firmware at once; it answers again after a reset."
        if line:
            channel.realtime(line)
            return (
                f"{profile.stop_line} was sent: without an emergency parser the firmware first ends the move it is in, "
                "and more if its queue is full."
            )
        lifted = await self._try_lift(channel)
        return f"This link cannot reset the board: moves in its buffer still ran{', then the pen was lifted' * lifted}."
