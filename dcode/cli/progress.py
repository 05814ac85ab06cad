"""A job's progress: one live line on a terminal, else a line each 10 %."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dcode.api.codec import Message
from dcode.cli.output import Output
from dcode.client.words import band_words, clock, duration

ENDED: Final = frozenset({"done", "failed", "cancelled", "interrupted"})  # job states
STEP: Final = 10  # per cent
BAR: Final = 24  # columns, where there is room
UNICODE_BAR: Final = "━─"
ASCII_BAR: Final = "#."


@dataclass(frozen=True, slots=True)
class Progress:
    """What there is to say of a job, now. Seconds; `left` is None while nobody knows."""

    name: str
    state: str
    done: float  # 0 to 1
    line: int
    lines: int
    elapsed: float
    left: float | None
    band: tuple[float, float] | None = None  # which `left` is in, nine times in ten

    @classmethod
    def of(cls, job: Message, status: Message) -> Progress:
        """From the API's Job and Status. The line is the one that the acknowledged share of the rows reaches."""
        done = job["row"] / job["rows"] if job["rows"] else 0.0
        at_machine, left, band = (status["job"] or {}).get("id"), None, None
        if job["state"] == "ready":
            left = job["estimate_seconds"]
        elif at_machine == job["id"] and job["state"] not in ENDED:
            left, band = status["eta_seconds"], status.get("eta_band")
        state = _state(job["state"], status, at_machine if at_machine != job["id"] else None)
        if job["held"] and job["state"] == "ready":
            state = "waits for a yes"
        around = (band[0], band[1]) if band else None
        return cls(job["name"], state, done, int(done * job["lines"]), job["lines"], job["seconds"], left, around)

    @property
    def percent(self) -> int:
        """Whole per cent; 100 only when all is done."""
        return int(self.done * 100)


def _state(state: str, status: Message, other: int | None) -> str:
    """The job's state in words: what it waits for, what the machine does on the way to another state."""
    if state == "plotting" and status["state"] in ("pausing", "stopping"):
        return str(status["state"])
    if state != "ready":
        return state
    if other is not None:
        return f"waiting for job {other}"
    return "waiting" if status["state"] in ("idle", "plotting") else f"waiting, the machine is {status['state']}"


def live_line(progress: Progress, width: int, *, unicode: bool) -> str:
    """One line of at most `width` columns: what matters least goes first when there is little room."""
    full, empty = UNICODE_BAR if unicode else ASCII_BAR
    filled = round(progress.done * BAR)
    bar = full * filled + empty * (BAR - filled)
    percent, line = f"{progress.percent:3} %", f"line {progress.line} of {progress.lines}"
    elapsed, left = clock(progress.elapsed), _left(progress)
    choices = (
        (bar, percent, line, elapsed, left + band_words(progress.band), progress.state),
        (bar, percent, line, elapsed, left, progress.state),
        (bar, percent, line, left, progress.state),
        (bar, percent, left, progress.state),
        (percent, left, progress.state),
        (percent, progress.state),
    )
    for parts in choices:
        text = "  ".join(part for part in parts if part)
        if len(text) < width:  # the last column stays free: some terminals wrap as soon as it is written
            return text
    return percent.strip()[: max(width - 1, 0)]


def plain_line(progress: Progress) -> str:
    """A line for a log."""
    parts = [
        f"{progress.name}: {progress.percent} %",
        f"line {progress.line} of {progress.lines}",
        f"{clock(progress.elapsed)} elapsed",
    ]
    return ", ".join([*parts, left + band_words(progress.band)] if (left := _left(progress)) else parts)


def _left(progress: Progress) -> str:
    return "" if progress.left is None else f"about {duration(progress.left)} left"


class ProgressView:
    """Shows progress where it can be seen. Nothing is written when nothing changed."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._told_state = ""
        self._told_step = 0

    def show(self, progress: Progress) -> None:
        """The job has moved on, or its state has changed."""
        if self._output.live:
            self._output.show(live_line(progress, self._output.width, unicode=self._output.unicode))
        else:
            self._log(progress)

    def close(self) -> None:
        """Take the live line away."""
        self._output.show("")

    def _log(self, progress: Progress) -> None:
        if progress.state != self._told_state and progress.state not in ENDED:
            self._told_state = progress.state
            self._output.note(f"{progress.name}: {progress.state}")
        step = progress.percent // STEP
        if step > self._told_step:
            self._told_step = step
            self._output.note(plain_line(progress))
