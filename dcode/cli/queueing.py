"""A drawing put into the daemon's queue: made ready for it, and sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dcode.api.codec import Message
from dcode.cli.follow import unfinished
from dcode.cli.session import Session
from dcode.cli.source import Source
from dcode.cli.violations import tell_violations
from dcode.cli.wishes import Wishes
from dcode.client.recognise import Kind
from dcode.client.sentences import sentences
from dcode.client.sync import Client
from dcode.client.upload import upload
from dcode.errors import UnsafeProgram

if TYPE_CHECKING:
    from dcode.cli.program import Examined

SHOWN_FROM: Final = 4_000_000  # bytes; a smaller upload is over before one could read how far it is


@dataclass(frozen=True, slots=True)
class Ready:
    """What is sent: G-code. `wishes` are those that are left to the daemon; `examined` is None where it looks first."""

    source: Source
    wishes: Wishes
    examined: Examined | None


def made_ready(session: Session, source: Source, wishes: Wishes, preview: Path | None = None) -> Ready | None:
    """Artwork made into a program and checked, G-code as it is; None where the check refused it, which is told.

    From here on a failure is told as the end of that source. Raises what `examine` does.
    """
    session.about_failure = lambda error: unfinished(source.lines, error)
    examined = None
    if source.kind is not Kind.GCODE or wishes.said or preview:
        from dcode.cli.rehearsal import prepared

        examined = prepared(session, source, wishes, preview)
    if examined and examined.source.made:
        source = examined.source
        if not examined.report["ok"]:
            error = UnsafeProgram("The check refused it.", examined.report)
            _tell_refused(session, source, error, tried=wishes.fit or wishes.clip)
            return None
        wishes = replace(wishes, fit=False, clip=False)  # that is done
    return Ready(source, wishes, examined)


def queue(
    session: Session,
    daemon: Client,
    source: Source,
    *,
    fit: bool = False,
    clip: bool = False,
    also: Message | None = None,
) -> Message | None:
    """Send G-code; the job, checked and ready, or None where the daemon's check refused it, which is told.

    `also`: what else job.begin takes. A failure is told as the end of that source, and then of that job.
    """
    session.about_failure = lambda error: unfinished(source.lines, error)
    try:
        job = _sent(session, daemon, source, fit=fit, clip=clip, also=also)
    except UnsafeProgram as error:
        _tell_refused(session, source, error, tried=fit or clip)
        return None
    session.about_failure = lambda error: unfinished(source.lines, error, job["id"])
    return job


def _sent(session: Session, daemon: Client, source: Source, *, fit: bool, clip: bool, also: Message | None) -> Message:
    def show(received: int) -> None:
        if session.output.live and len(source.data) >= SHOWN_FROM:
            session.output.show(f"Sending {source.name}: {100 * received // len(source.data)} %")

    try:
        answer = upload(
            daemon, source.name, source.data, fit=fit, clip=clip, require_ready=True, also=also, progress=show
        )
    except KeyboardInterrupt:
        session.output.note("dcode jobs   shows whether it was queued already.")
        raise
    finally:
        session.output.show("")
    for warning in answer.get("warnings", []):
        session.output.note(warning)
    job: Message = answer["job"]
    return job


def _tell_refused(session: Session, source: Source, error: UnsafeProgram, *, tried: bool) -> None:
    """The check's report, in words on stderr and whole on stdout with --json."""
    report = error.fields.get("report")
    if isinstance(report, dict) and report.get("violations"):
        tell_violations(session.output, source, report, tried=tried)
    else:
        sentence, below = sentences(error)
        session.output.fail(f"{source.name}: {sentence[:1].lower()}{sentence[1:]}", below)
    if session.json:
        session.output.answer(session.failure(error))
