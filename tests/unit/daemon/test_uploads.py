"""Files that come in pieces."""

import base64
import resource
from pathlib import Path
from types import SimpleNamespace

import pytest

from dcode.api.jobs import Begin
from dcode.daemon.uploads import MAX_UPLOADS, ROOM_FOR_OTHERS, Uploads
from dcode.errors import ConfigError, JobError


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads")


def test_pieces_become_one_file(uploads: Uploads) -> None:
    token = uploads.begin(Begin(name="a.gcode", size=6))
    assert uploads.append(token, encoded(b"G1\n")) == 3
    assert uploads.append(token, encoded(b"G0\n")) == 6
    assert uploads.take(token).path.read_bytes() == b"G1\nG0\n"


def test_a_file_that_is_not_complete_is_not_given(uploads: Uploads) -> None:
    token = uploads.begin(Begin(name="a.gcode", size=6))
    uploads.append(token, encoded(b"G1\n"))
    with pytest.raises(JobError, match="3 of 6 bytes"):
        uploads.take(token)


def test_more_than_was_announced_is_refused(uploads: Uploads) -> None:
    token = uploads.begin(Begin(name="a.gcode", size=2))
    with pytest.raises(JobError, match="longer than the 2 bytes"):
        uploads.append(token, encoded(b"G1\n"))


def test_what_is_not_base64_is_refused(uploads: Uploads) -> None:
    token = uploads.begin(Begin(name="a.gcode", size=2))
    with pytest.raises(JobError, match="not base64"):
        uploads.append(token, "\N{SNOWMAN}!")


def test_a_path_cannot_be_asked_for(uploads: Uploads) -> None:
    with pytest.raises(JobError, match="no such upload"):
        uploads.append("../daemon.log", encoded(b"x"))


def test_a_forgotten_upload_leaves_no_file(uploads: Uploads, tmp_path: Path) -> None:
    token = uploads.begin(Begin(name="a.gcode", size=2))
    uploads.forget(token)
    uploads.forget(token)
    assert list((tmp_path / "uploads").iterdir()) == []


def test_there_is_an_end_to_how_many_may_be_open(uploads: Uploads) -> None:
    for _ in range(MAX_UPLOADS):
        uploads.begin(Begin(name="a.gcode", size=2))
    with pytest.raises(JobError, match="try again"):
        uploads.begin(Begin(name="a.gcode", size=2))


def test_fit_and_clip_exclude_each_other(uploads: Uploads) -> None:
    with pytest.raises(JobError, match="not both"):
        uploads.begin(Begin(name="a.gcode", size=2, fit=True, clip=True))


def test_a_piece_that_cannot_be_written_is_the_end_of_its_upload(uploads: Uploads, tmp_path: Path) -> None:
    token = uploads.begin(Begin(name="a.gcode", size=20_000))
    sizes = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, sizes[1]))
    try:
        with pytest.raises(JobError, match=r"^a\.gcode could not be written: File too large\.$"):
            uploads.append(token, encoded(b"x" * 20_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, sizes)
    with pytest.raises(JobError, match="no such upload"):  # half of the piece may be there: not to be sent twice
        uploads.append(token, encoded(b"x" * 20_000))
    assert list((tmp_path / "uploads").iterdir()) == []


def test_an_upload_that_cannot_begin_takes_nobody_s_place(uploads: Uploads, tmp_path: Path) -> None:
    (tmp_path / "uploads").rmdir()
    (tmp_path / "uploads").symlink_to(tmp_path / "nowhere")
    for _ in range(MAX_UPLOADS + 1):
        with pytest.raises((JobError, OSError)):
            uploads.begin(Begin(name="a.gcode", size=2))
    (tmp_path / "nowhere").mkdir()
    assert uploads.begin(Begin(name="a.gcode", size=2))


def test_the_queue_keeps_its_share_of_the_disk(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    free = ROOM_FOR_OTHERS + (4 << 20)
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=free))
    uploads.begin(Begin(name="a.gcode", size=1 << 20))
    uploads.begin(Begin(name="b.gcode", size=1 << 20))
    with pytest.raises(JobError, match=r"There is no room for c\.gcode: it needs 4 MiB .* and 2 MiB are free"):
        uploads.begin(Begin(name="c.gcode", size=2 << 20))


def test_a_folder_that_cannot_be_emptied_is_a_bad_configuration(tmp_path: Path) -> None:
    (tmp_path / "uploads").touch()
    with pytest.raises(ConfigError, match="uploads"):
        Uploads(tmp_path / "uploads")
