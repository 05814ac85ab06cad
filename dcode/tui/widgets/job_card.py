"""The job at the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from dcode.tui.progress import card_lines, share
from dcode.tui.store import Changes, Part
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
    INTERRUPTED = "↯ Job {id}, {name}, was interrupted: {pause} asks how to go on."

    def compose(self) -> ComposeResult:
        yield ShareBar()
        yield Static("", id="said", markup=False)

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
            self.border_title, lines = "Job", [self.NOTHING.format(add=app.key_of("add"), draw=app.key_of("draw"))]
            if interrupted := store.interrupted:
                lines = [self.INTERRUPTED.format(**interrupted, pause=app.key_of("pause"))]
        else:
            self.border_title, lines = f"Job {job['id']}  {job['name']}", card_lines(job, store.status)
            bar.show_share(share(job))
        said, text = self.query_one("#said", Static), "\n".join(lines)
        if text != str(said.content):
            said.update(Text(text), layout=len(text) != len(str(said.content)))  # as long as before, as high as before
