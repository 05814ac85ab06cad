"""What can be said of a plot before it begins: is it safe, how much ink, how long."""

from __future__ import annotations

from dcode.cli.exit_codes import ExitCode
from dcode.cli.program import Examined, examine
from dcode.cli.session import Session
from dcode.cli.source import Source
from dcode.cli.violations import tell_violations
from dcode.cli.words import duration, facts, length
from dcode.client.sync import Client
from dcode.machine.timing import estimate


def rehearse(session: Session, source: Source, *, fit: bool, clip: bool) -> ExitCode:
    """Check and estimate a file, and plot nothing."""
    examined = examine(source, session.machine, session.profile, to_fit=fit, to_clip=clip)
    answer = examined.report | {"estimate_seconds": round(_seconds(examined), 1)}
    if session.json:
        session.output.answer(answer)
    if not answer["ok"]:
        tell_violations(session.output, source, answer, tried=fit or clip)
        return ExitCode.USAGE
    if not session.json:
        session.output.say(f"{source.name}: {facts(answer)}, about {duration(answer['estimate_seconds'])}")
        session.output.say("It is within the limits. Nothing was sent.")
    return ExitCode.DONE


def agreed(session: Session, daemon: Client, source: Source, *, fit: bool, clip: bool) -> bool:
    """Ask whether to plot this now, and say what it is. What is not safe is not asked about: the daemon refuses it."""
    machine, profile = daemon.call("daemon.info")["machine"], daemon.call("status")["profile"]
    examined = examine(source, machine, profile or session.profile, to_fit=fit, to_clip=clip)
    if not examined.report["ok"]:
        return True
    ink, time = length(examined.report["draw_mm"]), duration(_seconds(examined))
    return session.output.ask(f"Plot {source.name} ({ink} of ink, about {time}) now?")


def _seconds(examined: Examined) -> float:
    return estimate(examined.motion, examined.machine).seconds
