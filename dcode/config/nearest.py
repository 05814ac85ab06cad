"""From a validation's errors to one ConfigError: the key as the user wrote it, and the one that was meant."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from dcode.errors import ConfigError


def known_keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every key that a model takes, with dots: pen.up_angle. The members of a list have no number: pens.name."""
    for name, field in model.model_fields.items():
        yield prefix + name
        for inner in _models_in(field.annotation):
            yield from known_keys(inner, f"{prefix}{name}.")


def nearest(key: str, known: Sequence[str]) -> str:
    """The known key that is most like a wrong one: beside it, or else anywhere, as for a key in the wrong place.

    An empty text when none is alike.
    """
    parent, _, name = key.rpartition(".")
    beside = [path for path in known if path.rpartition(".")[0] == parent]
    for among in (beside, known):
        by_name = {path.rpartition(".")[2]: path for path in reversed(among)}  # the first of a name stays
        alike = difflib.get_close_matches(name.lower(), by_name, n=1, cutoff=0.6)
        if alike:
            return by_name[alike[0]]
    return ""


def config_error(error: ValidationError, model: type[BaseModel], file: str) -> ConfigError:
    """What is wrong first, and how much more is. A misspelt key comes before the one that is missing for it."""
    details = error.errors(include_url=False, include_context=False)
    details.sort(key=lambda detail: detail["type"] != "extra_forbidden")
    first = details[0]
    path, value, meant = first["loc"], first["input"], ""
    said = "a section with keys is needed" if first["type"] == "model_type" else first["msg"]
    if first["type"] == "extra_forbidden":
        names = ".".join(part for part in path if isinstance(part, str))
        meant = nearest(names, list(known_keys(model)))
        problem = f"there is no such key (its value is {shown(value)})."
    elif first["type"] == "missing":
        problem, value = "this key is missing.", None
    else:
        problem = f"{shown(value)} is not right: {said[0].lower()}{said[1:]}."
    if len(details) > 1:
        problem += f" {len(details) - 1} more to mend."
    return ConfigError(problem, file=file, key=dotted(path), value=_json(value), nearest=meant)


def dotted(path: Iterable[str | int]) -> str:
    """A key as it is written in messages: pens[1].name."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def shown(value: object) -> str:
    """A value for a message: as JSON, and not all of a long one."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _json(value: object) -> object:
    """The value where JSON has it, otherwise (NaN, a path) as a text."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return shown(value)
    return value


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # an annotation may be anything
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
