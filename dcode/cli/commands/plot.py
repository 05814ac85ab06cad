"""dcode plot: put a drawing on the wall."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from dcode.api.codec import Message
from dcode.cli.command import command, daemon_options
from dcode.cli.exit_codes import ExitCode
from dcode.cli.follow import follow, result, tell_detached, tell_end, unfinished
from dcode.cli.pen_asking import ask_to_keep
from dcode.cli.reach import reach
from dcode.cli.recognise import Kind
from dcode.cli.sentences import sentences
from dcode.cli.session import Session
from dcode.cli.source import Source, read_source, source_argument
from dcode.cli.violations import tell_violations
from dcode.cli.wishes import Wishes, artwork_options
from dcode.client.sync import Client
from dcode.client.upload import upload
from dcode.errors import ConfigError, UnsafeProgram

_FILE: Final = click.Path(dir_okay=False, path_type=Path)
SHOWN_FROM: Final = 4_000_000  # bytes; a smaller upload is over before one could read how far it is


@command()
@source_argument
@artwork_options
@click.option("--dry-run", is_flag=True, help="Check and estimate only; needs no machine.")
@click.option("--preview", type=_FILE, metavar="SVG|PNG|GIF", help="Save a picture of what will be drawn.")
@click.option("--detach", is_flag=True, help="Queue the file and return.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask first.")
@click.option(
    "--ink",
    type=_FILE,
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
    session.about_failure = lambda error: unfinished(source.lines, error)
    examined = None
    if source.kind is not Kind.GCODE or wishes.said or preview:
        from dcode.cli.rehearsal import prepared

        examined = prepared(session, source, wishes, preview)
    if examined and examined.source.made:
        source = examined.source
        if not examined.report["ok"]:
            error = UnsafeProgram("The check refused it.", examined.report)
            return refused(session, source, error, tried=wishes.fit or wishes.clip)
        wishes = replace(wishes, fit=False, clip=False)  # that is done
    with reach(session) as daemon:
        if ink:
            _must_be_simulated(daemon)
        if session.output.interactive and not yes:
            from dcode.cli.rehearsal import agreed

            if not agreed(session, daemon, source, wishes, examined):
                session.output.note("Nothing is plotted.")
                return ExitCode.INTERRUPTED
        return _plot(session, daemon, source, fit=wishes.fit, clip=wishes.clip, detach=detach, ink=ink, audit=audit)


def _plot(
    session: Session,
    daemon: Client,
    source: Source,
    *,
    fit: bool,
    clip: bool,
    detach: bool,
    ink: Path | None,
    audit: str,
) -> ExitCode:
    also = {"audit": audit} if audit != "off" else None
    try:
        job = queue(session, daemon, source, fit=fit, clip=clip, also=also)
    except UnsafeProgram as error:
        return refused(session, source, error, tried=fit or clip)
    session.about_failure = lambda error: unfinished(source.lines, error, job["id"])
    if detach:
        session.reply(result(job), lambda value: [f"Job {job['id']}, {job['name']}, is queued."])
        return ExitCode.DONE
    try:
        ended = follow(daemon, job["id"], session.output)
    except KeyboardInterrupt:
        return tell_detached(session, job["id"])
    ask_to_keep(session, daemon, ended)
    if ink:
        daemon.call("sim.ink", path=str(ink.absolute()))
        session.output.note(f"The ink is in {ink}.")
    return tell_end(session, ended)


def queue(
    session: Session, daemon: Client, source: Source, *, fit: bool, clip: bool, also: Message | None = None
) -> Message:
    """Send the file; the job, checked and ready. `also`: what else job.begin takes."""

    def show(received: int) -> None:
        if session.output.live and len(source.data) >= SHOWN_FROM:
            session.output.show(f"Sending {source.name}: {100 * received // len(source.data)} %")

    try:
        answer = upload(
            daemon, source.name, source.data, fit=fit, clip=clip, require_ready=True, also=also, progress=show
        )
    except KeyboardInterrupt:
        session.output.note("dcode jobs   shows whether it was queued already.")
        raise
    finally:
        session.output.show("")
    for warning in answer.get("warnings", []):
        session.output.note(warning)
    job: Message = answer["job"]
    return job


def refused(session: Session, source: Source, error: UnsafeProgram, *, tried: bool) -> ExitCode:
    """The check's report, in words on stderr and whole on stdout with --json."""
    report = error.fields.get("report")
    if isinstance(report, dict) and report.get("violations"):
        tell_violations(session.output, source, report, tried=tried)
    else:
        sentence, below = sentences(error)
        session.output.fail(f"{source.name}: {sentence[:1].lower()}{sentence[1:]}", below)
    if session.json:
        session.output.answer(session.failure(error))
    return ExitCode.USAGE


def _must_be_simulated(daemon: Client) -> None:
    port = daemon.call("status")["port"]
    if not str(port).startswith("sim"):
        raise ConfigError(
            f"only a simulated plotter's ink can be saved, and the port is {port or 'not set'}", key="ink"
        )
