"""Pens at the machine: asking for one, trying it, and counting what each has drawn."""

from __future__ import annotations

import asyncio
import math
from itertools import islice
from typing import Any

from dcode.daemon.plotter_live import PlotterLive
from dcode.daemon.plotter_port import Opener, Point, Report
from dcode.daemon.plotter_state import PlotterState
from dcode.daemon.run import Run
from dcode.errors import DcodeError, LimitError, MachineNotReady
from dcode.firmware.command import Command, CommandKind
from dcode.gcode.motion import Kind, Step
from dcode.gcode.place import Place, back
from dcode.geometry.bounds import Bounds
from dcode.link.serial import open_port
from dcode.machine.ledger import FIRST, Drawn, metres, stroke_mm
from dcode.machine.machine import Machine
from dcode.machine.touch import trial_strokes

_S = PlotterState


class PlotterPens(PlotterLive):
    """What a run waits for when it asks for a pen, and the ink by pen."""

    def __init__(self, machine: Machine, report: Report, ports: Opener = open_port) -> None:
        super().__init__(machine, report, ports)
        self._asks: dict[str, Any] | None = None  # what the user is asked for, as the API's Asked
        self._held: tuple[Point, bool] | None = None  # where a pause holds the run, and whether the pen is down there
        self._in_hand = FIRST
        self._drawn: dict[int, Drawn] = {}  # by pen, since this process began
        self._touching: asyncio.Task[None] | None = None
        self._touched = 0  # tests of this run: each at a place of its own

    def status(self) -> dict[str, Any]:
        ink = {str(pen): [round(d.mm, 3), round(d.seconds, 3), d.strokes] for pen, d in self._drawn.items()}
        return super().status() | {"asks": self._asks if self.state is _S.PAUSED else None, "ink": ink}

    def _must_be(self, *allowed: PlotterState) -> None:
        if self._touching:
            raise MachineNotReady("A pen is being tried; wait until it hangs still.", reason="busy")
        super()._must_be(*allowed)

    def _count_ink(self, command: Command) -> None:
        """A command was acknowledged; where it begins is still to be seen."""
        gauge = self._run.gauge if self._run else None
        pen = self._in_hand = gauge.pen if gauge else self._in_hand
        if command.kind is CommandKind.DRAW and command.end and self._shown:
            more = Drawn(math.dist(self._shown, command.end), command.seconds, 0)
        elif command.pen == "down" and self.pen != "down":
            more = Drawn(strokes=1)
        else:
            return
        self._drawn[pen] = self._drawn.get(pen, Drawn()) + more

    # -- asking --------------------------------------------------------------------------------------------------------

    async def _go_aside(self, run: Run) -> None:
        """Where the run waits for somebody, the gondola hangs at home, if the machine parks at all."""
        channel, tools = self._wire()
        assert channel.guard
        if run.stop is None or not self.machine.park or not self.registered:
            return
        at, home = self._position(), self.machine.home
        try:
            channel.guard.check_move(at, home)
        except LimitError:
            return
        await channel.execute([*tools.travel(home, at), *tools.barrier()])

    def _answered(self, run: Run, fresh: bool | None, *, goes_back: bool) -> tuple[int, bool] | None:
        """The run goes on: which pen is in from now on, and whether it is a fresh one; None where nobody changed it."""
        asks, self._asks = self._asks, None
        gauge = run.gauge
        if gauge is None:
            return None
        took: tuple[int, bool] | None = (gauge.pen, True) if fresh else None
        match asks and asks["kind"]:
            case "pen" if asks and not goes_back:
                took = (int(asks["pen"]), bool(fresh))
            case "dry":
                took = (gauge.pen, True) if fresh is None or fresh else None
                if took is None:
                    gauge.let_on()
        if took:
            gauge.take(took[0], fresh=took[1])
        return took

    def renew_pen(self, pen: int) -> None:
        """A fresh pen was put in meanwhile."""
        if self._run and self._run.gauge:
            self._run.gauge.renew(pen)

    # -- drawing again what a dry pen has not --------------------------------------------------------------------------

    def _place_back(self, run: Run, back_mm: float) -> Place:
        """So much ink before the place where the run is held; no further than where its pen was put in."""
        motion, here = run.motion, run.place
        row = here.row - 1 if run.stop is Kind.PEN_CHANGE and here.row else here.row
        first = bytes(memoryview(motion.kind)[:row]).rfind(Kind.PEN_CHANGE) + 1
        place = back(motion, here, back_mm)
        return place if place.row >= first else Place(first, *motion.position_before(first))

    # -- trying --------------------------------------------------------------------------------------------------------

    async def touch_test(self, bounds: list[float] | None) -> None:
        """A short stroke beside the drawing (left, right, top, bottom), with the pen that is asked for; or, where there
        is no room, the pen is put down for a moment where it is to go on. Then back to where the gondola hangs."""
        run = self._run
        if run is None or self.state is not _S.PAUSED or self._making_safe or self._touching:
            raise MachineNotReady("A pen is tried while a job is paused.", reason=str(self.state))
        self._touching = asyncio.get_running_loop().create_task(self._touch(run, Bounds(*bounds) if bounds else None))
        try:
            await asyncio.wait([self._touching])
            self._touching.result()
        finally:
            self._touching = None

    async def _touch(self, run: Run, drawing: Bounds | None) -> None:
        channel, tools = self._wire()
        came_from = self._position()
        start, end = self._beside(drawing) or (self._next_down(run),) * 2
        commands = [*tools.preamble(), *tools.pen_up(), *tools.travel(start, came_from)]
        commands += [*tools.pen_down(at=start), *tools.row(Step(Kind.DRAW, *end, 0.0, 0), start, -1)]
        commands += [*tools.pen_up(), *tools.travel(came_from, end), *tools.barrier()]
        self._touched += 1
        if run.gauge:
            run.gauge.drew(math.dist(start, end))
        try:
            await channel.execute(commands)
        except DcodeError:
            if channel.is_open and self.state is _S.PAUSED:
                await self._try_lift(channel)
            raise

    def _beside(self, drawing: Bounds | None) -> tuple[Point, Point] | None:
        """The next stroke of a touch test that can be reached and comes back from."""
        if drawing is None:
            return None
        reachable = (stroke for stroke in trial_strokes(self.machine.work_area, drawing) if self._is_in_reach(*stroke))
        return next(islice(reachable, self._touched, None), None)

    def _is_in_reach(self, start: Point, end: Point) -> bool:
        guard, at = self._wire()[0].guard, self._position()
        assert guard
        try:
            for way in ((at, start), (start, end), (end, at)):
                guard.check_move(*way)
        except LimitError:
            return False
        return True

    def _next_down(self, run: Run) -> Point:
        """Where the pen is put down next: it may as well leave its dot there."""
        assert self._held
        place, down = self._held
        if down:
            return place
        motion, row = run.motion, bytes(memoryview(run.motion.kind)).find(Kind.PEN_DOWN, run.place.row)
        if row < 0:
            raise MachineNotReady("Nothing is left to draw: there is no place to try the pen.", reason="done")
        return motion.position_before(row)


