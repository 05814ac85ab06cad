"""The sheet of a screen, following the store: the path of the job that is shown, how far it is, where the pen is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual.binding import Binding, BindingType
from textual.worker import Worker

from dcode.api.codec import Message
from dcode.errors import DcodeError
from dcode.tui.limits import Limits, pen_colours
from dcode.tui.path import Path, read_path
from dcode.tui.store import Changes, Part, Store
from dcode.tui.widgets.sheet import Sheet
from dcode.tui.work import begin

if TYPE_CHECKING:
    from dcode.tui.app import DcodeApp

WITHOUT_PATH: Final = ("drawing", "checking")


def shown_job(store: Store) -> Message | None:
    """The job at the machine; else the one that was interrupted, else the next one, else the last one that ended."""
    if found := store.current or store.interrupted:
        return found
    with_path = [job for job in store.jobs.values() if job["rows"] and job["state"] not in WITHOUT_PATH]
    return next(iter(with_path), None)


def is_same_program(known: Message, now: Message) -> bool:
    """Whether the rows of a job that are known stand; what grows only gets more of them.

    A sheet that is registered anew, or another drawing that is chosen, moves the rows that there are.
    """
    if known["id"] != now["id"]:
        return False
    return bool(known["growing"] or (known["rows"], known["bounds"]) == (now["rows"], now["bounds"]))


class SheetPane(Sheet):
    """Reads a job's path when it is first shown or has moved, and reads on while the job grows.

    Enter is for the row that is scrubbed to: begin again there, or rehearse from there.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "here", "From here", id="sheet.here", tooltip="Begin again, or rehearse, from where the cursor is."
        ),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._known: Message | None = None  # the job that is shown, as it was told last
        self._read: Path = Path()
        self._reader: Worker[None] | None = None
        self._uncertain_of: object = None  # what the uncertain stretch that is shown, or asked for, is of

    @property
    def job(self) -> int | None:
        """The job that is shown."""
        return self._known["id"] if self._known else None

    def chosen(self, store: Store) -> Message | None:
        """Which job is to be shown."""
        return shown_job(store)

    def on_mount(self) -> None:
        app = cast("DcodeApp", self.app)
        app.changed.subscribe(self, self._changed)
        if app.store.live:
            self._changed(frozenset(Part))

    def action_here(self) -> None:
        """Ask what is to be done from the row under the cursor."""
        from dcode.tui.screens.from_here import FromHereDialog

        if self.job is not None and self.row is not None:
            self.app.push_screen(FromHereDialog(self.job, self.row, self._read))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to be done from a row only while one is scrubbed to."""
        return self.row is not None if action == "here" else super().check_action(action, parameters)

    def _changed(self, changes: Changes) -> None:
        store = cast("DcodeApp", self.app).store
        if changes & {Part.LINK, Part.MACHINE} and store.live:
            begin(self, self._limits, "limits", exclusive=True)
        if changes & {Part.JOBS, Part.LINK}:
            self._follow(self.chosen(store), store)
        if changes & {Part.JOBS, Part.STATUS, Part.LINK}:
            self._follow_progress(store)

    async def _limits(self) -> None:
        app = cast("DcodeApp", self.app)
        if (answer := await app.ask("machine.limits")) is not None:
            limits = Limits.of(answer)
            self.show_area(limits.area, limits.unreachable)

    def _follow(self, job: Message | None, store: Store) -> None:
        anew = job is None or self._known is None or not is_same_program(self._known, job)
        self._known = job
        if anew:
            self._read = Path()
            self.border_title = job["name"] if job else "Sheet"
            self.show_path(None)
        if job and store.live:
            self._read_more(job, anew=anew)
        self._follow_uncertain(job, store)

    def _read_more(self, job: Message, *, anew: bool) -> None:
        """One reader at a time: what has come meanwhile is read with the next change."""
        is_reading = self._reader is not None and not self._reader.is_finished
        if anew or (job["rows"] > self._read.rows and not is_reading):
            work = partial(self._read_on, job["id"], self._read)
            self._reader = begin(self, work, "path", exclusive=True)

    async def _read_on(self, job: int, path: Path) -> None:
        app = cast("DcodeApp", self.app)
        colours = pen_colours(app.store.machine) if app.store.machine else {}
        try:
            async for more in read_path(app.link.call, job, path):
                self.show_path(more, colours)
        except (DcodeError, ValueError):
            return  # no program yet, another one, or the link went: the next change asks again

    def _follow_uncertain(self, job: Message | None, store: Store) -> None:
        if job is None or job["state"] != "interrupted":
            self._uncertain_of = None
            self.show_uncertain()
            return
        about = (job["id"], job["ended"], job["bounds"])
        if store.live and about != self._uncertain_of:
            self._uncertain_of = about
            begin(self, partial(self._uncertain, job["id"]), "uncertain", exclusive=True)

    async def _uncertain(self, job: int) -> None:
        try:
            recovery = await cast("DcodeApp", self.app).link.call("job.recovery", job=job)
        except DcodeError:
            self._uncertain_of = None  # the next change asks again
            return
        if self._uncertain_of is not None:
            self.show_uncertain(recovery["stretch"])

    def _follow_progress(self, store: Store) -> None:
        job, status = store.jobs.get(self.job or 0), store.status
        position = status.get("position")
        place = (float(position[0]), float(position[1])) if position else None
        executed, sent = (job["executed_row"], job["sent_row"]) if job else (0, 0)
        if job and job["state"] == "done":
            executed = sent = job["rows"]
        self.show_progress(executed, sent, place, pen_down=status.get("pen") == "down")
