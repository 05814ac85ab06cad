"""The card of what is uploaded: what it is, under which licence, and what was measured. Nothing that was not."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from dcode.errors import ConfigError
from dcode.generation.known_models import BASE
from dcode.generation.sketch.store import shipped_store
from dcode.ml.checkpoint import RENAMED
from dcode.ml.evaluate.card import measured
from dcode.ml.hub.contents import DATASET, SD, STROKES, TEXT, V3, Kind

_OPENRAIL: Final = "creativeml-openrail-m"
_DOODLES: Final = "The Quick, Draw! Dataset, made available by Google, Inc., CC-BY-4.0: where the run was given doodles"
_ABOUT: Final = {
    SD: ("A decoder of Stable Diffusion latents to G-code", "Stable Diffusion stays frozen; this turns its latents to"
         " programs for a pen plotter."),
    STROKES: ("A stroke decoder", "It draws line art for a pen plotter, stroke by stroke, from a few words."),
    TEXT: ("A language model that writes G-code", "It was trained to write programs for a pen plotter from captions."),
    DATASET: ("Pictures as programs for a pen plotter", "Rows have `prompt`, `gcode` and `strokes`: lists of [x, y] in"
              " mm, y up."),
}  # fmt: skip
_TRY: Final = {
    SD: 'dcode draw "a horse" --engine sd-gcode --model {repo}',
    STROKES: 'dcode draw "a horse" --engine strokes --model FOLDER',
    TEXT: 'dcode draw "a horse" --engine text --model {repo}',
    DATASET: 'datasets.load_dataset("{repo}")',
}


def card(kind: Kind, folder: Path, repo: str, licence: str) -> str:
    """README.md, by what lies in the folder. `licence` "": the one that follows from what it was made of.

    Raises ConfigError where none does, or a file of figures cannot be read.
    """
    title, about = _ABOUT[kind.name]
    given = licence or _licence(kind, folder)
    base = _base(kind, folder)
    head = ["---", f"license: {given}", *([f"base_model: {base}"] if base else [])]
    head += [*(["library_name: dcode"] if kind.repo_type == "model" else []), "tags:", "- gcode", "- pen-plotter"]
    head += ["- dcode", "---", ""]
    body = [f"# {title}", "", f"{about} Made with dcode.", "", f"    {_TRY[kind.name].format(repo=repo)}", ""]
    made_of = _made_of(kind, folder)
    body += ["## Licence", "", f"{given}. What it was made of:" if made_of else f"{given}.", ""]
    body += [*(f"- {line}" for line in made_of), *([""] if made_of else [])]
    return "\n".join([*head, *body, *_figures(kind, folder)])


def _licence(kind: Kind, folder: Path) -> str:
    if kind.name == STROKES and _trained_on_library(folder):
        return "mit"
    if kind.name == SD and (folder / V3).is_dir() and _base(kind, folder) == BASE.model:
        return _OPENRAIL  # the frozen weights are in it
    told = "its licence does not follow from what is in it: say under which one the pictures and weights that it was"
    raise ConfigError(f"{told} made of may be passed on, such as --licence cc-by-4.0.", file=str(folder))


def _made_of(kind: Kind, folder: Path) -> list[str]:
    if kind.name == SD:
        return [f"{_base(kind, folder)} ({BASE.licence})"] if _base(kind, folder) == BASE.model else []
    if kind.name != STROKES or not _trained_on_library(folder):
        return []
    sources = [f"{one.title} {one.version}, {one.licence}: {one.home}" for one in shipped_store().sources]
    return [*sources, _DOODLES]


def _base(kind: Kind, folder: Path) -> str:
    """The model that it was made from, by its id; empty where that is none or a folder of somebody's computer."""
    name = ""
    if kind.name == SD:
        name = str(_object(folder / "config.json", needed=True).get("sd_model_id", ""))
    elif kind.name == TEXT:
        name = str(_object(folder / "training.json").get("source", ""))
    return "" if name.startswith(("/", ".")) else RENAMED.get(name, name)


def _trained_on_library(folder: Path) -> bool:
    return (folder / "config.toml").is_file() and bool(_run(folder).get("library", True))


def _run(folder: Path) -> Mapping[str, Any]:
    """What the run's configuration says of its data."""
    path = folder / "config.toml"
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("data", {})
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot be read: {error}", file=str(path)) from error
    return found if isinstance(found, dict) else {}


def _figures(kind: Kind, folder: Path) -> Sequence[str]:
    """What was measured, by the run and by an evaluation; empty where nothing was."""
    if kind.name == DATASET:
        return ["## Size", "", *_rows(folder), ""]
    run = _object(folder / "figures.json") or _object(folder / "training.json").get("figures", {})
    told = [f"- {name.replace('_', ' ')}: {value:.6g}" for name, value in run.items() if _is_number(value)]
    report = _object(folder / "report.json")
    lines = ["## Measured in training", "", *told, ""] if told else []
    if report:
        pictures = [f"![every drawing, by seed]({path.name})" for path in sorted(folder.glob("sheet-*.png"))]
        lines += ["## Measured by `dcode evaluate`", "", *measured(report), "", *pictures, ""]
    return lines


def _rows(folder: Path) -> list[str]:
    """How many rows each split has, by the files themselves."""
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise ConfigError("Parquet needs pyarrow: pip install 'dcode[data]'") from error
    rows = dict[str, int]()
    for path in sorted((folder / "data").glob("*.parquet")):
        split = path.name.partition("-")[0]
        rows[split] = rows.get(split, 0) + int(parquet.read_metadata(path).num_rows)
    return [f"- {split}: {count:,} rows" for split, count in rows.items()]


def _object(path: Path, *, needed: bool = False) -> dict[str, Any]:
    """A JSON object; empty where there is no such file."""
    if not path.is_file() and not needed:
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot be read: {error}", file=str(path)) from error
    return found if isinstance(found, dict) else {}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
