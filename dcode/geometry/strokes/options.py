"""What an algorithm lets its user choose: fields of a frozen dataclass, each with its bounds and its sentence."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import Any, Final, TypeVar, get_type_hints

from dcode.errors import ConfigError

T = TypeVar("T")
_TRUTH: Final = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(("false", "no", "off", "0"), False)


def option(default: T, about: str, *, unit: str = "", low: float = -math.inf, high: float = math.inf) -> T:
    """A field of an Options dataclass: what it does, in which unit, from `low` to `high` inclusive."""
    value: T = dataclasses.field(default=default, metadata={"about": about, "unit": unit, "low": low, "high": high})
    return value


@dataclass(frozen=True, slots=True)
class Option:
    """One option as a user is shown it. `choices` is empty unless it takes one of some words."""

    name: str
    kind: type
    default: Any
    about: str
    unit: str
    low: float
    high: float
    choices: tuple[str, ...]

    def read(self, text: str) -> Any:
        """The value that a text stands for. Raises ConfigError."""
        try:
            return self._meant(text)
        except (ValueError, KeyError):
            near = get_close_matches(text, self.choices, n=1)
            nearest = near[0] if near else ""
            problem = f"{text!r} is not {self._wanted}{'.' if nearest else ''}"
            raise ConfigError(problem, key=self.name, value=text, nearest=nearest) from None

    def _meant(self, text: str) -> Any:
        """Raises ValueError or KeyError."""
        kind: Any = self.kind
        if issubclass(kind, Enum):
            return {str(member.value): member for member in kind}[text.strip().lower()]
        if kind is bool:
            return _TRUTH[text.strip().lower()]
        value = kind(text)
        if kind in (int, float) and not (self.low <= value <= self.high and abs(value) < math.inf):  # NaN is not either
            raise ValueError
        return value

    @property
    def _wanted(self) -> str:
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.kind is bool:
            return "yes or no"
        if not issubclass(self.kind, (int, float)):
            return "a text"
        number = "a whole number" if self.kind is int else "a number"
        bounds = [f"from {self.low:g}"] * math.isfinite(self.low) + [f"up to {self.high:g}"] * math.isfinite(self.high)
        return " ".join([number, *bounds])


def options_of(cls: type) -> Iterator[Option]:
    """The options of an Options dataclass, in order."""
    hints = get_type_hints(cls)
    for field in dataclasses.fields(cls):
        kind, about = hints[field.name], field.metadata
        choices = tuple(str(member.value) for member in kind) if issubclass(kind, Enum) else ()
        yield Option(
            field.name, kind, field.default, about["about"], about["unit"], about["low"], about["high"], choices
        )


def read_options(cls: type[T], given: Mapping[str, str]) -> T:
    """Options from texts by name; what is not given has its default. Raises ConfigError."""
    known = {option.name: option for option in options_of(cls)}
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise ConfigError("there is no such option.", key=name, nearest=near[0] if near else "")
    return cls(**{name: known[name].read(text) for name, text in given.items()})
