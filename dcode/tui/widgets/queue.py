"""The queue at a glance: the job at the machine, those that wait, the last ones that ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual.binding import Binding, BindingType

from dcode.api.codec import Message
from dcode.client.job_words import AT_THE_MACHINE, WAITING
from dcode.tui.progress import queue_time, state_word
from dcode.tui.store import Changes, Part, Store
from dcode.tui.widgets.plain import Plain

if TYPE_CHECKING:
    from dcode.tui.app import DcodeApp

LATELY: Final = 5  # jobs that have ended
STATE_COLUMNS: Final = 15
TIME_COLUMNS: Final = 9


class Queue(Plain, can_focus=True):
    """Lines of jobs; the screen of jobs is where something is done with them."""

    DEFAULT_CSS = """
    Queue { border: round $foreground 40%; padding: 0 1; }
    Queue:focus { border: round $border; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "app.jobs", "All jobs", id="queue.open", tooltip="All jobs, and what may be done with them."),
    ]
    HELP = "The job at the machine, the jobs that wait in their order, and those that ended last."
    BORDER_TITLE = "Queue"

    def on_mount(self) -> None:
        cast("DcodeApp", self.app).changed.subscribe(self, self._changed)

    def on_resize(self) -> None:
        self._changed(frozenset({Part.JOBS}))

    def _changed(self, changes: Changes) -> None:
        if changes & {Part.JOBS, Part.STATUS, Part.DRAWN, Part.LINK}:
            store = cast("DcodeApp", self.app).store
            key = cast("DcodeApp", self.app).key_of("jobs")
            lines = list(queue_lines(store, self.content_size.width, self.content_size.height, key))
            self.tell("\n".join(lines))


def queue_lines(store: Store, width: int, height: int, key: str) -> Iterator[str]:
    """At most `height` lines of `width` columns; the last says how many are left out, and the key that lists them."""
    jobs = list(store.jobs.values())
    ahead = [job for job in jobs if job["state"] in (*AT_THE_MACHINE, *WAITING)]
    ended = [job for job in jobs if job["state"] not in (*AT_THE_MACHINE, *WAITING)][:LATELY]
    shown = [*ahead, *ended]
    if not shown:
        yield "The queue is empty."
    room = height if len(shown) <= height else height - 1
    for job in shown[: max(room, 0)]:
        yield _line(job, store, width)
    if len(shown) > room > 0:
        yield f"and {len(shown) - room} more: {key}"


def _line(job: Message, store: Store, width: int) -> str:
    state = state_word(job)
    if (drawn := store.drawn.get(job["id"])) and drawn.get("total"):
        state = f"{state} {drawn['done'] / drawn['total']:.0%}"
    name_columns = max(width - STATE_COLUMNS - TIME_COLUMNS - 7, 6)
    name = f'"{job["prompt"]}"' if job["prompt"] else job["name"]
    name = name if len(name) <= name_columns else f"{name[: name_columns - 1]}…"
    time = queue_time(job, store.status)
    text = f"{job['id']:>4} {name:<{name_columns}} {state:<{STATE_COLUMNS}} {time:>{TIME_COLUMNS}}"
    return text[:width]
