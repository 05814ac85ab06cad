"""Strict reading of TOML and JSON tables into frozen dataclasses: every key known, every value of its type.

A field's annotation says what its key may hold: str, int, float (finite), bool, Path (text), bytes (text, latin-1:
realtime characters), a compiled pattern (text), a Literal, a tuple of those (a list), a mapping of numbers to text
(keys of a table are text), or another dataclass (a table). `Annotated[..., Only(...)]` takes some values of a type.
`X | None` fields may be left out, and so may fields with a default. A yes or no is not a number.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from dcode.errors import ConfigError

T = TypeVar("T")
KeyPath = tuple[str | int, ...]

_WANTED: Final[Mapping[type, str]] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    Path: "a path",
    list: "a list",
    dict: "a section with keys",
}


class Only:
    """Stands in an annotation, Annotated[float, Only("a number above 0", ...)]: not every value of the type is right."""

    def __init__(self, wanted: str, right: Callable[[Any], bool]) -> None:
        self.wanted, self.right = wanted, right


def read_table(cls: type[T], table: object, file: str) -> T:
    """One dataclass from a file's table. Raises ConfigError for what is wrong first, with how much more is.

    A misspelt key comes before the one that is missing for it. The nearest key is named with all its dots.
    """
    reader = _Reader(cls)
    found: T = reader.table(cls, table, ())
    reader.complain(file)
    return found


def read_value(hint: Any, value: object, file: str, key: str) -> Any:
    """One value as a field with this annotation would hold it. Raises ConfigError."""
    reader = _Reader()
    found = reader.value(hint, value, (key,))
    reader.complain(file)
    return found


def hints_of(cls: type) -> dict[str, Any]:
    """The annotation of each field, for `read_value`."""
    return get_type_hints(cls, include_extras=True)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; empty when none is near."""
    from difflib import get_close_matches  # only for who has mistyped

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), "")


def nearest_key(key: str, known: Sequence[str]) -> str:
    """The known key that is most like a wrong one: beside it, or else anywhere, as for a key in the wrong place."""
    parent, _, name = key.rpartition(".")
    beside = [path for path in known if path.rpartition(".")[0] == parent]
    for among in (beside, known):
        by_name = {path.rpartition(".")[2]: path for path in reversed(among)}  # the first of a name stays
        if alike := nearest(name.lower(), by_name):
            return by_name[alike]
    return ""


def known_keys(cls: type, prefix: str = "") -> Iterator[str]:
    """Every key of a table, with dots: pen.up_angle. The members of a list have no number: pens.name."""
    for name, hint in hints_of(cls).items():
        yield prefix + name
        for inner in _tables_in(hint):
            yield from known_keys(inner, f"{prefix}{name}.")


def dotted(path: KeyPath) -> str:
    """A key as it is written in messages: pens[1].name."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def shown(value: object) -> str:
    """A value for a message: as JSON, and not all of a long one."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


class _Reader:
    """Reads on after a wrong value, so that the first complaint can be the one that explains the others.

    What a method returns for a wrong value is None, and is never used: `complain` raises.
    """

    def __init__(self, root: type | None = None) -> None:
        self._root = root
        self._strangers: list[tuple[KeyPath, object]] = []
        self._wrong: list[tuple[KeyPath, object, str]] = []

    def complain(self, file: str) -> None:
        count = len(self._strangers) + len(self._wrong)
        if not count:
            return
        meant = ""
        if self._strangers:
            path, value = self._strangers[0]
            says = f"there is no such key (its value is {shown(value)})."
            names = ".".join(part for part in path if isinstance(part, str))
            meant = nearest_key(names, list(known_keys(self._root))) if self._root else ""
        else:
            path, value, says = self._wrong[0]
        more = f" {count - 1} more to mend." if count > 1 else ""
        raise ConfigError(says + more, file=file, key=dotted(path), value=_as_json(value), nearest=meant)

    def table(self, cls: type[Any], table: object, path: KeyPath) -> Any:
        if not isinstance(table, dict):
            return self._refuse(path, table, _WANTED[dict])
        hints = hints_of(cls)
        known = {field.name: field for field in dataclasses.fields(cls)}
        self._strangers += [((*path, key), value) for key, value in table.items() if key not in known]
        values: dict[str, Any] = {}
        for name, field in known.items():
            if name in table:
                values[name] = self.value(hints[name], table[name], (*path, name))
            elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                self._wrong.append(((*path, name), None, "this key is missing."))
        return None if self._strangers or self._wrong else cls(**values)

    def value(self, hint: Any, value: object, path: KeyPath) -> Any:
        origin, arguments = get_origin(hint), get_args(hint)
        if origin in (Union, types.UnionType):
            (inner,) = (one for one in arguments if one is not type(None))
            return None if value is None else self.value(inner, value, path)
        if origin is Annotated:
            return self._only(arguments[0], arguments[1], value, path)
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            return self.table(hint, value, path)
        if origin is tuple:
            items = self._typed(list, value, path) or ()
            return tuple(self.value(arguments[0], item, (*path, at)) for at, item in enumerate(items))
        if origin is Mapping:
            return self._numbered_texts(value, path)
        if origin is Literal:
            return value if value in arguments else self._refuse_choice(path, value, arguments)
        if origin is re.Pattern:
            return self._pattern(value, path)
        return self._scalar(hint, value, path)

    def _refuse(self, path: KeyPath, value: object, wanted: str) -> None:
        self._wrong.append((path, value, f"{shown(value)} is not right: {wanted} is needed."))

    def _refuse_choice(self, path: KeyPath, value: object, choices: tuple[Any, ...]) -> None:
        near = nearest(value, [str(one) for one in choices]) if isinstance(value, str) else ""
        self._refuse(path, value, "one of " + ", ".join(shown(one) for one in choices))
        self._meant = near

    def _only(self, hint: Any, only: Only, value: object, path: KeyPath) -> Any:
        read = self.value(hint, value, path)
        return read if read is None or only.right(read) else self._refuse(path, value, only.wanted)

    def _scalar(self, hint: Any, value: object, path: KeyPath) -> Any:
        if hint is float:
            return self._number(value, path)
        if hint is Path:
            return Path(value) if isinstance(value, str) else self._refuse(path, value, _WANTED[Path])
        if hint is bytes:
            return self._latin(value, path)
        return self._typed(hint, value, path)
