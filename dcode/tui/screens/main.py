"""The main screen: the sheet, the job at the machine, the queue."""

from __future__ import annotations

from collections.abc import Iterator

from textual.widget import Widget
from textual.widgets import Static

from dcode.tui.screens.base import DcodeScreen
from dcode.tui.store import Changes


class MainScreen(DcodeScreen):
    """What the machine does now."""

    def content(self) -> Iterator[Widget]:
        yield Static("", id="sheet")

    def store_changed(self, changes: Changes) -> None:
        self.query_one("#sheet", Static).update(f"{len(self.store.jobs)} jobs")
