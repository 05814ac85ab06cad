"""What can be said of a plot before it begins: is it safe, how much ink, how long."""

from __future__ import annotations

from pathlib import Path

from dcode.cli.exit_codes import ExitCode
from dcode.cli.program import Examined, examine, time_of
from dcode.cli.session import Session
from dcode.cli.source import Source
from dcode.cli.violations import tell_violations
from dcode.cli.wishes import Wishes, must_suit
from dcode.client.recognise import Kind
from dcode.client.sync import Client
from dcode.client.words import duration, length, size
from dcode.errors import DaemonUnreachable


def rehearse(session: Session, source: Source, wishes: Wishes, preview: Path | None) -> ExitCode:
    """Check and estimate a file, and plot nothing."""
    examined = examine(source, session.machine, session.profile, wishes=wishes, output=session.output)
    if preview:
        picture(session, examined, preview)
    source, answer = examined.source, examined.report | {"estimate_seconds": round(time_of(examined).seconds, 1)}
    if session.json:
        session.output.answer(answer)
    if not answer["ok"]:
        tell_violations(session.output, source, answer, tried=wishes.fit or wishes.clip)
        return ExitCode.USAGE
    if not session.json:
        session.output.say(
            f"{source.name}: {size(answer, source.strokes)}, about {duration(answer['estimate_seconds'])}"
        )
        session.output.say("It is within the limits. Nothing was sent.")
    return ExitCode.DONE


def prepared(session: Session, source: Source, wishes: Wishes, preview: Path | None) -> Examined | None:
    """Artwork made into the program that is sent, and G-code that is to get another order or to be shown.

    None for G-code that is sent as it is: the daemon looks at it. The machine is that of the daemon that runs.
    """
    must_suit(wishes, source.kind, source.name)
    if source.kind is Kind.GCODE and not wishes.reorders and preview is None:
        return None
    machine, profile = session.machine, session.profile
    try:
        with session.daemon() as daemon:
            machine = machine or Path(daemon.call("daemon.info")["machine"])
            profile = profile or daemon.call("status")["profile"]
    except DaemonUnreachable:
        pass  # one that is started goes by the same settings as examine
    examined = examine(source, machine, profile, wishes=wishes, output=session.output)
    if preview:
        picture(session, examined, preview)
    return examined


def picture(session: Session, examined: Examined, path: Path) -> None:
    """Save a picture of what will be drawn."""
    from dcode.cli.pictures import save_preview

    save_preview(path, examined.motion, examined.machine, examined.source.name)
    session.output.note(f"The preview is in {path}.")


def agreed(session: Session, daemon: Client, source: Source, wishes: Wishes, examined: Examined | None) -> bool:
    """Ask whether to plot this now, and say what it is. What is not safe is not asked about: the daemon refuses it."""
    if examined is None:
        machine, profile = daemon.call("daemon.info")["machine"], daemon.call("status")["profile"]
        examined = examine(source, machine, profile or session.profile, wishes=wishes)
    if not examined.report["ok"]:
        return True
    ink, time = length(examined.report["draw_mm"]), duration(time_of(examined).seconds)
    return session.output.ask(f"Plot {source.name} ({ink} of ink, about {time}) now?")
