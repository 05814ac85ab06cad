"""dcode rehearse: a drawing gone through with the pen up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from dcode.cli.command import command, daemon_options
from dcode.cli.commands.plot import queue, refused
from dcode.cli.exit_codes import ExitCode
from dcode.cli.follow import follow, result, tell_detached, tell_end, unfinished
from dcode.cli.reach import reach
from dcode.cli.rehearsal import prepared
from dcode.cli.session import Session
from dcode.cli.source import read_source, source_argument
from dcode.cli.wishes import Wishes, artwork_options
from dcode.errors import UnsafeProgram


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
    session.about_failure = lambda error: unfinished(source.lines, error)
    examined = prepared(session, source, wishes, None)
    if examined and examined.source.made:
        source = examined.source
        if not examined.report["ok"]:
            error = UnsafeProgram("The check refused it.", examined.report)
            return refused(session, source, error, tried=wishes.fit or wishes.clip)
        wishes = replace(wishes, fit=False, clip=False)  # that is done
    with reach(session) as daemon:
        try:
            job = queue(session, daemon, source, fit=wishes.fit, clip=wishes.clip, also={"rehearse": wanted})
        except UnsafeProgram as error:
            return refused(session, source, error, tried=wishes.fit or wishes.clip)
        session.about_failure = lambda error: unfinished(source.lines, error, job["id"])
        if detach:
            session.reply(result(job), lambda value: [f"Job {job['id']}, {job['name']}, is queued."])
            return ExitCode.DONE
        try:
            ended = follow(daemon, job["id"], session.output)
        except KeyboardInterrupt:
            return tell_detached(session, job["id"])
        return tell_end(session, ended)


def _wanted(seconds: float | None, times: int, *, hull: bool) -> dict[str, Any]:
    """As job.begin takes it."""
    if seconds is not None:
        return {"what": "seconds", "seconds": seconds, "times": times}
    return {"what": "hull" if hull else "box", "times": times}
