"""A daemon and a simulated plotter, each a real process, hurt in mid-drawing again and again; it must become a drawing.

After each blow what dcode declares is held against the truth, which the simulated plotter knows: all ink that counts as
executed is on the paper, none lies beyond what was sent, and the pen was between the two. Then a user does what people
do: starts the daemon again, waits, says where the gondola hangs if that is not known, resumes. At the end the ink must
be the drawing, and what is there twice must have been declared (tests/reliability/judge.py).

What is done follows from a seed. When exactly it strikes does not: these are real processes.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from dcode.client.launch import Target
from dcode.config.paths import data_dir
from dcode.errors import DcodeError, MachineNotReady
from dcode.firmware.profile import BUILTIN, load_profile
from dcode.gcode.motion import Kind, Motion
from dcode.gcode.place import Place
from dcode.simulator.ink import InkStroke
from tests.daemon.processes import (
    Broken,
    Daemon,
    Judge,
    Message,
    SimulatedPlotter,
    judge_of,
    place_of,
    wait_for_end,
    watched,
)
from tests.reliability.drawings import drawing

SPEED: Final = 5.0  # times real speed
_UNPLUGGED: Final = 2.0  # seconds of the simulator
# A board that is switched on is deaf and dumb for a while; what was on its way to it is lost.
_SWITCHED_OFF_AND_ON: Final = (
    {"do": "reset"},
    {"do": "fault", "kind": "mute", "way": "in", "seconds": 0.5},
    {"do": "fault", "kind": "delay", "seconds": 0.5},
)
_GREETING: Final = 0.3  # real seconds; the simulated boards greet at once, or not at all
_LINES: Final = 50  # between two blows, at most
_NUDGES: Final = 30  # until a gondola that was carried home hangs there
_AT_HOME_MM: Final = 0.02
_BACK_MM: Final = 7.0
_KNOWN_MM: Final = 0.2
_OVER: Final = ("done", "failed", "cancelled")
_ZERO_MM: Final = 1.0  # a board that has just started says that it is at zero, too
Point = tuple[float, float]


@dataclass
class Outcome:
    """What came of one rig."""

    profile: str
    seed: int
    cycles: int = 0
    drawings: int = 0
    blows: Counter[str] = field(default_factory=Counter)
    went_on: int = 0  # restarts after which the job went on by itself
    known: int = 0  # blows after which the position was still known
    declared_mm: float = 0.0  # what was declared as possibly drawn, over all blows
    twice_mm: float = 0.0
    seconds: float = 0.0
    log: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        blows = ", ".join(f"{name} {count}" for name, count in sorted(self.blows.items()))
        return (
            f"{self.profile} seed {self.seed}: {self.cycles} cycles, {self.drawings} drawings in {self.seconds:.0f} s; "
            f"{blows}; went on by itself {self.went_on}, position known {self.known}; "
            f"declared {self.declared_mm:.0f} mm, twice {self.twice_mm:.1f} mm"
        )


class Rig:
    """One plotter, one state directory, one daemon after another. Lengths are mm."""

    def __init__(self, folder: Path, profile: str, seed: int, speed: float = SPEED) -> None:
        self.outcome = Outcome(profile, seed)
        self._random = Random(f"{profile} {seed}")
        self._profile, self._state = profile, folder / "state"
        quick = folder / f"quick-{profile}.toml"
        quick.write_text(f'extends = "{profile}"\n[port]\ngreeting_seconds = {_GREETING}\n')
        self.plotter = SimulatedPlotter(folder, profile, speed)
        self._target = Target(str(self.plotter.port), str(quick), self.plotter.machine)
        self._daemon = Daemon(self._state, self._target)
        self._deck: list[str] = []
        self._job = 0
        self._judge: Judge | None = None
        self._laid = 0  # strokes of earlier drawings
        self._came_from: Point = (0.0, 0.0)  # where the last attempt began to travel
        self._must_know = False  # nothing has happened by which the position can be lost
        self._may_be_late = False  # the last blow fell when its drawing was done: the next one may hear of it first
        self._was_unplugged = False
        self._struck_at: Point | None = None  # where the pen was on the paper when the watermarks were frozen
        self._old_owner: int | None = None  # by which to wait for the process that may still have the port

    def close(self) -> None:
        """End all processes, also while a cycle is under way in another thread."""
        with contextlib.suppress(OSError, Broken):
            self._daemon.end(signal.SIGTERM)
        self.plotter.close()

    def cycle(self) -> None:
        """Hurt it in mid-drawing, and bring it back; or find that it has just been done. Raises Broken."""
        while not self._draws_on():
            if self._job:
                self._judge_the_end()
            self._begin()
        job = self._shown()
        if job["state"] in _OVER:  # a moment later
            return
        if job["state"] == "interrupted" and self._may_be_late:
            self._struck_at, self._must_know, self._may_be_late = None, False, False
            self._bring_back()
            return
        if job["state"] != "plotting":
            raise Broken(f"nobody has hurt job {self._job}, and it is {job['state']}: {job['reason']}")
        if not self._deck:  # each blow as often as any other
            self._deck = self._random.sample(list(BLOWS), len(BLOWS))
        name = self._deck.pop()
        self.outcome.log.append(f"{name}: job {self._job} at line {job['acked']}, row {job['row']} of {job['rows']}")
        self._struck_at, self._must_know, self._was_unplugged = None, False, False
        BLOWS[name](self)
        self._may_be_late = self._shown()["state"] in _OVER
        self.outcome.blows[name] += 1
        self.outcome.cycles += 1
        self._bring_back()

    def finish(self) -> None:
        """Let it draw to the end. Raises Broken."""
        if self._job:
            self._daemon.until(lambda: self._shown()["state"] in _OVER)
            self._judge_the_end()

    # -- drawing -------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """A new drawing."""
        if not self._daemon.status()["registered"]:
            self._connect()
            self._register()
        profile = load_profile(self._profile, data_dir("firmware_profiles"))
        self._laid = len(self.plotter.ink())
        self._came_from = self._where()
        self._job = self._daemon.queue(program(drawing(self._random, profile)))
        self._judge = judge_of(self._state, self._job, self._profile)
        self.outcome.log.append(f"job {self._job}: {self._judge.path.length:.0f} mm of ink")
        self._daemon.until(lambda: not self._waits() or not self._daemon.status()["registered"])
        if self._waits():  # the board that was reset in the last moment of another drawing has greeted only now
            self._connect()
            self._register()
            self._daemon.until(lambda: not self._waits())

    def _waits(self) -> bool:
        """Whether this drawing has not begun."""
        return bool(self._shown()["state"] == "ready")

    def _draws_on(self) -> bool:
        """Let it draw for a while; whether there is something left to draw."""
        if not self._job:
            return False
        wanted = self._shown()["acked"] + self._random.randint(1, _LINES)
        self._daemon.until(lambda: (job := self._shown())["acked"] >= wanted or job["state"] != "plotting")
        return self._shown()["state"] not in _OVER

    def _shown(self) -> Message:
        return self._daemon.job(self._job)

    def _ink(self) -> list[InkStroke]:
        """Of this drawing."""
        return self.plotter.ink()[self._laid :]

    def _where(self) -> Point:
        status = self.plotter.status()
        return status["x"], status["y"]

    def _judge_the_end(self) -> None:
        job = self._shown()
        if job["state"] != "done":
            raise Broken(f"job {self._job} is {job['state']}: {job['reason']}")
        assert self._judge
        drawn = self._judge.ends(self._ink(), "done", strict=True)  # type: ignore[arg-type]  # as good as an Ink
        self.outcome.drawings += 1
        self.outcome.twice_mm += drawn.repeated
        self.outcome.declared_mm += sum(end - begin for begin, end in self._judge.declared)
        self._job = 0
        self._promised()

    def _promised(self) -> None:
        assert self._judge
        if self._judge.broken:
            raise Broken("; ".join(self._judge.broken))

    # -- the blows -----------------------------------------------------------------------------------------------------

    def _kill_daemon(self) -> None:
        """The process that has the port lifts the pen, and only then the next daemon comes."""
        self._old_owner = watched(self._daemon.plotter_pid)
        self._daemon.end(signal.SIGKILL)
        self._old_owner_ends()
        self._pen_must_be_up()
        self._start()
        self._must_know = True

    def _kill_daemon_and_hurry(self) -> None:
        self._old_owner = watched(self._daemon.plotter_pid)
        self._daemon.end(signal.SIGKILL)
        self._start()

    def _kill_daemon_twice(self) -> None:
        self._kill_daemon_and_hurry()
        self._daemon.end(signal.SIGKILL)
        self._old_owner_ends()
        self._start()

    def _kill_owner_of_port(self) -> None:
        self._freeze_owner()
        os.kill(self._owner(), signal.SIGKILL)
        self._interrupted()

    def _kill_both(self) -> None:
        self._freeze_owner()
        os.kill(self._owner(), signal.SIGKILL)
        self._daemon.end(signal.SIGKILL)
        self._start()

    def _restart(self) -> None:
        """As a service manager does it: the next daemon goes on by itself where this one has left a note."""
        if status := self._daemon.end(signal.SIGTERM):
            raise Broken(f"the daemon ended with status {status}")
        self._pen_must_be_up()
        note = self._state / "handover.json"
        self._must_know = note.exists()
        left = json.loads(note.read_text()) if self._must_know else {"job": None}
        self._start()
        if left["job"] and math.hypot(*left["at"]) > _ZERO_MM:
            self._daemon.until(lambda: self._shown()["state"] in ("plotting", "done"))
            self.outcome.went_on += 1

    def _unplug(self) -> None:
        self._was_unplugged = True
        self._strike({"do": "fault", "kind": "unplug", "seconds": _UNPLUGGED})
        self._interrupted()

    def _reset(self) -> None:
        self._strike(*_SWITCHED_OFF_AND_ON)
        self._interrupted()

    def _cut_power(self) -> None:
        self._was_unplugged = True
        self._strike({"do": "reset"}, {"do": "fault", "kind": "unplug", "seconds": _UNPLUGGED})
        self._interrupted()

    def _kill_while_paused(self) -> None:
        self._pause()
        self._kill_daemon()

    def _restart_while_paused(self) -> None:
        self._pause()
        self._restart()

    def _pause(self) -> None:
        with contextlib.suppress(MachineNotReady):  # it is being taken up, or it is done
            self._daemon.client.call("plotter.pause", now=self._random.random() < 0.5)
            self._daemon.until(lambda: self._shown()["state"] in ("paused", "interrupted", *_OVER))
            if self._shown()["state"] == "interrupted":
                raise Broken(f"job {self._job} was to pause, and is interrupted: {self._shown()['reason']}")

    def _strike(self, *orders: Mapping[str, object]) -> None:
        before = self.plotter.obey({"do": "status"}, *orders)[0]
        self._struck_at = (before["x"], before["y"]) if before["pen"] == "down" else None

    def _freeze_owner(self) -> None:
        """Stop the process that has the port, so that where the pen is now can be held against what it has recorded."""
        os.kill(self._owner(), signal.SIGSTOP)
        before = self.plotter.status()
        self._struck_at = (before["x"], before["y"]) if before["pen"] == "down" else None

    def _owner(self) -> int:
        found = self._daemon.plotter_pid
        assert found
        return found

    def _interrupted(self) -> None:
        self._daemon.until(lambda: self._shown()["state"] in ("interrupted", *_OVER))

    def _old_owner_ends(self) -> None:
        if self._old_owner is not None:
            handle, self._old_owner = self._old_owner, None
            wait_for_end(handle)

    def _pen_must_be_up(self) -> None:
        if self.plotter.at_rest()["pen"] == "down":
            raise Broken("the daemon and its processes have ended, and the pen is on the paper")

    def _start(self) -> None:
        self._daemon = Daemon(self._state, self._target)

    # -- bringing it back ----------------------------------------------------------------------------------------------

    def _bring_back(self) -> None:
        """As a user would: wait, look, say where the gondola hangs if dcode does not know, resume."""
        self._connect()
        if self._shown()["state"] != "interrupted":  # done, or gone on by itself
            return
        status = self._daemon.status()
        by_hand = not status["registered"] and status["state"] == "idle"
        if by_hand:
            self._daemon.client.call("plotter.pen", to="up")
        rest = self.plotter.at_rest(lifted=by_hand)
        found = self._daemon.client.call("job.recovery", back_mm=_BACK_MM)
        executed, sent, back = (place_of(found[name]) for name in ("executed", "sent", "back"))
        self._hold_against_truth(executed, sent, rest)
        if status["registered"]:
            self.outcome.known += 1
            if math.dist(status["position"], (rest["x"], rest["y"])) > _KNOWN_MM:
                raise Broken(f"it is at {rest['x']:.2f}, {rest['y']:.2f}, and dcode says {status['position']}")
        elif self._must_know and math.hypot(rest["x"], rest["y"]) > _ZERO_MM:
            raise Broken("it hangs where the last daemon left it, and dcode does not know where that is")
        else:
            self._register()
        how = self._random.choice(("redraw", "redraw", "redraw", "back"))
        assert self._judge
        self._judge.attempt_begins(self._ink(), back if how == "back" else executed)  # type: ignore[arg-type]
        self._came_from = self._where()
        self._daemon.client.call("plotter.resume", how=how, back_mm=_BACK_MM)

    def _hold_against_truth(self, executed: Place, sent: Place, rest: Message) -> None:
        judge = self._judge
        assert judge
        judge.attempt_ended(self._ink(), executed, sent, strict=True)  # type: ignore[arg-type]
        judge.stands((rest["x"], rest["y"]), executed, sent, self._came_from)
        if self._struck_at:
            judge.stands(self._struck_at, executed, sent, (executed.x, executed.y))
        judge.pen(rest["pen"] == "down", self._shown()["reason"] or "")
        self._promised()

    def _connect(self) -> None:
        """Wait for the connection, or make it where it will not come by itself, as it does when the port is back."""
        self._daemon.until(self._is_settled)
        if self._daemon.status()["state"] == "disconnected":
            self._old_owner_ends()
            self.plotter.at_rest()  # grbl answers no $I while it moves: error 8, and a user who reads that waits
            self._daemon.client.call("plotter.connect")

    def _is_settled(self) -> bool:
        status = self._daemon.status()
        has_failed = bool(status["message"]) and not self._was_unplugged
        return status["state"] != "connecting" and (status["state"] != "disconnected" or has_failed)

    def _register(self) -> None:
        at = self.plotter.at_rest()
        try:
            self._daemon.client.call("plotter.register", x=at["x"], y=at["y"])
        except MachineNotReady as error:
            if error.fields.get("reason") != "belts":
                raise
            self._hang_at_home()

    def _hang_at_home(self) -> None:
        """For a firmware that takes for home where it is switched on."""
        for _ in range(_NUDGES):
            x, y = self._where()
            if math.hypot(x, y) <= _AT_HOME_MM:
                break
            self._daemon.client.call("plotter.nudge", dx=_clipped(-x), dy=_clipped(-y))
        self.plotter.obey(*_SWITCHED_OFF_AND_ON)
        self._daemon.until(lambda: self._daemon.status()["state"] == "alarm")
        x, y = self._where()
        self._daemon.client.call("plotter.register", x=x, y=y)


BLOWS: Final[dict[str, Callable[[Rig], None]]] = {
    "daemon killed": Rig._kill_daemon,
    "daemon killed, and restarted in a hurry": Rig._kill_daemon_and_hurry,
    "daemon killed twice": Rig._kill_daemon_twice,
    "plotter process killed": Rig._kill_owner_of_port,
    "both killed": Rig._kill_both,
    "restarted": Rig._restart,
    "unplugged": Rig._unplug,
    "reset": Rig._reset,
    "power cut": Rig._cut_power,
    "killed while paused": Rig._kill_while_paused,
    "restarted while paused": Rig._restart_while_paused,
}


def program(motion: Motion) -> str:
    """A motion as a user's file."""
    lines = ["G21", "G90"]
    for kind, x, y, value in zip(motion.kind, motion.x, motion.y, motion.value, strict=True):
        match kind:
            case Kind.PEN_UP:
                lines.append("M280 P0 S90")
            case Kind.PEN_DOWN:
                lines.append("M280 P0 S40")
            case Kind.TRAVEL:
                lines.append(f"G0 X{x:.3f} Y{y:.3f} F{value:.0f}")
            case Kind.DRAW:
                lines.append(f"G1 X{x:.3f} Y{y:.3f} F{value:.0f}")
    return "\n".join([*lines, ""])


