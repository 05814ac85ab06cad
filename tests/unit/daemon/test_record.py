"""What a run writes to its journal, and what it has to wait for before it may go on."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dcode.daemon.record import RunRecord, sync_in_thread
from dcode.errors import JournalError
from dcode.firmware.command import Command, CommandKind
from dcode.gcode.motion import Kind, Motion
from dcode.gcode.place import Place, end
from dcode.jobs.history import History, read_history
from dcode.jobs.journal import Acked, Begin, Ended, Executed, Held, Journal, Record, Reserved, Sent, Stood
from dcode.jobs.records import replay
from dcode.jobs.watermarks import Watermarks

START = Place(0, 0.0, 0.0)


def long_motion(rows: int, mm: float = 10.0, feed: float = 600.0) -> Motion:
    """A line to the right; 10 mm at 600 mm/min take a second."""
    motion = Motion()
    for row in range(1, rows + 1):
        motion.append(Kind.DRAW, mm * row, 0.0, feed, row)
    return motion


class Memory:
    """A storage that can fail: `fails` is the errno of the next append."""

    def __init__(self) -> None:
        self.data = b""
        self.closed = False
        self.fails: int | None = None

    def append(self, data: bytes) -> None:
        if self.fails:
            raise OSError(self.fails, "no")
        self.data += data

    def sync(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


@dataclass
class Desk:
    """A record of a run at the beginning of a motion. A sync is done when the test says so."""

    motion: Motion
    place: Place = START
    storage: Memory = field(default_factory=Memory)
    syncs: list[asyncio.Future[None]] = field(default_factory=list)
    rooms: int = 0
    errors: list[JournalError] = field(default_factory=list)
    now: float = 1000.0

    def __post_init__(self) -> None:
        asyncio.get_running_loop().time = lambda: self.now  # type: ignore[method-assign]  # nothing here waits
        self.marks = Watermarks(self.place, 2, (self.place.x, self.place.y))
        self.record = RunRecord(
            Journal(self.storage),
            self.motion,
            self.marks,
            sync=self._sync,
            on_room=self._room,
            on_error=self.errors.append,
        )

    async def _sync(self, journal: Journal) -> None:
        self.syncs.append(asyncio.get_running_loop().create_future())
        await self.syncs[-1]

    def _room(self) -> None:
        self.rooms += 1

    def begin(self) -> None:
        self.record.begin(7, "d1ge57", "this boot", 1.75e9)

    async def done(self, error: JournalError | None = None) -> None:
        """The sync that is under way is done."""
        await settled()
        if error:
            self.syncs[-1].set_exception(error)
        else:
            self.syncs[-1].set_result(None)
        await settled()

    @property
    def records(self) -> list[Record]:
        return replay(self.storage.data).records

    def draw(self, *rows: int) -> list[Command]:
        """Send these rows, as the plotter does."""
        commands = []
        for row in rows:
            command = Command("G1", row, kind=CommandKind.DRAW, end=(self.motion.x[row], self.motion.y[row]))
            place = Place(row + 1, self.motion.x[row], self.motion.y[row])
            self.marks.sending(command, place)
            self.record.sending(place)
            commands.append(command)
        return commands

    def take(self, commands: list[Command]) -> None:
        for command in commands:
            self.marks.taken(command)
            self.record.acked()


async def settled() -> None:
    """All that is ready has run."""
    for _ in range(5):
        await asyncio.sleep(0)


def in_a_loop(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Runs a test that is a coroutine."""

    def run() -> None:
        asyncio.run(test())  # type: ignore[arg-type]  # each is a coroutine function

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


# -- reservations ----------------------------------------------------------------------------------------------------


@in_a_loop
async def test_nothing_may_be_sent_before_the_beginning_is_durable():
    desk = Desk(long_motion(10))
    desk.begin()
    assert desk.records == [Begin(7, 10, "d1ge57", "this boot", 1.75e9, START), Reserved(10)]
    assert not desk.record.may_send(0)
    await settled()
    assert not desk.record.may_send(0)
    await desk.done()
    assert (desk.record.may_send(0), desk.record.may_send(9), desk.rooms) == (True, True, 1)


@in_a_loop
async def test_half_a_minute_of_drawing_is_reserved_ahead():
    desk = Desk(long_motion(100))
    desk.begin()
    assert desk.records[-1] == Reserved(30)
    await desk.done()
    assert desk.record.may_send(29)
    assert not desk.record.may_send(30)


