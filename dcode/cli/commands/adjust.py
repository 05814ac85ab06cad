"""dcode adjust: change feed and depth while a job is drawn, and take that back. Starts no daemon."""

from __future__ import annotations

import click

from dcode.cli.command import command
from dcode.cli.pen_asking import kept_lines
from dcode.cli.session import Session
from dcode.cli.steering import steer


@command()
@click.option("--feed", type=click.FloatRange(10, 200), metavar="PERCENT", help="Of the feeds that the program says.")
@click.option("--deeper", type=click.FloatRange(0, 45), metavar="DEGREES", help="Press the pen harder than now.")
@click.option("--lighter", type=click.FloatRange(0, 45), metavar="DEGREES", help="Press it less than now.")
@click.option("--undo", is_flag=True, help="Take all of it back: as machine.json says.")
@click.option("--keep", is_flag=True, help="After the job: write it to machine.json.")
def adjust(
    session: Session, feed: float | None, deeper: float | None, lighter: float | None, undo: bool, keep: bool
) -> None:
    """Change feed and depth while a job is drawn.

    Where the firmware has an override the feed changes at once, else with the moves that are sent next; it never
    goes beyond what the machine may do. The pen's depth changes with the next stroke, or at once where its servo does
    not stop the moves. The next job is drawn as machine.json says, unless it is kept.
    """
    said = [value is not None for value in (feed, deeper, lighter)]
    if keep and (undo or any(said)):
        raise click.UsageError("--keep is for a job that has ended.", click.get_current_context())
    if not (keep or undo or any(said)):
        raise click.UsageError("Say what: --feed, --deeper, --lighter, --undo or --keep.", click.get_current_context())
    if keep:
        with session.daemon() as daemon:
            session.reply(daemon.call("plotter.keep_adjusted"), kept_lines)
        return
    degrees = (deeper or 0.0) - (lighter or 0.0)
    steer(session, "plotter.adjust", pen_degrees=degrees or None, feed=feed, undo=undo)
