"""Many schedules in several processes, and the figures of all of them together."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from fault_table import KINDS, PROFILES, kinds_for
from outcome import Outcome
from schedule import schedule
from session import Session

LINES: Final = 200  # that a schedule must have streamed to count
RARE: Final = 20  # each kind of fault strikes each profile at least so often, or the run fails
_CHUNK: Final = 20  # schedules that a process is given at a time
_FEW: Final = 20  # failures that are enough to stop


@dataclass
class Figures:
    """Of a run. `strict`: schedules whose faults the protocol can show; `unseen`: the others, which are counted apart.

    Lengths are mm. A schedule counts with at least one fault that struck and LINES lines.
    """

    tried: int = 0
    strict: int = 0
    unseen: int = 0
    lines: int = 0
    attempts: int = 0
    seconds: float = 0.0  # virtual
    done: int = 0
    cancelled: int = 0
    lost_segments: int = 0
    worst_overlap: float = 0.0
    struck: Counter[tuple[str, str]] = field(default_factory=Counter)  # kind, profile
    unseen_noticed: int = 0  # of the unseen: interrupted, or something was said
    unseen_wrong: int = 0  # done, with ink that is missing or foreign
    unseen_silent: int = 0  # the same, and nothing was ever said of it
    unseen_lost_segments: int = 0
    unseen_pen_down: int = 0  # told that the pen is up, and it was down
    failures: list[tuple[int, list[str]]] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.tried += 1
        self.lines += outcome.lines
        self.attempts += outcome.attempts
        self.seconds += outcome.seconds
        self.done += outcome.state == "done"
        self.cancelled += outcome.state == "cancelled"
        if outcome.broken:
            self.failures.append((outcome.seed, outcome.broken))
        if not outcome.struck or outcome.lines < LINES:
            return
        self.struck.update((kind, outcome.profile) for kind in set(outcome.struck))
        if outcome.unseen:
            self._add_unseen(outcome)
            return
        self.strict += 1
        self.lost_segments += outcome.lost_segments
        self.worst_overlap = max(self.worst_overlap, outcome.overlap_mm)

    def _add_unseen(self, outcome: Outcome) -> None:
        self.unseen += 1
        noticed = outcome.attempts > 1 or bool(outcome.notices)
        wrong = outcome.lost_segments > 0 or outcome.foreign_mm > 0.0
        self.unseen_noticed += noticed
        self.unseen_wrong += wrong
        self.unseen_silent += wrong and not noticed
        self.unseen_lost_segments += outcome.lost_segments
        self.unseen_pen_down += outcome.pen_down

    def merge(self, other: Figures) -> None:
        for name, value in vars(other).items():
            if name == "worst_overlap":
                self.worst_overlap = max(self.worst_overlap, value)
            else:
                setattr(self, name, getattr(self, name) + value)

    @property
    def rare(self) -> list[str]:
        """Kinds of faults that have struck a profile less than RARE times."""
        return [
            f"{kind.name} with {profile}: {self.struck[kind.name, profile]}"
            for profile in PROFILES
            for kind in kinds_for(profile)
            if self.struck[kind.name, profile] < RARE
        ]

    def report(self) -> str:
        """For people."""
        rows = [
            ("schedules tried", f"{self.tried:,}"),
            ("counted: a fault struck, 200 lines", f"{self.strict:,}"),
            ("counted apart: damage that cannot be seen", f"{self.unseen:,}"),
            ("lines streamed", f"{self.lines:,}"),
            ("virtual time", f"{self.seconds / 3600:,.1f} h"),
            ("attempts", f"{self.attempts:,}"),
            ("drawings completed", f"{self.done:,}"),
            ("drawings cancelled by the user", f"{self.cancelled:,}"),
            ("segments lost", f"{self.lost_segments:,}"),
            ("worst overlap", f"{self.worst_overlap:.1f} mm"),
            ("broken promises", f"{len(self.failures):,}"),
            ("faults injected", f"{sum(self.struck.values()):,}"),
        ]
        text = [f"{name:44} {value:>14}" for name, value in rows]
        text += ["", f"{'fault':18} " + " ".join(f"{profile:>11}" for profile in PROFILES)]
        for kind in KINDS.values():
            cells = ("-" if profile in kind.not_for else f"{self.struck[kind.name, profile]:,}" for profile in PROFILES)
            text.append(f"{kind.name:18} " + " ".join(f"{cell:>11}" for cell in cells))
        text += [
            "",
            "Lines without number or checksum that were damaged on their way to the plotter (grbl, grblHAL, FluidNC):",
            f"{self.unseen:,} schedules; {self.unseen_noticed:,} were noticed or had another interruption; "
            f"{self.unseen_wrong:,} ended with ink missing or wrong ({self.unseen_lost_segments:,} segments), "
            f"{self.unseen_silent:,} of them without a word; in {self.unseen_pen_down:,} the pen was said to be up and "
            "was not.",
        ]
        for seed, sentences in self.failures[:_FEW]:
            text += ["", explain(seed, sentences)]
        return "\n".join(text)


def explain(seed: int, sentences: list[str]) -> str:
    """A failure as its reader needs it: what was promised, what happened to it, how to see it again."""
    lines = [f"{schedule(seed)}", *(f"  broken: {sentence}" for sentence in sentences)]
    return "\n".join([*lines, f"  replay: python scripts/bench reliability --replay {seed}"])


def run_one(seed: int) -> Outcome:
    """A schedule; what it raises is a broken promise too."""
    session = Session(schedule(seed))
    try:
        return session.run()
    except Exception as error:  # the door: whatever went wrong in there belongs to this seed
        session.outcome.state, session.outcome.broken = "raised", [f"{type(error).__name__}: {error}"]
        return session.outcome


def run_chunk(seeds: range) -> Figures:
    """Some schedules, one after the other."""
    figures = Figures()
    for seed in seeds:
        figures.add(run_one(seed))
    gc.collect()
    return figures


def run_many(
    schedules: int, *, seed: int = 0, jobs: int = 2, progress: Callable[[Figures], None] = lambda figures: None
) -> Figures:
    """At least so many schedules that count, from a first seed on; fewer when too many of them fail."""
    total = Figures()
    with multiprocessing.get_context("fork").Pool(jobs, _prepare) as pool:
        for figures in pool.imap(run_chunk, _chunks(seed, schedules)):
            total.merge(figures)
            progress(total)
            if total.strict >= schedules or len(total.failures) >= _FEW:
                pool.terminate()
                break
    return total


def _chunks(seed: int, schedules: int) -> Iterator[range]:
    """Never far more than is needed: imap takes all that it is given."""
    return (
        range(seed + number * _CHUNK, seed + (number + 1) * _CHUNK) for number in range(2 * schedules // _CHUNK + 2)
    )


def _prepare() -> None:
    """Collecting garbage all the time takes a fifth of it; chunks do it at their end. Real time goes first."""
    os.nice(10)
    gc.disable()
    gc.freeze()
