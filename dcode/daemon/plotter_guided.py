"""The machine led by a guide: one action after another, over the same channel and guard as everything else.

While a guide is open, the pen's raised height is the one that the guide has found, also for whatever lifts the pen in
need. The pen counts as down from the moment before it leaves that height: nobody has to know whether it touched.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from typing import Final

from dcode.api.codec import Message
from dcode.daemon.plotter import Plotter
from dcode.daemon.plotter_port import Opener, Point, Report, unregistered
from dcode.daemon.plotter_state import PlotterState
from dcode.errors import DcodeError, MachineNotReady
from dcode.firmware.command import Command
from dcode.firmware.pen_scale import own_wait
from dcode.firmware.translate import Translator
from dcode.gcode.motion import Kind, Step
from dcode.link.serial import open_port
from dcode.machine.machine import Machine

_SLICE: Final = 0.05  # s between two heights of a slow way: at 20 degrees a second they are a degree apart
_STANDS: Final = 0.2  # s for the last of them, in which a servo comes to rest
_PATIENCE: Final = 60.0  # s that a pen may stand on the paper: who looks for its touch sits beside it

_S = PlotterState


class PlotterGuided(Plotter):
    """Carries out Lift, Aim, Go and Strokes. Heights are in the pen's own unit: degrees, or mm on an axis."""

    def __init__(self, machine: Machine, report: Report, ports: Opener = open_port) -> None:
        super().__init__(machine, report, ports)
        self.guided = False
        self._raised = 0.0  # where the pen is up
        self._stands = 0.0  # where it was told to stand last, when it is not up
        self._acting: asyncio.Task[None] | None = None

    async def begin_guide(self) -> None:
        """A guide begins: the pen goes up. Raises MachineNotReady where the machine cannot be led."""
        self._must_be(_S.IDLE)
        if not self.registered:
            raise unregistered()
        _, tools = self._wire()
        self.guided, self._raised = True, tools.pen.raised
        await self.act({"action": "Lift", "angle": None})

    async def act(self, action: Message) -> None:
        """Carry out one action, fields as in dcode.machine.calibration.guide. If it fails, the pen is lifted.

        Raises MachineNotReady when the guide is left meanwhile.
        """
        self._must_be(_S.IDLE)
        if not self.guided or self._acting:
            reason = "Another action is under way." if self._acting else "No guide is open."
            raise MachineNotReady(reason, reason="guide")
        self._acting = acting = asyncio.get_running_loop().create_task(self._carried_out(action))
        await asyncio.wait([acting])
        self._acting = None
        if acting.cancelled():
            raise MachineNotReady("The guide was left.", reason="guide")
        acting.result()

    async def end_guide(self) -> None:
        """The guide is over, or was left: what is under way ends with its stroke, and the pen is up."""
        await self.stop_acting()
        if self.guided and self._channel and self.profile:
            if self.state is _S.IDLE and not await self._try_lift(self._channel):
                self._notice("pen", "The pen could not be lifted: lift it by hand.")
            self._translator = Translator(self.profile, self.machine) if self._translator else None
        self.guided = False

    def use_machine(self, machine: Machine) -> None:
        super().use_machine(machine)
        if self.guided and self._translator:
            self._translator = self._with_pen(self._raised)

    async def leave(self) -> None:
        await self.stop_acting()
        await super().leave()

    def _drop_channel(self, error: DcodeError) -> None:
        super()._drop_channel(error)
        self.guided = False

    @property
    def _rest_seconds(self) -> float:
        own = super()._rest_seconds
        return max(own, _PATIENCE) if self.guided else own

    async def stop_acting(self) -> None:
        """Begin nothing more. What has been handed over for sending is carried out: it ends with the pen up, or is one
        small step of it."""
        if self._acting:
            self._acting.cancel()
            await asyncio.wait([self._acting])

    async def _carried_out(self, action: Message) -> None:
        try:
            match action["action"]:
                case "Lift":
                    await self._lift(action["angle"])
                case "Aim":
                    await self._aim(action["angle"], action["slew"])
                case "Go":
                    await self._lift(None)
                    await self._travel((action["to"][0], action["to"][1]))
                case "Strokes":
                    await self._strokes(action)
        except DcodeError:
            if self._channel and self._channel.is_open and self.state is _S.IDLE:
                await self._try_lift(self._channel)
            raise

    # -- the pen alone -------------------------------------------------------------------------------------------------

    async def _lift(self, height: float | None) -> None:
        self._keep_raised(self._raised if height is None else height)
        channel, tools = self._wire()
        await channel.execute([*tools.pen_up(), *tools.barrier()])

    def _keep_raised(self, height: float) -> None:
        """From now on that is up, for everybody."""
        if height != self._raised or self._tools.pen.raised != height:
            self._raised = height
            self._translator = self._with_pen(height)

    async def _aim(self, height: float, slew: float) -> None:
        """There in small steps, each acknowledged before the next."""
        channel, tools = self._wire()
        assert self.profile
        start, piece = self._height_now, max(_SLICE, own_wait(self.profile))
        steps = max(1, math.ceil(abs(height - start) / (slew * piece) - 1e-9))
        for step in range(1, steps + 1):
            to = height if step == steps else start + (height - start) * step / steps
            up = to == self._raised
            if not up:
                self.pen = "down"
            self._stands = to
            wait = max(piece, _STANDS) if step == steps else piece
            await channel.execute(tools.pen_to(to, wait, "up" if up else "down"))
        await channel.execute(tools.barrier())

    @property
    def _height_now(self) -> float:
        return self._raised if self.pen == "up" else self._stands

    # -- strokes -------------------------------------------------------------------------------------------------------

    async def _strokes(self, wanted: Message) -> None:
        self._keep_raised(wanted["up_angle"])
        channel, _ = self._wire()
        down, times = wanted["down_angle"], (wanted["raise_seconds"], wanted["lower_seconds"])
        tools = self._with_pen(wanted["up_angle"], down, times)
        await channel.execute(tools.pen_up())
        lines = [[(x, y) for x, y in line] for line in wanted["lines"]]
        for at, line in enumerate(lines):
            if len(line) < 2:
                continue
            await channel.execute(self._way(tools, line[:1]))
            following = next((n for n in range(at + 1, len(lines)) if len(lines[n]) > 1), len(lines))
            after = [other[0] for other in lines[at + 1 : following] if other]
            self.pen, self._stands = "down", down
            await channel.execute(self._stroke(tools, line, after, wanted["feed"]))
        await channel.execute(tools.barrier())

    def _stroke(self, tools: Translator, line: list[Point], after: list[Point], feed: float | None) -> list[Command]:
        """In one piece, so that nothing but the times themselves lies between pen and motion."""
        at, drawn = line[0], list[Command]()
        for x, y in line[1:]:
            drawn += tools.row(Step(Kind.DRAW, x, y, feed or 0.0, 0), at, -1)
            at = (x, y)
        return [*tools.pen_down(), *drawn, *tools.pen_up(), *self._way(tools, after, at)]

    def _way(self, tools: Translator, points: list[Point], at: Point | None = None) -> list[Command]:
        """Travelling from point to point; LimitError before anything is sent for one that is out of reach."""
        channel, _ = self._wire()
        assert channel.guard
        commands, at = list[Command](), at or self._position()
        for point in points:
            channel.guard.check_move(at, point)
            commands += tools.travel(point, at)
            at = point
        return commands

    def _with_pen(self, up: float, down: float | None = None, times: tuple[float, float] | None = None) -> Translator:
        """The same machine with a pen of these heights, on a wall that is not mapped: the guide counts that in."""
        assert self.profile
        pen = self.machine.pen
        if self.profile.pen.in_mm:
            pen = replace(pen, z_up=up, z_down=pen.z_down if down is None else down)
        else:
            pen = replace(pen, up_angle=up, down_angle=pen.down_angle if down is None else down)
        if times is not None:
            pen = replace(pen, raise_seconds=times[0], lower_seconds=times[1])
        return Translator(self.profile, replace(self.machine, pen=pen, height_map=None))
