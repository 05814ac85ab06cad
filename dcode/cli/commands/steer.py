"""dcode pause, cancel, stop: what one does to a job at the machine. None of them starts a daemon."""

from __future__ import annotations

import click

from dcode.cli.command import command
from dcode.cli.session import Session
from dcode.cli.steering import steer


@command()
@click.option("--now", is_flag=True, help="Not at the end of the stroke but in it; the pen is lifted there.")
def pause(session: Session, now: bool) -> None:
    """Pause at the end of the stroke."""
    steer(session, "plotter.pause", now=now)


@command()
@click.argument("job", type=click.IntRange(1), required=False)
def cancel(session: Session, job: int | None) -> None:
    """End a job, pen up.

    JOB, or the one at the machine. The machine finishes what its firmware has in its buffer, lifts the pen and goes
    home. dcode stop is faster.
    """
    with session.daemon() as daemon:
        ended = daemon.call("job.cancel", job=job or 0)
    session.reply(ended, lambda value: [f"Job {value['id']}, {value['name']}: {_ending(value['state'])}."])


@command()
def stop(session: Session) -> None:
    """Stop the machine at once.

    As fast as its firmware can; the position is lost where the firmware cannot prove it. Moves that are in the
    firmware's buffer may still run: in an emergency, pull the plug.
    """
    steer(session, "plotter.stop")


def _ending(state: str) -> str:
    return state if state == "cancelled" else "the pen is being lifted"
