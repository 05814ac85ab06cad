"""The sheet of a screen, following the store: the path of the job that is shown, how far it is, where the pen is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from dcode.api.codec import Message
from dcode.errors import DcodeError
from dcode.tui.limits import Limits, pen_colours
from dcode.tui.path import Path, read_path
from dcode.tui.store import Changes, Part, Store
from dcode.tui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from dcode.tui.app import DcodeApp

WITHOUT_PATH: Final = ("drawing", "checking")


def shown_job(store: Store) -> Message | None:
    """The job at the machine; else the one that was interrupted, else the next one, else the last one that ended."""
    if found := store.current or store.interrupted:
        return found
    with_path = [job for job in store.jobs.values() if job["rows"] and job["state"] not in WITHOUT_PATH]
    return next(iter(with_path), None)


class SheetPane(Sheet):
    """Reads a job's path when it is first shown, and reads on while the job grows."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._job: int | None = None
        self._read: Path = Path()

    @property
    def job(self) -> int | None:
        """The job that is shown."""
        return self._job

    def on_mount(self) -> None:
        app = cast("DcodeApp", self.app)
        app.changed.subscribe(self, self._changed)
        if app.store.live:
            self._changed(frozenset(Part))

    def _changed(self, changes: Changes) -> None:
        store = cast("DcodeApp", self.app).store
        if changes & {Part.LINK, Part.MACHINE} and store.live:
            self.run_worker(self._limits(), group="limits", exclusive=True)
        if changes & {Part.JOBS, Part.LINK}:
            self._follow(shown_job(store), store)
        if changes & {Part.JOBS, Part.STATUS, Part.LINK}:
            self._follow_progress(store)

    async def _limits(self) -> None:
        app = cast("DcodeApp", self.app)
        if (answer := await app.ask("machine.limits")) is not None:
            limits = Limits.of(answer)
            self.show_area(limits.area, limits.unreachable)

    def _follow(self, job: Message | None, store: Store) -> None:
        if job is None:
            self._job = None
            self.border_title = "Sheet"
            self.show_path(None)
            self.show_uncertain()
            return
        anew = job["id"] != self._job
        if anew:
            self._job, self._read = job["id"], Path()
            self.border_title = job["name"]
            self.show_path(None)
        if store.live and (anew or job["rows"] > self._read.total):
            self.run_worker(self._read_on(job["id"], self._read), group="path", exclusive=True)
        if store.live and job["state"] == "interrupted":
            self.run_worker(self._uncertain(job["id"]), group="uncertain", exclusive=True)
        else:
            self.show_uncertain()

    async def _read_on(self, job: int, path: Path) -> None:
        app = cast("DcodeApp", self.app)
        colours = pen_colours(app.store.machine) if app.store.machine else {}
        try:
            async for more in read_path(app.link.call, job, path):
                self.show_path(more, colours)
        except DcodeError:
            return  # no program yet, or the link went: the next change asks again

    async def _uncertain(self, job: int) -> None:
        try:
            recovery = await cast("DcodeApp", self.app).link.call("job.recovery", job=job)
        except DcodeError:
            return
        self.show_uncertain(recovery["stretch"])

    def _follow_progress(self, store: Store) -> None:
        job, status = store.jobs.get(self._job or 0), store.status
        position = status.get("position")
        place = (float(position[0]), float(position[1])) if position else None
        executed, sent = (job["executed_row"], job["sent_row"]) if job else (0, 0)
        if job and job["state"] == "done":
            executed = sent = job["rows"]
        self.show_progress(executed, sent, place, pen_down=status.get("pen") == "down")