def torture(folder: Path, seeds: Iterable[int], cycles: int, seconds: float) -> Iterator[Outcome]:
    """A rig for each profile and seed, so many `cycles` each, all at once; none begins a cycle after `seconds`.

    Each outcome comes with what was broken, if anything was. DCODE_CONFIG_DIR must name an empty folder.
    """
    rigs: list[Rig] = []

    def one(profile: str, seed: int) -> Outcome:
        outcome, rig, began = Outcome(profile, seed), None, time.monotonic()
        home = folder / f"{profile}{seed}"
        home.mkdir()
        try:
            rig = Rig(home, profile, seed)
            rigs.append(rig)
            outcome = rig.outcome
            while outcome.cycles < cycles and time.monotonic() - began < seconds:
                rig.cycle()
            rig.finish()
        except (DcodeError, AssertionError, OSError) as error:
            outcome.broken += [f"{type(error).__name__}: {error}", *traceback.format_exc().splitlines()]
            log = home / "state" / "daemon.log"
            outcome.log += log.read_text().splitlines()[-12:] if log.exists() else []
        finally:
            if rig:
                rig.close()
        outcome.seconds = time.monotonic() - began
        return outcome

    tasks = [(profile, seed) for seed in seeds for profile in BUILTIN]
    with ThreadPoolExecutor(len(tasks)) as pool:
        try:
            yield from pool.map(lambda task: one(*task), tasks)
        except BaseException:
            for rig in rigs:  # so that nobody waits for them any more
                rig.close()
            raise


def _clipped(step: float) -> float:
    return max(-50.0, min(50.0, step))
