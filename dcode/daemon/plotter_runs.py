"""Jobs at the machine: begin one, feed it, end it; and what keeps the journal true meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any, Final

from dcode.daemon.plotter_faults import RUNNING
from dcode.daemon.plotter_pauses import PlotterPauses
from dcode.daemon.plotter_pens import asked
from dcode.daemon.plotter_port import Opener, Point, Report, unregistered
from dcode.daemon.plotter_state import PlotterState
from dcode.daemon.record import RunRecord, Sync, sync_in_thread
from dcode.daemon.run import Run
from dcode.errors import JournalError, MachineNotReady
from dcode.firmware.command import Command, CommandKind
from dcode.gcode.motion import Motion
from dcode.gcode.place import Place, beginning
from dcode.jobs.history import boot_id
from dcode.jobs.journal import Journal
from dcode.jobs.watermarks import Watermarks
from dcode.link.serial import open_port
from dcode.machine.ledger import InkGauge
from dcode.machine.machine import Machine

_STROKE_SECONDS: Final = 60.0  # that the end of a stroke is waited for when the daemon is to end

_S = PlotterState


class PlotterRuns(PlotterPauses):
    """Feeds the machine from a job, and stops where that is asked for."""

    def __init__(
        self, machine: Machine, report: Report, ports: Opener = open_port, sync: Sync = sync_in_thread
    ) -> None:
        super().__init__(machine, report, ports)
        self._sync = sync

    def start_run(
        self,
        job: int,
        motion: Motion,
        journal: Journal,
        digest: str,
        begin: Place | None = None,
        gauge: InkGauge | None = None,
        *,
        growing: bool = False,
    ) -> None:
        """Begin a job, or go on with it at a place. Its pauses and its end are reported as events of kind `run`.

        `gauge`: how much of the pens is used up. `growing`: it does not end with the last row, but waits there for
        more (grow).

        Raises MachineNotReady, and LimitError when the way to the place is not within the limits.
        """
        self._must_be(_S.IDLE)
        if not self.registered:
            raise unregistered()
        channel, tools = self._wire()
        assert self.profile and channel.guard
        at, start = self._position(), begin or beginning(motion)
        channel.guard.check_move(at, (start.x, start.y))
        self._base = (channel.sender.sent, channel.sender.acked, channel.sender.resends)
        self._as_machine_says()
        self._touched = 0
        run = Run(job, motion, tools, begin, wary=self.profile.numbering is None, gauge=gauge or InkGauge(self.machine))
        by_report = bool(self.profile.realtime_status)  # there an acknowledgement may be another one's, come twice
        run.marks = Watermarks(run.place, self.profile.flow.planner_lines, at, barrier_proves=not by_report)
        run.open = growing
        run.record = record = RunRecord(
            journal, motion, run.marks, sync=self._sync, on_room=channel.pump, on_error=self._journal_broke
        )
        self._run, self._winding_up, self._checking = run, False, False
        self._to(_S.PLOTTING)
        record.begin(job, digest, boot_id(), time.time())
        self._wind_up(self._enter((start.x, start.y), run.pen_down))

    def grow(self, job: int, motion: Motion, *, growing: bool) -> None:
        """Rows were added to the end of a job; nothing where it is not at the machine any more."""
        if self._run and self._run.job == job:
            self._run.grow(motion, is_open=growing)
            self._wire()[0].pump()

    def cancel(self) -> None:
        """Feed no more, lift, park. The job ends as cancelled."""
        run = self._run
        if run is None or self.state not in RUNNING or self._making_safe:
            raise MachineNotReady(f"No job is at the machine: it is {self.state}.", reason=str(self.state))
        self._to(_S.STOPPING)
        self._wind_up(self._finish(run, "cancelled", "Cancelled."))

    async def hand_over(self, reason: str) -> Point | None:
        """Come to rest with the pen up, at the end of the stroke if that comes soon; where the gondola is then.

        A job is interrupted there for this reason, and its journal says so. None when the position is not known.
        """
        if (self._making_safe or self._entering) and self._ending:
            await asyncio.wait([self._ending])
        if self.state is _S.PLOTTING and not self._entering:
            self.pause(now=False)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_STROKE_SECONDS):
                    await self._until(_S.PAUSED, _S.IDLE, _S.ALARM, _S.DISCONNECTED)
        if self.state is _S.PAUSING and not self._winding_up:
            self._wind_up(self._hold_at_once("Paused in the stroke."))
        if self.state is _S.PAUSING and self._ending:
            await asyncio.wait([self._ending])
        run = self._run
        if run and self.state is _S.PAUSED:
            self._to(_S.STOPPING)
            self._to(_S.IDLE)
            self._end_run(run, "interrupted", reason)
        if self._closing:
            await asyncio.wait(self._closing)
        return self._position() if self.registered and self.state is _S.IDLE else None

    def _next_of_run(self) -> Command | None:
        """The connection's source: what the job sends next."""
        run = self._run
        if run is None or self._winding_up or self._checking or self.state not in (_S.PLOTTING, _S.PAUSING):
            return None
        if self.state is _S.PAUSING and run.between_strokes:
            self._wind_up(self._hold("Paused."))
            return None
        if not run.record.may_send(run.next_row):
            return None
        command = run.next(self._position())
        if command is None and (asks := asked(run, self.machine)):
            self._wind_up(self._hold(asks["message"]))
        elif command is None and run.finished:
            self._wind_up(self._finish(run, "done", None))
        elif command is None:
            pass  # it waits for more, with the pen up
        elif command.kind is CommandKind.BARRIER and self.profile and self.profile.realtime_status:
            self._checking = True  # until it has been proved that the machine is where it should be
        return command

    def _sending(self, command: Command) -> None:
        run = self._run
        if run is None:
            return
        if command.row < 0:
            run.marks.sending(command)
        else:
            run.record.sending(run.place)
            run.marks.sending(command, run.place)

    def _withdrawn(self, command: Command) -> None:
        if self._run:
            self._run.marks.withdrawn(command)

    async def _check(self, run: Run) -> None:
        """Between strokes: go on once it is proved that the machine is where it should be."""
        channel, _ = self._wire()
        if await self._proved(channel) and self._run is run:
            self._checking = False
            channel.pump()

    async def _finish(self, run: Run, state: str, reason: str | None) -> None:
        """Lift, park if the machine is to, and wait until all of it is carried out."""
        channel, tools = self._wire()
        if state == "cancelled":
            await self._brake(channel)
        await channel.execute([*tools.pen_up(), *tools.barrier()])
        if not await self._proved(channel):
            return
        if self.machine.park and self.registered:
            await channel.execute([*tools.travel(self.machine.home, self._position()), *tools.barrier()])
        self._to(_S.IDLE)
        self._end_run(run, state, reason)

    def _end_run(self, run: Run, state: str, reason: str | None) -> None:
        """Close the journal, then tell the end. Who hears of it finds the machine as it is after it."""
        told = {"event": "run", "job": run.job, "state": state, "reason": reason} | self.counts() | self.adjusted()
        at = self._shown if self.registered and self.pen == "up" else None
        self._run = self._held = self._asks = None
        self._as_machine_says()
        self._winding_up = self._checking = False
        closing = asyncio.get_running_loop().create_task(self._close_record(run, told, at))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def _close_record(self, run: Run, told: dict[str, Any], at: Point | None) -> None:
        await run.record.end(told["state"], told["reason"] or "", at)
        self._report(told)

    def _journal_broke(self, error: JournalError) -> None:
        self._fault(error, position_lost=False)

    def _acked(self, command: Command) -> None:
        run = self._run
        self._moved_at = asyncio.get_running_loop().time()
        self._count_ink(command)
        if command.pen is not None:
            self.pen = self._height(command.pen)
        if command.end is not None:
            self._shown, self._feed = command.end, command.feed
        if run:
            run.marks.taken(command)
            if command.kind is CommandKind.BARRIER:
                self._at_barrier(run, command)
            else:
                run.record.acked()
        self._report({"event": "status"})

    def _at_barrier(self, run: Run, command: Command) -> None:
        run.record.at_barrier()
        if self.profile is None or self._making_safe or self._winding_up or command.row < 0:
            return
        if self.profile.realtime_status:
            self._start(self._check(run))
        elif self.profile.commands.barrier_reply and self._shown:
            self._compare(self._shown, self._reports.last.position)  # which that reply has brought

    def _height(self, pen: str) -> str:
        """Up or down, also of a pen that was turned to an angle: whichever of the two is nearer."""
        if pen in ("up", "down"):
            return pen
        servo = self.machine.pen
        return "up" if abs(float(pen) - servo.up_angle) <= abs(float(pen) - servo.down_angle) else "down"

    def _button(self, name: str) -> None:
        """A button at the machine, passed on by the firmware (Marlin's //action:)."""
        try:
            self._press(name)
        except MachineNotReady as error:
            self._notice("button", error.message)

    def _press(self, name: str) -> None:
        if name.startswith("pause") and self.state is _S.PLOTTING:
            self.pause(now=False)
        elif name.startswith("resume") and self.state is _S.PAUSED:
            self._start(self.resume())
        elif name.startswith("cancel") and self.state in RUNNING:
            self.cancel()
        else:
            self._notice("button", f"The machine says {name!r}.")
