"""dcode calibrate: guides that find out how pen and machine really are. They start a daemon when none runs."""

from __future__ import annotations

import click

from dcode.cli.command import command, daemon_options, group
from dcode.cli.exit_codes import ExitCode
from dcode.cli.guiding import lead
from dcode.cli.lazy import Entry, Table
from dcode.cli.reach import reach
from dcode.cli.session import Session

_AT = "dcode.cli.commands.calibrate"
MEMBERS: Table = {
    "Commands": {
        "pen": Entry(f"{_AT}:pen", "Find the pen's heights and waits."),
        "machine": Entry(f"{_AT}:machine", "Find the motors' distance, the belts and their steps."),
    }
}


@group(MEMBERS)
def calibrate(context: click.Context) -> None:
    """Find out how the pen and the machine really are.

    A guide leads through it step by step, and writes machine.json at its end. Leaving it, in any way and at any
    step, lifts the pen and changes nothing.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@command()
@click.argument("name", required=False, metavar="[NAME]")
@daemon_options
def pen(session: Session, name: str | None) -> int:
    """Find the pen's heights and waits.

    NAME is one of the pens in machine.json; without it the machine's own. Paper that may be drawn on has to hang to
    the right of and below the gondola: dcode jog brings it there. Arrow keys raise and lower the pen by small steps
    until it marks; then rows of strokes show how long it takes. With --json, or without a terminal, answers are read
    from the standard input.
    """
    return _led(session, "pen", {"pen": name} if name else {})


@command()
@daemon_options
def machine(session: Session) -> int:
    """Find the motors' distance, the belts and their steps.

    A ruler and a card are drawn on a sheet as large as the work area, which takes a quarter of an hour; then the
    distances between their marks are measured and typed in. Four are enough, more are better, and those to the
    motors' shafts are the best. What is found is shown with how sure it is, and with the settings that the firmware
    needs; it is sent and written only at a yes. With --json, or without a terminal, answers are read from the
    standard input.
    """
    return _led(session, "machine", {})


def _led(session: Session, name: str, options: dict[str, str | float | bool]) -> ExitCode:
    with reach(session) as daemon:
        return lead(session, daemon, name, options)
