"""Strict reading of TOML tables into frozen dataclasses: every key known, every value of its type, or a ConfigError.

A field's annotation says what its key may hold: str, int, float, bool, bytes (text, latin-1: realtime characters), a
compiled pattern (text), a Literal, a tuple of those, a mapping of numbers to text (keys of a TOML table are text), or
another dataclass (a table). `X | None` fields may be left out, and so may fields with a default.
"""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from dcode.errors import ConfigError

T = TypeVar("T")


def read_table(cls: type[T], table: Mapping[str, object], file: str, where: str = "") -> T:
    """One dataclass from one table. `where` is the dotted key of the table, for errors."""
    hints = get_type_hints(cls)
    known = {field.name: field for field in dataclasses.fields(cls) if field.init}  # type: ignore[arg-type]
    for key, value in table.items():
        if key not in known:
            raise ConfigError(
                f"unknown key {key!r}",
                file=file,
                key=_join(where, key),
                value=value if isinstance(value, str | int | float | bool) else None,
                nearest=nearest(key, known),
            )
    values: dict[str, Any] = {}
    for name, field in known.items():
        if name in table:
            values[name] = _value(hints[name], table[name], file, _join(where, name))
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ConfigError("this key is missing", file=file, key=_join(where, name))
    return cls(**values)


def nearest(word: str, known: Mapping[str, object] | list[str] | tuple[str, ...]) -> str:
    """The known word that was probably meant; empty when none is near."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), "")


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _value(hint: Any, value: object, file: str, key: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        (inner,) = (one for one in get_args(hint) if one is not type(None))
        return _value(inner, value, file, key)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return read_table(hint, _typed(value, dict, "a table", file, key), file, key)
    if origin is tuple:
        items = _typed(value, list, "a list", file, key)
        return tuple(_value(get_args(hint)[0], item, file, f"{key}[{n}]") for n, item in enumerate(items))
    if origin is Mapping:
        return _numbered_texts(_typed(value, dict, "a table", file, key), file, key)
    if origin is Literal:
        return _one_of(get_args(hint), value, file, key)
    if origin is re.Pattern:
        return _pattern(_typed(value, str, "text", file, key), file, key)
    return _scalar(hint, value, file, key)


def _scalar(hint: Any, value: object, file: str, key: str) -> Any:
    if hint is bool:
        return _typed(value, bool, "true or false", file, key)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint in (int, float) and isinstance(value, bool):
        raise _wrong("a number", value, file, key)
    if hint is bytes:
        return _latin(_typed(value, str, "text", file, key), file, key)
    return _typed(value, hint, {int: "a whole number", float: "a number", str: "text"}[hint], file, key)


def _typed(value: object, kind: type[T], wanted: str, file: str, key: str) -> T:
    if not isinstance(value, kind):
        raise _wrong(wanted, value, file, key)
    return value


def _wrong(wanted: str, value: object, file: str, key: str) -> ConfigError:
    shown = value if isinstance(value, str | int | float | bool) else type(value).__name__
    return ConfigError(f"must be {wanted}, not {shown!r}", file=file, key=key, value=shown)


def _one_of(allowed: tuple[Any, ...], value: object, file: str, key: str) -> object:
    if value not in allowed:
        near = nearest(value, [str(one) for one in allowed]) if isinstance(value, str) else ""
        wanted = ", ".join(repr(one) for one in allowed)
        raise ConfigError(f"must be one of {wanted}, not {value!r}", file=file, key=key, value=value, nearest=near)
    return value


def _pattern(text: str, file: str, key: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise ConfigError(f"not a regular expression: {error}", file=file, key=key, value=text) from error


def _latin(text: str, file: str, key: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise ConfigError("one byte a character, please", file=file, key=key, value=text) from error


def _numbered_texts(table: Mapping[str, object], file: str, key: str) -> Mapping[int, str]:
    texts: dict[int, str] = {}
    for number, text in table.items():
        if not number.isdigit():
            raise ConfigError("codes are whole numbers", file=file, key=_join(key, number), value=text)
        texts[int(number)] = _typed(text, str, "text", file, _join(key, number))
    return texts
