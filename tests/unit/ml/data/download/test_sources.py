"""Archives of pictures: credentials, unpacking that trusts nobody, and the script from end to end."""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

import dcode
from dcode.errors import ConfigError
from dcode.generation.sketch.store import Store
from dcode.ml.data.download.kaggle import authorization
from dcode.ml.data.download.quickdraw import FILE, Doodles, download_doodles
from dcode.ml.data.download.sources import download
from dcode.ml.data.download.unpack import unpack
from tests.unit.ml.data.download.conftest import Fake

SCRIPT = Path(dcode.__file__).parents[1] / "scripts/download_data.py"
ART = "/api/v1/datasets/download/thedownhill/art-images-drawings-painting-sculpture-engraving"
SKETCH = "/datasets/songweig/imagenet_sketch/resolve/main/data/ImageNet-Sketch.zip"
BASIC = "Basic " + base64.b64encode(b"me:secret").decode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def test_credentials_are_looked_for_where_kaggles_client_does(tmp_path: Path) -> None:
    told = tmp_path / "told"
    for folder, name in ((tmp_path / ".kaggle", "home"), (tmp_path / ".config/kaggle", "config"), (told, "told")):
        folder.mkdir(parents=True)
        (folder / "kaggle.json").write_text(json.dumps({"username": name, "key": "k"}))

    def who(**environment: str) -> str:
        kind, text = authorization(environment, tmp_path).split()
        return text if kind == "Bearer" else base64.b64decode(text).decode()

    assert who(KAGGLE_API_TOKEN="KGAT_1", KAGGLE_USERNAME="me", KAGGLE_KEY="k") == "KGAT_1"
    assert who(KAGGLE_USERNAME="me", KAGGLE_KEY="secret", KAGGLE_CONFIG_DIR=str(told)) == "me:secret"
    assert who(KAGGLE_CONFIG_DIR=str(told)) == "told:k"
    assert who(KAGGLE_USERNAME="only a name") == "home:k"
    (tmp_path / ".kaggle/kaggle.json").unlink()
    assert who() == "config:k"
    (tmp_path / ".kaggle/access_token").write_text("KGAT_2\n")
    assert who() == "KGAT_2"


def test_without_credentials_it_says_where_to_get_and_put_them(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        authorization({}, tmp_path)
    for words in ("KAGGLE_API_TOKEN", str(tmp_path / ".kaggle/kaggle.json"), "/settings", "imagenet-sketch"):
        assert words in caught.value.message
    (tmp_path / ".kaggle").mkdir()
    (tmp_path / ".kaggle/kaggle.json").write_text("{}")
    with pytest.raises(ConfigError, match=r"kaggle\.json: is not what Kaggle hands out"):
        authorization({}, tmp_path)


def test_unpacks_pictures_and_nothing_else_and_what_is_there_not_again(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    files = {"in/a.jpg": b"a", "in/b.PNG": b"bb", "run.sh": b"#!", "__MACOSX/in/._a.jpg": b"x", "in/.h.png": b"h"}
    archive.write_bytes(zipped(files))
    assert unpack(archive, tmp_path / "out", lambda line: None) == 2
    found = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*"))
    assert found == ["in/a.jpg", "in/b.PNG"]
    os.utime(tmp_path / "out/in/a.jpg", ns=(5, 5))
    (tmp_path / "out/in/b.PNG").write_bytes(b"torn in half")
    unpack(archive, tmp_path / "out", lambda line: None)
    assert (tmp_path / "out/in/a.jpg").stat().st_mtime_ns == 5
    assert (tmp_path / "out/in/b.PNG").read_bytes() == b"bb"


@pytest.mark.parametrize("name", ["../evil.png", "a/../../evil.png", "/etc/evil.png", "a\\..\\evil.png", "C:/evil.png"])
def test_nothing_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"good.png": b"good", name: b"evil"}))
    with pytest.raises(ConfigError, match="leads out of the folder"):
        unpack(tmp_path / "a.zip", tmp_path / "out/put", lambda line: None)
    assert not list(tmp_path.rglob("*.png"))


def test_links_bombs_and_damage_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    huge = zipped({"huge.png": b"0"})
    at = huge.index(b"PK\x01\x02")
    (tmp_path / "huge.zip").write_bytes(huge[: at + 24] + (4_000_000_000).to_bytes(4, "little") + huge[at + 28 :])
    (tmp_path / "torn.zip").write_bytes(zipped({"a.png": b"a" * 5000})[:-40])
    for name, problem in (("link", "leads out"), ("huge", "no picture"), ("torn", "delete it")):
        with pytest.raises(ConfigError, match=problem):
            unpack(tmp_path / f"{name}.zip", tmp_path / "out", lambda line: None)


