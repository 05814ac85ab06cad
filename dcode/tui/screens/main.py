"""The main screen: the sheet, the job at the machine, the queue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from textual import events
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from dcode.tui.progress import in_one_line
from dcode.tui.screens.base import DcodeScreen
from dcode.tui.store import Changes
from dcode.tui.widgets.job_card import JobCard
from dcode.tui.widgets.no_daemon import NoDaemon
from dcode.tui.widgets.plain import tell
from dcode.tui.widgets.queue import Queue
from dcode.tui.widgets.sheet_pane import SheetPane

WIDE: Final = 100  # columns from which the right column has room


class MainScreen(DcodeScreen):
    """What the machine does now. Below WIDE columns the right column is one line over the keys."""

    DEFAULT_CSS = """
    MainScreen #side { width: 50; }
    MainScreen.narrow #side { display: none; }
    MainScreen #brief { height: 1; display: none; }
    MainScreen.narrow #brief { display: block; }
    MainScreen Queue { height: 1fr; }
    MainScreen SheetPane { width: 1fr; height: 1fr; }
    """

    def content(self) -> Iterator[Widget]:
        yield Horizontal(SheetPane(), Vertical(JobCard(), Queue(), id="side"))
        yield NoDaemon()
        yield Static("", id="brief", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < WIDE, "narrow")

    def store_changed(self, changes: Changes) -> None:
        store = self.store
        line = in_one_line(store.current, store.status, len(store.waiting))
        tell(self.query_one("#brief", Static), f" {line}", ellipsis=True)
