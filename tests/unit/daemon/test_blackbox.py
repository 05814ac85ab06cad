"""The black box: what it holds, what it shows, and the files that it leaves."""

from __future__ import annotations

import errno
import os
import re
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.api.kinds import WIRE_SIGNS
from dcode.api.wire import WireLine as ApiLine
from dcode.daemon import blackbox
from dcode.daemon.blackbox import BlackBox
from dcode.daemon.wire_lines import LINE_BYTES, WireLine, lines_of

NOON = 1_750_000_000.0  # 2025-06-15T15:06:40Z


@pytest.fixture
def box() -> BlackBox:
    """A box whose clock goes a second further with every chunk."""
    return BlackBox(clock=map(float, count()).__next__)


def texts(lines: list[WireLine]) -> list[str]:
    return [f"{WIRE_SIGNS[line.way]} {line.text}" for line in lines]


# -- lines -----------------------------------------------------------------------------------------------------------


def test_both_ways_and_notes_stand_in_their_order(box: BlackBox) -> None:
    box.note("idle -> plotting")
    box.out(b"G1 X1\nG1 X2\n")
    box.heard(b"ok\r\nok\r\n")
    assert box.lines() == [
        WireLine(0.0, "note", "idle -> plotting"),
        WireLine(1.0, "out", "G1 X1"),
        WireLine(1.0, "out", "G1 X2"),
        WireLine(2.0, "in", "ok"),
        WireLine(2.0, "in", "ok"),
    ]


def test_a_line_that_comes_in_pieces_is_one_at_the_time_of_its_first_byte(box: BlackBox) -> None:
    box.heard(b"err")
    box.out(b"G1 X1\n")
    box.heard(b"or:")
    box.heard(b"9\r")
    box.heard(b"\nok\r\n")
    assert box.lines() == [WireLine(0.0, "in", "error:9"), WireLine(1.0, "out", "G1 X1"), WireLine(4.0, "in", "ok")]


def test_a_line_that_has_not_ended_is_shown_as_far_as_it_came(box: BlackBox) -> None:
    box.heard(b"\n> \nX1")
    assert texts(box.lines()) == ["< > ", "< X1"]


def test_a_clock_that_is_set_back_does_not_change_the_order() -> None:
    box = BlackBox(clock=iter([100.0, 5.0]).__next__)
    box.out(b"M114\n")
    box.heard(b"ok\n")
    assert [line.at for line in box.lines()] == [100.0, 5.0]


def test_bytes_that_cannot_be_printed_are_shown_by_their_number(box: BlackBox) -> None:
    box.heard(b"\x00a\x1b[2J\xff\\\tz\n")
    box.note("line\nbreak\x1b")
    assert texts(box.lines()) == [r"< \x00a\x1b[2J\xff\x5c\x09z", r"· line\nbreak\x1b"]


def test_realtime_bytes_are_not_a_part_of_the_line_after_them(box: BlackBox) -> None:
    box.out(b"?")
    box.out(b"!\x85G1 X1\n")
    box.out(b"\x18")
    assert texts(box.lines()) == ["> ?", r"> !\x85", "> G1 X1", r"> \x18"]


def test_noise_without_line_ends_is_shown_in_pieces(box: BlackBox) -> None:
    for _ in range(10):
        box.heard(b"\xfe" * 100)
    shown = box.lines()
    assert "".join(line.text for line in shown) == r"\xfe" * 1000
    assert max(len(line.text) for line in shown) == 4 * LINE_BYTES
    assert shown[-1].at == 9.0  # not that of the first byte of all the noise


@given(st.lists(st.tuples(st.sampled_from(["out", "in"]), st.binary(max_size=600))))
def test_no_byte_is_lost_or_doubled(chunks: list[tuple[str, bytes]]) -> None:
    lines = lines_of([(0.0, way, data) for way, data in chunks])
    for way in ("out", "in"):
        shown = "".join(line.text for line in lines if line.way == way)
        back = re.sub(r"\\x(..)", lambda found: chr(int(found[1], 16)), shown).encode("latin-1")
        sent = b"".join(data for whose, data in chunks if whose == way)
        assert back.replace(b"\r", b"") == sent.replace(b"\n", b"").replace(b"\r", b"")
    assert all(line.text.isascii() and line.text.isprintable() for line in lines)


@given(st.binary(max_size=600), st.lists(st.integers(0, 600), max_size=5))
def test_how_it_was_cut_into_chunks_does_not_show(data: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(data)]
    pieces = [data[a:b] for a, b in pairwise(edges)]
    assert lines_of([(0.0, "in", piece) for piece in pieces]) == lines_of([(0.0, "in", data)])


def test_a_line_is_a_line_of_the_api(box: BlackBox) -> None:
    box.out(b"G28\n")
    (line,) = box.lines()
    assert ApiLine(**line._asdict()).model_dump() == {"at": 0.0, "way": "out", "text": "G28"}


# -- bounds ----------------------------------------------------------------------------------------------------------


def test_the_oldest_chunks_go_first() -> None:
    box = BlackBox(size=3)
    for number in range(10):
        box.out(f"N{number}\n".encode())
    assert texts(box.lines()) == ["> N7", "> N8", "> N9"]


def test_bytes_are_bounded_as_well() -> None:
    box = BlackBox(room=1000)
    for _ in range(1000):
        box.heard(b"x" * 99 + b"\n")
    assert len(box) == 10
    box.note("y" * 1_000_000)
    assert sum(len(line.text) for line in box.lines()) <= 1000


