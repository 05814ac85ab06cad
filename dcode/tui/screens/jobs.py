"""All jobs: what is at the machine, what waits, what was; and what may be done with each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import DataTable, Static

from dcode.api.codec import Message
from dcode.client.job_words import AT_THE_MACHINE, WAITING
from dcode.tui.job_table import COLUMNS, MAY, cells, detail_lines, may
from dcode.tui.limits import pen_names
from dcode.tui.messages import Ordered
from dcode.tui.screens.base import DcodeScreen
from dcode.tui.screens.confirm import ConfirmDialog
from dcode.tui.screens.program import ProgramScreen
from dcode.tui.store import Changes, Part
from dcode.tui.widgets.hanging import hanging
from dcode.tui.widgets.job_sheet import JobSheet

MOVING: Final = (*AT_THE_MACHINE, "drawing")  # whose rows change with more than the job
EMPTY: Final = "The queue is empty: a adds a file, d draws from a prompt."
AT_WORK: Final = "Cancel job {id}, {name}, which is at the machine? The pen goes up; what is drawn stays drawn."


class JobsScreen(DcodeScreen):
    """The keys act on the job that is lit. `large` shows its sheet in the place of the table."""

    DEFAULT_CSS = """
    JobsScreen #jobs { width: 60; }
    JobsScreen DataTable { height: 1fr; border: round $foreground 40%; }
    JobsScreen DataTable:focus { border: round $accent; }
    JobsScreen #one { width: 1fr; }
    JobsScreen JobSheet { height: 1fr; }
    JobsScreen #details { height: auto; max-height: 18; border: round $foreground 40%; padding: 0 1; }
    JobsScreen.narrow #both { layout: vertical; }
    JobsScreen.narrow #jobs { width: 1fr; height: 1fr; }
    JobsScreen.narrow #one { height: auto; }
    JobsScreen.narrow JobSheet { display: none; }
    JobsScreen.narrow #details { max-height: 9; }
    JobsScreen.large #jobs { display: none; }
    JobsScreen.large #one { height: 1fr; }
    JobsScreen.large JobSheet { display: block; height: 1fr; }
    JobsScreen.large #details { max-height: 7; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "look", "Look", id="jobs.look", tooltip="Show the sheet of the job large, or the table again."
        ),
        Binding("K,shift+up", "earlier", "Earlier", id="jobs.earlier", tooltip="Draw it before the one above."),
        Binding("J,shift+down", "later", "Later", id="jobs.later", tooltip="Draw it after the one below."),
        Binding("y", "confirm", "Yes", id="jobs.confirm", tooltip="Say yes to a drawing that waits for it."),
        Binding("e", "recover", "Go on", id="jobs.recover", tooltip="Ask how an interrupted job goes on."),
        Binding("t", "retry", "Retry", id="jobs.retry", tooltip="Draw it again from the start."),
        Binding("x", "cancel", "Cancel", id="jobs.cancel", tooltip="Take it off the queue, or off the machine pen up."),
        Binding("f,delete", "forget", "Forget", id="jobs.forget", tooltip="Remove an ended job and its files."),
        Binding("R", "rehearse", "Rehearse", id="jobs.rehearse", tooltip="Go through it with the pen up."),
        Binding("G", "read", "G-code", id="jobs.read", tooltip="Read its program."),
        Binding("escape", "leave", "Back", id="jobs.leave", tooltip="Back to the main screen."),
    ]
    large: reactive[bool] = reactive(False, init=False)

    def __init__(self, job: int | None = None) -> None:
        super().__init__()
        self._seen: dict[int, Message] = {}  # as the table shows them
        self._begin = job  # that is lit first
        self._able: set[str] = set()

    def content(self) -> Iterator[Widget]:
        table = DataTable[Text](cursor_type="row", zebra_stripes=False, id="table")
        details = VerticalScroll(Static(EMPTY, id="said", markup=False), id="details")
        yield Horizontal(Vertical(table, id="jobs"), Vertical(JobSheet(id="sheet"), details, id="one"), id="both")

    def on_mount(self) -> None:
        table = self._table
        for name in COLUMNS:
            table.add_column(name, key=name)
        table.border_title = "Jobs"
        table.focus()

    # What is shown.

    @property
    def _table(self) -> DataTable[Text]:
        return self.query_one("#table", DataTable)

    @property
    def lit(self) -> Message | None:
        """The job that the keys act on."""
        table = self._table
        if not table.is_valid_row_index(table.cursor_row):
            return None
        key = table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value
        return self.store.jobs.get(int(key or 0))

    def light(self, job: int) -> None:
        """Go to a job."""
        if job in self.store.jobs:
            self._table.move_cursor(row=list(self.store.jobs).index(job))

    def store_changed(self, changes: Changes) -> None:
        if not changes or changes & {Part.JOBS, Part.STATUS, Part.DRAWN, Part.LINK}:
            self._show_table()
            self._show_job()

    def _show_table(self) -> None:
        """Cell by cell where the jobs are the same ones, so that nothing jumps."""
        table, jobs = self._table, self.store.jobs
        shown = [int(row.key.value or 0) for row in table.ordered_rows]
        if shown != list(jobs):
            self._fill(shown)
            return
        for number, job in jobs.items():
            if self._seen.get(number) is job and job["state"] not in MOVING:
                continue
            self._seen[number] = job
            for column, text in zip(COLUMNS, cells(job, self.store), strict=True):
                if table.get_cell(str(number), column).plain != text:
                    table.update_cell(str(number), column, _cell(column, text), update_width=column != "name")

    def _fill(self, shown: list[int]) -> None:
        """Anew; the job that was lit stays lit, and where it is gone the one in its place."""
        table, jobs = self._table, list(self.store.jobs)
        at = table.cursor_row
        lit = shown[at] if at < len(shown) else self._begin
        table.clear()
        self._seen = dict(self.store.jobs)
        for number, job in self.store.jobs.items():
            line = zip(COLUMNS, cells(job, self.store), strict=True)
            table.add_row(*(_cell(column, text) for column, text in line), key=str(number))
        if jobs:
            table.move_cursor(row=jobs.index(lit) if lit in jobs else min(at, len(jobs) - 1))

    def _show_job(self) -> None:
        sheet, job = self.query_one(JobSheet), self.lit
        sheet.show_job(job["id"] if job else None)
        lines = detail_lines(job, sheet.pens, pen_names(self.store.machine)) if job else []
        self.query_one("#said", Static).update(hanging(lines) if job else EMPTY)
        self.query_one("#details").border_title = f"Job {job['id']}" if job else "Job"
        able = {action for action in MAY if may(action, job)}
        if able != self._able:  # the line of keys is made anew by it
            self._able = able
            self.refresh_bindings()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._show_job()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.action_look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What means nothing for the job that is lit is shown faint, and does nothing."""
        return (action in self._able or None) if action in MAY else True

    def watch_large(self, large: bool) -> None:
        self.set_class(large, "large")
        (self.query_one(JobSheet) if large else self._table).focus()

    def action_look(self) -> None:
        self.large = not self.large and self.lit is not None

    def action_leave(self) -> None:
        if self.large:
            self.large = False
        else:
            self.leave()

    # What is done with it.

    def action_earlier(self) -> None:
        self._move(-1)

    def action_later(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        if (job := self.lit) and job["state"] in WAITING:
            place = [other["id"] for other in self.store.waiting].index(job["id"]) + 1 + by
            if 1 <= place <= len(self.store.waiting):
                self.run_worker(self._moved(job["id"], place), group="move")

    async def _moved(self, number: int, place: int) -> None:
        if (answer := await self.dcode.ask("job.move", job=number, to=place)) is not None:
            self.dcode.post_message(Ordered(answer["jobs"]))

    def action_confirm(self) -> None:
        self._do("job.confirm")

    def action_retry(self) -> None:
        self._do("job.retry")

    def action_forget(self) -> None:
        self._do("job.forget")

    def _do(self, method: str) -> None:
        if job := self.lit:
            self.dcode.act(method, job=job["id"])

    def action_cancel(self) -> None:
        if job := self.lit:
            self.run_worker(self._cancel(job), group="cancel", exclusive=True)

    async def _cancel(self, job: Message) -> None:
        """The one at the machine is asked about, once; it may have ended meanwhile, and then nothing is cancelled."""
        if job["state"] in AT_THE_MACHINE:
            question = ConfirmDialog(AT_WORK.format(**job), "cancel it", "leave it alone")
            if not await self.app.push_screen_wait(question):
                return
        await self.dcode.ask("job.cancel", job=job["id"])

    def action_recover(self) -> None:
        if job := self.lit:
            self.dcode.action_recover(job["id"])

    def action_rehearse(self) -> None:
        if job := self.lit:
            self.dcode.action_rehearse(job["id"])

    def action_read(self) -> None:
        if job := self.lit:
            self.app.push_screen(ProgramScreen(job["id"], job["name"]))


def _cell(column: str, text: str) -> Text:
    return Text(text, justify="right" if column in ("job", "done", "time") else "left", no_wrap=True)
