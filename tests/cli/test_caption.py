"""dcode caption and caption-imagenet: what they answer, and what they say when something is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Ended


def write_manifest(folder: Path) -> Path:
    pair = {
        "image": "images/0.png",
        "gcode": "gcode/0.gcode",
        "source": "../raw/n01440764/0.JPEG",
        "algorithm": "trace",
    }
    path = folder / "manifest.json"
    path.write_text(json.dumps({"pairs": [pair]}))
    return path


def test_captions_by_the_folders_of_imagenet(dcode: Callable[..., Ended], tmp_path: Path) -> None:
    output = tmp_path / "captioned.json"
    ended = dcode("caption-imagenet", "-m", write_manifest(tmp_path), "-o", output)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"{output}: 1 pairs of 1 pictures captioned.\n"
    assert json.loads(output.read_text())["pairs"][0]["caption"] == "a sketch of a tench"


def test_an_error_of_the_other_process_is_this_ones(dcode: Callable[..., Ended], tmp_path: Path) -> None:
    for command in ("caption", "caption-imagenet"):
        ended = dcode(command, "-m", tmp_path / "none.json", "-o", tmp_path / "out.json")
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith(f"dcode: {tmp_path}/none.json: cannot be read")
        assert "scripts/generate_dataset.py makes one." in ended.err


def test_a_manifest_without_pairs_is_not_captioned(dcode: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"pairs": []}')
    ended = dcode("caption-imagenet", "-m", tmp_path / "manifest.json", "-o", tmp_path / "captioned.json")
    assert (ended.code, ended.err) == (2, f"dcode: {tmp_path}/manifest.json: has no pairs.\n")
    assert not (tmp_path / "captioned.json").exists()


def test_an_interpreter_that_is_not_there_is_named(dcode: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/dcode.toml").write_text('[generation]\npython = "/no/such/python"\n')
    ended = dcode("caption-imagenet", "-m", write_manifest(tmp_path), "-o", tmp_path / "out.json")
    assert ended.code == 5
    assert "/no/such/python cannot be started" in ended.err
