"""Nothing that a journal was told is lost, and nothing is read from it that it was not told."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.errors import JournalError
from dcode.gcode.motion import Kind, Motion
from dcode.gcode.place import Place, beginning, end
from dcode.jobs.history import History, boot_id, history, read_history
from dcode.jobs.journal import (
    Acked,
    Begin,
    Ended,
    Executed,
    Held,
    Journal,
    Record,
    Reserved,
    Sent,
    Stood,
)
from dcode.jobs.journal_file import AHEAD, MARGIN, FileStorage
from dcode.jobs.records import MAGIC, SEED, TEXT_BYTES, encode, replay

BEGIN = Begin(7, 4, "d1ge57", "this boot", 1.75e9, Place(0, 0.0, 0.0))
ONE_OF_EACH: list[Record] = [
    BEGIN,
    Reserved(4),
    Sent(Place(1, 0.1, -2.5)),
    Acked(Place(1, 0.1, -2.5)),
    Executed(Place(0, 0.05, -1.25)),
    Stood(0.1, -2.5),
    Held(Place(1, 0.1, -2.5), True, "The user asked for it: Zürich."),
    Ended("interrupted", "The port went away."),
]

floats = st.floats(allow_nan=False)
places = st.builds(Place, st.integers(0, 2**32 - 1), floats, floats)
texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=TEXT_BYTES // 4)
records = st.one_of(
    st.builds(Begin, st.integers(0, 2**63 - 1), st.integers(0, 2**32 - 1), texts, texts, floats, places),
    st.builds(Sent, places),
    st.builds(Acked, places),
    st.builds(Executed, places),
    st.builds(Reserved, st.integers(0, 2**32 - 1)),
    st.builds(Stood, floats, floats),
    st.builds(Held, places, st.booleans(), texts),
    st.builds(Ended, texts, texts),
)


class Memory:
    """Storage in memory with room for `room` bytes; raises `error` for what has none, or when told to sync."""

    def __init__(self, room: int = 1 << 20, error: int = errno.ENOSPC) -> None:
        self.data, self.room, self.error = bytearray(), room, error
        self.fails_to_sync = False

    def append(self, data: bytes) -> None:
        if len(self.data) + len(data) > self.room:
            raise OSError(self.error, os.strerror(self.error))
        self.data += data

    def sync(self) -> None:
        if self.fails_to_sync:
            raise OSError(self.error, os.strerror(self.error))

    def close(self) -> None:
        pass


def journal_of(*told: Record) -> bytes:
    storage = Memory()
    journal = Journal(storage)
    for record in told:
        journal.write(record)
    return bytes(storage.data)


def ends_of(told: list[Record]) -> list[int]:
    """Where each record ends, the magic first."""
    return [len(journal_of(*told[:count])) for count in range(len(told) + 1)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def write(path: Path, *told: Record) -> None:
    journal = Journal.open(path)
    for record in told:
        journal.write(record)
    journal.sync()
    journal.close()


# What is written is what is read.


def test_a_journal_says_what_it_was_told(path):
    write(path, *ONE_OF_EACH)
    said = replay(path.read_bytes())
    assert said.records == ONE_OF_EACH
    assert not said.torn


@given(st.lists(records, max_size=12))
def test_any_records_come_back(told):
    data = journal_of(*told)
    assert replay(data) == (told, len(data), False)


def test_texts_are_cut_and_never_refused():
    said = replay(journal_of(Ended("failed", "é" * TEXT_BYTES), Ended("failed", "a\0b\udcff"))).records
    assert said == [Ended("failed", "é" * (TEXT_BYTES // 2)), Ended("failed", "ab\\udcff")]
    assert replay(journal_of(Ended("", "x" + "é" * TEXT_BYTES))).records == [
        Ended("", "x" + "é" * (TEXT_BYTES // 2 - 1))
    ]


def test_a_sent_takes_at_most_32_bytes():
    assert len(encode(Sent(Place(2**32 - 1, 1e300, -1e300)), SEED)[0]) <= 32


def test_what_was_written_is_there_without_a_sync_or_a_close(path):
    journal = Journal.open(path)
    for count, record in enumerate(ONE_OF_EACH, start=1):
        journal.write(record)
        assert replay(path.read_bytes()).records == ONE_OF_EACH[:count]
    journal.close()


_DIE = """
import os, pathlib, signal, sys
from dcode.gcode.place import Place
from dcode.jobs.journal import Begin, Journal, Sent
journal = Journal.open(pathlib.Path(sys.argv[1]))
journal.write(Begin(7, 4, "d1ge57", "this boot", 1.75e9, Place(0, 0.0, 0.0)))
for row in range(1000):
    journal.write(Sent(Place(row, 0.0, 0.0)))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_loses_nothing(path):
    assert subprocess.run([sys.executable, "-c", _DIE, str(path)], timeout=60, check=False).returncode == -9
    said = replay(path.read_bytes())
    assert said.records == [BEGIN, *(Sent(Place(row, 0.0, 0.0)) for row in range(1000))]
    assert not said.torn


