"""dcode rehearse: a drawing gone through with the pen up."""

from __future__ import annotations

from typing import Any

import click

from dcode.cli.command import command, daemon_options
from dcode.cli.exit_codes import ExitCode
from dcode.cli.follow import follow_to_end, tell_queued
from dcode.cli.queueing import made_ready, queue
from dcode.cli.reach import reach
from dcode.cli.session import Session
from dcode.cli.source import read_source, source_argument
from dcode.cli.wishes import Wishes, artwork_options


@command()
@source_argument
@click.option("--box", is_flag=True, help="Around the upright box that the drawing fits in; this is what is done.")
@click.option("--hull", is_flag=True, help="Around it as a rubber band would lie.")
@click.option(
    "--seconds", type=click.FloatRange(0, 86_400, min_open=True), metavar="N", help="The drawing's first N seconds."
)
@click.option("--repeat", type=click.IntRange(1, 100), default=1, metavar="N", help="So many times. [1]")
@click.option("--detach", is_flag=True, help="Queue it and return.")
@artwork_options
@daemon_options
def rehearse(
    session: Session,
    file: str,
    wishes: Wishes,
    box: bool,
    hull: bool,
    seconds: float | None,
    repeat: int,
    detach: bool,
) -> int:
    """Go through a drawing with the pen up.

    Takes what dcode plot takes, and checks it in the same way. The gondola goes around the drawing, or along its first
    strokes at the feed that they are drawn at, and the pen is never lowered. It is a job like any other: it can be
    paused and cancelled, and Ctrl-C leaves it alone.
    """
    if box + hull + (seconds is not None) > 1:
        raise click.UsageError("--box, --hull and --seconds exclude each other.", click.get_current_context())
    wanted = _wanted(seconds, repeat, hull=hull)
    source = read_source(file, as_text=wishes.text)
    ready = made_ready(session, source, wishes)
    if ready is None:
        return ExitCode.USAGE
    with reach(session) as daemon:
        fit, clip = ready.wishes.fit, ready.wishes.clip
        job = queue(session, daemon, ready.source, fit=fit, clip=clip, also={"rehearse": wanted})
        if job is None:
            return ExitCode.USAGE
        if detach:
            return tell_queued(session, job)
        return follow_to_end(session, daemon, job["id"])


def _wanted(seconds: float | None, times: int, *, hull: bool) -> dict[str, Any]:
    """As job.begin takes it."""
    if seconds is not None:
        return {"what": "seconds", "seconds": seconds, "times": times}
    return {"what": "hull" if hull else "box", "times": times}
