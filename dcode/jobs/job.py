"""A job: a program in the queue, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from dcode.errors import JobError


class JobState(StrEnum):
    """Where a job is in its life. `interrupted` is resumable; the last three are the end."""

    DRAWING = "drawing"  # the worker makes a drawing of its prompt
    CHECKING = "checking"
    READY = "ready"
    PLOTTING = "plotting"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_S = JobState

# The truth about a job's life. A move that is not in it is a JobError.
TRANSITIONS: Final[dict[JobState, frozenset[JobState]]] = {
    _S.DRAWING: frozenset({_S.READY, _S.FAILED, _S.CANCELLED}),
    _S.CHECKING: frozenset({_S.READY, _S.FAILED, _S.CANCELLED}),
    _S.READY: frozenset({_S.PLOTTING, _S.CANCELLED, _S.FAILED}),
    _S.PLOTTING: frozenset({_S.PAUSED, _S.INTERRUPTED, _S.DONE, _S.FAILED, _S.CANCELLED}),
    _S.PAUSED: frozenset({_S.PLOTTING, _S.INTERRUPTED, _S.CANCELLED, _S.FAILED}),
    _S.INTERRUPTED: frozenset({_S.READY, _S.PLOTTING, _S.CANCELLED}),
    _S.DONE: frozenset({_S.READY}),  # plotted again on request
    _S.FAILED: frozenset({_S.READY}),
    _S.CANCELLED: frozenset({_S.READY}),
}

WAITING: Final = frozenset({_S.DRAWING, _S.CHECKING, _S.READY})
AT_THE_MACHINE: Final = frozenset({_S.PLOTTING, _S.PAUSED})
ENDED: Final = frozenset({_S.DONE, _S.FAILED, _S.CANCELLED, _S.INTERRUPTED})


@dataclass(slots=True)
class Job:
    """One row of the store; the fields are those of the API's Job (dcode.api.jobs), units as there.

    `held`: it is not plotted before somebody has said yes to it. `growing`: strokes are still being added to its end.
    """

    name: str
    state: JobState = JobState.CHECKING
    id: int = 0
    reason: str | None = None
    created: float = 0.0
    started: float | None = None
    ended: float | None = None
    seconds: float = 0.0
    rows: int = 0
    row: int = 0
    sent_row: int = 0
    executed_row: int = 0
    lines: int = 0
    sent: int = 0
    acked: int = 0
    resends: int = 0
    estimate_seconds: float = 0.0
    draw_mm: float = 0.0
    travel_mm: float = 0.0
    pen_lifts: int = 0
    bounds: tuple[float, float, float, float] | None = None
    profile: str | None = None
    kind: str = "drawing"  # or "rehearsal": it is gone through with the pen up
    placed: str = "as_is"  # or "fit", "clip": what was done to the program that came
    audit: str = "off"  # or "mark": at a change of pens, whether steps were lost
    drift: tuple[float, float] | None = None  # what an audit found last
    feed_override: float = 100.0  # %, as it was adjusted last while this was drawn
    pen_offsets: dict[str, float] = field(default_factory=dict)  # degrees further down, by pen, likewise
    digest: str = ""  # of the motion file and the machine that it was checked against
    place: float = 0.0  # order among those that wait
    prompt: str = ""  # what it was drawn from
    drawing: int = 0  # which of the drawings of that, counted from 0
    held: bool = False
    growing: bool = False

    @property
    def is_adjusted(self) -> bool:
        """Whether it was drawn otherwise than machine.json says."""
        return self.feed_override != 100.0 or bool(self.pen_offsets)

    def to(self, state: JobState, reason: str | None = None) -> None:
        """Change state. Raises JobError for a move that is not in TRANSITIONS."""
        if state not in TRANSITIONS[self.state]:
            raise JobError(f"Job {self.id} is {self.state}: it cannot become {state}.", job=self.id, state=self.state)
        self.state, self.reason = state, reason
