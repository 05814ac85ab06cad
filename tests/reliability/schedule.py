"""A schedule: which plotter, which drawing, which faults, when. All of it follows from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from drawings import LINES, drawing
from fault_table import KINDS, PROFILES, UNNUMBERED, kinds_for

from dcode.config.paths import data_dir
from dcode.firmware.profile import builtin_profiles
from dcode.gcode.motion import Motion

PROFILE_OF: Final = builtin_profiles(data_dir("firmware_profiles"))

_CANCEL_LINES: Final = (LINES - 5, LINES + 60)
_LATER_CHANCE: Final = 0.25  # that the way back from a fault has one of its own


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault: in which attempt at the job, at which line of it, and how many seconds after that line went out."""

    kind: str
    attempt: int
    line: int
    delay: float
    seed: int  # of what chance decides while it strikes

    def __str__(self) -> str:
        again = f" of attempt {self.attempt + 1}" if self.attempt else ""
        return f"{self.kind}: {KINDS[self.kind].about}; at line {self.line}{again}, {self.delay * 1000:.0f} ms later"


@dataclass(frozen=True, slots=True)
class Schedule:
    """`latency`: seconds that the cable's driver holds answers back."""

    seed: int
    profile: str
    motion: Motion
    faults: tuple[Planned, ...]
    latency: float

    @property
    def unseen(self) -> bool:
        """Whether a fault is among them that this protocol cannot show."""
        return any(self.profile in KINDS[fault.kind].unseen for fault in self.faults)

    def __str__(self) -> str:
        motion = self.motion
        strokes = list(motion.kind).count(3)
        drawing = f"{len(motion)} rows in {strokes} strokes"
        head = f"seed {self.seed}: {self.profile}, {drawing}, latency {self.latency * 1000:g} ms"
        return "\n".join([head, *(f"  {fault}" for fault in self.faults)])


def schedule(seed: int) -> Schedule:
    """The schedule of a seed. Profiles and first faults go round, so that none is rare; the rest is chance."""
    random = Random(seed)
    profile = PROFILES[seed % len(PROFILES)]
    kinds = kinds_for(profile)
    first = kinds[seed // len(PROFILES) % len(kinds)].name
    names = [first]
    seen = [kind.name for kind in kinds if profile not in kind.unseen]
    others = seen if profile in UNNUMBERED and first in seen else [kind.name for kind in kinds]
    names += [random.choice(others) for _ in range(random.choice((0, 0, 1, 1, 2)))]
    cancelled = "cancel" in names  # such a schedule has its lines before that, or it would not count
    motion = drawing(random, PROFILE_OF[profile], _CANCEL_LINES[1] if cancelled else LINES)
    faults = []
    for number, name in enumerate(names):
        attempt = 0 if number == 0 or random.random() > _LATER_CHANCE else 1
        line = random.randint(*(_CANCEL_LINES if name == "cancel" else (1, LINES - 10)))
        delay = random.choice((0.0, random.uniform(0.0, 0.05), random.uniform(0.0, 1.0)))
        faults.append(Planned(name, attempt, line, delay, random.getrandbits(32)))
    latency = random.choice((0.0, 0.001, 0.004, 0.016))
    return Schedule(seed, profile, motion, tuple(faults), latency)
