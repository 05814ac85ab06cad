"""What the screen knows of the daemon: one store, changed in one place, read by every widget. Pure."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from dcode.api.codec import Message
from dcode.client.job_words import AT_THE_MACHINE, WAITING

NOTICES: Final = 200  # that are remembered
WIRE_LINES: Final = 5000

NO_STATUS: Final[Message] = {"state": "disconnected"}


class LinkState(StrEnum):
    """Whether there is a daemon to talk to."""

    CONNECTING = "connecting"
    ABSENT = "absent"  # nothing listens at the socket
    LIVE = "live"
    LOST = "lost"  # there was one


class Part(StrEnum):
    """Parts of the store that change apart from each other."""

    LINK = "link"
    STATUS = "status"
    JOBS = "jobs"
    DRAWN = "drawn"
    NOTICES = "notices"
    PEN_CHANGE = "pen_change"
    WIRE = "wire"
    MACHINE = "machine"


Changes = frozenset[Part]


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the person; `at` is Unix time."""

    at: float
    kind: str
    message: str
    job: int | None = None


@dataclass(slots=True)
class Store:
    """The daemon's state as it was told last. Messages are JSON values of dcode.api: Status, Job, MachineShown, ...

    While the link is not LIVE the rest is what was known when it was lost.
    """

    link: LinkState = LinkState.CONNECTING
    link_message: str = ""
    status: Message = field(default_factory=lambda: dict(NO_STATUS))
    jobs: dict[int, Message] = field(default_factory=dict)  # as job.list orders them; later ones at the end
    drawn: dict[int, Message] = field(default_factory=dict)  # the last `drawn` event of a job that is being drawn
    machine: Message | None = None  # MachineShown
    notices: deque[Notice] = field(default_factory=lambda: deque(maxlen=NOTICES))
    wire: deque[Message] = field(default_factory=lambda: deque(maxlen=WIRE_LINES))
    wire_count: int = 0  # of all wire lines that ever came: tells how many of `wire` are new to a reader

    @property
    def live(self) -> bool:
        return self.link is LinkState.LIVE

    @property
    def current(self) -> Message | None:
        """The job at the machine."""
        return next((job for job in self.jobs.values() if job["state"] in AT_THE_MACHINE), None)

    @property
    def interrupted(self) -> Message | None:
        """The job that was interrupted last."""
        found = [job for job in self.jobs.values() if job["state"] == "interrupted"]
        return max(found, key=lambda job: job["ended"] or 0, default=None)

    @property
    def waiting(self) -> list[Message]:
        """Jobs that wait for the machine, in the order of the queue."""
        return [job for job in self.jobs.values() if job["state"] in WAITING]

    def linked(self, state: LinkState, message: str = "") -> Changes:
        """The link is in another state."""
        self.link, self.link_message = state, message
        return frozenset({Part.LINK})

    def begin(self, snapshot: Message, jobs: list[Message], machine: Message | None) -> Changes:
        """A daemon answered: what it said first takes the place of all that was known of the one before."""
        self.status, self.machine = snapshot["status"], machine
        self.jobs = {job["id"]: job for job in jobs}
        self.drawn.clear()
        return self.linked(LinkState.LIVE) | frozenset(Part)

    def ordered(self, jobs: list[Message]) -> Changes:
        """All jobs, as job.list or job.move gives them."""
        self.jobs = {job["id"]: job for job in jobs}
        return frozenset({Part.JOBS})

    def told(self, event: Message) -> Changes:
        """What changed by an event of dcode.api.events; nothing by one of a kind that is not known."""
        take = _TAKE.get(event.get("event", ""))
        return frozenset({take(self, event)}) if take else frozenset()

    def note(self, kind: str, message: str, job: int | None = None) -> Changes:
        """Something worth a line that the screen itself has found."""
        self.notices.append(Notice(time.time(), kind, message, job))
        return frozenset({Part.NOTICES})


def _status(store: Store, event: Message) -> Part:
    store.status = event["status"]
    return Part.STATUS


def _job(store: Store, event: Message) -> Part:
    job = event["job"]
    store.jobs[job["id"]] = job
    if job["state"] != "drawing":
        store.drawn.pop(job["id"], None)
    return Part.JOBS


def _forgotten(store: Store, event: Message) -> Part:
    store.jobs.pop(event["job"], None)
    store.drawn.pop(event["job"], None)
    return Part.JOBS


def _drawn(store: Store, event: Message) -> Part:
    store.drawn[event["job"]] = event
    return Part.DRAWN


def _notice(store: Store, event: Message) -> Part:
    store.note(event["kind"], event["message"], event.get("job"))
    return Part.NOTICES


def _pen_change(store: Store, event: Message) -> Part:
    store.status = {**store.status, "asks": event["asks"]}
    return Part.PEN_CHANGE


def _wire(store: Store, event: Message) -> Part:
    lines = list(event["lines"])
    if missed := event.get("missed"):  # there were too many to tell: those before these
        at = lines[0]["at"] if lines else time.time()
        lines.insert(0, {"at": at, "way": "note", "text": f"{missed} lines of the wire were left out here"})
    store.wire.extend(lines)
    store.wire_count += len(lines)
    return Part.WIRE


def _machine(store: Store, event: Message) -> Part:
    store.machine = event["machine"]
    return Part.MACHINE


_TAKE: Final[Mapping[str, Callable[[Store, Message], Part]]] = {
    "status": _status,
    "job": _job,
    "forgotten": _forgotten,
    "drawn": _drawn,
    "notice": _notice,
    "pen_change": _pen_change,
    "wire": _wire,
    "machine": _machine,
}
