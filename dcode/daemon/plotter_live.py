"""What a user changes while a job is drawn: how deep the pen goes, and how fast.

Nothing of it outlives the job: the next one, and one that is resumed, is drawn as machine.json says.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from dcode.daemon.channel import Channel
from dcode.daemon.plotter_faults import RUNNING, PlotterFaults
from dcode.daemon.plotter_port import Opener, Report
from dcode.daemon.plotter_state import PlotterState
from dcode.errors import FirmwareError, MachineNotReady
from dcode.firmware.feed_pace import LEAST, MOST, FeedPace, next_byte, own_share, reported
from dcode.link.serial import open_port
from dcode.machine.machine import Machine

_STEPS: Final = 60  # bytes that bring an override anywhere, and some that got lost

_S = PlotterState


class PlotterLive(PlotterFaults):
    """Adjusts the run at the machine."""

    def __init__(self, machine: Machine, report: Report, ports: Opener = open_port) -> None:
        super().__init__(machine, report, ports)
        self._percent = 100.0  # of the feeds that the program says
        self._override = self._override_wanted = 100  # of that, what the firmware does by itself, %
        self._steering: asyncio.Task[None] | None = None

    def status(self) -> dict[str, Any]:
        return (
            super().status()
            | self.adjusted()
            | {"pen_offset": self._translator.pen.deeper if self._translator else 0.0}
        )

    def adjusted(self) -> dict[str, Any]:
        """What is other than machine.json says: the feeds in %, and degrees further down by pen."""
        deeper = self._translator.pen.deeper_by_pen if self._translator else {}
        return {"feed_override": self._percent, "pen_offsets": {str(pen): by for pen, by in deeper.items()}}

    def adjust(self, pen_degrees: float | None, feed: float | None, undo: bool) -> None:
        """Lower the pen by so many degrees more, go at so many per cent of the feeds; `undo`: as machine.json says.

        Raises MachineNotReady where nothing is drawn, LimitError for what the pen cannot do; then nothing changes.
        """
        if self._run is None or self.state not in RUNNING or self._making_safe:
            raise MachineNotReady(f"Nothing is being drawn: the machine is {self.state}.", reason=str(self.state))
        tools = self._tools
        if undo:
            tools.pen.as_machine_says()
            self._percent = 100.0
        if pen_degrees:
            tools.pen.go_deeper(tools.pen.deeper + pen_degrees)
        if feed is not None:
            self._percent = min(max(feed, LEAST), MOST)
        if feed is not None or undo:
            self._aim_feeds()
        if pen_degrees or undo:
            self._deepen_now()
        said = self.adjusted()
        self.blackbox.note(f"adjusted: feed {said['feed_override']:g} %, pens {said['pen_offsets'] or 'as they are'}")
        self._report({"event": "status"})

    def _deepen_now(self) -> None:
        """In mid-stroke, where the firmware's servo does not stop the moves; else it is for the next pen-down.

        Only behind a line that draws: a pen that is still to be lowered, or is being lifted, is not to come down here.
        """
        run, at_work = self._run, self.state in (_S.PLOTTING, _S.PAUSING) and not self._winding_up
        if run and at_work and self.profile and self.profile.pen.turns_at_once and run.is_drawing:
            channel, tools = self._wire()
            channel.enqueue([tools.pen.deepened(self._position())])

    # -- feeds ---------------------------------------------------------------------------------------------------------

    def _aim_feeds(self) -> None:
        """Let the firmware do what it can by itself, from now on, and the feeds that are sent the rest."""
        channel, tools = self._wire()
        assert self.profile
        self._override_wanted = 100
        if self.profile.realtime.feed_override and self.profile.realtime_status:
            self._override_wanted = own_share(
                self._percent, tools.moves.fastest, self.profile.max_feed_of(self.machine)
            )
        self._pass_pace()
        if self._override != self._override_wanted and self._steering is None:
            self._steering = self._start(self._steer(channel))

    def _pass_pace(self) -> None:
        most = max(self._override, self._override_wanted, 100)
        self._tools.moves.take_pace(FeedPace(self._percent / 100, self._override_wanted / 100, most / 100))

    async def _steer(self, channel: Channel) -> None:
        """Byte by byte, each once the firmware has answered after the one before."""
        assert self.profile
        realtime = self.profile.realtime
        try:
            for _ in range(_STEPS):
                if self._override == self._override_wanted or not channel.is_open or self._making_safe:
                    break
                byte, expected = next_byte(realtime, self._override, self._override_wanted)
                channel.realtime(byte)
                status = await self._reports.ask(channel, realtime.status)
                told = reported(status.fields.get("Ov")) if status else None
                self._override = expected if told is None else told
                if self._run and self._translator:
                    self._pass_pace()
        finally:
            self._steering = None

    async def _brake(self, channel: Channel) -> bool:
        """A reset takes the firmware's override back: then it is steered there anew."""
        braked = await super()._brake(channel)
        if braked:
            self._override = self._override_wanted = 100
            if self._run and self._percent != 100.0 and not self._making_safe:
                self._aim_feeds()
        return braked

    async def _set_modes(self, channel: Channel) -> FirmwareError | None:
        """A firmware that was not reset may have an override of before."""
        self._as_machine_says()
        return await super()._set_modes(channel)

    def _as_machine_says(self) -> None:
        """Nothing is adjusted any more."""
        if self._translator:
            self._translator.as_machine_says()
        channel, was = self._channel, self._override
        self._percent, self._override, self._override_wanted = 100.0, 100, 100
        byte = self.profile.realtime.feed_full if self.profile else b""
        if channel and channel.is_open and byte and (was != 100 or self.state is _S.CONNECTING):
            channel.realtime(byte)