def test_the_art_is_fetched_with_credentials_unpacked_and_not_fetched_again(server: Fake, tmp_path: Path) -> None:
    server.files[ART] = zipped({"dataset/drawings/1.jpg": b"a", "dataset/iconography/2.jpg": b"b"})
    server.locked[ART] = BASIC
    environment = {"KAGGLE_API_ENDPOINT": server.url, "KAGGLE_USERNAME": "me", "KAGGLE_KEY": "secret"}
    for _ in range(2):
        assert download("art", tmp_path / "raw", environment, tmp_path, lambda line: None) == 2
    assert len(server.asked) == 1
    assert (tmp_path / "raw/art/dataset/drawings/1.jpg").read_bytes() == b"a"
    assert not list(tmp_path.rglob("*.zip*"))


def run(server: Fake, tmp_path: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    environment |= {"HOME": str(tmp_path), "HF_ENDPOINT": server.url, "KAGGLE_API_ENDPOINT": server.url}
    command = [sys.executable, str(SCRIPT), *words, "-o", str(tmp_path / "raw")]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def test_the_script_says_what_is_missing_and_fetches_what_needs_no_credentials(server: Fake, tmp_path: Path) -> None:
    server.files[SKETCH] = zipped({"sketch/n01440764/sketch_1.JPEG": b"tench"})
    done = run(server, tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "kaggle.json" in done.stderr and "Traceback" not in done.stderr
    done = run(server, tmp_path, "imagenet-sketch")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path}/raw/imagenet-sketch: 1 pictures\n")
    assert (tmp_path / "raw/imagenet-sketch/sketch/n01440764/sketch_1.JPEG").exists()


def doodle(number: int, recognised: bool = True) -> bytes:
    row = {"word": "cat", "key_id": str(number), "recognized": recognised, "countrycode": "XX"}
    return json.dumps({**row, "drawing": [[[0, 255, 128], [0, 10, 255]], [[5], [5]]]}).encode() + b"\n"


@pytest.fixture
def doodles(server: Fake) -> Doodles:
    server.files["/categories.txt"] = b"cat\nThe Eiffel Tower\n"
    server.files["/cat.ndjson"] = b"".join(doodle(number, number % 2 == 0) for number in range(20))
    server.files["/The%20Eiffel%20Tower.ndjson"] = b"".join(map(doodle, range(100, 103)))
    return Doodles(5, pictures=True, drawings=server.url, names=f"{server.url}/categories.txt")


def test_takes_so_many_recognised_doodles_of_each_category(server: Fake, doodles: Doodles, tmp_path: Path) -> None:
    assert download_doodles(doodles, tmp_path, lambda line: None) == 8
    rows = [json.loads(line) for line in gzip.decompress((tmp_path / FILE).read_bytes()).splitlines()]
    assert [row["key_id"] for row in rows] == ["0", "2", "4", "6", "8", "100", "101", "102"]
    assert set(rows[0]) == {"word", "key_id", "drawing"}
    assert (tmp_path / "pictures/cat/8.png").read_bytes().startswith(b"\x89PNG")
    before = (tmp_path / FILE).read_bytes()
    download_doodles(doodles, tmp_path, lambda line: None)
    assert (tmp_path / FILE).read_bytes() == before
    assert len(server.asked) == 4  # the second time, the names alone


def test_doodles_go_on_after_a_break_and_are_what_training_reads(
    server: Fake, doodles: Doodles, tmp_path: Path
) -> None:
    server.cut = [100_000, 90]  # the names; then a line that is cut
    download_doodles(doodles, tmp_path, lambda line: None)
    assert [asked[0] for asked in server.asked].count("/cat.ndjson") == 2
    stroke_data = pytest.importorskip("dcode.ml.train.stroke_data")
    config = pytest.importorskip("dcode.ml.train.config")
    from dcode.generation.sketch.stroke_config import StrokeConfig

    data = config.DataConfig(library=False, quickdraw=str(tmp_path))
    assert len(stroke_data.read_sketches(data, StrokeConfig(), Store)) == 8


def test_a_category_that_is_none_is_told(server: Fake, tmp_path: Path) -> None:
    for name in ("no such thing", "../cat"):
        with pytest.raises(ConfigError, match=r"no such category|is no category"):
            download_doodles(Doodles(1, [name], drawings=server.url), tmp_path, lambda line: None)
