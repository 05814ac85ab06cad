"""The note from one daemon to the next: it counts once, and only in the same run of the computer."""

from __future__ import annotations

import pytest

from dcode.daemon import handover
from dcode.daemon.handover import Handover


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock, as a list of one; and a run of the computer that has an id."""
    clock = [1.75e9]
    monkeypatch.setattr(handover.time, "time", lambda: clock[0])
    monkeypatch.setattr(handover, "boot_id", lambda: "this boot")
    return clock


@pytest.fixture
def note() -> Handover:
    return Handover.of((12.5, -3.0), "/dev/ttyUSB0", "grbl", 7)


def test_what_is_left_is_taken(tmp_path, note):
    note.leave(tmp_path)
    assert Handover.take(tmp_path) == note
    assert (note.at, note.job, note.boot, note.time) == ((12.5, -3.0), 7, "this boot", 1.75e9)


def test_it_counts_once(tmp_path, note):
    note.leave(tmp_path)
    assert Handover.take(tmp_path)
    assert Handover.take(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_the_last_one_counts(tmp_path, note):
    note.leave(tmp_path)
    Handover.of((0.0, 0.0), "/dev/ttyUSB1", "marlin", None).leave(tmp_path)
    assert Handover.take(tmp_path).port == "/dev/ttyUSB1"


def test_where_nothing_was_left_there_is_nothing(tmp_path):
    assert Handover.take(tmp_path) is None
    assert Handover.take(tmp_path / "nowhere") is None


def test_after_a_power_cut_it_does_not_count(tmp_path, note, monkeypatch):
    note.leave(tmp_path)
    monkeypatch.setattr(handover, "boot_id", lambda: "another boot")
    assert Handover.take(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_where_the_system_tells_no_run_from_another_it_does_not_count(tmp_path, monkeypatch):
    monkeypatch.setattr(handover, "boot_id", lambda: "")
    Handover.of((1.0, 2.0), "/dev/ttyUSB0", "grbl", 7).leave(tmp_path)
    assert Handover.take(tmp_path) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        '"at"',
        "{}",
        '{"at": [1, 2]}',
        '{"at": [1], "port": "p", "profile": "grbl", "job": 1, "boot": "this boot", "time": 1}',
        '{"at": "12", "port": "p", "profile": "grbl", "job": 1, "boot": "this boot", "time": 1, "new": 2}',
        '{"at": ["a", "b"], "port": "p", "profile": "grbl", "job": 1, "boot": "this boot", "time": 1}',
        '{"at": null, "port": "p", "profile": "grbl", "job": 1, "boot": "this boot", "time": 1}',
        "\ud800",
    ],
)
def test_what_is_no_note_is_none_and_gone(tmp_path, text):
    (tmp_path / "handover.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert Handover.take(tmp_path) is None
    assert not (tmp_path / "handover.json").exists()


def test_a_note_that_cannot_be_written_is_told(tmp_path, note):
    with pytest.raises(OSError, match="nowhere"):
        note.leave(tmp_path / "nowhere")


def test_a_job_goes_on_by_itself_only_within_ten_minutes(note, now):
    assert note.goes_on
    now[0] += 599.0
    assert note.goes_on
    now[0] += 2.0
    assert not note.goes_on


def test_a_clock_that_was_set_back_lets_nothing_go_on(note, now):
    now[0] -= 1.0
    assert not note.goes_on


def test_without_a_job_nothing_goes_on():
    assert not Handover.of((0.0, 0.0), "/dev/ttyUSB0", "grbl", None).goes_on
