"""Options of a training run: each field of a frozen dataclass that has a default, told once.

The command, the process that trains, a sweep and the run's own file all go by the same table. Nothing here needs torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, field, fields
from typing import Any, Final

from dcode.errors import ConfigError

# Between what an option may be, where it has the same name and sense in all tables.
_OF_EVERY_RUN: Final[dict[str, tuple[float, float]]] = {
    "epochs": (1e-6, 1e6),
    "batch_size": (1, 65_536),
    "grad_accum": (1, 65_536),
    "lr": (1e-12, 10.0),
    "warmup_ratio": (0.0, 1.0),
    "weight_decay": (0.0, 10.0),
    "label_smoothing": (0.0, 0.9),
    "seed": (0, (1 << 31) - 1),
    "validation": (0.0, 0.9),
    "patience": (0, 1_000_000),
    "save_minutes": (0.0, 1e6),
}


def option(default: Any, about: str, short: str = "", choices: tuple[str, ...] = ()) -> Any:
    """A field that is an option of the same name; `about` is its help."""
    return field(default=default, metadata={"about": about, "short": short, "choices": choices})


def options_of(kind: type) -> list[Field[Any]]:
    """The fields of a table that are options, with `about`, `short` and `choices` in their metadata."""
    return [one for one in fields(kind) if one.default is not MISSING]


def option_of(name: str) -> str:
    """How an option is written."""
    return f"--{name.replace('_', '-')}"


def words_of(asked: Any) -> list[str]:
    """The options of a command line that ask for the same."""
    words = list[str]()
    for one in options_of(type(asked)):
        value = getattr(asked, one.name)
        if isinstance(value, bool):
            words += [option_of(one.name) if value else f"--no-{option_of(one.name)[2:]}"]
        elif value != one.default:
            words += [option_of(one.name), str(value)]
    return words


def refuse_outside(asked: Any, own: Mapping[str, tuple[float, float]]) -> None:
    """Raises ConfigError for the first field that is not between its two numbers: its `own`, or those of every run."""
    ranges = {**_OF_EVERY_RUN, **own}
    for name in (one.name for one in fields(asked) if one.name in ranges):
        value, (low, high) = getattr(asked, name), ranges[name]
        if not low <= value <= high:
            raise ConfigError(f"{value:g} is not between {low:g} and {high:g}.", key=option_of(name), value=value)
