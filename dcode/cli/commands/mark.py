"""dcode mark: the marks that a sheet is found again by."""

from __future__ import annotations

from pathlib import Path

import click

from dcode.cli.command import command, daemon_options
from dcode.cli.exit_codes import ExitCode
from dcode.cli.follow import follow_to_end
from dcode.cli.program import workshop
from dcode.cli.queueing import queue
from dcode.cli.reach import reach
from dcode.cli.session import Session
from dcode.cli.source import Source
from dcode.client.sync import Client
from dcode.gcode.motion import Kind
from dcode.gcode.write import write
from dcode.machine.marking import SIZE_MM, marking


@command()
@click.option("--corners", is_flag=True, help="Only an angle in each corner of the work area.")
@click.option("--cross", is_flag=True, help="Only the cross at home, where a job begins.")
@click.option(
    "--size", type=click.FloatRange(1, 500), default=SIZE_MM, metavar="MM", help=f"How large they are. [{SIZE_MM:g}]"
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask first.")
@daemon_options
def mark(session: Session, corners: bool, cross: bool, size: float, yes: bool) -> int:
    """Draw the marks that a sheet is found again by.

    A cross at home and an angle in each corner of the work area, with the pen that is in. They are what dcode register
    calls home, top left, and so on: with the pen over the centre of the cross or the tip of an angle it knows where the
    gondola is, and from two of them how a sheet lies that was hung anew.
    """
    both = corners == cross
    with reach(session) as daemon:
        source = _source(session, daemon, size, corners=corners or both, cross=cross or both)
        if source is None:
            session.output.fail("None of the marks is within the machine's limits.")
            return ExitCode.USAGE
        if session.output.interactive and not yes and not session.output.ask("Draw the marks now?"):
            session.output.note("Nothing is drawn.")
            return ExitCode.INTERRUPTED
        job = queue(session, daemon, source)
        if job is None:
            return ExitCode.USAGE
        return follow_to_end(session, daemon, job["id"])


def _source(session: Session, daemon: Client, size: float, *, corners: bool, cross: bool) -> Source | None:
    """The program that draws them, for the daemon's machine and the firmware that it is connected to."""
    told, status = daemon.call("daemon.info")["machine"], daemon.call("status")
    machine, dialect = workshop(Path(told), session.profile or status["profile"])
    motion = marking(machine, size=size, corners=corners, cross=cross)
    if Kind.DRAW not in motion.kind:
        return None
    return Source("marks", "marks", write(motion, dialect.reading(machine)).encode())
