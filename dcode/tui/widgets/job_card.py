"""The job at the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import ProgressBar, Static

from dcode.tui.progress import card_lines, share
from dcode.tui.store import Changes, Part

if TYPE_CHECKING:
    from dcode.tui.app import DcodeApp


class JobCard(Vertical):
    """Progress, times, ink, pen; or what may be done when there is no job."""

    DEFAULT_CSS = """
    JobCard { border: round $foreground 40%; height: auto; padding: 0 1; }
    JobCard ProgressBar { width: 100%; }
    JobCard Bar { width: 1fr; }
    """
    NOTHING = "No job is at the machine. a adds a file, d draws from a prompt."

    def compose(self) -> ComposeResult:
        yield ProgressBar(total=1, show_eta=False)
        yield Static("", id="said", markup=False)

    def on_mount(self) -> None:
        app = cast("DcodeApp", self.app)
        app.changed.subscribe(self, self._changed)
        self._changed(frozenset({Part.JOBS}))

    def _changed(self, changes: Changes) -> None:
        if not changes & {Part.JOBS, Part.STATUS, Part.LINK, Part.PEN_CHANGE}:
            return
        store = cast("DcodeApp", self.app).store
        job, bar = store.current, self.query_one(ProgressBar)
        bar.display = job is not None
        if job is None:
            self.border_title, lines = "Job", [self.NOTHING]
            if interrupted := store.interrupted:
                lines = [f"↯ Job {interrupted['id']}, {interrupted['name']}, was interrupted: space asks how to go on."]
        else:
            self.border_title, lines = f"Job {job['id']}  {job['name']}", card_lines(job, store.status)
            bar.update(progress=share(job))
        self.query_one("#said", Static).update(Text("\n".join(lines)))
