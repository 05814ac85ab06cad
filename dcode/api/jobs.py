"""The messages about jobs: what a job is, how a program is sent and read back, and the queue."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from dcode.api.model import Model

JobState = Literal["drawing", "checking", "ready", "plotting", "paused", "interrupted", "done", "failed", "cancelled"]


class Job(Model):
    """A program in the queue, and what became of it."""

    id: int
    name: str
    kind: Literal["drawing", "rehearsal"] = Field("drawing", description="a rehearsal is gone through with the pen up")
    state: JobState
    reason: str | None = None
    created: float = Field(description="Unix time")
    started: float | None = None
    ended: float | None = None
    seconds: float = Field(0, description="time at the machine")
    rows: int = 0
    row: int = Field(0, description="rows that the firmware has acknowledged")
    sent_row: int = Field(0, description="rows that have gone out; the pen is between executed_row and this")
    executed_row: int = Field(0, description="rows that are proved to be on the paper")
    lines: int = Field(0, description="lines of the source")
    sent: int = Field(0, description="lines that went out on the wire")
    acked: int = 0
    resends: int = 0
    estimate_seconds: float = 0
    draw_mm: float = 0
    travel_mm: float = 0
    pen_lifts: int = 0
    bounds: tuple[float, float, float, float] | None = Field(None, description="left, right, top, bottom")
    profile: str | None = None
    placed: Literal["as_is", "fit", "clip"] = Field("as_is", description="what was done to the program that came")
    audit: Literal["off", "mark"] = Field("off", description="whether the gondola goes to a mark at changes of pens")
    drift: tuple[float, float] | None = Field(None, description="mm right and up that an audit found last")
    feed_override: float = Field(100, description="% of the feeds, as it was adjusted last while it was drawn")
    pen_offsets: dict[str, float] = Field(default_factory=dict, description="degrees further down, by pen, likewise")
    prompt: str = Field("", description="what it was drawn from; empty for a program that was sent")
    held: bool = Field(False, description="it waits for a yes: job.confirm")
    growing: bool = Field(False, description="strokes are still being drawn and added to its end")


class JobRef(Model):
    """A job that is in the queue: its number, or 0 for the one at the machine."""

    job: int = Field(0, ge=0)


class Jobs(Model):
    """Jobs: first the one at the machine, then those that wait in order, then history, newest first."""

    jobs: list[Job]


class MoveJob(JobRef):
    """Put a waiting job at a place in the queue; 1 is next."""

    to: int = Field(ge=1)


class Rehearsal(Model):
    """A drawing gone through with the pen up: around its bounding box or its hull, or its first seconds."""

    what: Literal["box", "hull", "seconds"] = "box"
    seconds: float = Field(30, gt=0, le=86_400)
    row: int = Field(0, ge=0, description="row of the program with which the seconds begin")
    times: int = Field(1, ge=1, le=100)


class Begin(Model):
    """The start of an upload. `fit` scales and centres, `clip` cuts at the edge; not both."""

    name: str = Field(min_length=1, max_length=255)
    size: int = Field(ge=0, le=2_000_000_000, description="bytes that will follow")
    fit: bool = False
    clip: bool = False
    audit: Literal["off", "mark"] = "off"
    rehearse: Rehearsal | None = Field(None, description="not to draw it, but to go through it with the pen up")


class Upload(Model):
    """An upload in progress."""

    upload: str


class Append(Upload):
    """The next bytes of a file, base64, at most 512 KiB of them."""

    data: str


class Appended(Model):
    """How much has arrived."""

    received: int


class Commit(Upload):
    """The end of an upload: the program is checked, and queued if it is safe."""

    require_ready: bool = Field(False, description="refuse (MachineNotReady) unless the machine can plot now")


class Committed(Model):
    """The job, and the report of the check. `warnings`: pens that run dry in it, a sentence each."""

    job: Job
    report: dict[str, Any]
    warnings: list[str] = Field(default_factory=list)


class Read(JobRef):
    """Where in the job's program to begin."""

    offset: int = Field(0, ge=0)


class Piece(Model):
    """Some of a job's program: base64, at most 512 KiB of its `size` bytes."""

    data: str
    size: int


class FromRow(JobRef):
    """Which row of the job's program to begin with; one that is not there yet gives none."""

    row: int = Field(0, ge=0)