def test_the_file_is_for_its_user_alone_and_is_not_inherited(path):
    storage = FileStorage(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert not os.get_inheritable(storage._file)
    storage.close()


# Flaws.


def test_cut_at_any_byte_the_whole_records_before_it_are_there():
    data, ends = journal_of(*ONE_OF_EACH), ends_of(ONE_OF_EACH)
    for cut in range(len(data)):
        whole = sum(end <= cut for end in ends) - 1
        said = replay(data[:cut])
        assert said.records == ONE_OF_EACH[: max(whole, 0)]
        assert said.good == (ends[whole] if whole >= 0 else 0)
        assert said.torn == (cut != said.good)


def test_cut_at_any_byte_with_room_behind_it_the_whole_records_are_there():
    data, ends = journal_of(*ONE_OF_EACH), ends_of(ONE_OF_EACH)
    for cut in range(ends[0], len(data)):
        said = replay(data[:cut] + bytes(100))
        whole = len(said.records)
        assert said.records == ONE_OF_EACH[:whole]
        # A record may end in zeros: cut there, the room completes it.
        assert ends[whole] <= cut or not any(data[cut : ends[whole]])
        assert whole + 1 == len(ends) or ends[whole + 1] > cut


def test_a_flipped_bit_anywhere_loses_its_record_and_those_behind_it_only():
    data, ends = journal_of(*ONE_OF_EACH), ends_of(ONE_OF_EACH)
    for at in range(len(data)):
        for bit in range(8):
            flawed = bytearray(data)
            flawed[at] ^= 1 << bit
            said = replay(bytes(flawed))
            assert said.records == ONE_OF_EACH[: max(sum(end <= at for end in ends) - 1, 0)]
            assert said.torn


@given(st.lists(records, min_size=1, max_size=6), st.data())
def test_overwritten_anywhere_nothing_is_invented(told, data):
    whole = journal_of(*told)
    at = data.draw(st.integers(0, len(whole) - 1))
    junk = data.draw(st.binary(min_size=1, max_size=64))
    said = replay(whole[:at] + junk + whole[at + len(junk) :]).records
    assert said == told[: len(said)]
    assert len(said) >= sum(end <= at for end in ends_of(told)) - 1


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_can_be_read(junk, with_magic):
    data = MAGIC * with_magic + junk
    said = replay(data)
    assert said.good <= len(data)
    history(data)


@pytest.mark.parametrize("kind", [*range(12), 255])
def test_a_record_that_is_sound_and_none_of_ours_ends_the_journal(kind):
    record = bytes([kind, 1, 0]) + b"?"  # none has one byte, but for an Ended without texts
    data = MAGIC + record + crc32(record, SEED).to_bytes(4, "little")
    expected = [Ended("?", "")] if kind == 8 else []
    assert replay(data).records == expected
    assert history(data) is None


@pytest.mark.parametrize("junk", [b"\x02\x14\x00", b"\xff", b"\x01\xff\xff"])
def test_a_million_bytes_are_looked_at_once(junk):
    repeated = junk * (1_000_000 // len(junk))
    assert replay(MAGIC + repeated) == ([], len(MAGIC), True)
    assert replay(repeated) == ([], 0, True)


def test_a_million_random_bytes_hold_no_record():
    noise = os.urandom(1_000_000)
    assert replay(MAGIC + noise).records == []
    whole = journal_of(*ONE_OF_EACH)
    assert replay(whole + b"\xff" + noise) == (ONE_OF_EACH, len(whole), True)


def test_a_sound_record_of_another_chain_does_not_count():
    stale = journal_of(BEGIN, Sent(Place(3, 1.0, 1.0)), Ended("done", ""))[len(MAGIC) :]
    whole = journal_of(*ONE_OF_EACH)
    assert replay(whole + stale).records == ONE_OF_EACH


# Going on with a file.


def test_a_journal_is_continued_behind_what_it_has(path):
    write(path, *ONE_OF_EACH)
    write(path, *ONE_OF_EACH)
    write(path)
    assert replay(path.read_bytes()) == (ONE_OF_EACH * 2, ends_of(ONE_OF_EACH * 2)[-1], False)


def test_behind_any_tear_a_journal_goes_on_and_nothing_old_comes_back(path):
    first = [BEGIN, Sent(Place(1, 1.0, 1.0)), Sent(Place(2, 2.0, 2.0)), Sent(Place(3, 3.0, 3.0))]
    data, ends = journal_of(*first), ends_of(first)
    for at in range(ends[1], len(data)):
        flawed = bytearray(data + bytes(64))
        flawed[at] ^= 0x55
        path.write_bytes(flawed)
        kept = replay(bytes(flawed)).records
        # The same record once more: without zeros behind it the old ones would follow in its chain.
        write(path, *first[len(kept) : len(kept) + 1])
        assert replay(path.read_bytes()).records == first[: len(kept) + 1]
        assert not replay(path.read_bytes()).torn


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.lists(records, max_size=4), st.integers(0, 60)), max_size=5))
def test_cut_and_continued_again_and_again(tmp_path_factory, attempts):
    path = tmp_path_factory.mktemp("journal") / "journal"
    expected: list[Record] = []
    for told, lost in attempts:
        write(path, *told)
        expected += told
        said = replay(path.read_bytes())
        assert said.records == expected
        path.write_bytes(path.read_bytes()[: max(said.good - lost, 0)])
        expected = replay(path.read_bytes()).records
        assert expected == said.records[: len(expected)]


