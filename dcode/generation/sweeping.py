"""What `dcode sweep` is asked for, and over which settings it searches. Nothing here needs Ray or torch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dcode.errors import ConfigError
from dcode.generation.run_options import option_of, options_of, refuse_outside
from dcode.generation.text_training import TextTraining
from dcode.generation.training import SdTraining
from dcode.tables import nearest

MODULE: Final = "dcode.ml.train.sweep"
SD: Final = "sd-gcode-v3"  # instead of text models: the decoder of latents
MODELS: Final = ("flan-t5-small", "flan-t5-base", "gpt2", "codegen-350m")


@dataclass(frozen=True, slots=True)
class Between:
    """A number from a range; where it is `logarithmic`, each power of ten is as likely as another."""

    name: str
    low: float
    high: float
    logarithmic: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few values."""

    name: str
    values: tuple[Any, ...]


Setting = Between | OneOf

_BOTH: Final[tuple[Setting, ...]] = (
    OneOf("grad_accum", (1, 2, 4)),
    Between("warmup_ratio", 0.0, 0.2),
    Between("weight_decay", 1e-3, 0.1, logarithmic=True),
    OneOf("label_smoothing", (0.0, 0.05, 0.1)),
)
TEXT_SPACE: Final[tuple[Setting, ...]] = (
    Between("lr", 1e-5, 1e-3, logarithmic=True),
    OneOf("batch_size", (4, 8, 16)),
    *_BOTH,
)
SD_SPACE: Final[tuple[Setting, ...]] = (
    Between("lr", 5e-5, 1e-3, logarithmic=True),
    OneOf("batch_size", (8, 16, 32)),
    OneOf("dropout", (0.0, 0.1, 0.2)),
    *_BOTH,
)
# What a sweep gives each trial itself.
_OWN: Final = frozenset({"model", "epochs", "output_dir", "output", "resume", "cache", "wandb", "export"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One sweep. `fixed` are options that are the same for all trials, by their names in the table of the training."""

    manifest: str
    trials: int
    output: str
    models: tuple[str, ...] = MODELS
    epochs: float = 3.0
    seed: int = 42
    resume: bool = False
    fixed: Mapping[str, Any]

    def __post_init__(self) -> None:
        refuse_outside(self, {"trials": (1, 100_000)})
        if SD in self.models and len(self.models) > 1:
            raise ConfigError(f"{SD} is swept by itself: its figures are of other tokens.", key="--model")
        self.asked({}, "", self.models[0])  # whether the fixed ones may be

    @property
    def kind(self) -> type[TextTraining] | type[SdTraining]:
        return SdTraining if self.models == (SD,) else TextTraining

    @property
    def space(self) -> tuple[Setting, ...]:
        """What is searched over, without what is fixed."""
        space = SD_SPACE if self.kind is SdTraining else TEXT_SPACE
        return tuple(one for one in space if one.name not in self.fixed)

    def asked(self, chosen: Mapping[str, Any], folder: str, model: str) -> TextTraining | SdTraining:
        """The training of a trial, which goes on where it was when the sweep does. Raises ConfigError."""
        common: dict[str, Any] = {"manifest": self.manifest, "epochs": self.epochs, "seed": self.seed, "resume": True}
        common |= {**self.fixed, **chosen}
        if self.kind is SdTraining:
            asked: TextTraining | SdTraining = SdTraining(output=folder, **common)
        else:
            asked = TextTraining(model=model, output_dir=folder, cache=f"{self.output}/tokens", **common)
            assert asked.source
        if not asked.validation:
            raise ConfigError("trials are compared by their validation; it cannot be 0.", key="--set validation")
        return asked


def fixed_by(pairs: Sequence[str], models: Sequence[str]) -> dict[str, Any]:
    """What `--set NAME=VALUE` fixes. Raises ConfigError for a name that the training does not know, or a bad value."""
    kind = SdTraining if SD in models else TextTraining
    known = {one.name: one for one in options_of(kind) if one.name not in _OWN}
    found = dict[str, Any]()
    for pair in pairs:
        name, _, value = pair.partition("=")
        name = name.strip().lstrip("-").replace("-", "_")
        if name not in known:
            told = f"{name!r} is no option that can be fixed."
            raise ConfigError(told, key="--set", value=pair, nearest=nearest(name, known))
        found[name] = _typed(type(known[name].default), value, name)
    return found


def words_as_typed(asked: TextTraining | SdTraining, fixed: Mapping[str, Any]) -> str:
    """The command that trains with the best settings for as long as one likes."""
    command = "train-sd-gcode-v3" if isinstance(asked, SdTraining) else f"train --model {asked.model}"
    space = SD_SPACE if isinstance(asked, SdTraining) else TEXT_SPACE
    names = [*fixed, *(one.name for one in space if one.name not in fixed)]
    words = [f"{option_of(name)} {_shown(getattr(asked, name))}" for name in names]
    return f"dcode {command} -m {asked.manifest} {' '.join(words)}"


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _typed(kind: type, value: str, name: str) -> Any:
    try:
        if kind is bool:
            found = json.loads(value)
            if not isinstance(found, bool):
                raise ValueError(value)
            return found
        return kind(value)
    except ValueError as error:
        wanted = {bool: "true or false", int: "a whole number", float: "a number"}[kind]
        raise ConfigError(f"{value!r} is not {wanted}.", key=f"--set {name}", value=value) from error
