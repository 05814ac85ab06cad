"""What to do with a worker, and when: decisions only. Time is an argument, actions are values.

A worker is started when somebody wants a drawing, kept warm, ended when nothing was wanted for a while, and ended too
when it takes too long or does not hear a cancel. One drawing at a time; the others wait. When the worker is gone, only
the drawing at work fails; the next one gets a new worker.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final


class WorkerState(Enum):
    """Where a worker is in its life."""

    ABSENT = "absent"
    STARTING = "starting"
    IDLE = "idle"
    DRAWING = "drawing"
    CANCELLING = "cancelling"  # nobody wants the drawing at work; the worker has been told
    ENDING = "ending"  # asked to end, or killed, or silent: only its end can come


_ANY_END: Final = frozenset({WorkerState.ENDING, WorkerState.ABSENT})
MOVES: Final[Mapping[WorkerState, frozenset[WorkerState]]] = {
    WorkerState.ABSENT: frozenset({WorkerState.STARTING}),
    WorkerState.STARTING: frozenset({WorkerState.IDLE}) | _ANY_END,
    WorkerState.IDLE: frozenset({WorkerState.DRAWING}) | _ANY_END,
    WorkerState.DRAWING: frozenset({WorkerState.IDLE, WorkerState.CANCELLING}) | _ANY_END,
    WorkerState.CANCELLING: frozenset({WorkerState.IDLE}) | _ANY_END,
    WorkerState.ENDING: frozenset({WorkerState.ABSENT}),
}


class Why(Enum):
    """Why a drawing came to nothing, as far as it is not the worker who said so."""

    NOT_STARTED = "not started"
    SLOW_START = "slow start"
    LOST = "lost"  # it crashed, was killed, or the link was cut
    TOO_LONG = "too long"
    GARBAGE = "garbage"


class Do(Enum):
    """What the shell around has to do."""

    START = "start"
    SEND = "send"  # the Draw of this number
    CANCEL = "cancel"  # tell the worker that nobody wants this number
    END = "end"
    KILL = "kill"
    FAIL = "fail"  # whoever waits for this number


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do."""

    do: Do
    number: int = 0
    why: Why | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long things may take, in seconds. `seconds` is for one request, from when the worker begins with it."""

    idle_seconds: float = 600.0
    seconds: float = 600.0
    start_seconds: float = 120.0  # a small board with a slow card imports for long
    cancel_seconds: float = 3.0  # between two steps of a big model on a CPU; then the warm worker is given up
    end_seconds: float = 2.0


class WrongState(RuntimeError):
    """A move that is not in the table: a defect of the shell around."""


class Keeper:
    """The life of one worker after the other, and who waits for it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.state = WorkerState.ABSENT
        self._waiting: deque[int] = deque()
        self._current: int | None = None  # the number at work that somebody still waits for
        self._deadline: float | None = None
        self._started = False  # whether the worker has been ready
        self._why: Why | None = None  # why the worker that ends was told to

    @property
    def deadline(self) -> float | None:
        """When handle_timeout wants to be called."""
        return self._deadline

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    def ask(self, number: int, now: float) -> list[Action]:
        """Somebody wants a drawing."""
        self._waiting.append(number)
        return self._next(now)

    def cancel(self, number: int, now: float) -> list[Action]:
        """Who wanted this one does not any more, and has left."""
        if number in self._waiting:
            self._waiting.remove(number)
        elif number == self._current:
            self._current = None
            if self.state is WorkerState.DRAWING:
                self._move(WorkerState.CANCELLING, now, self._limits.cancel_seconds)
                return [Action(Do.CANCEL, number)]
        return []

    def ready(self, now: float) -> list[Action]:
        """The worker can be asked."""
        return self._rest(now)

    def answered(self, now: float) -> list[Action]:
        """The worker is through with what it was asked."""
        if self.state not in (WorkerState.DRAWING, WorkerState.CANCELLING):
            return []  # it was told to end in the meantime
        self._current = None
        return self._rest(now)

    def end(self, now: float, why: Why | None = None) -> list[Action]:
        """The worker is of no use any more: what it says is not understood, or it says nothing, or nobody needs it."""
        if self.state in (WorkerState.ABSENT, WorkerState.ENDING):
            return []
        self._why = self._why or why
        self._move(WorkerState.ENDING, now, self._limits.end_seconds)
        return [Action(Do.END)]

    def gone(self, now: float) -> list[Action]:
        """The worker's process, or the link to it, is no more."""
        actions = list[Action]()
        started = self._started
        failed = self._current if started or not self._waiting else self._waiting.popleft()
        if failed is not None:
            why = self._why or (Why.LOST if started else Why.NOT_STARTED)
            actions.append(Action(Do.FAIL, failed, why))
        self._current = self._why = None
        self._move(WorkerState.ABSENT, now)
        return actions + self._next(now)

    def handle_timeout(self, now: float) -> list[Action]:
        """The deadline is there."""
        if self._deadline is None or now < self._deadline:
            return []
        if self.state is WorkerState.ENDING:
            self._deadline = None
            return [Action(Do.KILL)]
        why = {WorkerState.STARTING: Why.SLOW_START, WorkerState.DRAWING: Why.TOO_LONG}.get(self.state)
        return self.end(now, why)

    # -- within ------------------------------------------------------------------------------------------------------

    def _next(self, now: float) -> list[Action]:
        if self._waiting and self.state is WorkerState.ABSENT:
            self._started = False
            self._move(WorkerState.STARTING, now, self._limits.start_seconds)
            return [Action(Do.START)]
        if self._waiting and self.state is WorkerState.IDLE:
            self._current = self._waiting.popleft()
            self._move(WorkerState.DRAWING, now, self._limits.seconds)
            return [Action(Do.SEND, self._current)]
        return []

    def _rest(self, now: float) -> list[Action]:
        if self.state is WorkerState.ENDING:
            return []  # it was told to end in the meantime
        self._started = True
        self._move(WorkerState.IDLE, now, self._limits.idle_seconds)
        return self._next(now)

    def _move(self, to: WorkerState, now: float, seconds: float | None = None) -> None:
        if to not in MOVES[self.state]:
            raise WrongState(f"a worker does not go from {self.state.value} to {to.value}")
        self.state = to
        self._deadline = None if seconds is None else now + seconds
