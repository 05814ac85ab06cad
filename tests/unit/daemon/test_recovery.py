"""What the files of an interrupted job say of it, whatever has become of them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.api import jobs
from dcode.api import recovery as api
from dcode.daemon import recovery
from dcode.daemon.prepared import JOURNAL, MOTION
from dcode.daemon.recovery import SHOWN_POINTS, Interruption
from dcode.errors import JobError, JournalError
from dcode.gcode.motion import Kind, Motion
from dcode.gcode.place import Place, beginning, end, lies_on
from dcode.jobs.journal import Acked, Begin, Ended, Executed, Journal, Record, Reserved, Sent

T, D, UP, DOWN = Kind.TRAVEL, Kind.DRAW, Kind.PEN_UP, Kind.PEN_DOWN
START = Place(0, 0.0, 0.0)
BEGIN = Begin(7, 9, "d1ge57", "this boot", 1.75e9, START)
# In the middle of the first stroke: between 4 mm and 8 mm of its 20.
MIDDLE: tuple[Record, ...] = (
    BEGIN,
    Reserved(5),
    Sent(Place(2, 18, 0)),
    Acked(Place(2, 16, 0)),
    Executed(Place(2, 14, 0)),
)


@pytest.fixture(autouse=True)
def _this_boot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "boot_id", lambda: "this boot")


@pytest.fixture
def two_strokes() -> Motion:
    """A stroke of 10 + 10 mm in an L, a travel of 10 mm, a stroke of 5 mm; 25 mm of ink."""
    motion = Motion()
    rows = (T, 10, 0), (DOWN, 10, 0), (D, 20, 0), (D, 20, 10), (UP, 20, 10), (T, 30, 10), (DOWN, 30, 10), (D, 30, 15)
    for line, (kind, x, y) in enumerate((*rows, (UP, 30, 15)), start=3):
        motion.append(kind, x, y, 0.0, line)
    return motion


@pytest.fixture
def folder(tmp_path: Path, two_strokes: Motion) -> Path:
    """The files of a job that was never begun."""
    two_strokes.save(tmp_path / MOTION)
    return tmp_path


def journal(folder: Path, *records: Record) -> Path:
    path = folder / JOURNAL
    book = Journal.open(path)
    for record in records:
        book.write(record)
    book.close()
    return path


def job() -> jobs.Job:
    return jobs.Job(id=7, name="horse.gcode", state="interrupted", created=1.75e9)


# -- what is read ----------------------------------------------------------------------------------------------------


def test_a_journal_says_how_far_it_came(folder):
    journal(folder, *MIDDLE)
    found = Interruption.read(folder)
    assert (found.executed, found.acked, found.sent) == (Place(2, 14, 0), Place(2, 16, 0), Place(2, 18, 0))


def test_without_a_journal_nothing_was_drawn(folder):
    found = Interruption.read(folder)
    assert found.executed == found.acked == found.sent == START


@pytest.mark.parametrize(
    "text", [b"", b"dcode jour", b"\0" * 100, b"dcode journal 1\n", b"dcode journal 1\n" + b"\0" * 99]
)
def test_a_journal_that_came_to_nothing_is_none(folder, text):
    (folder / JOURNAL).write_bytes(text)
    found = Interruption.read(folder)
    assert found.executed == found.sent == START


def test_a_torn_journal_leaves_open_all_that_was_reserved(folder, two_strokes):
    path = journal(folder, *MIDDLE)
    data = bytearray(path.read_bytes().rstrip(b"\0"))
    path.write_bytes(data + b"\x02\x14\x00torn")
    found = Interruption.read(folder)
    assert found.executed == Place(2, 14, 0)
    assert found.sent == Place(5, 20, 10)


def test_after_a_power_cut_all_may_have_gone_out_that_was_reserved(folder, monkeypatch):
    journal(folder, *MIDDLE)
    monkeypatch.setattr(recovery, "boot_id", lambda: "another boot")
    found = Interruption.read(folder)
    assert (found.executed, found.acked, found.sent) == (Place(2, 14, 0), Place(2, 16, 0), Place(5, 20, 10))


def test_where_runs_of_a_computer_cannot_be_told_apart_it_is_the_same(folder, monkeypatch):
    journal(folder, BEGIN.__class__(7, 9, "d1ge57", "", 1.75e9, START), *MIDDLE[1:])
    monkeypatch.setattr(recovery, "boot_id", lambda: "")
    assert Interruption.read(folder).sent == Place(5, 20, 10)


def test_the_journal_of_another_motion_says_nothing(folder, two_strokes):
    journal(folder, Begin(7, 4, "d1ge57", "this boot", 1.75e9, START), *MIDDLE[1:])
    found = Interruption.read(folder)
    assert (found.executed, found.acked, found.sent) == (START, START, end(two_strokes))


@pytest.mark.parametrize("wrong", [Place(2, 14, 50), Place(2, math.nan, 0), Place(99, 0, 0), Place(5, 12, 10)])
def test_places_that_are_not_of_this_motion_are_not_believed(folder, two_strokes, wrong):
    journal(folder, *MIDDLE, Executed(wrong))
    assert Interruption.read(folder).executed == START
    journal(folder, *MIDDLE, Sent(wrong))
    assert Interruption.read(folder).sent == end(two_strokes)


def test_nothing_is_executed_that_was_not_sent(folder):
    journal(folder, *MIDDLE, Executed(Place(3, 20, 5)))
    found = Interruption.read(folder)
    assert found.executed == found.sent == Place(2, 18, 0)


@pytest.mark.parametrize("wrong", [Place(2, 12, 0), Place(3, 20, 5), Place(0, 3, 0)])
def test_an_acknowledgement_that_is_not_between_them_is_left_out(folder, wrong):
    journal(folder, *MIDDLE, Acked(wrong))
    assert Interruption.read(folder).acked == Place(2, 14, 0)


def test_only_the_last_attempt_counts(folder):
    journal(folder, *MIDDLE, Ended("interrupted", "Stopped."))
    begin = Place(2, 14, 0)
    journal(folder, Begin(7, 9, "d1ge57", "this boot", 1.75e9, begin), Reserved(9), Sent(Place(2, 15, 0)))
    found = Interruption.read(folder)
    assert (found.executed, found.acked, found.sent) == (begin, begin, Place(2, 15, 0))


def test_a_journal_that_cannot_be_read_says_nothing_and_lets_nobody_go_on(folder):
    (folder / JOURNAL).write_bytes(b"something quite different")
    assert Interruption.read(folder).executed == START
    with pytest.raises(JournalError, match="Move it away"):
        Journal.open(folder / JOURNAL)


@pytest.mark.parametrize(
    "text", [None, b"", b"dcode motion\n", b'dcode motion\n{"rows": 3, "sta', b"nothing like it\n"]
)
def test_a_job_without_its_program_says_so(tmp_path, text):
    if text is not None:
        (tmp_path / MOTION).write_bytes(text)
    journal(tmp_path, *MIDDLE)
    with pytest.raises(JobError, match="Send the file again"):
        Interruption.read(tmp_path)


places = st.builds(Place, st.integers(0, 12), st.floats(), st.floats())
records = st.one_of(
    *(st.builds(record, places) for record in (Sent, Acked, Executed)), st.builds(Reserved, st.integers(0, 12))
)


@given(st.lists(records, max_size=6), st.integers(0, 200))
def test_whatever_a_journal_says_the_places_are_of_the_motion_and_in_order(tmp_path_factory, found, cut):
    folder = tmp_path_factory.mktemp("job")
    motion = Motion()
    for kind, x, y in ((T, 10, 0), (DOWN, 10, 0), (D, 20, 0), (D, 20, 10), (UP, 20, 10)):
        motion.append(kind, x, y, 0.0, 1)
    motion.save(folder / MOTION)
    path = journal(folder, Begin(7, 5, "", "this boot", 0.0, START), *found)
    data = path.read_bytes().rstrip(b"\0")
    path.write_bytes(data[: len(data) - cut] if cut < 100 else data)
    known = Interruption.read(folder)
    for place in (known.executed, known.acked, known.sent):
        assert lies_on(motion, place, 1.0)
    for how in ("redraw", "skip", "back"):
        assert lies_on(motion, known.begin(how, 3.0), 1.0)
    assert known.shown(job(), 3.0, registered=True).stretch_mm <= 20.0 + 2.0


# -- where it goes on ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "back_mm", "place"),
    [
        ("redraw", 99.0, Place(2, 14, 0)),
        ("skip", 99.0, Place(2, 18, 0)),
        ("back", 3.0, Place(2, 11, 0)),
        ("back", 0.0, Place(2, 14, 0)),
        ("back", 99.0, START),
    ],
)
def test_a_run_begins_where_it_is_asked_to(folder, how, back_mm, place):
    journal(folder, *MIDDLE)
    assert Interruption.read(folder).begin(how, back_mm) == pytest.approx(place)


def test_back_goes_over_a_travel(folder):
    journal(folder, BEGIN, Reserved(9), Sent(Place(7, 30, 12)), Executed(Place(7, 30, 12)))
    assert Interruption.read(folder).begin("back", 3.0) == pytest.approx(Place(3, 20, 9))


# -- what is shown ---------------------------------------------------------------------------------------------------


def test_it_is_shown_with_lines_lengths_and_the_stretch_in_doubt(folder):
    journal(folder, *MIDDLE)
    shown = Interruption.read(folder).shown(job(), 3.0, registered=False)
    assert shown.executed == api.Place(row=2, x=14, y=0, line=5)
    assert shown.back == api.Place(row=2, x=11, y=0, line=5)
    assert shown.stretch == [[(14, 0), (18, 0)]]
    assert (shown.stretch_mm, shown.done_mm, shown.registered) == (pytest.approx(4.0), pytest.approx(4.0), False)


def test_a_stretch_over_two_strokes_is_two_lines(folder):
    journal(folder, BEGIN, Reserved(9), Sent(Place(7, 30, 12)), Executed(Place(3, 20, 4)))
    shown = Interruption.read(folder).shown(job(), 0.0, registered=True)
    assert shown.stretch == [[(20, 4), (20, 10)], [(30, 10), (30, 12)]]
    assert (shown.stretch_mm, shown.done_mm) == (pytest.approx(8.0), pytest.approx(14.0))


def test_at_the_end_the_last_line_is_named(folder, two_strokes):
    journal(folder, BEGIN, Reserved(9), Sent(end(two_strokes)), Executed(end(two_strokes)))
    shown = Interruption.read(folder).shown(job(), 0.0, registered=True)
    assert (shown.sent.row, shown.sent.line, shown.stretch) == (9, 11, [])


def test_a_job_that_was_never_begun_is_shown_at_its_beginning(folder):
    shown = Interruption.read(folder).shown(job(), 10.0, registered=True)
    assert shown.executed == shown.sent == shown.back == api.Place(row=0, x=0, y=0, line=3)
    assert (shown.stretch_mm, shown.done_mm) == (0.0, 0.0)


def test_a_motion_of_nothing_is_shown():
    motion = Motion()
    place = beginning(motion)
    shown = Interruption(motion, place, place, place).shown(job(), 10.0, registered=True)
    assert shown.executed == api.Place(row=0, x=0, y=0, line=0)


@pytest.mark.parametrize("strokes", [1, 30_000])
def test_a_stretch_of_any_length_fits_an_answer(strokes):
    """One stroke of 60,000 points, or 30,000 of two: at most so many points, and the ends of a stroke are kept."""
    motion = Motion()
    for number in range(60_000):
        x, y = (number * 7919 % 4200) / 10, (number * 104729 % 5900) / 10
        if number == 0 or (strokes > 1 and number % 2 == 0):
            motion.append(UP, *motion.position_before(len(motion)), 0.0, number)
            motion.append(T, x, y, 0.0, number)
            motion.append(DOWN, x, y, 0.0, number)
        motion.append(D, x, y, 0.0, number)
    known = Interruption(motion, beginning(motion), beginning(motion), end(motion))
    shown = known.shown(job(), 10.0, registered=True)
    assert sum(map(len, shown.stretch)) <= 2 * SHOWN_POINTS
    assert len(shown.model_dump_json()) < 1 << 20
    assert shown.stretch[0][0] == (0.0, 0.0)
    if strokes == 1:
        assert shown.stretch[-1][-1] == motion.position_before(len(motion))
