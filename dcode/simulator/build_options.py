"""What a simulated firmware can be built with: a dataclass of switches, filled in from the names a user gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import TypeVar

from dcode.errors import ConfigError

Build = TypeVar("Build")


def chosen(build: type[Build], options: Mapping[str, str | float | bool]) -> Build:
    """The build with these options. Raises ConfigError for a name it does not have, or a value of the wrong type."""
    kinds = {field.name: type(field.default) for field in fields(build)}  # type: ignore[arg-type]  # a dataclass
    for name, value in options.items():
        if name not in kinds:
            nearest = next(iter(get_close_matches(name, kinds, 1)), "")
            raise ConfigError("this simulated firmware has no such option", key=name, value=value, nearest=nearest)
        if not isinstance(value, kinds[name]) and not (kinds[name] is float and isinstance(value, int)):
            raise ConfigError(f"must be a {kinds[name].__name__}, not {value!r}", key=name, value=value)
    return build(**options)