@pytest.mark.parametrize("left", [b"", bytes(4096), MAGIC[:5], MAGIC[:5] + bytes(100), MAGIC])
def test_a_file_that_was_just_being_created_is_begun_anew(path, left):
    path.write_bytes(left)
    write(path, BEGIN)
    assert replay(path.read_bytes()).records == [BEGIN]


def test_a_foreign_file_is_left_alone(path):
    foreign = b"dcode journal 2\n and what a later version knows"
    path.write_bytes(foreign)
    with pytest.raises(JournalError, match="Move it away") as caught:
        Journal.open(path)
    assert caught.value.path == str(path)
    assert path.read_bytes() == foreign


def test_room_is_written_ahead_in_whole_pieces(path):
    journal = Journal.open(path)
    written = len(MAGIC)
    for row in range(3 * AHEAD // 27):
        journal.write(Sent(Place(row, 0.0, 0.0)))
        written += 27
        size = path.stat().st_size
        assert size % AHEAD == 0
        assert MARGIN <= size - written <= MARGIN + AHEAD
    journal.close()


def test_a_write_that_the_kernel_cuts_short_is_completed(path, monkeypatch):
    whole = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, data, at: whole(file, data[: max(1, len(data) // 3)], at))
    write(path, *ONE_OF_EACH)
    assert replay(path.read_bytes()).records == ONE_OF_EACH


# Errors.


def test_an_error_says_what_where_and_what_to_do_and_stays(path):
    journal = Journal(Memory(room=60, error=errno.EIO), path)
    with pytest.raises(JournalError, match="cannot be written: Input/output error") as first:
        journal.write(BEGIN)
    assert str(path) in str(first.value) and "replace it" in str(first.value)
    assert first.value.fields == {"path": str(path), "errno": errno.EIO}
    for record in ONE_OF_EACH:  # also those that there would be room for
        with pytest.raises(JournalError) as again:
            journal.write(record)
        assert again.value is first.value
    with pytest.raises(JournalError):
        journal.sync()


def test_on_a_full_disk_what_plotting_goes_on_with_is_refused_and_what_ends_it_is_written():
    storage = Memory(room=200)
    journal = Journal(storage)
    journal.write(BEGIN)
    full = None
    while full is None:
        try:
            journal.write(Sent(Place(1, 1.0, 1.0)))
        except JournalError as error:
            full = error
    assert full.errno == errno.ENOSPC and "Free some space" in full.message
    storage.room += 100
    for record in (BEGIN, Sent(Place(1, 1.0, 1.0)), Reserved(4)):
        with pytest.raises(JournalError) as again:
            journal.write(record)
        assert again.value is full
    closing = [Executed(Place(1, 0.5, 0.5)), Stood(0.5, 0.5), Ended("interrupted", "disk full")]
    for record in closing:
        journal.write(record)
    journal.sync()
    assert replay(bytes(storage.data)).records[-3:] == closing
    storage.room = 0
    with pytest.raises(JournalError) as again:
        journal.write(closing[0])
    assert again.value is full


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_after_a_sync_that_failed_nothing_is_taken_for_durable_any_more(error):
    storage = Memory(error=error)
    journal = Journal(storage)
    journal.write(BEGIN)
    storage.fails_to_sync = True
    with pytest.raises(JournalError):
        journal.sync()
    storage.fails_to_sync = False
    with pytest.raises(JournalError):
        journal.sync()
    with pytest.raises(JournalError):
        journal.write(Ended("failed", ""))


def test_a_journal_that_cannot_be_read_or_created_says_so(path, tmp_path):
    with pytest.raises(JournalError, match="cannot be written: No such file"):
        Journal.open(tmp_path / "no" / "journal")
    path.mkdir()
    with pytest.raises(JournalError, match="cannot be read: Is a directory"):
        Journal.open(path)
    with pytest.raises(JournalError, match="cannot be read"):
        read_history(path)


_FILL = """
import pathlib, resource, sys
from dcode.errors import JournalError
from dcode.gcode.place import Place
from dcode.jobs.journal import Begin, Ended, Executed, Journal, Sent
path, limit = pathlib.Path(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
journal = Journal.open(path)
journal.write(Begin(1, 10, "", "", 0.0, Place(0, 0.0, 0.0)))
sent = 0
try:
    while True:
        journal.write(Sent(Place(sent, 0.0, 0.0)))
        sent += 1
except JournalError as error:
    print(sent, error.errno)
for row in range(200):
    journal.write(Executed(Place(row, 0.0, 0.0)))
journal.write(Ended("interrupted", "x" * 1000))
journal.sync()
"""


@pytest.mark.parametrize("limit", [2 * AHEAD, 2 * AHEAD + 1000])
def test_at_a_real_limit_the_margin_takes_the_closing_records(path, limit):
    filled = subprocess.run(
        [sys.executable, "-c", _FILL, str(path), str(limit)], capture_output=True, text=True, timeout=60, check=False
    )
    assert filled.returncode == 0, filled.stderr
    sent, error = map(int, filled.stdout.split())
    assert error == errno.EFBIG
    said = replay(path.read_bytes())
    assert not said.torn
    assert [type(record) for record in said.records] == [Begin, *[Sent] * sent, *[Executed] * 200, Ended]
    assert sent * 27 > limit - AHEAD - 2 * MARGIN

    write(path, BEGIN)  # and with room again it goes on
    assert replay(path.read_bytes()).records == [*said.records, BEGIN]
    assert path.stat().st_size == 3 * AHEAD


# What the last attempt comes to.


@pytest.fixture
def motion() -> Motion:
    """Down at (0, 0), 10 mm to the right, 10 mm up, pen up."""
    motion = Motion()
    for kind, x, y in ((Kind.PEN_DOWN, 0, 0), (Kind.DRAW, 10, 0), (Kind.DRAW, 10, 10), (Kind.PEN_UP, 10, 10)):
        motion.append(kind, x, y, 0.0, 1)
    return motion


def history_of(*told: Record) -> History:
    found = history(journal_of(*told))
    assert found is not None
    return found


def test_no_file_and_no_attempt_are_no_history(path):
    assert read_history(path) is None
    for left in (b"", MAGIC, bytes(100), b"something else", journal_of(Sent(Place(1, 0.0, 0.0)))):
        path.write_bytes(left)
        assert read_history(path) is None


def test_an_attempt_that_has_sent_nothing_is_where_it_begins():
    begin = Begin(7, 4, "", "", 0.0, Place(2, 10.0, 3.0))
    assert history_of(begin) == History(
        begin=begin,
        attempts=1,
        sent=begin.place,
        acked=begin.place,
        executed=begin.place,
        reserved=2,
        stood=None,
        held=None,
        ended=None,
        torn=False,
    )


def test_the_last_record_of_each_kind_counts(path):
    write(path, BEGIN, Sent(Place(2, 1, 1)), *ONE_OF_EACH[1:])
    found = read_history(path)
    assert found is not None
    assert (found.begin, found.reserved, found.sent, found.acked, found.executed) == (
        BEGIN,
        4,
        Place(1, 0.1, -2.5),
        Place(1, 0.1, -2.5),
        Place(0, 0.05, -1.25),
    )
    assert [found.stood, found.held, found.ended] == ONE_OF_EACH[5:]


def test_a_new_attempt_makes_an_end_of_the_one_before():
    again = Begin(7, 4, "d1ge57", "this boot", 1.76e9, Place(1, 5.0, 0.0))
    assert history_of(*ONE_OF_EACH, again) == replace(history_of(again), attempts=2)


def test_what_tells_of_a_standing_machine_is_over_once_it_is_sent_on():
    standing = ONE_OF_EACH[5:]
    assert history_of(BEGIN, *standing, Acked(Place(1, 0, 0))).stood == Stood(0.1, -2.5)
    for before in ([], [Sent(Place(0, 0, 0))]):
        found = history_of(BEGIN, *before, *standing, Sent(Place(1, 0, 0)))
        assert [found.stood, found.held, found.ended] == [None] * 3


def test_what_tells_of_a_standing_machine_stays_where_sent_is_only_said_again():
    found = history_of(BEGIN, Sent(Place(1, 0, 0)), *ONE_OF_EACH[5:], Sent(Place(1, 0, 0)))
    assert [found.stood, found.held, found.ended] == ONE_OF_EACH[5:]


def test_in_the_same_run_of_the_computer_nothing_beyond_sent_was_sent(motion):
    found = history_of(BEGIN, Reserved(4), Sent(Place(1, 4.0, 0.0)))
    assert found.sent_bound(motion, "this boot") == Place(1, 4.0, 0.0)


@pytest.mark.parametrize("boot", ["another boot", ""])
def test_after_a_power_cut_all_that_was_reserved_may_have_been_sent(motion, boot):
    begin = Begin(7, 4, "d1ge57", "this boot" if boot else "", 1.75e9, Place(0, 0.0, 0.0))
    assert history_of(begin, Reserved(2), Sent(Place(1, 4.0, 0.0))).sent_bound(motion, boot) == Place(2, 10.0, 0.0)
    assert history_of(begin, Reserved(1), Sent(Place(1, 4.0, 0.0))).sent_bound(motion, boot) == Place(1, 4.0, 0.0)
    assert history_of(begin, Reserved(99)).sent_bound(motion, boot) == end(motion)
    assert history_of(begin).sent_bound(motion, boot) == begin.place


def test_a_torn_journal_may_have_lost_what_was_sent(motion):
    found = history(journal_of(BEGIN, Reserved(2), Sent(Place(1, 4.0, 0.0))) + b"\x02\x14")
    assert found is not None and found.torn
    assert found.sent_bound(motion, "this boot") == Place(2, 10.0, 0.0)


def test_executed_may_go_back_and_never_passes_what_was_sent(motion):
    sent = Sent(Place(2, 10.0, 5.0))
    assert history_of(BEGIN, sent, Executed(Place(1, 8.0, 0.0))).executed_bound(motion) == Place(1, 8.0, 0.0)
    back = history_of(BEGIN, sent, Executed(Place(1, 8.0, 0.0)), Executed(Place(1, 2.0, 0.0)))
    assert back.executed_bound(motion) == Place(1, 2.0, 0.0)
    assert history_of(BEGIN, sent, Executed(Place(2, 10.0, 7.0))).executed_bound(motion) == sent.place


def test_a_place_that_a_firmware_reported_may_lie_a_little_off_the_way(motion):
    found = history_of(BEGIN, Sent(Place(1, 4.0, 0.4)), Executed(Place(1, 3.0, -0.4)))
    assert found.executed_bound(motion) == Place(1, 3.0, -0.4)
    assert found.sent_bound(motion, "this boot") == Place(1, 4.0, 0.4)


@pytest.mark.parametrize("wrong", [Place(1, 4.0, 30.0), Place(77, 10.0, 10.0), Place(1, float("nan"), 0.0)])
def test_a_place_that_is_none_of_the_motion_is_not_believed(motion, wrong):
    begin = Begin(7, 4, "", "this boot", 0.0, Place(1, 2.0, 0.0))
    found = history_of(begin, Sent(wrong), Executed(wrong))
    assert found.executed_bound(motion) == begin.place
    assert found.sent_bound(motion, "this boot") == end(motion)


@pytest.mark.parametrize("begin", [{"rows": 5}, {"place": Place(1, 4.0, 30.0)}, {"place": Place(9, 0.0, 0.0)}])
def test_the_journal_of_another_motion_says_nothing_of_this_one(motion, begin):
    values: dict[str, Any] = {"rows": 4, "place": Place(0, 0.0, 0.0)} | begin
    found = history_of(
        Begin(7, values["rows"], "", "this boot", 0.0, values["place"]),
        Sent(Place(2, 10.0, 5.0)),
        Executed(Place(1, 8.0, 0.0)),
    )
    assert found.executed_bound(motion) == beginning(motion)
    assert found.sent_bound(motion, "this boot") == end(motion)


@given(st.lists(records, max_size=8), st.booleans())
def test_bounds_can_always_be_asked_for(told, same_boot):
    motion = Motion()
    motion.append(Kind.DRAW, 10, 0, 0.0, 1)
    found = history_of(Begin(1, 1, "", "a", 0.0, Place(0, 0.0, 0.0)), *told)
    for place in (found.executed_bound(motion), found.sent_bound(motion, "a" if same_boot else "b")):
        assert 0 <= place.row <= 1


def test_a_computer_names_its_run():
    assert boot_id() == boot_id()
    assert "\n" not in boot_id()
