"""dcode register: say where the gondola is."""

from __future__ import annotations

import click

from dcode.cli.command import command, daemon_options
from dcode.cli.exit_codes import ExitCode
from dcode.cli.reach import reach
from dcode.cli.registering import converse, tell
from dcode.cli.session import Session


@command()
@click.argument("mark", nargs=-1, metavar="[MARK]")
@click.option("--at", nargs=2, type=float, metavar="X Y", help="At a place, in mm, instead of at a mark.")
@click.option("--second", is_flag=True, help="After a first mark: the two tell the sheet's turn and scale as well.")
@daemon_options
def register(session: Session, mark: tuple[str, ...], at: tuple[float, float] | None, second: bool) -> int:
    """Say where the gondola is.

    MARK is a place that can be found by eye: home, top left, last end. Without it the pen is lifted, the marks are
    listed, and arrow keys bring the pen over the one that is chosen. A second mark, far from the first, tells how a
    sheet lies that was hung anew.
    """
    if mark and at:
        raise click.UsageError("Either MARK or --at X Y.", click.get_current_context())
    if not (mark or at or session.output.interactive):
        problem = "Without a terminal, say where the gondola is: a MARK, as in dcode register home, or --at X Y."
        raise click.UsageError(problem, click.get_current_context())
    with reach(session) as daemon:
        if mark or at:
            where = {"x": at[0], "y": at[1]} if at else {"mark": " ".join(mark)}
            tell(session, daemon.call("plotter.register", **where, second=second), second=second)
        elif not converse(session, daemon, second=second):
            session.output.note("Nothing is registered.")
            return ExitCode.INTERRUPTED
    return ExitCode.DONE
