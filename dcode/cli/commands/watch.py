"""dcode watch: follow a job that is under way."""

from __future__ import annotations

import click

from dcode.api.codec import Message
from dcode.cli.command import command
from dcode.cli.exit_codes import ExitCode
from dcode.cli.follow import follow_to_end
from dcode.cli.session import Session
from dcode.cli.status_lines import status_lines
from dcode.cli.watching import watch_all
from dcode.client.sync import Client


@command()
@click.argument("job", type=click.IntRange(1), required=False, metavar="[JOB]")
@click.option("--all", "everything", is_flag=True, help="Say all that the screen of dcode-tui shows, in plain lines.")
def watch(session: Session, job: int | None, everything: bool) -> int:
    """Follow the job at the machine.

    Or the next one, or JOB, to its end. Ctrl-C leaves it alone. The exit code is that of the job: 0 when it is done.
    With --json, every change is a line, and the last line is how the job ended.

    With --all: the machine, the job and the queue, then whatever changes, a line each, for a screen reader or a log;
    where the pen is and how far the job is, each 10 %. Without JOB it goes on until Ctrl-C.
    """
    if everything:
        return watch_all(session, job)
    with session.daemon() as daemon:
        number = job or _current(daemon)
        if number is None:
            session.reply(daemon.call("status"), status_lines)
            return ExitCode.DONE
        return follow_to_end(session, daemon, number, session.output.answer if session.json else _ignore)


def _current(daemon: Client) -> int | None:
    """The job at the machine, else the one that is next."""
    jobs: list[Message] = daemon.call("job.list")["jobs"]
    return next((job["id"] for job in jobs if job["state"] in ("plotting", "paused", "ready", "checking")), None)


def _ignore(event: Message) -> None:
    """The live line says it already."""
