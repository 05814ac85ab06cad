"""Options of a training run: each field of a frozen dataclass that has a default, told once.

The command, the process that trains, a sweep and the run's own file all go by the same table. Nothing here needs torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, Field, field, fields
from typing import Any

from dcode.errors import ConfigError


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


def refuse_outside(asked: Any, ranges: Sequence[tuple[str, float, float]]) -> None:
    """Raises ConfigError for the first field that is not between its numbers."""
    for name, low, high in ranges:
        value = getattr(asked, name)
        if not low <= value <= high:
            raise ConfigError(f"{value:g} is not between {low:g} and {high:g}.", key=option_of(name), value=value)
