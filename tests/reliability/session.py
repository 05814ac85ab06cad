"""One schedule from its first line to its end: the real Plotter, the simulated machine, fate, and a patient user."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any, Final

from fault_table import KINDS, UNNUMBERED
from judge import Judge
from outcome import Outcome
from schedule import PROFILE_OF, Planned, Schedule
from storage import Notes
from strike import EDITS, noise, passes, refuse, strike
from user import GivenUp, User
from virtual_loop import Hang, VirtualLoop
from world import EagerLine, SimWorld

from dcode.daemon import record
from dcode.daemon.plotter import Plotter
from dcode.daemon.plotter_state import PlotterState
from dcode.errors import JournalError
from dcode.gcode.place import Place, back, beginning
from dcode.machine.machine import Pen
from dcode.simulator.firmware import Program, build
from dcode.simulator.marlin import Marlin
from dcode.simulator.setup import Setup, owners_machine

# The owner's, in a hurry: a schedule's length is in lines, not in minutes.
MACHINE: Final = replace(
    owners_machine(), pen=Pen(travel_speed=6000.0, draw_speed=3000.0, raise_seconds=0.15, lower_seconds=0.15)
)
SETTINGS: Final = {"grbl": {"$21": 1.0}, "grblhal": {"$21": 1.0}, "fluidnc": {"$21": 1.0}}  # limit switches work
GARBLES: Final = frozenset(
    {"out_noise", "out_drop_byte", "out_flip_byte", "out_insert_byte", "out_drop_line", "out_glue", "mute"}
)
RESETS: Final = frozenset({"reset", "silent_reset", "power_cut"})

_ATTEMPTS: Final = 8  # at one job; faults strike in the first two
_END_SECONDS: Final = 2400.0  # of virtual time for one schedule
_BACK_MM: Final = 10.0  # that some resumes go back
_DIGEST: Final = "the only motion"


class Killed(BaseException):
    """The process is no more."""


class Session:
    """`tape`: keep all bytes of the wire. `log` is what happened, for somebody to read."""

    def __init__(self, schedule: Schedule, *, tape: bool = False) -> None:
        self.schedule, self.profile, self.motion = schedule, PROFILE_OF[schedule.profile], schedule.motion
        self.random = random = Random(schedule.seed ^ 0xD1CE)
        firmware = build(schedule.profile, Setup(machine=MACHINE, settings=SETTINGS.get(schedule.profile, {})))
        self.world = SimWorld(EagerLine(firmware, seed=schedule.seed), latency=schedule.latency, tape=tape)
        self.world.edit_line = self._line_goes_out
        if isinstance(firmware, Marlin):
            self._watch_for_torn_lines(firmware)
        self.world.has_dtr, self.world.resets_on_open = random.random() < 0.5, random.random() < 0.5
        self.notes = Notes(schedule.motion)
        self._lead_seconds = random.choice((30.0, 5.0, 1.5))  # small drawings would all be reserved at once
        self.user = User(self)
        self.judge = Judge(schedule.motion, schedule.profile, MACHINE.home)
        self.outcome = Outcome(schedule.seed, schedule.profile)
        self.attempts_allowed, self.seconds_allowed = _ATTEMPTS, _END_SECONDS
        self.log: list[str] = []
        self.plotter: Plotter | None = None
        self.attempt = -1
        self.repairs = 0  # times that the user has seen to everything
        self.leaving = False  # the daemon was asked to end
        # Where the gondola was when the attempt began or went on after a pause; None: the user has moved it about.
        self.came_from: tuple[float, float] | None = MACHINE.home
        self.last_number = 0  # of the lines of this connection, where lines have numbers
        self.noise_until, self.noise = 0.0, random
        self._passed = False  # a line was changed, and the firmware's checks have let it pass
        self._line = 0  # of this attempt
        self._armed: list[Planned] = []
        self._edits: list[tuple[str, Random]] = []
        self._over: asyncio.Future[dict[str, Any]] | None = None

    def run(self) -> Outcome:
        """To the end of the job, in as many processes as it takes."""
        outcome, lead_seconds = self.outcome, record._LEAD_SECONDS
        record._LEAD_SECONDS = self._lead_seconds
        try:
            while not outcome.state:
                self._live()
        except Hang as hang:
            self.judge.hangs(str(hang))
            outcome.state = "hangs"
        except GivenUp:
            outcome.state = "given up"
        finally:
            record._LEAD_SECONDS = lead_seconds
        outcome.broken = self.judge.broken
        outcome.lines, outcome.seconds, outcome.digest = self.world.lines, self.world.now, self.world.digest()
        outcome.unseen = self.unseen
        return outcome

    def note(self, text: str) -> None:
        """For who replays it."""
        self.log.append(f"{self.world.now:.3f} {text}")

    @property
    def unseen(self) -> bool:
        """Whether something has struck that this protocol cannot show."""
        struck = self.outcome.struck
        if "refused" in struck and not GARBLES.isdisjoint(struck):
            return True  # a refusal is said once; nobody asks for it again
        return self._passed or any(self.profile.name in KINDS[kind].unseen for kind in struck)

    def repair(self) -> None:
        """All that a person would see to before the next try."""
        self.repairs += 1
        self.noise_until = 0.0
        self._armed.clear()
        self._edits.clear()
        self.notes.disk.clean_up()
        self.world.end_faults()

    def die(self, *, power: bool) -> bool:
        """kill -9 (the computer keeps its power), or a power cut."""
        if self.plotter is None:
            return False
        if not power:
            self.notes.power_fails(self.random)
        raise Killed

    # -- one process --------------------------------------------------------------------------------------------------

    def _live(self) -> None:
        loop = VirtualLoop(self.world, lambda function: 0.05)
        loop.set_exception_handler(self._unhandled)
        try:
            loop.run_until_complete(self._work())
        except Killed:
            loop.set_exception_handler(_ignore)  # not even what would tidy up runs any more
            self._bury()
        except (Hang, GivenUp):
            loop.set_exception_handler(_ignore)
            raise
        else:
            loop.set_exception_handler(_ignore)
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0))
        finally:
            loop.close()

    def _bury(self) -> None:
        """The process is gone; the plotter does what it has, and some time later somebody comes."""
        self.world.drop_host()
        self.notes.process_ends()
        self.plotter = self._over = None
        self.world.live_alone(self.random.uniform(30.0, 90.0))
        self._judge_attempt("the process was killed")

    def _unhandled(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.judge.broken.append(f"an error that nobody handles: {context.get('exception')!r} {context.get('message')}")

    async def _work(self) -> None:
        """Connect, begin or resume, wait for the end; again in the same process as long as there is one."""
        self.leaving = False
        self.plotter = plotter = Plotter(MACHINE, self._report, ports=self.world.open, sync=self.notes.sync)
        self.user.begin(self.user.look_after_it())
        while not self.outcome.state and not self.leaving:
            if self.attempt + 1 >= self.attempts_allowed:
                raise Hang(f"{self.attempts_allowed} attempts, and it is not done")
            await self.user.connect(plotter)
            await self._try(plotter)
        if plotter.state is not PlotterState.DISCONNECTED and not self.leaving:
            plotter.disconnect()
        self.plotter = None

    async def _try(self, plotter: Plotter) -> None:
        """One attempt at the job."""
        begin, journal = self._begin(), self.notes.open()
        self._over = asyncio.get_running_loop().create_future()
        self.judge.attempt_begins(self.world.line.ink, begin or beginning(self.motion))
        self.came_from = self.world.gondola
        self._arm()
        self.note(f"attempt {self.attempt + 1} begins at {begin}")
        try:
            plotter.start_run(1, self.motion, journal, _DIGEST, begin)
        except JournalError as error:
            self.note(f"the user is told: {error.message}")
            self.repair()
            return
        event = await self._over
        await self.user.wait_for_rest()
        if event["state"] in ("done", "cancelled"):
            self._judge_end(event["state"])
            return
        if self.leaving:
            await asyncio.sleep(1.0)
        self._judge_attempt(event["reason"] or "")

    def _begin(self) -> Place | None:
        """Where to go on: where the ink surely is, or a bit before that."""
        if self.notes.history() is None:
            return None
        executed, _ = self.notes.declared()
        return back(self.motion, executed, _BACK_MM) if self.random.random() < 0.1 else executed

    def _report(self, event: dict[str, Any]) -> None:
        """What dcode tells its clients."""
        kind = event["event"]
        if kind == "status":
            return
        said = event.get("reason") or event.get("message")
        self.note(f"{kind}: {event.get('state') or event.get('kind')}, {said}")
        if kind == "notice":
            self.outcome.notices[event["kind"]] += 1
        if kind != "run" or event["state"] == "plotting":
            return
        reason = event["reason"] or ""
        if not reason.startswith("Stopped by the user"):  # the fastest stop does not lift first; it says what it did
            self._look_at_pen(reason)
        if event["state"] == "paused":
            self._declare_pause()
            self.user.begin(self.user.resume_pause())
        elif self._over and not self._over.done():
            self._over.set_result(event)

    def _look_at_pen(self, reason: str) -> None:
        if self.unseen:  # the line that lifts may be the one that was changed
            self.outcome.pen_down |= self.world.line.ink.down and "by hand" not in reason
        else:
            self.judge.pen(self.world.line.ink.down, reason)

    # -- judging -----------------------------------------------------------------------------------------------------

    def _judge_attempt(self, reason: str) -> None:
        """An attempt is over without an end of the job: hold the journal against the paper."""
        executed, sent = self.notes.declared()
        self.note(f"{reason}; executed {executed}, sent {sent}")
        strict = not self.unseen
        self.judge.attempt_ended(self.world.line.ink, executed, sent, strict=strict)
        # What is left in the buffer of a firmware without checksums that starts anew is read by it, and may be a move.
        wanders = self.profile.name in UNNUMBERED and not RESETS.isdisjoint(self.outcome.struck)
        if strict and not wanders and self.came_from:
            self.judge.stands(self.world.gondola, executed, sent, self.came_from)
        self.repair()

    def _declare_pause(self) -> None:
        """A pause in the stroke goes on from where it is proved that it was drawn to, as the journal says."""
        if paused := self.notes.paused():
            places, held = paused
            self.judge.paused(max(map(self.judge.path.ink_to, places)), held)

    def _judge_end(self, state: str) -> None:
        drawn = self.judge.ends(self.world.line.ink, state, strict=not self.unseen)
        self.outcome.state = state
        if state == "done":
            self.outcome.lost_mm, self.outcome.lost_segments = drawn.lost, self.judge.segments(drawn)
        self.outcome.foreign_mm = drawn.foreign
        self.outcome.overlap_mm = max((end - begin for begin, end in drawn.twice), default=0.0)

    # -- fate ---------------------------------------------------------------------------------------------------------

    def _arm(self) -> None:
        self.attempt += 1
        self.outcome.attempts += 1
        self._line = 0
        self._armed = [fault for fault in self.schedule.faults if fault.attempt == self.attempt]
        self._edits.clear()

    def _line_goes_out(self, line: bytes) -> bytes:
        """Count it, see whether a fault is due, and change the line if one is to."""
        self._line += 1
        head, _, _ = line.lstrip().partition(b" ")
        if head[:1] == b"N" and head[1:].isdigit():
            self.last_number = int(head[1:])
        for fault in [fault for fault in self._armed if fault.line == self._line]:
            self._armed.remove(fault)
            way, _, what = fault.kind.partition("_")
            if (way == "in" and what in EDITS) or fault.kind == "refused":
                self._edits.append((fault.kind, Random(fault.seed)))
            else:
                self.world.after(fault.delay, partial(self._strike, fault, self.attempt))
        if self._edits and not line.startswith(b"M110"):
            kind, random = self._edits.pop(0)
            self._struck(kind)
            if kind != "refused":
                return EDITS[kind.partition("_")[2]](line, random)
            line, *self.world.line.renames = refuse(line, self.profile.name)
        if self.world.now < self.noise_until:
            damaged = noise(line, self.noise)
            self._passed |= damaged != line and passes(damaged)
            return damaged
        return line

    def _watch_for_torn_lines(self, marlin: Marlin) -> None:
        """Marlin throws away what has come in when it refuses a line. What is cut through by that may leave a line
        without its number, and those it takes unchecked: no sender can know."""
        act_early = marlin._act_early  # sees every line that is accepted

        def watched(command: bytes) -> Program:
            self._passed |= b"*" in command and not command.startswith(b"N") and b"M110" not in command
            return act_early(command)

        marlin._act_early = watched  # type: ignore[method-assign]

    def _strike(self, fault: Planned, attempt: int) -> None:
        if self.attempt != attempt or self._over is None or self._over.done():
            return  # too late: this attempt is over
        self.note(f"{fault.kind} is due")
        self._struck(fault.kind)
        if not strike(self, fault.kind, Random(fault.seed)):
            self.outcome.struck.remove(fault.kind)

    def _struck(self, kind: str) -> None:
        self.note(f"struck by {kind}")
        self.outcome.struck.append(kind)
        self.judge.refused |= kind == "refused"


def _ignore(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The loop of a process that is no more has nothing to say."""
