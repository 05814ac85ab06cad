"""dcode pen: raise or lower the pen, press it harder while it draws, and the ledger of its ink."""

from __future__ import annotations

import time
from typing import Final

import click

from dcode.api.codec import Message
from dcode.cli.command import command, daemon_options
from dcode.cli.reach import reach
from dcode.cli.session import Session
from dcode.cli.steering import set_moving, steer
from dcode.client.words import duration, table

STEP: Final = 1.0  # degrees
_WORDS: Final = ("up", "down", "deeper", "lighter", "ledger", "fresh", "test")


def _what(context: click.Context, parameter: click.Parameter, value: str) -> str | float:
    """One of the words, or a servo angle in degrees."""
    if value in _WORDS:
        return value
    try:
        angle = float(value)
    except ValueError:
        words = ", ".join(_WORDS[2:])
        problem = f"{value!r} is neither up nor down nor an angle in degrees, nor {words}."
        raise click.BadParameter(problem) from None
    if not 0 <= angle <= 180:
        raise click.BadParameter(f"a servo turns from 0 to 180 degrees, not to {angle:g}.")
    return angle


@command(context_settings={"ignore_unknown_options": True})
@click.argument("what", callback=_what, metavar="up|down|ANGLE|deeper|lighter|ledger|fresh|test")
@click.argument("number", type=float, required=False, metavar="[NUMBER]")
@daemon_options
def pen(session: Session, what: str | float, number: float | None) -> None:
    """Move, adjust or change the pen; show its ink.

    \b
    up, down          raise or lower it
    ANGLE             turn its servo, in degrees
    deeper, lighter   while a job is drawn, press it harder or less, by NUMBER degrees [1]
    test              while a job waits for a pen, try it beside the drawing
    ledger            show how far each pen has drawn, and how far it still goes
    fresh             say that pen NUMBER is a fresh one; without, the one that is in
    """
    if number is not None and what not in ("deeper", "lighter", "fresh"):
        raise click.UsageError(f"{what} takes no number.", click.get_current_context())
    match what:
        case "deeper" | "lighter":
            by = STEP if number is None else number
            steer(session, "plotter.adjust", pen_degrees=by if what == "deeper" else -by)
        case "test":
            steer(session, "plotter.touch_test")
        case "ledger":
            _show_ledger(session, "pens.ledger")
        case "fresh":
            if number is not None and (number < 1 or number != int(number)):
                raise click.UsageError("Pens are numbered from 1 on.", click.get_current_context())
            _show_ledger(session, "pens.fresh", **({} if number is None else {"pen": int(number)}))
        case _:
            set_moving(session, "plotter.pen", to=what)


def _show_ledger(session: Session, method: str, **params: int) -> None:
    with reach(session) as daemon:
        session.reply(daemon.call(method, **params), ledger_lines)


def ledger_lines(ledger: Message) -> list[str]:
    """One line for each pen; the one in the holder has a star."""
    head = ["", "pen", "", "ink", "on paper", "left", "fresh since"]
    return table([head, *(_row(pen) for pen in ledger["pens"])], right=(3, 4, 5))


def _row(pen: Message) -> list[str]:
    fresh = pen["fresh_at"]
    left = "" if pen["left_m"] is None else f"{pen['left_m']:.2f} of {pen['dry_after_m']:g} m"
    return [
        "*" if pen["in_hand"] else "",
        str(pen["pen"]),
        f"{pen['name']} {pen['colour']}",
        f"{pen['metres']:.2f} m",
        duration(pen["minutes"] * 60),
        left,
        time.strftime("%Y-%m-%d %H:%M", time.localtime(fresh)) if fresh else "",
    ]
