"""All that the main screen of dcode-tui shows, said in plain lines: first as it is, then what changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dcode.api.codec import Message
from dcode.cli.exit_codes import ExitCode
from dcode.cli.follow import end_line, tell_end
from dcode.cli.progress import ENDED, STEP, Progress, plain_line
from dcode.cli.session import Session
from dcode.cli.status_lines import status_rows
from dcode.client.job_words import WAITING, state_of
from dcode.client.recovery import recovery_lines
from dcode.client.sentences import with_stop
from dcode.client.sync import Client
from dcode.client.words import duration, facts
from dcode.errors import JobError

MOVING: Final = frozenset({"position", "lines", "link", "ink", "feed"})  # rows that change all the while


class Seen:
    """What the daemon has told, and what of it was said."""

    def __init__(self, status: Message, jobs: list[Message]) -> None:
        self.status = status
        self.jobs = {job["id"]: job for job in jobs}
        self._said: dict[str, str] = {}
        self.step = -1

    def news(self) -> Iterator[str]:
        """Lines for what is not as it was said last."""
        moved = self._moved()
        rows = dict(self._rows())
        for about, text in rows.items():
            known = self._said.get(about)
            if known is None or (text != known and (moved or about not in MOVING)):
                self._said[about] = text
                yield f"{about}: {text}"
        for about in self._said.keys() - rows.keys():
            if self._said.pop(about) and about not in MOVING:
                yield f"{about}: no longer"

    def _moved(self) -> bool:
        """Whether the job at the machine has come into another tenth."""
        step = int(100 * (self.status["progress"] or 0)) // STEP if self.status["job"] else -1
        moved, self.step = step != self.step, step
        return moved

    def _rows(self) -> Iterator[tuple[str, str]]:
        status = self.status
        yield "state", str(status["state"])
        yield from ((about, text) for about, text in status_rows(status)[1:])
        if status.get("feed"):
            yield "feed", f"{status['feed']:.0f} mm/min"
        for number, job in self.jobs.items():
            if job["state"] in WAITING or job["state"] == "interrupted":
                takes = f", about {duration(job['estimate_seconds'])}" if job["estimate_seconds"] else ""
                yield f"job {number}", f"{job['prompt'] or job['name']}, {state_of(job)}{takes}"

    def progress(self) -> str:
        """How far the job at the machine is; nothing when there is none."""
        job = self.jobs.get((self.status["job"] or {}).get("id", 0))
        return f"{plain_line(Progress.of(job, self.status))}, {facts(job)}" if job else ""


def watch_all(session: Session, number: int | None) -> int:
    """Say everything until `number` has ended, or until Ctrl-C. With --json the answers and events as they are."""
    say = session.output.say
    with session.daemon() as daemon:
        snapshot = daemon.call("subscribe")
        seen = Seen(snapshot["status"], daemon.call("job.list")["jobs"])
        if number is not None and number not in seen.jobs:
            raise JobError(f"There is no job {number}.", job=number)
        if session.json:
            session.output.answer(snapshot)
        try:
            told, events = "", daemon.events()
            while number is None or (number in seen.jobs and seen.jobs[number]["state"] not in ENDED):
                if not session.json:
                    for line in seen.news():
                        say(line)
                    told = _tell_progress(session, seen, told)
                event = next(events)
                if session.json:
                    session.output.answer(event)
                for line in _take(seen, event, daemon):
                    if not session.json:
                        say(line)
        except KeyboardInterrupt:
            session.output.note("The plot goes on.")
            return ExitCode.INTERRUPTED
    if number not in seen.jobs:
        raise JobError(f"There is no job {number} any more.", job=number)
    return tell_end(session, seen.jobs[number])


def _tell_progress(session: Session, seen: Seen, told: str) -> str:
    """Say it at each tenth; what was said."""
    step = f"{seen.status['job'] and seen.status['job']['id']} {seen.step}"
    if step != told and (line := seen.progress()):
        session.output.say(line)
    return step


def _take(seen: Seen, event: Message, daemon: Client) -> Iterator[str]:
    """Keep what an event tells; lines for what is over with it."""
    match event.get("event"):
        case "status":
            seen.status = event["status"]
        case "job":
            job = event["job"]
            before = seen.jobs.get(job["id"], {}).get("state")
            seen.jobs[job["id"]] = job
            if job["state"] in ENDED and before not in (None, *ENDED):
                yield end_line(job)
                if job["state"] == "interrupted":
                    yield from recovery_lines(daemon.call("job.recovery", job=job["id"]))
        case "forgotten":
            seen.jobs.pop(event["job"], None)
        case "notice":
            yield with_stop(event["message"])
