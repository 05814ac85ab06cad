"""The messages about jobs that have stopped and go on: pauses, and what is known after an interruption."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dcode.api.jobs import Job, JobRef
from dcode.api.model import Model


class Place(Model):
    """How far a program has come: rows before `row` whole, and of `row` the way to (x, y). `line` is the source's."""

    row: int
    x: float
    y: float
    line: int = 0


class Recovery(Model):
    """What is known of an interrupted job. The pen was last somewhere between `executed` and `sent`."""

    job: Job
    executed: Place
    acked: Place
    sent: Place
    stretch: list[list[tuple[float, float]]] = Field(description="polylines that may or may not be on the paper, mm")
    stretch_mm: float
    done_mm: float = Field(description="ink that is surely on the paper")
    back: Place = Field(description="where `how = back` would begin, with back_mm")
    registered: bool = Field(description="the position is known: the job can be resumed now")


class Recover(JobRef):
    """The job to look at; 0: the one that was interrupted last. `back_mm` of ink before `executed`."""

    back_mm: float = Field(10, ge=0)


class Resume(JobRef):
    """Go on with the paused job, or with an interrupted one; 0: whichever there is.

    An interrupted job begins again where it is surely drawn (`redraw`), where the last line went (`skip`), or
    `back_mm` of ink before the former (`back`). A paused job goes on where it is, or as far `back`, at most to where
    its pen was put in.
    """

    how: Literal["redraw", "skip", "back"] = "redraw"
    back_mm: float = Field(10, ge=0)


class Pause(Model):
    """At the end of the stroke, or at once with the pen lifted in it."""

    now: bool = False
