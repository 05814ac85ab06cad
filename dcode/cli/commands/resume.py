"""dcode resume: go on with a job that is paused, or with one that was interrupted. Starts no daemon."""

from __future__ import annotations

import click

from dcode.api.codec import Message
from dcode.cli.command import command
from dcode.cli.exit_codes import ExitCode, of_error
from dcode.cli.follow import follow, tell_detached, tell_end
from dcode.cli.lengths import LENGTH
from dcode.cli.pen_asking import ask_to_keep
from dcode.cli.recovering import asked_way, way_lines
from dcode.cli.session import Session
from dcode.cli.status_lines import status_lines
from dcode.client.recovery import REDRAW, SKIP, Way, recovery_lines
from dcode.client.sync import Client
from dcode.errors import DcodeError, JobError, MachineNotReady


@command()
@click.argument("job", type=click.IntRange(1), required=False, metavar="[JOB]")
@click.option("--redraw", is_flag=True, help="Draw the uncertain stretch again.")
@click.option("--skip", is_flag=True, help="Leave the uncertain stretch out.")
@click.option("--back", type=LENGTH, metavar="LENGTH", help="Begin so much ink before it: 10, 10mm, 3m.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask; --redraw unless another is said.")
@click.option("--detach", is_flag=True, help="Do not follow an interrupted job.")
def resume(
    session: Session, job: int | None, redraw: bool, skip: bool, back: float | None, yes: bool, detach: bool
) -> int:
    """Go on with a paused or an interrupted job.

    JOB, else the one that is paused, else the one that was interrupted last; where there is none, a queue that was
    held goes on. A paused job goes on at once. Of an interrupted one it is said what is surely on the paper and what
    may or may not be, and asked how to go on; then it is followed to its end, as dcode plot does. --back is for both:
    when a pen ran dry unnoticed, it draws the last of it again.
    """
    flags = redraw + skip + (back is not None)
    if flags > 1:
        raise click.UsageError("--redraw, --skip and --back exclude each other.", click.get_current_context())
    way = SKIP if skip else Way("back", back) if back is not None else REDRAW if redraw or yes else None
    with session.daemon() as daemon:
        interrupted = _interrupted(daemon, job)
        if interrupted is not None:
            return _recover(session, daemon, interrupted, way, detach=detach)
        if redraw or skip:
            problem = "--redraw and --skip are for an interrupted job: this one is not, or there is none."
            raise click.UsageError(problem, click.get_current_context())
        params = ({"job": job} if job else {}) | (way.params if way and back is not None else {})
        session.reply(daemon.call("plotter.resume", **params), status_lines)
    return ExitCode.DONE


def _interrupted(daemon: Client, job: int | None) -> int | None:
    """The interrupted job that is meant; None where the daemon needs no more than to be told to go on."""
    if job is not None:
        return job if daemon.call("job.show", job=job)["state"] == "interrupted" else None
    jobs: list[Message] = daemon.call("job.list")["jobs"]
    if any(one["state"] in ("plotting", "paused") for one in jobs):
        return None
    ended = [one for one in jobs if one["state"] == "interrupted"]
    return int(max(ended, key=lambda one: one["ended"] or 0.0)["id"]) if ended else None


def _recover(session: Session, daemon: Client, job: int, way: Way | None, *, detach: bool) -> ExitCode:
    back = {"back_mm": way.back_mm} if way and way.back_mm is not None else {}
    recovery = daemon.call("job.recovery", job=job, **back)
    session.about_failure = lambda error: recovery
    for line in recovery_lines(recovery):
        session.output.note(line)
    if not recovery["registered"]:
        return _unregistered(session, job)
    if way is None and not session.output.interactive:
        return _undecided(session, recovery)
    way = way or asked_way(session.output, recovery)
    if way is None:
        session.output.note(f"Job {job} is left as it is.")
        return ExitCode.INTERRUPTED
    status = daemon.call("plotter.resume", job=job, **way.params)
    if detach:
        session.reply(status, status_lines)
        return ExitCode.DONE
    try:
        ended = follow(daemon, job, session.output)
    except KeyboardInterrupt:
        return tell_detached(session, job)
    ask_to_keep(session, daemon, ended)
    return tell_end(session, ended)


def _unregistered(session: Session, job: int) -> ExitCode:
    error = MachineNotReady("Where the gondola is, is not known.", reason="unregistered", job=job)
    return _refuse(
        session,
        error,
        [
            "dcode home          goes home by the end-stops.",
            "dcode home --here   says that the gondola hangs at home.",
            "dcode register      says that the pen is over a place on the paper, and helps to bring it there.",
            f"Then dcode resume {job} goes on.",
        ],
    )


def _undecided(session: Session, recovery: Message) -> ExitCode:
    error = JobError("Without a terminal to ask on, say how it should go on.", job=recovery["job"]["id"])
    return _refuse(session, error, way_lines(recovery))


def _refuse(session: Session, error: DcodeError, what_to_do: list[str]) -> ExitCode:
    """Say why nothing is done; under --json with all that is known of the job."""
    session.output.fail(error.message, what_to_do)
    if session.json:
        session.output.answer(session.failure(error))
    return of_error(error)
