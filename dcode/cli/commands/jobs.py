"""dcode jobs: the queue and its history."""

from __future__ import annotations

import click

from dcode.api.codec import Message
from dcode.cli.command import command, group
from dcode.cli.lazy import Entry, Table
from dcode.cli.session import Session
from dcode.client.job_words import job_rows, percent_of, state_of
from dcode.client.words import clock, duration, table

_AT = "dcode.cli.commands.jobs"
MEMBERS: Table = {
    "Commands": {
        "list": Entry(f"{_AT}:list_jobs", "List all jobs."),
        "show": Entry(f"{_AT}:show", "Say all there is to say of a job."),
        "cancel": Entry("dcode.cli.commands.steer:cancel", "End a job, pen up."),
        "confirm": Entry(f"{_AT}:confirm", "Say yes to a drawing that waits for it."),
        "move": Entry(f"{_AT}:move", "Move a waiting job to another place."),
        "retry": Entry(f"{_AT}:retry", "Plot an ended job again from the start."),
        "forget": Entry(f"{_AT}:forget", "Remove an ended job and its files."),
    }
}

job_argument = click.argument("job", type=click.IntRange(1))


@group(MEMBERS)
def jobs(context: click.Context) -> None:
    """List jobs; show, cancel, move, retry or forget one.

    Without a command: the list. First the job at the machine, then those that wait, then what was.
    """
    if context.invoked_subcommand is None:
        _list(context.ensure_object(Session))


@command(name="list")
def list_jobs(session: Session) -> None:
    """List all jobs."""
    _list(session)


def _list(session: Session) -> None:
    with session.daemon() as daemon:
        session.reply(daemon.call("job.list")["jobs"], _job_table)


@command()
@job_argument
def show(session: Session, job: int) -> None:
    """Say all there is to say of a job."""
    with session.daemon() as daemon:
        session.reply(daemon.call("job.show", job=job), _job_lines)


@command()
@job_argument
def confirm(session: Session, job: int) -> None:
    """Say yes to a drawing that waits for it.

    It is plotted when it is its turn.
    """
    with session.daemon() as daemon:
        confirmed = daemon.call("job.confirm", job=job)
    session.reply(confirmed, lambda value: [f"Job {value['id']}, {value['name']}, is queued."])


@command()
@job_argument
@click.argument("to", type=click.IntRange(1), metavar="PLACE")
def move(session: Session, job: int, to: int) -> None:
    """Move a waiting job to another place.

    PLACE 1 is next.
    """
    with session.daemon() as daemon:
        session.reply(daemon.call("job.move", job=job, to=to)["jobs"], _job_table)


@command()
@job_argument
def retry(session: Session, job: int) -> None:
    """Plot an ended job again from the start."""
    with session.daemon() as daemon:
        again = daemon.call("job.retry", job=job)
    session.reply(again, lambda value: [f"Job {value['id']}, {value['name']}, is queued."])


@command()
@job_argument
def forget(session: Session, job: int) -> None:
    """Remove an ended job and its files."""
    with session.daemon() as daemon:
        daemon.call("job.forget", job=job)
    session.reply({"job": job}, lambda value: [f"Job {job} is forgotten."])


def _job_table(jobs: list[Message]) -> list[str]:
    if not jobs:
        return ["No jobs."]
    return table(
        [[str(job["id"]), job["name"], state_of(job), percent_of(job), _time(job)] for job in jobs], right=(0, 3, 4)
    )


def _time(job: Message) -> str:
    if job["state"] == "drawing":
        return ""
    return clock(job["seconds"]) if job["started"] else f"about {duration(job['estimate_seconds'])}"


def _job_lines(job: Message) -> list[str]:
    rows = job_rows(job)
    if job["state"] == "interrupted":
        rows.append(["next", f"dcode resume {job['id']}   goes on where it was interrupted"])
    if job["held"] and job["state"] == "ready":
        rows.append(["next", f"dcode jobs confirm {job['id']}   plots it when it is its turn"])
    return table(rows)