@in_a_loop
async def test_a_lot_of_short_rows_is_not_reserved_without_end():
    desk = Desk(long_motion(6000, mm=0.01))
    desk.begin()
    assert desk.records[-1] == Reserved(4096)
    await settled()


@in_a_loop
async def test_a_row_that_takes_longer_than_that_is_reserved_all_the_same():
    desk = Desk(long_motion(3, mm=1000.0))
    desk.begin()
    assert desk.records[-1] == Reserved(1)
    await desk.done()
    assert desk.record.may_send(0)
    assert not desk.record.may_send(1)
    await desk.done()
    assert desk.record.may_send(1)


@in_a_loop
async def test_more_is_reserved_before_it_is_needed_and_counts_when_it_is_durable():
    desk = Desk(long_motion(100))
    desk.begin()
    await desk.done()
    assert desk.record.may_send(14)
    assert len(desk.syncs) == 1
    assert desk.record.may_send(15)  # half way: the next reservation is made
    assert desk.records[-1] == Reserved(45)
    await settled()
    assert len(desk.syncs) == 2
    assert desk.record.may_send(29)
    assert not desk.record.may_send(30)
    await desk.done()
    assert desk.rooms == 2
    assert desk.record.may_send(44)
    assert not desk.record.may_send(45)


@in_a_loop
async def test_a_reservation_made_during_a_sync_counts_only_after_the_next_one():
    """The sync that is under way may have passed the place in the file already."""
    desk = Desk(long_motion(100))
    desk.begin()
    await desk.done()
    assert desk.record.may_send(15)  # reserves up to 45
    await settled()
    assert desk.record.may_send(29)
    assert not desk.record.may_send(32)  # reserves up to 62 while the sync for 45 is under way
    assert desk.records[-1] == Reserved(62)
    await desk.done()
    assert (desk.record.may_send(44), desk.record.may_send(45)) == (True, False)
    await desk.done()
    assert (desk.record.may_send(61), desk.record.may_send(62)) == (True, False)


@in_a_loop
async def test_at_the_end_of_a_motion_everything_may_be_sent():
    desk = Desk(long_motion(5))
    desk.begin()
    await desk.done()
    assert desk.record.may_send(5)
    assert len(desk.syncs) == 1


@in_a_loop
async def test_a_run_that_goes_on_reserves_from_there():
    motion = long_motion(100)
    desk = Desk(motion, Place(50, 503.0, 0.0))
    desk.begin()
    assert desk.records == [Begin(7, 100, "d1ge57", "this boot", 1.75e9, Place(50, 503.0, 0.0)), Reserved(80)]
    assert not desk.record.may_send(50)
    await desk.done()
    assert desk.record.may_send(79)
    assert not desk.record.may_send(80)


@in_a_loop
async def test_a_motion_of_nothing_needs_no_reservation_to_end():
    desk = Desk(Motion())
    desk.begin()
    await desk.done()
    assert desk.record.may_send(0)


@in_a_loop
async def test_no_row_is_ever_sent_beyond_what_the_journal_says():
    """Whatever the disk does, at every moment what is durable covers what was sent."""
    desk = Desk(long_motion(200, feed=1200.0))
    desk.begin()
    row = durable = 0
    written: list[int] = []  # how much had been written when each sync began
    while row < 200:
        await settled()
        while len(written) < len(desk.syncs):
            written.append(len(desk.storage.data))
        while desk.record.may_send(row) and row < 200:
            assert row < durable
            desk.take(desk.draw(row))
            row += 1
        if not desk.syncs[-1].done():
            data = desk.storage.data[: written[-1]]
            durable = max(one.row for one in replay(data).records if isinstance(one, Reserved))
            await desk.done()
    assert len(desk.syncs) > 3


# -- what is written -------------------------------------------------------------------------------------------------


@in_a_loop
async def test_a_line_is_on_record_before_it_goes_out():
    desk = Desk(long_motion(10))
    desk.begin()
    await desk.done()
    desk.draw(0)
    assert desk.records[-1] == Sent(Place(1, 10, 0))


@in_a_loop
async def test_acknowledgements_are_written_now_and_then():
    desk = Desk(long_motion(40))
    desk.begin()
    await desk.done()
    for row in range(15):
        desk.take(desk.draw(row))
    assert not any(isinstance(record, Acked | Executed) for record in desk.records)
    desk.take(desk.draw(15))
    assert desk.records[-3:] == [Sent(Place(16, 160, 0)), Acked(Place(16, 160, 0)), Executed(Place(14, 140, 0))]


