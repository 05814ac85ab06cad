"""The main screen: the sheet, the job at the machine, the queue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from dcode.tui.progress import in_one_line, trouble
from dcode.tui.screens.base import DcodeScreen
from dcode.tui.store import Changes, LinkState
from dcode.tui.widgets.job_card import JobCard
from dcode.tui.widgets.no_daemon import NoDaemon
from dcode.tui.widgets.plain import Plain
from dcode.tui.widgets.queue import Queue


class MainScreen(DcodeScreen):
    """What the machine does now. Where it is narrow the right column is one line over the keys.

    The sheet comes when the rest is shown: what it is drawn with takes longer to import than all other widgets.
    """

    AUTO_FOCUS: ClassVar[str] = ""  # the sheet takes it
    DEFAULT_CSS = """
    MainScreen #side { width: 50; }
    MainScreen.narrow #side { display: none; }
    MainScreen #brief { height: 1; display: none; }
    MainScreen.narrow #brief { display: block; }
    MainScreen Queue { height: 1fr; }
    MainScreen #paper { width: 1fr; height: 1fr; }
    """

    _has_sheet = False

    def content(self) -> Iterator[Widget]:
        yield Horizontal(Vertical(id="paper"), Vertical(JobCard(), Queue(), id="side"))
        yield NoDaemon()
        yield Plain(id="brief")

    def store_changed(self, changes: Changes) -> None:
        store = self.store
        known = "" if store.current else trouble(store.interrupted, store.status, self.dcode.key_of)
        line = known or in_one_line(store.current, store.status, len(store.waiting))
        self.query_one("#brief", Plain).tell(f" {line}", ellipsis=True)
        if not self._has_sheet and store.link is not LinkState.CONNECTING:
            self._has_sheet = True
            self.call_after_refresh(self._add_sheet)

    async def _add_sheet(self) -> None:
        from dcode.tui.widgets.sheet_pane import SheetPane

        sheet = SheetPane()
        await self.query_one("#paper").mount(sheet)
        if self.focused is None:
            sheet.focus()
