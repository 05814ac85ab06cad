"""A training run as a TOML file: what is trained, on what, how. A key that nothing reads is an error."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from dcode.errors import ConfigError
from dcode.generation.sketch.stroke_config import StrokeConfig
from dcode.tables import nearest

Section = TypeVar("Section", "LoopConfig", "DataConfig", StrokeConfig)


@dataclass(frozen=True, slots=True)
class LoopConfig:
    """How it is trained, whatever the task. `batch` counts drawings of a batch, on all processes together; a step
    takes `accumulate` batches. `sharded`: weights, gradients and moments in parts, one on each process (FSDP).

    `patience` is how many validations without a better one end the run; 0: none does. `save_seconds` lie between two
    checkpoints.
    """

    seed: int = 1
    steps: int = 10_000
    batch: int = 64
    accumulate: int = 1
    lr: float = 1e-3
    lowest: float = 0.02  # of lr, at the end of the cosine
    warmup: int = 200
    weight_decay: float = 0.03
    clip: float = 1.0
    dropout: float = 0.1
    log_every: int = 50
    check_every: int = 500
    save_seconds: float = 180.0
    patience: int = 0
    compiled: bool = False
    sharded: bool = False

    def __post_init__(self) -> None:
        least = min(self.steps, self.batch, self.accumulate, self.log_every, self.check_every)
        if least < 1 or not 0 <= self.dropout < 1:
            raise ValueError("steps, batch, accumulate, log_every and check_every are at least 1, dropout below 1")


@dataclass(frozen=True, slots=True)
class DataConfig:
    """What the stroke decoder is trained on, and how it is varied.

    `quickdraw` is a folder with quickdraw.ndjson.gz; doodles are left out after the share `doodles_until` of the
    steps. `doodles` and `contours` are how often a doodle, or a drawing of a set of silhouettes, is seen for each time
    that an icon of strokes is.
    `held_out` names a list of concepts (dcode.ml.data.prompts) seen neither in training nor as neighbours;
    `validation` is the share of near-duplicate clusters kept for validation. `turn` in degrees, `stretch` and `lean`
    as shares, `jitter` in cells for each stroke, `order_noise` in places and only in the first half of the run:
    standard deviations all, as is `bend`, how many cells lines are bent by, wide and smooth. `elsewhere` of the closed
    strokes begin at another of their points. `own` of the drawings that have neighbours have themselves among them, as
    they are before all this: who draws such a one learns to draw after what lies beside it, in a hand of its own.
    """

    library: bool = True
    quickdraw: str = ""
    doodles_until: float = 0.8
    doodles: float = 1.0
    contours: float = 0.5
    held_out: str = ""
    validation: float = 0.04
    turn: float = 2.0
    stretch: float = 0.06
    lean: float = 0.04
    jitter: float = 0.5
    bend: float = 1.3
    order_noise: float = 0.5
    elsewhere: float = 0.5
    tag: float = 0.3  # of the drawings are called by another word than their caption
    drop_text: float = 0.1
    drop_style: float = 0.1
    drop_detail: float = 0.3
    drop_neighbours: float = 0.3
    own: float = 0.7
    near: int = 8  # drawings that the neighbours are chosen from

    def __post_init__(self) -> None:
        if not 0 < min(self.doodles, self.contours) <= max(self.doodles, self.contours) <= 1:
            raise ValueError("doodles and contours are above 0 and at most 1")


@dataclass(frozen=True, slots=True)
class RunConfig:
    """A run. `text` is the file as it was, kept beside the weights."""

    task: str
    loop: LoopConfig
    data: DataConfig
    model: StrokeConfig
    text: str = field(default="", repr=False)


def read_run(path: Path) -> RunConfig:
    """A run from its file. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
        rows: dict[str, Any] = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(error.strerror or str(error), file=str(path)) from error
    except ValueError as error:
        raise ConfigError(str(error), file=str(path)) from error
    known = ("task", "train", "data", "model")
    for key in rows:
        if key not in known:
            raise ConfigError("there is no such key.", file=str(path), key=key, nearest=nearest(key, known) or "")
    if (task := rows.get("task")) != "strokes":
        raise ConfigError("the only task is strokes.", file=str(path), key="task", value=task)
    return RunConfig(
        "strokes",
        _section(LoopConfig, rows, "train", path),
        _section(DataConfig, rows, "data", path),
        _section(StrokeConfig, rows, "model", path),
        text,
    )


def _section(kind: type[Section], rows: dict[str, Any], name: str, path: Path) -> Section:
    row = rows.get(name, {})
    types = {one.name: one.type for one in fields(kind)}
    if not isinstance(row, dict):
        raise ConfigError("a table was expected.", file=str(path), key=name)
    for key, value in row.items():
        where = f"{name}.{key}"
        if key not in types:
            meant = nearest(key, types) or ""
            raise ConfigError("there is no such key.", file=str(path), key=where, value=value, nearest=meant)
        if not _fits(value, str(types[key])):
            raise ConfigError(f"{types[key]} was expected.", file=str(path), key=where, value=value)
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    try:
        return kind(**given)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{error}.", file=str(path), key=name) from error


def _fits(value: object, named: str) -> bool:
    """Whether a value of TOML is of the type of an annotation."""
    if named == "float":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if named.startswith("tuple"):
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    kinds = {"int": int, "bool": bool}
    return type(value) is kinds.get(named, str)