def asked(run: Run, machine: Machine) -> dict[str, Any] | None:
    """What a run that has stopped by itself asks for, in the fields of the API's Asked; None where it does not."""
    if run.stop is None:
        return None
    if run.is_dry and run.gauge:
        return _fresh_one(run, machine)
    row = run.place.row - 1
    text = run.motion.texts.get(row)
    if row < 0 and run.motion.holder:
        return _another(*run.motion.holder, machine)
    if run.stop is Kind.PEN_CHANGE:
        return _another(int(run.motion.value[row]), text, machine)
    sentence = f"The program pauses{f': {text}' if text else ''}. Go on with: dcode resume"
    return {"kind": "pause", "pen": None, "name": text, "colour": None, "message": sentence}


def _another(pen: int, text: str | None, machine: Machine) -> dict[str, Any]:
    named = machine.pens[pen - 1] if 1 <= pen <= len(machine.pens) else None
    name, colour = (named.name, named.colour) if named else (text, None)
    called = ", ".join(part for part in (f"pen {pen}", name) if part) + (f" ({colour})" if colour else "")
    sentence = f"Put in {called}, then: dcode resume"
    return {"kind": "pen", "pen": pen, "name": name, "colour": colour, "message": sentence}


def _fresh_one(run: Run, machine: Machine) -> dict[str, Any]:
    gauge = run.gauge
    assert gauge
    pen, most = gauge.pen, gauge.dry_after_mm or 0.0
    named = machine.named_pen(pen)
    drawn = f"Pen {pen} has drawn {metres(gauge.laid_mm)} of about {metres(most)}"
    if gauge.laid_mm < most:
        drawn += f", and the next stroke takes {metres(stroke_mm(run.motion, run.place.row))}"
    sentence = f"{drawn}: put in a fresh one, then: dcode resume"
    return {"kind": "dry", "pen": pen, "name": named.name, "colour": named.colour, "message": sentence}
