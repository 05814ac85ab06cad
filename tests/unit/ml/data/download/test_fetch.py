"""One file over HTTP: broken off and gone on with, checked, and never half there."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from dcode.errors import ConfigError
from dcode.ml.data.download.fetch import Wanted, fetch
from tests.unit.ml.data.download.conftest import Fake

DATA = hashlib.sha256(b"seed").digest() * 4000  # 128,000 bytes


def get(server: Fake, path: Path, wanted: Wanted | None = None) -> list[float]:
    """Fetch a file; how long it waited between tries."""
    waited = list[float]()
    fetch(wanted or Wanted(f"{server.url}/a.zip"), path, lambda line: None, waited.append)
    return waited


def test_fetches_a_file_once(server: Fake, tmp_path: Path) -> None:
    server.files["/a.zip"] = DATA
    assert get(server, tmp_path / "a.zip") == []
    assert (tmp_path / "a.zip").read_bytes() == DATA
    get(server, tmp_path / "a.zip")
    assert len(server.asked) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_goes_on_where_the_connection_ended(server: Fake, tmp_path: Path) -> None:
    server.files["/a.zip"], server.cut = DATA, [50_000, 20_000]
    assert get(server, tmp_path / "a.zip") == [1.0, 1.0]
    assert (tmp_path / "a.zip").read_bytes() == DATA
    assert [asked[1] for asked in server.asked] == [None, "bytes=50000-", "bytes=70000-"]


def test_another_run_goes_on_too_and_a_whole_part_is_taken(server: Fake, tmp_path: Path) -> None:
    server.files["/a.zip"], server.ill = DATA, []
    server.cut = [60_000, *[0] * 5]
    with pytest.raises(ConfigError, match=r"What has come so far is kept"):
        get(server, tmp_path / "a.zip")
    assert (tmp_path / "a.zip.part").stat().st_size == 60_000
    get(server, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == DATA
    # Killed between the last byte and the renaming.
    server.cut = [60_000, *[0] * 5]
    with pytest.raises(ConfigError):
        get(server, tmp_path / "b.zip")
    (tmp_path / "b.zip.part").write_bytes(DATA)
    get(server, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_bytes() == DATA


def test_never_joins_parts_of_two_versions(server: Fake, tmp_path: Path) -> None:
    server.files["/a.zip"] = DATA
    server.cut = [60_000, *[0] * 5]
    with pytest.raises(ConfigError):
        get(server, tmp_path / "a.zip")
    server.files["/a.zip"] = DATA[::-1]
    get(server, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == DATA[::-1]


def test_waits_longer_and_longer_for_a_server_that_is_ill(server: Fake, tmp_path: Path) -> None:
    server.files["/a.zip"], server.ill = DATA, [503, 429, 500]
    assert get(server, tmp_path / "a.zip") == [1.0, 2.0, 4.0]
    server.ill = [503] * 6
    with pytest.raises(ConfigError, match="503"):
        get(server, tmp_path / "b.zip")


@pytest.mark.parametrize("name", ["sha256", "md5"])
def test_refuses_what_is_not_what_the_server_said(server: Fake, tmp_path: Path, name: str) -> None:
    server.files["/a.zip"] = DATA
    if name == "sha256":
        server.leads["/hub"] = f"{server.url}/a.zip"
        server.headers = {"X-Linked-ETag": f'"{"0" * 64}"'}
    else:
        server.headers = {"x-goog-hash": "md5=AAAAAAAAAAAAAAAAAAAAAA=="}
    with pytest.raises(ConfigError, match=name):
        get(server, tmp_path / "a.zip", Wanted(f"{server.url}/{'hub' if name == 'sha256' else 'a.zip'}"))
    assert list(tmp_path.iterdir()) == []


def test_the_hubs_digest_is_that_of_the_first_answer(server: Fake, elsewhere: Fake, tmp_path: Path) -> None:
    elsewhere.files["/blob"] = DATA
    server.leads["/hub"] = f"{elsewhere.url}/blob"
    server.headers = {"X-Linked-ETag": f'"{hashlib.sha256(DATA).hexdigest()}"'}
    get(server, tmp_path / "a.zip", Wanted(f"{server.url}/hub"))
    assert (tmp_path / "a.zip").read_bytes() == DATA


def test_credentials_stay_with_the_server_that_they_are_for(server: Fake, elsewhere: Fake, tmp_path: Path) -> None:
    elsewhere.files["/blob"], server.leads["/a.zip"] = DATA, f"{elsewhere.url}/blob"
    elsewhere.cut = [1000]
    get(server, tmp_path / "a.zip", Wanted(f"{server.url}/a.zip", "Basic secret"))
    assert [asked[2] for asked in server.asked] == ["Basic secret", "Basic secret"]
    assert [asked[1:] for asked in elsewhere.asked] == [(None, None), ("bytes=1000-", None)]


def test_says_what_to_do_about_a_refusal(server: Fake, tmp_path: Path) -> None:
    server.locked["/a.zip"] = "Basic right"
    with pytest.raises(ConfigError, match=r"403 Forbidden\. Is the token right\?"):
        get(server, tmp_path / "a.zip", Wanted(f"{server.url}/a.zip", "Basic wrong", "Is the token right?"))
    with pytest.raises(ConfigError, match="404"):
        get(server, tmp_path / "a.zip", Wanted(f"{server.url}/none"))
    assert len(server.asked) == 2  # nothing that a second try would change
