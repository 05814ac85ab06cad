"""A dataset as Parquet in the layout that `datasets.load_dataset(FOLDER)` reads (`pip install dcode[data]`).

    FOLDER/data/train-00000-of-00012.parquet, FOLDER/data/validation-00000-of-00001.parquet

Columns: `prompt` and `gcode`, texts; `strokes`, a list of strokes, each a list of [x, y] in mm, y up. All programs of a
picture are in the same split.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from dcode.errors import ConfigError
from dcode.ml.data.pairs.manifest import Pair, prompt_of, read_manifest
from dcode.ml.program_strokes import ProgramStrokes

TRAIN: Final = "train"
VALIDATION: Final = "validation"
_MARK: Final = b"dcode"  # the metadata that says what a shard was made of
_NAME: Final = re.compile(r"(train|validation)-\d{5}-of-\d{5}\.parquet")
_BUCKETS: Final = 1 << 32

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Shard:
    """One file: its split, its name and its pairs."""

    split: str
    name: str
    pairs: tuple[Pair, ...]


def pack(manifest: Path, folder: Path, rows: int, validation: float, tell: Tell) -> dict[str, int]:
    """Write the shards, `rows` in each, those that are there excepted; how many rows each split has.

    Shards of another plan are taken away. Raises ConfigError for a program that cannot be read, or without pyarrow.
    """
    arrow = _arrow()
    shards = list(plan(read_manifest(manifest)["pairs"], rows, validation))
    if not shards:
        raise ConfigError("has no pairs.", file=str(manifest))
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for shard in shards:
        path = folder / "data" / shard.name
        mark = _mark(shard, manifest.parent)
        if arrow.marked(path) != mark:
            arrow.write(path, _columns(shard, manifest.parent), mark)
            tell(f"{path}: {len(shard.pairs)} rows")
    kept = {shard.name for shard in shards}
    for path in (folder / "data").iterdir():
        if _NAME.fullmatch(path.name) and path.name not in kept:
            path.unlink()
    return {split: sum(len(shard.pairs) for shard in shards if shard.split == split) for split in (TRAIN, VALIDATION)}


def plan(pairs: Sequence[Pair], rows: int, validation: float) -> Iterator[Shard]:
    """Which pairs are in which file. A picture's split goes by its name alone, so that it is the same in every plan."""
    splits: dict[str, list[Pair]] = {TRAIN: [], VALIDATION: []}
    for pair in pairs:
        number = int(hashlib.sha256(pair["image"].encode()).hexdigest()[:8], 16)
        splits[VALIDATION if number < validation * _BUCKETS else TRAIN].append(pair)
    for split, members in splits.items():
        count = -(-len(members) // rows)
        for place in range(count):
            name = f"{split}-{place:05d}-of-{count:05d}.parquet"
            yield Shard(split, name, tuple(members[place * rows : (place + 1) * rows]))


def _columns(shard: Shard, folder: Path) -> dict[str, list[Any]]:
    programs = [_program(folder / pair["gcode"]) for pair in shard.pairs]
    strokes = [
        [np.round(line, 2).astype(np.float32).tolist() for line in ProgramStrokes.of(program)] for program in programs
    ]
    return {"prompt": [prompt_of(pair) for pair in shard.pairs], "gcode": programs, "strokes": strokes}


def _program(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            "the program cannot be read; scripts/generate_dataset.py makes it anew", file=str(path)
        ) from (error)


def _mark(shard: Shard, folder: Path) -> bytes:
    """Tells whether a shard would be written with the same rows: by its pairs, and when their programs were written."""
    known = []
    for pair in shard.pairs:
        path = folder / pair["gcode"]
        known.append([pair["gcode"], prompt_of(pair), path.stat().st_mtime_ns if path.is_file() else 0])
    return hashlib.sha256(json.dumps(known).encode()).hexdigest().encode()


class _Arrow:
    """The library, loaded when it is needed."""

    def __init__(self, arrow: Any, parquet: Any) -> None:
        self._arrow, self._parquet = arrow, parquet
        point = arrow.list_(arrow.float32())
        fields = {"prompt": arrow.string(), "gcode": arrow.string(), "strokes": arrow.list_(arrow.list_(point))}
        self._schema = arrow.schema(list(fields.items()))

    def marked(self, path: Path) -> bytes | None:
        """What a shard was made of; None where it is not there or is none of ours."""
        try:
            found: bytes | None = (self._parquet.read_schema(path).metadata or {}).get(_MARK)
        except (OSError, self._arrow.ArrowInvalid):
            return None
        return found

    def write(self, path: Path, columns: dict[str, list[Any]], mark: bytes) -> None:
        """Whole or not at all."""
        part = path.with_name(f".{path.name}.part")
        table = self._arrow.table(columns, schema=self._schema.with_metadata({_MARK: mark}))
        self._parquet.write_table(table, part, compression="zstd")
        part.replace(path)


def _arrow() -> _Arrow:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise ConfigError("Parquet needs pyarrow: pip install 'dcode[data]'") from error
    return _Arrow(pyarrow, parquet)
