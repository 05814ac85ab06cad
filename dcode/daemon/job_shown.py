"""A job in the API's words, and in a sentence."""

from __future__ import annotations

from dcode.api import jobs as api
from dcode.jobs.job import Job


def shown(job: Job) -> api.Job:
    """A job as clients are told."""
    return api.Job(**{name: getattr(job, name) for name in api.Job.model_fields})


def adjusted_words(job: Job) -> str:
    """How it was adjusted: the feed was 120 % and the pen 2 degrees deeper."""
    feed = [f"the feed was {job.feed_override:g} %"] if job.feed_override != 100.0 else []
    pens = [
        f"pen {number} was {abs(by):g} degrees {'deeper' if by > 0 else 'lighter'}".replace("pen 0", "the pen")
        for number, by in job.pen_offsets.items()
    ]
    return " and ".join([*feed, *pens])
