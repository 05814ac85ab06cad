"""The wait for an order of strokes: how long it takes is shown, and the time limit or Ctrl-C ends it."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any, Final

from dcode.cli.output import Output
from dcode.machine.prepare_drawing import Search

SHOWN_AFTER: Final = 1.0  # seconds; a shorter wait is over before one could read how far it is
LOGGED_AFTER: Final = 5.0  # where there is no live line
EACH: Final = 0.2  # seconds between two live lines
STEP: Final = 10  # per cent between two lines of a log


class Patience(Search):
    """A search that is waited for. Use it as a context.

    With `takes_best` Ctrl-C ends the search and not the command: what was found so far is taken, and only a second
    Ctrl-C leaves. That is for commands that write a file; where a machine would begin to move, Ctrl-C leaves at once.
    """

    def __init__(self, output: Output, name: str, limit: float | None = None, *, takes_best: bool = False) -> None:
        self._output, self._name, self._limit, self._takes_best = output, name, limit, takes_best
        self._begun: float | None = None  # the search: reading the drawing is not counted
        self._shown, self._step = 0.0, 0
        self._enough = False
        self._previous: Any = None

    def __enter__(self) -> Patience:
        if self._takes_best and threading.current_thread() is threading.main_thread():
            self._previous = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore()
        self._output.show("")

    def stops(self) -> bool:
        return self._enough or (self._limit is not None and self._waited() >= self._limit)

    def progress(self, share: float) -> None:
        waited, percent = self._waited(), int(100 * share)
        text = f"Ordering {self._name}: {percent} %, {waited:.0f} s"
        if self._output.live and waited >= SHOWN_AFTER and waited - self._shown >= EACH:
            self._shown = waited
            self._output.show(text + (" (Ctrl-C takes the best so far)" if self._previous is not None else ""))
        elif not self._output.live and waited >= LOGGED_AFTER and percent // STEP > self._step:
            self._step = percent // STEP
            self._output.note(text)

    def _waited(self) -> float:
        now = time.monotonic()
        self._begun = now if self._begun is None else self._begun
        return now - self._begun

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self._enough = True
        self._restore()

    def _restore(self) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)
            self._previous = None
