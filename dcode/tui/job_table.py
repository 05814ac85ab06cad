"""Jobs as rows of a table, and what may be done with one. Pure."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Final

from dcode.api.codec import Message
from dcode.client.job_words import AT_THE_MACHINE, WAITING, job_rows, percent_of
from dcode.client.words import table
from dcode.tui.progress import queue_time, state_word
from dcode.tui.store import Store

COLUMNS: Final = ("job", "name", "state", "done", "time")
ENDED: Final = ("done", "failed", "cancelled", "interrupted")
LIVING: Final = (*AT_THE_MACHINE, *WAITING, "interrupted")
WITH_PROGRAM: Final = ("ready", *AT_THE_MACHINE, *ENDED)

# In which states an action means something.
MAY: Final[Mapping[str, tuple[str, ...]]] = {
    "earlier": WAITING,
    "later": WAITING,
    "retry": ENDED,
    "cancel": LIVING,
    "forget": ENDED,
    "recover": ("interrupted",),
    "confirm": ("ready",),
    "rehearse": WITH_PROGRAM,
    "read": WITH_PROGRAM,
}


def cells(job: Message, store: Store) -> tuple[str, ...]:
    """A row, as COLUMNS names them."""
    done = percent_of(job)
    if (drawn := store.drawn.get(job["id"])) and drawn.get("total"):
        done = f"{drawn['done'] / drawn['total']:.0%}"
    name = f'"{job["prompt"]}"' if job["prompt"] else str(job["name"])
    return str(job["id"]), name, state_word(job), done, queue_time(job, store.status)


def may(action: str, job: Message | None) -> bool:
    """Whether an action of MAY means something for a job."""
    if job is None or job["state"] not in MAY[action]:
        return False
    if action in ("rehearse", "read"):
        return bool(job["rows"]) and not job["growing"]
    return bool(job["held"]) if action == "confirm" else True


def detail_lines(job: Message, pens: Sequence[int], names: Mapping[int, str]) -> list[str]:
    """All there is to say of a job; `pens` that it takes, by their numbers, and the names of the machine's."""
    rows = job_rows(job)
    rows += [[what, _at(job[key])] for what, key in (("queued", "created"), ("began", "started"), ("ended", "ended"))]
    if pens:
        rows.append(["pens", ", ".join(f"{pen} {names.get(pen, '')}".strip() for pen in pens)])
    if job["audit"] != "off":
        rows.append(["audit", "goes to a mark at each change of pens"])
    if job.get("placed", "as_is") != "as_is":
        rows.append(["placed", {"fit": "scaled to the work area", "clip": "cut at its edge"}[job["placed"]]])
    if job["feed_override"] != 100:
        rows.append(["adjusted", f"feed {job['feed_override']:g} %"])
    return table([row for row in rows if row[1]])


def _at(moment: float | None) -> str:
    """Unix time as a person reads it, where it is."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment)) if moment else ""
