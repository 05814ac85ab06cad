"""The job at the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from dcode.tui.progress import card_lines, share, trouble
from dcode.tui.store import Changes, Part
from dcode.tui.widgets.plain import Plain
from dcode.tui.widgets.share_bar import ShareBar

if TYPE_CHECKING:
    from dcode.tui.app import DcodeApp


class JobCard(Vertical, can_focus=True):
    """Progress, times, ink, pen; or what may be done when there is no job."""

    DEFAULT_CSS = """
    JobCard { border: round $foreground 40%; height: auto; padding: 0 1; }
    JobCard:focus { border: round $border; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Details", id="card.open", tooltip="The job at the machine, among all jobs."),
    ]
    HELP = "The job at the machine: how far it is, what it still takes, and its pen."
    NOTHING = "No job is at the machine. {add} adds a file, {draw} draws from a prompt."

    def compose(self) -> ComposeResult:
        yield ShareBar()
        yield Plain(id="said")

    def on_mount(self) -> None:
        app = cast("DcodeApp", self.app)
        app.changed.subscribe(self, self._changed)
        self._changed(frozenset({Part.JOBS}))

    def action_open(self) -> None:
        app = cast("DcodeApp", self.app)
        job = app.store.current or app.store.interrupted
        app.action_jobs(job["id"] if job else None)

    def _changed(self, changes: Changes) -> None:
        if not changes & {Part.JOBS, Part.STATUS, Part.LINK, Part.PEN_CHANGE}:
            return
        app = cast("DcodeApp", self.app)
        store = app.store
        job, bar = store.current, self.query_one(ShareBar)
        bar.display = job is not None
        if job is None:
            nothing = self.NOTHING.format(add=app.key_of("add"), draw=app.key_of("draw"))
            title, lines = "Job", [trouble(store.interrupted, store.status, app.key_of) or nothing]
        else:
            title, lines = f"Job {job['id']}  {job['name']}", card_lines(job, store.status)
            bar.show_share(share(job))
        if title != self.border_title:  # Textual paints the card for one that is the same, too
            self.border_title = title
        self.query_one("#said", Plain).tell("\n".join(lines), wrap=True)