def test_the_last_lines_can_be_had_without_the_rest(box: BlackBox) -> None:
    for number in range(50):
        box.out(f"{number}a\n{number}b\n".encode())
    assert texts(box.lines(3)) == ["> 48b", "> 49a", "> 49b"]
    assert (box.lines(0), box.lines(1000)) == ([], box.lines())


# -- followers -------------------------------------------------------------------------------------------------------


def test_a_follower_gets_what_comes_after_it_and_each_line_once(box: BlackBox) -> None:
    box.out(b"G28\n")
    follower = box.follower()
    assert (texts(box.lines()), follower.look()) == (["> G28"], ([], 0))
    box.heard(b"ok\n")
    box.note("idle")
    lines, missed = follower.look()
    assert (texts(lines), missed) == (["< ok", "· idle"], 0)
    assert follower.look() == ([], 0)


def test_a_follower_waits_for_the_end_of_a_line_as_long_as_more_of_it_comes(box: BlackBox) -> None:
    follower = box.follower()
    box.heard(b"Mar")
    assert follower.look() == ([], 0)
    box.heard(b"lin 2")
    assert follower.look() == ([], 0)
    box.heard(b".1\n> ")
    assert texts(follower.look()[0]) == ["< Marlin 2.1"]
    assert texts(follower.look()[0]) == ["< > "]  # a prompt
    assert follower.look() == ([], 0)


def test_what_is_too_much_for_a_look_is_counted(box: BlackBox) -> None:
    follower = box.follower()
    for number in range(50):
        box.heard(f"{number}a\n{number}b\n".encode())
    lines, missed = follower.look(most=3)
    assert (texts(lines), missed) == (["< 48b", "< 49a", "< 49b"], 97)


def test_what_the_ring_has_lost_is_counted() -> None:
    box = BlackBox(size=4)
    follower = box.follower()
    for _ in range(10):
        box.heard(b"ok\n")
    lines, missed = follower.look()
    assert (len(lines), missed) == (4, 6)


def test_the_rest_of_a_line_whose_beginning_was_lost_is_not_joined_to_another(box: BlackBox) -> None:
    follower = box.follower()
    box.heard(b"begun")
    follower.look()
    box.heard(b"x\n" * blackbox.LOOK_BYTES)
    box.heard(b"last\n")
    lines, missed = follower.look()
    assert texts(lines)[-1] == "< last" and "begun" not in "".join(line.text for line in lines)
    assert missed > 0 and len(lines) == blackbox.LOOK_LINES


def test_a_look_at_a_babbling_firmware_is_bounded() -> None:
    box = BlackBox()
    follower = box.follower()
    for _ in range(200):
        box.heard(b"\x80" * 4096)
    lines, missed = follower.look()
    assert sum(len(line.text) for line in lines) <= 4 * (blackbox.LOOK_BYTES + 4096)
    assert missed == 200 - blackbox.RING_BYTES // 4096


# -- files -----------------------------------------------------------------------------------------------------------


def a_box() -> BlackBox:
    return BlackBox(clock=lambda: NOON)


def test_a_file_can_be_read_by_people(tmp_path: Path) -> None:
    box = a_box()
    box.out(b"G1 X1\n")
    box.heard(b"error:9\r\n")
    box.note("idle -> alarm")
    path = box.write(tmp_path / "blackbox", "Alarm:\nhard limit", {"job": 12, "name": "Zürich", "at": Path("x")})
    assert path == tmp_path / "blackbox" / "blackbox-20250615T150640Z-1.log"
    assert path.read_text(encoding="utf-8").splitlines()[1:] == [
        "# Alarm:\\nhard limit",
        '# {"job": 12, "name": "Zürich", "at": "x"}',
        "2025-06-15T15:06:40.000000Z > G1 X1",
        "2025-06-15T15:06:40.000000Z < error:9",
        "2025-06-15T15:06:40.000000Z · idle -> alarm",
    ]


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    path = a_box().write(tmp_path / "blackbox", "fault", {})
    assert path and path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_only_the_newest_files_are_kept_whatever_the_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blackbox, "FILES", 3)
    clock = iter([NOON, NOON, NOON + 5, 0.0, 1.0])
    box = BlackBox(clock=clock.__next__)
    written = [box.write(tmp_path, "fault", {}) for _ in range(5)]
    assert sorted(tmp_path.iterdir()) == sorted(filter(None, written[2:]))
    assert [path.name.rpartition("-")[2] for path in filter(None, written)] == [f"{n}.log" for n in range(1, 6)]


def test_the_files_together_are_bounded_and_the_newest_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blackbox, "FOLDER_BYTES", 10)
    box = a_box()
    box.write(tmp_path, "one", {})
    newest = box.write(tmp_path, "two", {})
    assert list(tmp_path.iterdir()) == [newest]


def test_files_of_others_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blackbox, "FILES", 1)
    other = tmp_path / "blackbox-mine.log"
    other.touch()
    for _ in range(3):
        a_box().write(tmp_path, "fault", {})
    assert other.exists()


def test_a_full_disk_is_no_error_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert a_box().write(tmp_path, "fault", {}) is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "blackbox").touch()
    assert a_box().write(tmp_path / "blackbox", "fault", {}) is None


def test_what_was_begun_by_a_process_that_died_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "blackbox.draft").write_text("half")
    path = a_box().write(tmp_path, "fault", {})
    assert list(tmp_path.iterdir()) == [path]
