"""dcode home, jog, nudge: moving the machine by hand. They start a daemon when none runs."""

from __future__ import annotations

import click

from dcode.cli.command import command, daemon_options
from dcode.cli.session import Session
from dcode.cli.steering import set_moving

NEGATIVE_NUMBERS = {"ignore_unknown_options": True}  # -10 is a number here, not the option -1
NUDGE = click.FloatRange(-50, 50)  # mm, as plotter.nudge takes it


@command()
@click.option("--here", is_flag=True, help="Do not move: the gondola is at the home position now.")
@daemon_options
def home(session: Session, here: bool) -> None:
    """Go home, or say that the gondola is there.

    With end-stops the machine finds home by itself. Without, it does not know where it is when it is switched on:
    bring the gondola to the home position by hand and say so with --here.
    """
    set_moving(session, "plotter.home", here=here)


@command(context_settings=NEGATIVE_NUMBERS)
@click.argument("by", nargs=-1, type=float, metavar="[DX DY]")
@click.option("--to", nargs=2, type=float, metavar="X Y", help="To a place instead of by a distance, in mm.")
@click.option(
    "--feed", type=click.FloatRange(0, min_open=True), metavar="N", help="mm/min; the travel speed by default."
)
@daemon_options
def jog(session: Session, by: tuple[float, ...], to: tuple[float, float] | None, feed: float | None) -> None:
    """Move with the pen up.

    By DX to the right and DY up, in mm, or to a place. A move beyond the limits is refused.
    """
    if (to is None) == (not by) or len(by) not in (0, 2):
        raise click.UsageError("Either DX and DY, or --to X Y.", click.get_current_context())
    where = {"x": to[0], "y": to[1]} if to else {"dx": by[0], "dy": by[1]}
    set_moving(session, "plotter.jog", **where, **({"feed": feed} if feed else {}))


@command(context_settings=NEGATIVE_NUMBERS)
@click.argument("dx", type=NUDGE)
@click.argument("dy", type=NUDGE)
@daemon_options
def nudge(session: Session, dx: float, dy: float) -> None:
    """Move a little, also where the position is not known.

    By DX to the right and DY up, in mm, with the pen up. While the position is not known nothing keeps the
    gondola off the edges: look where it goes. dcode register then says where it is.
    """
    set_moving(session, "plotter.nudge", dx=dx, dy=dy)
