"""The sheet with the path of one job, whichever it is."""

from __future__ import annotations

from dcode.api.codec import Message
from dcode.tui.store import Part, Store
from dcode.tui.widgets.sheet_pane import SheetPane


class JobSheet(SheetPane):
    """`show_job` says which; nothing before."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._wanted: int | None = None

    def show_job(self, number: int | None) -> None:
        """Another job; None for none."""
        if number != self._wanted:
            self._wanted = number
            self._changed(frozenset({Part.JOBS}))

    def chosen(self, store: Store) -> Message | None:
        """The job that was asked for."""
        job = store.jobs.get(self._wanted or 0)
        return job if job and job["rows"] else None

    @property
    def pens(self) -> list[int]:
        """The numbers of the pens that the job takes, as far as its path has been read; none for one pen without."""
        return list(dict.fromkeys(pen for _, pen in self._read.pens))