@in_a_loop
async def test_a_barrier_is_written_at_once_and_made_durable_but_not_too_often():
    desk = Desk(long_motion(10))
    desk.begin()
    await desk.done()
    desk.now += 1.9
    desk.draw(0)
    desk.record.at_barrier()
    assert desk.records[-1] == Executed(START)
    await settled()
    assert len(desk.syncs) == 1
    desk.now += 0.2
    desk.record.at_barrier()
    await settled()
    assert len(desk.syncs) == 2
    await desk.done()


@in_a_loop
async def test_a_hold_says_where_the_machine_stands_and_where_the_run_goes_on():
    desk = Desk(long_motion(10))
    desk.begin()
    await desk.done()
    desk.draw(0)
    desk.record.held(Place(0, 4.0, 0.0), True, (4.0, 0.01), "Paused.")
    assert desk.records[-2:] == [Stood(4.0, 0.01), Held(Place(0, 4.0, 0.0), True, "Paused.")]
    await desk.done()
    assert len(desk.syncs) == 2


@in_a_loop
async def test_the_end_is_durable_before_the_file_is_closed():
    desk = Desk(long_motion(10))
    desk.begin()
    await desk.done()
    desk.draw(0)
    ending = asyncio.get_running_loop().create_task(desk.record.end("interrupted", "Stopped.", (3.0, 0.0)))
    await settled()
    assert desk.records[-2:] == [Stood(3.0, 0.0), Ended("interrupted", "Stopped.")]
    assert not desk.storage.closed and not ending.done()
    await desk.done()
    assert desk.storage.closed and ending.done()


@in_a_loop
async def test_a_machine_that_stands_nobody_knows_where_is_not_said_to_stand():
    desk = Desk(long_motion(10))
    desk.begin()
    await desk.done()
    ending = asyncio.get_running_loop().create_task(desk.record.end("interrupted", "Stopped.", None))
    await settled()
    assert not any(isinstance(record, Stood) for record in desk.records)
    await desk.done()
    await ending


@in_a_loop
async def test_the_end_waits_for_a_sync_of_its_own():
    """The one under way began before the last record was written."""
    desk = Desk(long_motion(100))
    desk.begin()
    await settled()
    ending = asyncio.get_running_loop().create_task(desk.record.end("interrupted", "Stopped.", None))
    await desk.done()
    assert (len(desk.syncs), desk.storage.closed) == (2, False)
    await desk.done()
    assert desk.storage.closed
    await ending


# -- a disk that fails -----------------------------------------------------------------------------------------------


@in_a_loop
async def test_a_command_that_cannot_be_recorded_is_stopped_and_the_error_is_told_once():
    desk = Desk(long_motion(10))
    desk.begin()
    await desk.done()
    commands = desk.draw(0)
    desk.storage.fails = errno.EIO
    with pytest.raises(JournalError):
        desk.draw(1)
    desk.take(commands)
    desk.record.at_barrier()
    await settled()
    assert not desk.errors  # it was raised
    assert not desk.record.may_send(1)
    assert not desk.record.may_send(10)


@in_a_loop
async def test_an_error_while_writing_marks_is_told_once_and_stops_sending():
    desk = Desk(long_motion(10))
    desk.begin()
    await desk.done()
    desk.take(desk.draw(0, 1))
    desk.storage.fails = errno.EIO
    desk.record.at_barrier()
    assert not desk.errors  # not from within the loop that fills the window
    desk.record.at_barrier()
    await settled()
    assert len(desk.errors) == 1
    assert not desk.record.may_send(2)


@in_a_loop
async def test_an_error_while_syncing_is_told_once_and_stops_sending():
    desk = Desk(long_motion(100))
    desk.begin()
    await desk.done()
    assert desk.record.may_send(15)
    broken = JournalError("The disk fails.", path="", errno=errno.EIO)
    await desk.done(broken)
    assert desk.errors == [broken]
    assert not desk.record.may_send(16)
    assert desk.rooms == 1


@in_a_loop
async def test_an_error_at_the_very_beginning_lets_nothing_out():
    desk = Desk(long_motion(10))
    desk.storage.fails = errno.ENOSPC
    desk.begin()
    await desk.done()
    assert len(desk.errors) == 1
    assert not desk.record.may_send(0)


