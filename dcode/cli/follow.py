"""Following a job until it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dcode.api.codec import Message
from dcode.cli.exit_codes import ExitCode, of_job
from dcode.cli.output import Output
from dcode.cli.pen_asking import tell_or_ask
from dcode.cli.progress import ENDED, Progress, ProgressView
from dcode.cli.session import Session
from dcode.client.sentences import with_stop
from dcode.client.sync import Client
from dcode.client.words import clock, plural
from dcode.errors import DcodeError, JobError

# What `dcode plot --json` ends with; the rest of the API's Job is what `dcode jobs show --json` is for.
RESULT: Final = ("name", "state", "lines", "sent", "acked", "resends", "seconds", "reason", "draw_mm", "travel_mm")


def follow(
    client: Client, number: int, output: Output, told: Callable[[Message], None] = lambda event: None
) -> Message:
    """Show a job's progress until it ends; the job as it ended. `told` hears every event.

    Subscribes the client to events. Raises JobError when there is no such job, or no longer, and DaemonUnreachable
    when the daemon goes.
    """
    snapshot = client.call("subscribe")
    status: Message = snapshot["status"]
    asking = status.get("asks")
    job: Message | None = next((one for one in snapshot["jobs"] if one["id"] == number), None)
    view, events = ProgressView(output), client.events()
    try:
        while job is not None and job["state"] not in ENDED:
            view.show(Progress.of(job, status))
            if asking:
                tell_or_ask(client, output, number, asking, audited=job.get("audit") == "mark")
                asking = None
            event = next(events)
            told(event)
            kind = event.get("event")
            if kind == "status":
                status = event["status"]
            elif kind == "job" and event["job"]["id"] == number:
                job = event["job"]
            elif kind == "forgotten" and event["job"] == number:
                job = None
            elif kind == "pen_change" and event["job"] == number:
                asking = event["asks"]
            elif kind == "notice":
                output.note(with_stop(event["message"]))
        if job is not None:
            view.show(Progress.of(job, status))
    finally:
        view.close()
    if job is None:
        raise JobError(f"There is no job {number}.", job=number)
    return job


def follow_to_end(
    session: Session, client: Client, number: int, told: Callable[[Message], None] = lambda event: None
) -> ExitCode:
    """Follow a job, and answer with its end; Ctrl-C leaves it alone. Raises as `follow` does."""
    try:
        ended = follow(client, number, session.output, told)
    except KeyboardInterrupt:
        return tell_detached(session, number)
    return tell_end(session, ended)


def result(job: Message) -> Message:
    """How a job ended, for scripts."""
    return {"job": job["id"]} | {name: job[name] for name in RESULT}


def unfinished(lines: int, error: DcodeError, job: int | None = None) -> Message:
    """The same of a job that never came into the queue, or that was lost sight of: the daemon went with it."""
    state = "failed" if job is None else "interrupted"
    nothing = dict.fromkeys(("sent", "acked", "resends", "seconds"), 0)
    return {"job": job, "state": state, "lines": lines, **nothing, "reason": error.message}


def end_line(job: Message) -> str:
    """How a job ended, in a sentence."""
    resends = f", {plural(job['resends'], 'resend')}" if job["resends"] else ""
    if job["state"] == "done" and job.get("kind") == "rehearsal":
        return f"The {job['name']} is over, after {clock(job['seconds'])}{resends}; the pen was up."
    if job["state"] == "done":
        return f"{job['name']} is plotted: {plural(job['lines'], 'line')} in {clock(job['seconds'])}{resends}."
    percent = int(100 * job["row"] / job["rows"]) if job["rows"] else 0
    ended = "failed" if job["state"] == "failed" else f"was {job['state']}"
    return f"{job['name']} {ended} at {percent} %, after {clock(job['seconds'])}{resends}."


def tell_end(session: Session, job: Message, drawn: Message | None = None) -> ExitCode:
    """Answer with the end of a job, in JSON as the `plot` of `drawn` where it was drawn for it; its exit code."""
    code = of_job(job["state"])
    if session.json:
        session.output.answer(drawn | {"plot": result(job)} if drawn else result(job))
    elif code is ExitCode.DONE:
        session.output.say(end_line(job))
    if code is not ExitCode.DONE:
        session.output.fail(end_line(job), _why(job))
    return code


def tell_queued(session: Session, job: Message, *more: str) -> ExitCode:
    """Answer with a job that is not followed; `more` are further lines for a person."""
    session.reply(result(job), lambda value: [f"Job {job['id']}, {job['name']}, is queued.", *more])
    return ExitCode.DONE


def tell_detached(session: Session, number: int) -> ExitCode:
    """Say how to come back to a job that goes on without us."""
    session.output.note(f"Detached: job {number} goes on.")
    session.output.note(f"dcode watch   follows it again; dcode cancel {number}   ends it.")
    return ExitCode.INTERRUPTED


def _why(job: Message) -> list[str]:
    """The reason and what may be done; whoever cancelled a job knows both."""
    if job["state"] == "cancelled":
        return []
    reason = [with_stop(job["reason"])] if job["reason"] else []
    resume = [f"dcode resume {job['id']}   goes on where it was interrupted."] if job["state"] == "interrupted" else []
    return [*reason, *resume, f"dcode jobs retry {job['id']}   plots it again from the start."]
