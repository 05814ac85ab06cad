"""dcode watch: follow a job that is under way."""

from __future__ import annotations

import click

from dcode.api.codec import Message
from dcode.cli.command import command
from dcode.cli.exit_codes import ExitCode
from dcode.cli.follow import follow_to_end
from dcode.cli.session import Session
from dcode.cli.status_lines import status_lines
from dcode.client.sync import Client


@command()
@click.argument("job", type=click.IntRange(1), required=False, metavar="[JOB]")
def watch(session: Session, job: int | None) -> int:
    """Follow the job at the machine.

    Or the next one, or JOB, to its end. Ctrl-C leaves it alone. The exit code is that of the job: 0 when it is done.
    With --json, every change is a line, and the last line is how the job ended.
    """
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
