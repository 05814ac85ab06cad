"""The messages about drawing from prompts."""

from __future__ import annotations

from pydantic import Field

from dcode.api.jobs import Job, JobRef
from dcode.api.model import Model


class Draw(Model):
    """A prompt to be drawn; null leaves a choice to the engine. Sizes in mm, both or none: None is the work area's.

    `model` is a hub id or a folder, `max_len` counts tokens. `confirmed`: plot the best drawing without asking.
    `require_ready`: refuse (MachineNotReady) unless the machine can plot now.
    """

    prompt: str = Field(min_length=1, max_length=2000)
    engine: str | None = Field(None, max_length=1000)
    model: str | None = Field(None, max_length=1000)
    seed: int = Field(0, ge=0, lt=1 << 63)
    count: int = Field(1, ge=1, le=64)
    width_mm: float | None = Field(None, ge=1, le=1e5)
    height_mm: float | None = Field(None, ge=1, le=1e5)
    style: str | None = Field(None, max_length=1000)
    steps: int | None = Field(None, ge=1, le=1000)
    guidance: float | None = Field(None, ge=0, le=100)
    temperature: float | None = Field(None, ge=0, le=10)
    max_len: int | None = Field(None, ge=1, le=1_000_000)
    live: bool = Field(False, description="plot strokes as they come, where the engine draws stroke by stroke")
    confirmed: bool = False
    require_ready: bool = False


class Drawing(Model):
    """One drawing of a prompt, the best being the first; `strokes` and `points` as the engine drew them."""

    engine: str
    model: str
    seed: int
    score: float | None = Field(description="how well it is thought to show the prompt")
    source: str | None = Field(description="what it was drawn after, with its licence")
    strokes: int
    points: int
    seconds: float


class Drawings(Model):
    """What came of a prompt. `chosen`: the one that is the job's program, counted from 0."""

    job: Job
    drawings: list[Drawing]
    chosen: int
    notes: list[str] = Field(description="for the person: that another engine was used, and why")


class Pick(JobRef):
    """Which drawing is to be the job's program, counted from 0."""

    drawing: int = Field(ge=0)
