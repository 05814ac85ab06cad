"""dcode audit: has the machine lost steps?"""

from __future__ import annotations

import math
from typing import Final

import click

from dcode.api.codec import Message
from dcode.cli.command import command, daemon_options
from dcode.cli.exit_codes import ExitCode
from dcode.cli.lengths import offset
from dcode.cli.output import Output
from dcode.cli.reach import reach
from dcode.cli.registering import brought_there
from dcode.cli.session import Session
from dcode.client.sync import Client

_ARROWS: Final = "k"


@command()
@click.argument("mark", nargs=-1, metavar="[MARK]")
@click.option(
    "--by", nargs=2, type=float, metavar="DX DY", help="The pen is so far right of the mark, and above it; mm."
)
@click.option("--correct", is_flag=True, help="From now on dcode goes by what was seen.")
@daemon_options
def audit(session: Session, mark: tuple[str, ...], by: tuple[float, float] | None, correct: bool) -> int:
    """See at a mark whether steps were lost.

    The gondola goes to MARK with the pen up: to the one where it was registered last, or home. Say how far the pen is
    off, in mm, or bring it over the mark with the arrow keys: that is the drift. It is told, kept with the job, and
    corrected if you like. Between jobs, while a job is paused, or at its changes of pens by dcode plot --audit mark.

    Without a terminal: dcode audit   goes there, and dcode audit --by 0.4 -0.2   says what was seen.
    """
    if by and not all(map(math.isfinite, by)):
        raise click.UsageError("--by takes two lengths in mm, such as 0.4 -0.2.", click.get_current_context())
    if by and mark:
        raise click.UsageError("--by is said where the pen is: it goes without MARK.", click.get_current_context())
    with reach(session) as daemon:
        if by:
            return _told(session, daemon, by, correct=correct)
        went = daemon.call("plotter.audit", mark=" ".join(mark) or None)
        place = went["mark"]
        session.output.note(f"The pen is over {place['name']}, {place['about']}, as dcode believes.")
        if not session.output.interactive:
            session.reply(went, lambda value: ["dcode audit --by DX DY   says how far it is off, in mm."])
            return ExitCode.DONE
        seen = _asked(session.output, daemon, place)
        if seen is None:
            session.output.note("Nothing is said of it.")
            return ExitCode.INTERRUPTED
        off = math.hypot(*seen) > 0
        return _told(session, daemon, seen, correct=correct or (off and session.output.ask("Correct it?")))


def _told(session: Session, daemon: Client, seen: tuple[float, float], *, correct: bool) -> ExitCode:
    found = daemon.call("plotter.drift", dx=seen[0], dy=seen[1], correct=correct)
    session.reply(found, lambda value: [value["sentence"]])
    return ExitCode.DONE


def _asked(output: Output, daemon: Client, place: Message) -> tuple[float, float] | None:
    """How far the gondola truly is from where dcode believes it to be; None where the person leaves."""
    while (
        answer := output.prompt(f"How far is it right of it and above it? [DX DY in mm, {_ARROWS} keys, q]")
    ) is not None:
        if answer in ("q", "quit"):
            return None
        if answer == _ARROWS:
            return _by_keys(output, daemon, place)
        seen = offset(answer or "0 0")
        if seen:
            return seen
        output.note(
            f"Two numbers, such as 0.4 -0.2; {_ARROWS} for the arrow keys; Enter where it is right over it; or q."
        )
    return None


def _by_keys(output: Output, daemon: Client, place: Message) -> tuple[float, float] | None:
    """The same by bringing the pen over the mark: there the gondola truly is, whatever dcode believes."""
    if not brought_there(output, daemon, place["name"]):
        return None
    x, y = daemon.call("status")["position"]
    return place["x"] - x, place["y"] - y
