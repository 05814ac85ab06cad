"""What a run writes to its job's journal, and when that is made durable.

Sending never waits for the disk in a stroke: rows are reserved well ahead, and only where a disk takes longer than what
is reserved takes to draw does the run have to wait. A power cut can therefore lose no more than was reserved, and a
killed process nothing, because every record is in the kernel's hands before its line goes out.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Final

from dcode.errors import JournalError
from dcode.gcode.motion import MOVES, Motion
from dcode.gcode.place import Place
from dcode.jobs.journal import Acked, Begin, Ended, Executed, Held, Journal, Record, Reserved, Sent, Stood
from dcode.jobs.watermarks import Watermarks

Point = tuple[float, float]
Sync = Callable[[Journal], Awaitable[None]]

_LEAD_SECONDS: Final = 30.0  # of drawing, that are reserved ahead: an SD card may take seconds for one write
_LEAD_ROWS: Final = 4096  # at most, however short they are
_FEED: Final = 500.0  # mm/min, where a row gives none
_LAST_SYNC_SECONDS: Final = 30.0  # that the end of a run waits for a disk that hangs
_ACKS: Final = 16  # acknowledgements between two records of them
_SYNC_SECONDS: Final = 2.0  # between two syncs at barriers: an SD card wears


async def sync_in_thread(journal: Journal) -> None:
    """Make a journal durable without holding up the loop."""
    await asyncio.to_thread(journal.sync)


class RunRecord:
    """The journal of one run. `on_room`: more may be sent again; `on_error`: the journal cannot be written."""

    def __init__(
        self,
        journal: Journal,
        motion: Motion,
        marks: Watermarks,
        *,
        sync: Sync,
        on_room: Callable[[], None],
        on_error: Callable[[JournalError], None],
    ) -> None:
        self._journal, self._motion, self._marks = journal, motion, marks
        self._sync, self._on_room, self._on_error = sync, on_room, on_error
        self._loop = asyncio.get_running_loop()
        self._reserved = self._durable = self._renew_at = 0
        self._acks = 0
        self._synced_at = -math.inf
        self._syncing: asyncio.Task[None] | None = None
        self._again = False  # something was written that wants a sync of its own after the one under way
        self._broken = False

    def begin(self, job: int, digest: str, boot: str, now: float) -> None:
        """The run starts at its watermarks; nothing may be sent before that is durable."""
        place = self._marks.executed
        self._write(Begin(job, len(self._motion), digest, boot, now, place))
        self._durable = place.row
        self._reserve(place.row)

    def grow(self, motion: Motion) -> None:
        """Rows were added at the end."""
        self._motion = motion
        self._renew_at = min(self._renew_at, self._reserved)

    def may_send(self, row: int) -> bool:
        """Whether commands of a row may go out now. If not, `on_room` is called when they may."""
        if row >= self._renew_at and self._reserved < len(self._motion):
            self._reserve(row)
        return (row < self._durable or self._durable >= len(self._motion)) and not self._broken

    def sending(self, place: Place) -> None:
        """A command is about to go out, after which the run is at `place`. Raises JournalError; then it must not."""
        try:
            self._journal.write(Sent(place))
        except JournalError:
            self._broken = True
            raise

    def acked(self) -> None:
        """The watermarks have risen."""
        self._acks += 1
        if self._acks >= _ACKS:
            self._write_marks()

    def at_barrier(self) -> None:
        """The machine stands still between strokes, and all that was sent is on the paper."""
        self._write_marks()
        if self._loop.time() - self._synced_at >= _SYNC_SECONDS:
            self._want_sync()

    def held(self, place: Place, pen_down: bool, at: Point, reason: str) -> None:
        """The run waits; the pen is up at `at`."""
        self._write_marks()
        self._write(Stood(*at))
        self._write(Held(place, pen_down, reason))
        self._want_sync()

    async def end(self, state: str, reason: str, at: Point | None) -> None:
        """The last records, durable; then the file is closed. `at`: where the machine stands, if that is known."""
        self._write_marks()
        if at is not None:
            self._write(Stood(*at))
        self._write(Ended(state, reason))
        self._want_sync()
        if self._syncing:
            await asyncio.wait([self._syncing], timeout=_LAST_SYNC_SECONDS)
        try:
            self._journal.close()
        except JournalError as error:  # what it has, it has: a run must come to its end
            self._fail(error)

    def _write_marks(self) -> None:
        self._acks = 0
        self._write(Sent(self._marks.sent))  # it falls where lines that were queued were never sent
        self._write(Acked(self._marks.acked))
        self._write(Executed(self._marks.executed))

    def _reserve(self, row: int) -> None:
        self._reserved = _ahead(self._motion, row)
        self._renew_at = (row + self._reserved) // 2
        self._write(Reserved(self._reserved))
        self._want_sync()

    def _want_sync(self) -> None:
        if self._syncing:
            self._again = True
        else:
            self._syncing = self._loop.create_task(self._sync_until_done())

    async def _sync_until_done(self) -> None:
        try:
            while True:
                self._again = False
                await self._synced()
                if not self._again:
                    return
        finally:
            self._syncing = None

    async def _synced(self) -> None:
        reserved = self._reserved
        self._synced_at = self._loop.time()
        try:
            await self._sync(self._journal)
        except JournalError as error:
            self._fail(error)
            return
        self._durable = max(self._durable, reserved)
        self._on_room()

    def _write(self, record: Record) -> None:
        try:
            self._journal.write(record)
        except JournalError as error:
            self._fail(error)

    def _fail(self, error: JournalError) -> None:
        if not self._broken:
            self._broken = True
            self._loop.call_soon(self._on_error, error)


def _ahead(motion: Motion, row: int) -> int:
    """The row before which about _LEAD_SECONDS of motion lie, counted from `row`; beyond it nothing is sent yet."""
    seconds, (x, y) = 0.0, motion.position_before(row)
    last = min(len(motion), row + _LEAD_ROWS)
    while row < last and seconds < _LEAD_SECONDS:
        if motion.kind[row] in MOVES:
            feed = motion.value[row] or _FEED
            seconds += math.hypot(motion.x[row] - x, motion.y[row] - y) / feed * 60
            x, y = motion.x[row], motion.y[row]
        row += 1
    return row
