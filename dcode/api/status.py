"""What the daemon says of itself and of the machine, now."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dcode.api import pens
from dcode.api.jobs import Job, JobState
from dcode.api.model import Model

PlotterState = Literal[
    "disconnected", "connecting", "idle", "homing", "plotting", "pausing", "paused", "stopping", "alarm"
]


class JobBrief(Model):
    """What a status says of the job at the machine."""

    id: int
    name: str
    state: JobState


class Status(Model):
    """The machine and what it is doing, now."""

    state: PlotterState
    port: str | None = None
    profile: str | None = None
    registered: bool = Field(False, description="the position is known")
    position: tuple[float, float] | None = Field(None, description="x, y in mm")
    pen: Literal["up", "down", "unknown"] = "unknown"
    job: JobBrief | None = None
    progress: float | None = Field(None, ge=0, le=1)
    eta_seconds: float | None = Field(None, description="what the job still takes: the estimate at its pace so far")
    eta_band: tuple[float, float] | None = Field(None, description="seconds: nine times in ten it is between these")
    feed: float | None = Field(None, description="mm/min of the move that was sent last")
    lines_sent: int = 0
    lines_acked: int = 0
    resends: int = 0
    in_flight: int = 0
    window: int = Field(0, description="lines that may be in flight; 1 while the link is poor")
    resend_ratio: float = Field(0, description="share of the last lines that went out more than once")
    starved: int = Field(0, description="times that the firmware ran out of moves in mid-stroke")
    poor: bool = Field(False, description="the link is so bad that one line at a time is sent")
    ack_ms: float | None = Field(None, description="round trip of a line, mean of the last hundred")
    ack_max_ms: float | None = Field(None, description="the longest of them")
    queued: int = Field(0, description="jobs that are ready and wait")
    drift: tuple[float, float] | None = Field(None, description="mm right and up, as the job's last audit found it")
    pen_in_hand: pens.PenInk | None = Field(None, description="the pen that was put in last, and its ink")
    asks: pens.Asked | None = Field(None, description="what a paused job waits for")
    feed_override: float = Field(100, description="% of the feeds that the program says, as it was adjusted")
    pen_offset: float = Field(0, description="degrees that the pen is lowered further than machine.json says")
    message: str | None = Field(None, description="why the machine is not idle, or what went wrong last")
    report: str | None = Field(None, description="the firmware's own state, where it reports one")


class Subscribed(Model):
    """The snapshot that comes before the first change."""

    status: Status
    jobs: list[Job]


class DaemonInfo(Model):
    """Who answers."""

    pid: int
    socket: str
    version: str
    state_dir: str
    machine: str
    started: float


class Stop(Model):
    """`idle`: refuse while a job is at the machine. `now`: pause it pen-up first; it stays resumable."""

    when: Literal["idle", "now"] = "idle"
