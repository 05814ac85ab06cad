"""A folder of pictures to a dataset: what is in it, that nothing stops it, and that it goes on where it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dcode
from dcode.errors import ConfigError
from dcode.ml.data.pairs import generate as generating
from dcode.ml.data.pairs.generate import Task, generate
from dcode.ml.data.pairs.manifest import read_manifest
from tests.unit.ml.data.pairs.drawn import draw_shapes, one_after_the_other, settings

SCRIPT = Path(dcode.__file__).parents[1] / "scripts/generate_dataset.py"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Pictures in two folders, two called alike, one damaged, and what is no picture."""
    folder = tmp_path / "raw"
    for number in range(3):
        draw_shapes(folder / f"a/shape {number}.png", number)
    draw_shapes(folder / "b/shape 0.jpg", 9)
    (folder / "b/broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "b/notes.txt").write_text("no picture")
    draw_shapes(folder / ".hidden/shape.png")
    return folder


def small(raw: Path, out: Path, *algorithms: str, most: int | None = None) -> Task:
    return Task(raw, out, settings(*(algorithms or ("trace", "wander")), tokens=256), most)


def files_of(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != "journal.jsonl"
    }


def make(task: Task, mapper: Any = one_after_the_other, **how: Any) -> dict[str, Any]:
    return generate(task, mapper, lambda line: None, **how)


def test_the_manifest_has_every_pair_with_its_picture_program_options_and_source(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    made = make(small(raw, out))
    assert made == read_manifest(out / "manifest.json")
    assert made["stats"] == {
        "total_pairs": 20,
        "total_failed": 1,
        "pictures": 5,
        "algorithms": {"trace": 12, "wander": 8},
    }
    pair = made["pairs"][0]
    assert pair["source"] == "../raw/a/shape 0.png"
    assert (pair["algorithm"], pair["options"]["threshold"]) == ("trace", 100)
    assert (out / pair["image"]).read_bytes().startswith(b"\x89PNG")
    assert (out / pair["gcode"]).read_text().startswith("; dcode\n")
    assert pair["tokens"] <= 256
    # Called alike, and each with files of its own; a picture is there once for all its programs.
    assert len({one["gcode"] for one in made["pairs"]}) == 20
    assert len({one["image"] for one in made["pairs"]}) == 4
    (failed,) = made["failed"]
    assert failed["path"] == "../raw/b/broken.png" and "picture" in failed["error"]


def test_the_same_pictures_and_settings_give_the_same_files(raw: Path, tmp_path: Path) -> None:
    make(small(raw, tmp_path / "one"))
    make(small(raw, tmp_path / "two"), lambda function, paths: one_after_the_other(function, reversed(list(paths))))
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_goes_on_after_being_killed_at_any_point(raw: Path, tmp_path: Path) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    make(small(raw, whole))
    for stop in range(1, 5):
        with pytest.raises(KeyboardInterrupt):
            make(small(raw, out), lambda function, paths, stop=1: _stopped(function, paths, stop))
        assert len((out / "journal.jsonl").read_text().splitlines()) == 1 + stop
        # What a kill in the middle of a write leaves behind.
        with (out / "journal.jsonl").open("a") as journal:
            journal.write('{"name":"half')
        (out / "images" / ".half.png.part").write_bytes(b"half")
    made = list[Path]()
    make(small(raw, out), lambda function, paths: _noted(function, paths, made))
    assert len(made) == 1
    (out / "images" / ".half.png.part").unlink()
    assert files_of(out) == files_of(whole)


def _stopped(function: Any, paths: Any, stop: int) -> Iterator[Any]:
    for number, path in enumerate(paths):
        if number == stop:
            raise KeyboardInterrupt
        yield path, function(path)


def _noted(function: Any, paths: Any, made: list[Path]) -> Iterator[Any]:
    for path in paths:
        made.append(path)
        yield path, function(path)


def test_makes_anew_what_changed_or_is_missing_and_nothing_else(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pairs = make(small(raw, out))["pairs"]
    draw_shapes(raw / "a/shape 1.png", 4)
    os.utime(raw / "a/shape 1.png", ns=(1, 1))
    (out / next(one["gcode"] for one in pairs if one["source"].endswith("shape 2.png"))).write_text("torn")
    made = list[Path]()
    make(small(raw, out), lambda function, paths: _noted(function, paths, made))
    assert [path.name for path in made] == ["shape 1.png", "shape 2.png"]
    assert make(small(raw, out))["stats"]["total_pairs"] == 20


def test_refuses_a_folder_of_other_settings_unless_told(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(small(raw, out, "trace", most=1))
    with pytest.raises(ConfigError, match=r"made with other settings.*--fresh"):
        make(small(raw, out, "squares", most=1))
    assert make(small(raw, out, "squares", most=1), fresh=True)["stats"]["algorithms"] == {"squares": 3}


def test_two_runs_do_not_write_into_one_folder(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def meanwhile(function: Any, paths: Any) -> Iterator[Any]:
        with pytest.raises(ConfigError, match="another run"):
            make(small(raw, out, "trace"))
        return one_after_the_other(function, paths)

    assert make(small(raw, out, "trace"), meanwhile)["stats"]["pictures"] == 5


def test_so_many_pictures_at_most_are_taken_from_all_over_the_folder(raw: Path, tmp_path: Path) -> None:
    made = make(small(raw, tmp_path / "out", "trace", most=2))
    sources = {one["source"] for one in made["pairs"]} | {one["path"] for one in made["failed"]}
    assert sources == {"../raw/a/shape 0.png", "../raw/a/shape 2.png"}


def test_a_picture_whose_process_died_is_listed_and_the_rest_is_there(raw: Path, tmp_path: Path) -> None:
    def dies(function: Any, paths: Any) -> Iterator[Any]:
        return ((path, None if path.name == "shape 1.png" else function(path)) for path in paths)

    made = make(small(raw, tmp_path / "out", "trace"), dies)
    assert [one["path"][-11:] for one in made["failed"]] == ["shape 1.png", "/broken.png"]
    assert made["stats"]["total_pairs"] == 9


@pytest.mark.parametrize("empty", [True, False])
def test_says_where_pictures_come_from_when_there_are_none(tmp_path: Path, empty: bool) -> None:
    if empty:
        (tmp_path / "raw").mkdir()
    with pytest.raises(ConfigError, match=r"scripts/download_data\.py"):
        make(small(tmp_path / "raw", tmp_path / "out"))


def test_a_dataset_within_the_pictures_folder_is_not_taken_for_pictures(raw: Path) -> None:
    out = raw / "processed"
    make(small(raw, out, "trace"))
    assert make(small(raw, out, "trace"))["stats"]["pictures"] == 5


def test_the_script_uses_processes_and_survives_kill_9(raw: Path, tmp_path: Path) -> None:
    """Killed after its first pictures, its workers end with it; run again, it ends as one that was left alone."""
    for number in range(8):
        draw_shapes(raw / f"many/{number}.png", number)
    out, whole = tmp_path / "out", tmp_path / "whole"
    words = [sys.executable, str(SCRIPT), "-i", str(raw), "-a", "trace", "--tokens", "256", "-j", "1", "-o"]
    environment = {**os.environ, "DCODE_CONFIG_DIR": str(tmp_path / "config")}
    with subprocess.Popen([*words, str(out)], stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.kill()
        # The pipe ends when nobody holds it any more: the workers too are gone.
        process.stderr.read()
    assert not (out / "manifest.json").exists()
    for folder in (out, whole):
        done = subprocess.run([*words, str(folder)], capture_output=True, text=True, env=environment, check=True)
        assert "36 pairs of 13 pictures, 1 failed" in done.stdout
    assert "are done already" not in done.stderr
    parts = [name for name in files_of(out) if name.endswith(".part")]
    assert {name: data for name, data in files_of(out).items() if name not in parts} == files_of(whole)


def test_journal_is_the_only_thing_beside_the_datasets_own_files(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(small(raw, out))
    assert sorted(path.name for path in out.iterdir()) == ["gcode", "images", generating.JOURNAL, "manifest.json"]
    names = {record["name"] for record in map(json.loads, (out / generating.JOURNAL).read_text().splitlines()[1:])}
    assert len(names) == 5