@in_a_loop
async def test_the_end_of_a_run_whose_disk_is_full_is_written_where_there_is_room():
    desk = Desk(long_motion(10))
    desk.begin()
    await desk.done()
    desk.storage.fails = errno.ENOSPC
    with pytest.raises(JournalError):
        desk.draw(0)
    desk.storage.fails = None  # the margin that the file keeps
    ending = asyncio.get_running_loop().create_task(desk.record.end("interrupted", "The disk is full.", None))
    await desk.done()
    await ending
    assert desk.records[-1] == Ended("interrupted", "The disk is full.")
    assert desk.storage.closed


@in_a_loop
async def test_an_end_on_a_disk_that_fails_closes_the_file_and_raises_nothing():
    desk = Desk(long_motion(10))
    desk.begin()
    await desk.done()
    desk.storage.fails = errno.EIO
    ending = asyncio.get_running_loop().create_task(desk.record.end("interrupted", "Stopped.", None))
    await desk.done(JournalError("The disk fails.", path="", errno=errno.EIO))
    await ending
    assert desk.storage.closed
    assert len(desk.errors) == 1


@in_a_loop
async def test_a_file_that_cannot_even_be_closed_does_not_keep_a_run_from_ending():
    desk = Desk(long_motion(10))
    desk.begin()
    await desk.done()

    def fail() -> None:
        raise OSError(errno.EIO, "no")

    desk.storage.close = fail  # type: ignore[method-assign]
    ending = asyncio.get_running_loop().create_task(desk.record.end("interrupted", "Stopped.", None))
    await desk.done()
    await ending
    assert len(desk.errors) == 1


# -- a whole run -----------------------------------------------------------------------------------------------------


def plotted(path: Path, motion: Motion, rows: int, ended: str | None, *, barrier: bool = True) -> History:
    """The history of a run on a real file that has sent this many rows and, where `ended`, has come to an end."""

    async def plot() -> None:
        journal = Journal.open(path)
        marks, room = Watermarks(START, 2, (0.0, 0.0)), asyncio.Event()
        errors: list[JournalError] = []
        record = RunRecord(journal, motion, marks, sync=sync_in_thread, on_room=room.set, on_error=errors.append)
        record.begin(7, "d1ge57", "this boot", 1.75e9)
        for row in range(rows):
            while not record.may_send(row):
                room.clear()
                await room.wait()
            place = Place(row + 1, motion.x[row], motion.y[row])
            command = Command("G1", row, kind=CommandKind.DRAW, end=(place.x, place.y))
            marks.sending(command, place)
            record.sending(place)
            marks.taken(command)
            record.acked()
        if barrier:
            wait = Command("G4 P0", kind=CommandKind.BARRIER)
            marks.sending(wait)
            marks.taken(wait)
            record.at_barrier()
        if ended:
            await record.end(ended, "That was it.", (1.0, 2.0))
        assert not errors

    asyncio.run(plot())
    found = read_history(path)
    assert found
    return found


def test_a_whole_run_replays_to_its_end(tmp_path):
    motion = long_motion(100)
    found = plotted(tmp_path / "journal", motion, 100, "done")
    assert found.sent == found.acked == found.executed == end(motion)
    assert (found.begin.job, found.begin.rows, found.attempts, found.torn) == (7, 100, 1, False)
    assert (found.ended, found.stood) == (Ended("done", "That was it."), Stood(1.0, 2.0))
    assert found.reserved == 100


def test_a_run_that_was_killed_replays_to_what_it_had_sent(tmp_path):
    motion = long_motion(100)
    found = plotted(tmp_path / "journal", motion, 41, None)
    assert found.sent == found.executed == Place(41, 410, 0)
    assert found.ended is None and found.stood is None
    assert found.sent_bound(motion, "this boot") == Place(41, 410, 0)
    assert found.sent_bound(motion, "another boot").row == found.reserved > 41


def test_a_run_that_was_killed_in_a_stroke_replays_to_less_executed_than_sent(tmp_path):
    motion = long_motion(100)
    found = plotted(tmp_path / "journal", motion, 41, None, barrier=False)
    assert found.sent == Place(41, 410, 0)
    assert found.executed == Place(30, 300, 0)  # as of the last 16 acknowledgements


@pytest.mark.parametrize("rows", [0, 1])
def test_attempts_follow_one_another_in_one_journal(tmp_path, rows):
    motion = long_motion(10)
    plotted(tmp_path / "journal", motion, 4, "interrupted")
    found = plotted(tmp_path / "journal", motion, rows, "interrupted")
    assert found.attempts == 2
    assert found.sent == Place(rows, 10.0 * rows, 0)
