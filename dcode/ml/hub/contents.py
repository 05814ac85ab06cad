"""Which files of a folder are uploaded, and as what. Checkpoints and logs of a run stay where they are.

    sd-gcode-v3   FOLDER/v3, the original's layout, where the run was exported so; else the model as dcode reads it
    strokes       the stroke decoder, the recogniser that ranks, the run's configuration
    text          the model and the tokenizer as transformers reads them
    dataset       FOLDER/data/*.parquet, as scripts/pack_dataset.py writes them

With each go the figures of the run (figures.json, training.json) and of an evaluation (report.json, sheet-*.png), if
they are there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dcode.errors import ConfigError

SD, STROKES, TEXT, DATASET = "sd-gcode-v3", "strokes", "text", "dataset"
V3: Final = "v3"  # the folder with the original's layout
_WEIGHTS: Final = ("model.safetensors", "model-*.safetensors", "pytorch_model.bin", "pytorch_model-*.bin")
_MEASURED: Final = ("figures.json", "training.json", "report.json", "sheet-*.png")


@dataclass(frozen=True, slots=True)
class Kind:
    """What belongs to one. `needed`: at least one file of each group; `more`: what else there may be."""

    name: str
    needed: tuple[tuple[str, ...], ...]
    more: tuple[str, ...] = ()
    repo_type: str = "model"
    made_by: str = ""


KINDS: Final = {
    one.name: one
    for one in (
        Kind(
            SD,
            (_WEIGHTS, ("config.json",), ("gcode_tokenizer/tokenizer.json",)),
            ("gcode_tokenizer/*", "clip_tokenizer/*"),
            made_by="dcode train-sd-gcode-v3",
        ),
        Kind(
            STROKES,
            (("strokes.safetensors",),),
            ("recogniser.safetensors", "config.toml"),
            made_by="python -m dcode.ml.train",
        ),
        Kind(
            TEXT,
            (_WEIGHTS, ("config.json",), ("tokenizer.json", "spiece.model", "vocab.json")),
            ("tokenizer*", "special_tokens_map.json", "generation_config.json", "merges.txt", "*.index.json"),
            made_by="dcode train",
        ),
        Kind(DATASET, (("data/*.parquet",),), repo_type="dataset", made_by="scripts/pack_dataset.py"),
    )
}


@dataclass(frozen=True, slots=True)
class Item:
    """One file: its place in the repository, and on this computer."""

    name: str
    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size


def contents(kind: Kind, folder: Path) -> list[Item]:
    """The files, by name. Raises ConfigError where what makes it a model or a dataset is missing."""
    place = folder / V3 if kind.name == SD and (folder / V3).is_dir() else folder
    found = dict[str, Path]()
    for group in kind.needed:
        there = _matching(place, group)
        if not there:
            told = f"there is no {' or '.join(group[:2])} in it; {kind.made_by} makes such a folder."
            raise ConfigError(told, file=str(place))
        found |= there
    found |= _matching(place, kind.more)
    found |= {} if kind.repo_type == "dataset" else _matching(folder, _MEASURED)
    return [Item(name, found[name]) for name in sorted(found)]


def _matching(place: Path, patterns: tuple[str, ...]) -> dict[str, Path]:
    files = (path for pattern in patterns for path in place.glob(pattern) if path.is_file())
    return {path.relative_to(place).as_posix(): path for path in files if not path.name.startswith(".")}
