"""Where the machine is: told by a user, asked of the firmware, and what its reports prove."""

from __future__ import annotations

import asyncio
import contextlib
import math
from typing import Final

from dcode.daemon.channel import Channel
from dcode.daemon.plotter_port import Opener, PlotterPort, Point, Report, unregistered
from dcode.errors import MachineNotReady
from dcode.firmware.questions import ask_position, read_position
from dcode.link.serial import open_port
from dcode.machine.machine import Machine
from dcode.streaming import events

_STARTS_MM: Final = 1.0  # from zero
_BELTS_MM: Final = 2.0  # a firmware that believes to hang this much aside bends lines by less than a pen's width
SAME_PLACE_MM: Final = 0.1  # a step and the rounding of a report
LOOK_SECONDS: Final = 0.05  # between status queries while braking
_QUESTIONS: Final = 5  # unanswered ones, one after another, before the link counts as dead
_UNTIL_OFFSET: Final = 40  # reports until one has the work offset: grbl tells it with every 30th at the latest


class PlotterPosition(PlotterPort):
    """Keeps the position, and asks for it. A position is known because something proves it, or it is not known."""

    def __init__(self, machine: Machine, report: Report, ports: Opener = open_port) -> None:
        super().__init__(machine, report, ports)
        self._without_pen = 0  # reports that tell of no signal for the pen

    async def _register(self, at: Point) -> None:
        channel, tools = self._wire()
        if self.profile and self.profile.belts_from_start:
            await self._belts_must_be_right(at)
        await channel.execute(tools.set_position(*at))
        self._position_known(at)

    async def _belts_must_be_right(self, at: Point) -> None:
        """Whether a firmware that measures its belts from where it was switched on was switched on at home."""
        home, machine_at = self.machine.home, await self._machine_position()
        if machine_at and math.dist(machine_at, (at[0] - home[0], at[1] - home[1])) > _BELTS_MM:
            raise MachineNotReady(
                f"This firmware measures its belts from where it was switched on, and takes that for ({home[0]:g}, "
                f"{home[1]:g}): it is at ({machine_at[0]:.1f}, {machine_at[1]:.1f}) from there, and would draw "
                "distorted. Bring the gondola to the home position, switch the plotter off and on, then run: "
                "dcode home --here",
                reason="belts",
            )

    async def _ask_position(self) -> Point | None:
        """Where the firmware says it is, in the drawing's axes; None if it does not say."""
        channel, tools = self._wire()
        assert self.profile
        replies = await channel.ask(tools.heard_out(ask_position(self.profile)))
        return read_position(self.profile, replies)

    async def _is_still_at(self, place: Point, *, kept_open: bool) -> bool:
        """Whether the firmware says that the gondola is at a place.

        Where the port was closed, its greeting may have been missed; and at zero is where a firmware is that has just
        started, wherever the gondola hangs.
        """
        if not kept_open and math.hypot(*place) < _STARTS_MM:
            return False
        at = await self._told_position()
        return at is not None and math.dist(at, place) <= SAME_PLACE_MM

    def _position_known(self, at: Point) -> None:
        channel, _ = self._wire()
        assert channel.guard
        channel.guard.set_position(*at)
        self.registered, self._shown = True, at
        self._believed = at

    def _position(self) -> Point:
        """Where the commands that were sent end."""
        assert self._channel and self._channel.guard
        position = self._channel.guard.position
        if position is None:
            raise unregistered()
        return position

    def _position_unknown(self) -> None:
        if self.registered:
            self._believed = self._shown
        self.registered, self.pen = False, "unknown"
        if self._channel and self._channel.guard:
            self._channel.guard.reset()

    async def _told_position(self) -> Point | None:
        """Where the firmware says that it is, whichever way it does; at rest."""
        before: Point | None = None
        for _ in range(_QUESTIONS):
            at = await self._ask_position()
            if at is None:
                return await self._reported_position()
            if at == before:
                return at
            before = at
        return None

    async def _reported_position(self) -> Point | None:
        """The position in status reports, where the firmware gives such; at rest.

        Two in a row must say the same: one garbled digit moves a gondola by metres.
        """
        channel, _ = self._wire()
        query = self.profile.realtime_status if self.profile else b""
        unanswered, before = 0, None
        for _ in range(_UNTIL_OFFSET if query else 0):
            status = await self._reports.ask(channel, query)
            if status and status.position:
                if status.position == before:
                    return before
                before = status.position
            unanswered = 0 if status else unanswered + 1
            if unanswered >= _QUESTIONS:
                break
        return None

    async def _machine_position(self) -> Point | None:
        """The position in the firmware's own frame, which G92 does not move; None where it does not say."""
        if await self._reported_position() is None:
            return None
        parts = self._reports.last.fields.get("MPos", "").split(",")
        with contextlib.suppress(ValueError, IndexError):
            return float(parts[0]), float(parts[1])
        return None

    async def _at_rest(self, channel: Channel, query: bytes) -> events.Status | None:
        """The report of a machine that has come to rest, however long that takes; None when it does not answer.

        Its acknowledgements alone do not say so: one that came twice would be counted for the next line.
        """
        unanswered = 0
        while unanswered < _QUESTIONS:
            status = await self._reports.ask(channel, query)
            unanswered = 0 if status else unanswered + 1
            if status and not status.state.startswith(("Run", "Hold", "Jog")):
                return status
            await asyncio.sleep(LOOK_SECONDS)
        return None

    def _says_pen_is_off(self, status: events.Status) -> bool:
        """Whether a pen on the spindle output has no signal any more, although it was given one.

        A restart takes it away, and no line of ours does: the pen's up is a speed as well.
        """
        if self.profile is None or self.profile.pen.method != "spindle" or self.pen == "unknown":
            return False
        speeds = status.fields.get("FS", "").split(",")
        return status.state.startswith(("Idle", "Run", "Hold")) and len(speeds) > 1 and speeds[1].strip() == "0"

    def _has_kept_running(self) -> bool:
        """Whether the last report proves that the firmware has not started anew since the pen was set."""
        profile = self.profile
        by_spindle = profile is not None and profile.pen.method == "spindle" and self.pen != "unknown"
        return by_spindle and not self._says_pen_is_off(self._reports.last)
