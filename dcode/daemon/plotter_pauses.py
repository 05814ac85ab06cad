"""A run at rest with its pen up: pausing it, going on with it, and a pen that must not stand on the paper."""

from __future__ import annotations

import asyncio
import math
from typing import Final

from dcode.daemon.channel import Channel
from dcode.daemon.plotter_pens import PlotterPens, asked
from dcode.daemon.plotter_port import Opener, Point, Report
from dcode.daemon.plotter_position import SAME_PLACE_MM
from dcode.daemon.plotter_state import PlotterState
from dcode.daemon.run import Run
from dcode.errors import MachineNotReady, Stalled
from dcode.gcode.motion import Kind
from dcode.link.serial import open_port
from dcode.machine.audit import is_between_pens
from dcode.machine.machine import Machine

_WATCH_SECONDS: Final = 1.0  # between looks at a pen that rests on the paper

_S = PlotterState


class PlotterPauses(PlotterPens):
    """Holds the run at the machine, and lets it go on."""

    def __init__(self, machine: Machine, report: Report, ports: Opener = open_port) -> None:
        super().__init__(machine, report, ports)
        self._checking = False  # the run waits for the proof that the machine is where it should be
        self._letting_go: asyncio.Task[None] | None = None  # waits for the end of a hold by hand
        self._moved_at = 0.0  # when the last command was acknowledged

    def pause(self, now: bool) -> None:
        """Stop feeding at the end of the stroke, or at once; then lift and wait."""
        if self.state is not _S.PLOTTING or self._making_safe:
            raise MachineNotReady(f"There is nothing to pause: the machine is {self.state}.", reason=str(self.state))
        self._to(_S.PAUSING)
        if now:
            self._wind_up(self._hold_at_once("Paused in the stroke."))
        else:
            self._wire()[0].pump()  # a run that waits for more rows asks for none

    async def resume(self, back_mm: float = 0.0, fresh: bool | None = None) -> None:
        """Back to where the job is held, the pen as it was, and on. A pause that has not begun is called off.

        `back_mm`: so much of the last ink is drawn once more. `fresh`: whether the pen that is in now is a fresh one;
        None: where that was asked for.
        """
        run = self._run
        if self._letting_go and self.profile and self.profile.realtime.resume:
            self._wire()[0].realtime(self.profile.realtime.resume)
            return
        if self.state is _S.PAUSING and not self._winding_up:
            self._to(_S.PLOTTING)
            self._wire()[0].pump()
            return
        if self.state is _S.PAUSING and self._ending:
            await asyncio.wait([self._ending])  # it is lifting: that is finished first
        if self._touching:
            await asyncio.wait([self._touching])
        if self.state is not _S.PAUSED or run is None or self._held is None or self._making_safe:
            raise MachineNotReady(f"No job is paused: the machine is {self.state}.", reason=str(self.state))
        channel, _ = self._wire()
        (place, down), at = self._held, self._position()
        again = self._place_back(run, back_mm) if back_mm > 0 else None
        place = (again.x, again.y) if again else place
        assert channel.guard
        channel.guard.check_move(at, place)
        took = self._answered(run, fresh, goes_back=again is not None)
        if again:
            run.rewind(again)
            run.marks.taken_back(again)
            down = run.pen_down
        self._held = None
        run.go_on()
        self._to(_S.PLOTTING)
        self._report({"event": "run", "job": run.job, "state": "plotting", "reason": None, "took": took})
        self._wind_up(self._enter(place, down))

    async def _enter(self, place: Point, down: bool) -> None:
        """Go to where the run is to go on, lower the pen if it was down, and let the run go on.

        Nothing of the run is sent before it is proved that the gondola is where it was left, and then that it is where
        it was sent: a firmware that started anew in between goes there from a wrong place, and believes it.
        """
        channel, tools = self._wire()
        self._entering = True
        try:
            if not await self._proved(channel):
                return
            await channel.execute([*tools.preamble(), *tools.pen_up(), *tools.travel(place, self._position())])
            await channel.execute(tools.barrier())
            if not await self._proved(channel):
                return
            if down:
                await channel.execute(tools.pen_down(at=place))
        finally:
            self._entering = False
        self._winding_up = False
        channel.pump()

    async def _hold(self, message: str) -> None:
        """Lift, wait until the machine stands still, and remember where that is."""
        run, (channel, tools) = self._run, self._wire()
        assert run
        if self.state is _S.PLOTTING:
            self._to(_S.PAUSING)
        await channel.execute([*tools.pen_up(), *tools.barrier()])
        if not await self._proved(channel):
            return
        at = self._position()
        run.hold(at)
        self._checking = False
        self._held = ((run.place.x, run.place.y), run.pen_down)
        self._asks = asked(run, self.machine)
        await self._go_aside(run)
        run.record.held(run.place, run.pen_down, self._position(), message)
        self._to(_S.PAUSED, message)
        between = run.stop is Kind.PEN_CHANGE and is_between_pens(run.motion, max(run.place.row - 1, 0))
        told = {"event": "run", "job": run.job, "state": "paused", "reason": message}
        self._report({**told, "between_pens": between, "asks": self._asks})

    async def _hold_at_once(self, message: str) -> None:
        """The same in the middle of a stroke, without what the firmware has in its buffers, where it can drop that."""
        run, (channel, _) = self._run, self._wire()
        assert run
        if await self._brake(channel):
            if not self.registered:
                self._fault(Stalled("The machine was stopped and does not say where."), position_lost=True)
                return
            run.rewind(run.marks.executed)
        await self._hold(message)

    async def _proved(self, channel: Channel) -> bool:
        """Whether the machine has come to rest where the lines that it acknowledged lead to; if not, a fault follows.

        A firmware without line numbers may have lost one on the way, and its acknowledgement may be a doubled one.
        """
        query = self.profile.realtime_status if self.profile else b""
        if not query or not self.registered:
            return True
        status = await self._at_rest(channel, query)
        if status is None:
            self._fault(Stalled("The firmware acknowledges and does not say where it is."), position_lost=True)
            return False
        if self._started_unheard():
            return False
        at = status.position
        if at is None or math.dist(at, self._position()) > SAME_PLACE_MM:
            at = await self._reported_position() or at  # that one may have been garbled
        if not self._compare(self._position(), at):
            return False
        if self._run:
            self._run.marks.stands()
            self._run.record.at_barrier()
        return True

    # -- a pen that stands on the paper --------------------------------------------------------------------------------

    @property
    def _rest_seconds(self) -> float:
        """How long the pen may rest on the paper."""
        return self.machine.pen.max_rest_seconds

    async def _watch_pen(self, channel: Channel) -> None:
        """A pen that rests on the paper leaves a blot: lift it, and go on with the stroke once that is possible."""
        loop = asyncio.get_running_loop()
        while channel.is_open and self._channel is channel:
            await asyncio.sleep(_WATCH_SECONDS)
            rested = loop.time() - self._moved_at
            if self.pen != "down" or channel.sender.in_flight or rested < self._rest_seconds:
                continue
            sentence = f"The pen rested on the paper for {rested:.0f} s: it was lifted."
            if self.state is _S.PLOTTING and not self._winding_up:
                self._to(_S.PAUSING)
                self._wind_up(self._rest(sentence))
            elif self.state in (_S.IDLE, _S.PAUSED):
                self._notice("rest", sentence)
                await channel.execute([*self._tools.pen_up(), *self._tools.barrier()])

    async def _rest(self, sentence: str) -> None:
        """Hold the run with the pen up while nothing can be sent, and go on after that."""
        await self._hold(sentence)
        while (run := self._run) and self.state is _S.PAUSED:
            if run.record.may_send(run.next_row):
                self._ending = None
                await self.resume()
                return
            await asyncio.sleep(_WATCH_SECONDS)

    def _held_by_hand(self, run: Run) -> None:
        """A hold that nobody asked for here: the button at the machine, or a byte of noise that reads like it."""
        if self._letting_go is None and self.state in (_S.PLOTTING, _S.PAUSING):
            self._letting_go = self._start(self._wait_for_letting_go(run))

    async def _wait_for_letting_go(self, run: Run) -> None:
        """The machine's own start button lets it go on. But a pen must not rest for long: then the run is paused."""
        self._notice("hold", "The machine is held by its own button; its start button, or dcode resume, lets it go on.")
        try:
            async with asyncio.timeout(self.machine.pen.max_rest_seconds):
                while self._reports.last.state.startswith("Hold"):
                    await self._reports.next()
        except TimeoutError:
            if self._run is run and self.state in (_S.PLOTTING, _S.PAUSING) and not self._making_safe:
                self._to(_S.PAUSING)
                self._wind_up(self._hold_at_once("The machine was held by its own button: the pen was lifted."))
        finally:
            self._letting_go = None
