"""dcode plot: put a drawing on the wall."""

from __future__ import annotations

from pathlib import Path

import click

from dcode.cli.command import FILE, command, daemon_options
from dcode.cli.exit_codes import ExitCode
from dcode.cli.follow import follow, tell_detached, tell_end, tell_queued
from dcode.cli.pen_asking import ask_to_keep
from dcode.cli.queueing import Ready, made_ready, queue
from dcode.cli.reach import reach
from dcode.cli.session import Session
from dcode.cli.source import read_source, source_argument
from dcode.cli.wishes import Wishes, artwork_options
from dcode.client.sync import Client
from dcode.errors import ConfigError


@command()
@source_argument
@artwork_options
@click.option("--dry-run", is_flag=True, help="Check and estimate only; needs no machine.")
@click.option("--preview", type=FILE, metavar="SVG|PNG|GIF", help="Save a picture of what will be drawn.")
@click.option("--detach", is_flag=True, help="Queue the file and return.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask first.")
@click.option(
    "--ink",
    type=FILE,
    metavar="SVG",
    help="Afterwards, save what a simulated pen drew.",
)
@click.option(
    "--audit",
    type=click.Choice(("off", "mark")),
    default="off",
    metavar="off|mark",
    help="At each change of pens go to a mark, to see whether steps were lost. [off]",
)
@daemon_options
def plot(
    session: Session,
    file: str,
    wishes: Wishes,
    dry_run: bool,
    preview: Path | None,
    detach: bool,
    yes: bool,
    ink: Path | None,
    audit: str,
) -> int:
    """Plot a drawing, and follow it to its end.

    G-code is plotted as it is. An SVG is drawn at its size, its page in the middle of the work area, and a picture as
    large as it goes; a text is written. Their strokes are put into the order with the least travel. Every move is
    checked against the machine first; nothing is queued when one is outside its limits. Ctrl-C leaves the plot alone:
    it goes on, and dcode watch follows it again. The exit code is that of the job: 0 when it is done, 1 when it failed
    or was cancelled.
    """
    if ink and (detach or dry_run):
        problem = "--ink waits for the end of the plot: it goes with neither --detach nor --dry-run."
        raise click.UsageError(problem, click.get_current_context())
    source = read_source(file, as_text=wishes.text)
    if dry_run:
        from dcode.cli.rehearsal import rehearse

        return rehearse(session, source, wishes, preview)
    ready = made_ready(session, source, wishes, preview)
    if ready is None:
        return ExitCode.USAGE
    with reach(session) as daemon:
        if ink:
            _must_be_simulated(daemon)
        if session.output.interactive and not yes:
            from dcode.cli.rehearsal import agreed

            if not agreed(session, daemon, ready.source, ready.wishes, ready.examined):
                session.output.note("Nothing is plotted.")
                return ExitCode.INTERRUPTED
        return _plot(session, daemon, ready, detach=detach, ink=ink, audit=audit)


def _plot(session: Session, daemon: Client, ready: Ready, *, detach: bool, ink: Path | None, audit: str) -> ExitCode:
    also = {"audit": audit} if audit != "off" else None
    job = queue(session, daemon, ready.source, fit=ready.wishes.fit, clip=ready.wishes.clip, also=also)
    if job is None:
        return ExitCode.USAGE
    if detach:
        return tell_queued(session, job)
    try:
        ended = follow(daemon, job["id"], session.output)
    except KeyboardInterrupt:
        return tell_detached(session, job["id"])
    ask_to_keep(session, daemon, ended)
    if ink:
        daemon.call("sim.ink", path=str(ink.absolute()))
        session.output.note(f"The ink is in {ink}.")
    return tell_end(session, ended)


def _must_be_simulated(daemon: Client) -> None:
    port = daemon.call("status")["port"]
    if not str(port).startswith("sim"):
        raise ConfigError(
            f"only a simulated plotter's ink can be saved, and the port is {port or 'not set'}", key="ink"
        )
