"""Datasets as Parquet: the layout that `datasets` reads, whole pictures in one split, shards written once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dcode.errors import ConfigError
from dcode.geometry.lines import Lines
from dcode.ml.data.pairs.parquet import pack, plan
from dcode.ml.data.pairs.program import SHORT, written
from tests.unit.ml.data.pairs.drawn import OWNERS

parquet = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Ten pictures of three programs each; the first picture has no caption."""
    pairs = list[dict[str, Any]]()
    for picture in range(10):
        for number in range(3):
            gcode = f"gcode/{picture}_{number}.gcode"
            path = tmp_path / "data" / gcode
            path.parent.mkdir(parents=True, exist_ok=True)
            lines = Lines.of([[(0.0, 0.0), (10.5, float(picture))], [(1.0, 2.0), (number + 3.0, 4.0), (5.0, 6.0)]])
            path.write_text(written(lines, OWNERS, SHORT))
            pair: dict[str, Any] = {"image": f"images/{picture}.png", "gcode": gcode, "algorithm": "trace"}
            pairs.append(pair | ({"caption": f"picture {picture}"} if picture else {}))
    path = tmp_path / "data/captioned.json"
    path.write_text(json.dumps({"pairs": pairs}))
    return path


def rows_of(folder: Path, split: str) -> list[dict[str, Any]]:
    found = list[dict[str, Any]]()
    for path in sorted((folder / "data").glob(f"{split}-*.parquet")):
        found += parquet.read_table(path).to_pylist()
    return found


def packed(manifest: Path, folder: Path, rows: int = 7) -> list[str]:
    """The names of the shards that were written."""
    told = list[str]()
    pack(manifest, folder, rows, 0.3, told.append)
    return [Path(line.partition(":")[0]).name for line in told]


def test_has_prompt_gcode_and_strokes_of_every_pair(manifest: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert pack(manifest, out, 7, 0.3, lambda line: None) == {
        "train": len(rows_of(out, "train")),
        "validation": len(rows_of(out, "validation")),
    }
    rows = rows_of(out, "train") + rows_of(out, "validation")
    assert len(rows) == 30
    assert set(rows[0]) == {"prompt", "gcode", "strokes"}
    assert {row["prompt"] for row in rows} == {"drawing in trace style", *(f"picture {n}" for n in range(1, 10))}
    row = next(row for row in rows if row["prompt"] == "picture 4")
    assert row["gcode"].startswith("; dcode")
    assert row["strokes"][0] == [[0.0, 0.0], [10.5, 4.0]]
    assert [len(stroke) for stroke in row["strokes"]] == [2, 3]


def test_shards_are_named_as_datasets_expects(manifest: Path, tmp_path: Path) -> None:
    names = packed(manifest, tmp_path / "out")
    train = [name for name in names if name.startswith("train")]
    assert train == [f"train-{place:05d}-of-{len(train):05d}.parquet" for place in range(len(train))]
    assert len(train) > 1


def test_all_programs_of_a_picture_are_in_one_split_which_does_not_depend_on_the_others(manifest: Path) -> None:
    pairs = json.loads(manifest.read_text())["pairs"]

    def splits(some: list[dict[str, Any]]) -> dict[str, set[str]]:
        found = dict[str, set[str]]()
        for shard in plan(some, 4, 0.3):
            for pair in shard.pairs:
                found.setdefault(pair["image"], set()).add(shard.split)
        return found

    assert all(len(split) == 1 for split in splits(pairs).values())
    assert {image: splits(pairs)[image] for image in splits(pairs[:12])} == splits(pairs[:12])
    assert {"train", "validation"} == set().union(*splits(pairs).values())


def test_writes_a_shard_once_and_again_where_it_changed(manifest: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    names = packed(manifest, out)
    assert packed(manifest, out) == []
    (out / "data" / names[1]).write_bytes(b"torn")
    (out / "data" / names[0]).unlink()
    assert packed(manifest, out) == names[:2]
    # Another plan's shards would be read beside these.
    packed(manifest, out, rows=30)
    assert len(rows_of(out, "train") + rows_of(out, "validation")) == 30


def test_the_same_dataset_gives_the_same_bytes(manifest: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        packed(manifest, tmp_path / name)
    one, two = (sorted((tmp_path / name / "data").iterdir()) for name in ("one", "two"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_says_which_program_is_missing(manifest: Path, tmp_path: Path) -> None:
    (manifest.parent / "gcode/3_1.gcode").unlink()
    with pytest.raises(ConfigError, match=r"3_1\.gcode: the program cannot be read"):
        packed(manifest, tmp_path / "out")
