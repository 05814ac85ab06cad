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
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from dcode.errors import ConfigError

T = TypeVar("T")
KeyPath = tuple[str | int, ...]

_WANTED: Final[Mapping[type, str]] = {
    bool: "true or false",
    int: "a whole number",
    float: "a finite number",
    str: "a text",
    list: "a list",
    dict: "a section with keys",
}


class Only:
    """Stands in an annotation: Annotated[float, Only("a number above 0", lambda value: value > 0)]."""

    def __init__(self, wanted: str, right: Callable[[Any], bool]) -> None:
        self.wanted, self.right = wanted, right


def read_table(cls: type[T], table: object, file: str, others: list[str] | None = None) -> T:
    """One dataclass from a file's table. Raises ConfigError for what is wrong first, with how much more is.

    A misspelt key comes before the one that is missing for it. The nearest key is named with all its dots. Where there
    is a list for `others`, a key that is like no known one, or begins with an underscore, is put there with its dots
    and is no error: a note of the user's, or a key of a newer dcode.
    """
    problems: list[_Problem] = []
    try:
        found = _table(cls, table, (), problems)
    except _Wrong as wrong:
        raise ConfigError(str(wrong), file=file, value=as_json(table)) from None
    if others is not None:
        foreign = [problem for problem in problems if problem.stranger and _is_foreign(cls, problem.path)]
        others.extend(dotted(problem.path) for problem in foreign)
        problems = [problem for problem in problems if problem not in foreign]
    if not problems:
        return found
    first = min(problems, key=lambda problem: not problem.stranger)
    meant = first.meant
    if first.stranger:
        meant = _meant(cls, first.path)
    more = f" {len(problems) - 1} more to mend." if len(problems) > 1 else ""
    raise ConfigError(first.says + more, file=file, key=dotted(first.path), value=as_json(first.value), nearest=meant)


def read_value(hint: Any, value: object, file: str, key: str, *, written: object) -> Any:
    """One value, no table, as a field with this annotation holds it. Raises ConfigError, with what was `written`."""
    try:
        return _value(hint, value, (key,), [])
    except _Wrong as wrong:
        raise ConfigError(str(wrong), file=file, key=key, value=as_json(written), nearest=wrong.meant) from None


def hints_of(cls: type) -> dict[str, Any]:
    """The annotation of each field."""
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
        for inner in tables_in(hint):
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


def as_json(value: object) -> object:
    """The value where JSON has it, otherwise (NaN, a date) as a text."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return shown(value)
    return value


class _Wrong(Exception):
    """A value that is not right; whoever reads the table knows its key."""

    def __init__(self, value: object, wanted: str, meant: str = "") -> None:
        super().__init__(f"{shown(value)} is not right: {wanted} is needed.")
        self.meant = meant


class _Problem(NamedTuple):
    path: KeyPath
    value: object
    says: str
    meant: str = ""
    stranger: bool = False  # whether the key is not known


def _table(cls: type[T], table: object, path: KeyPath, problems: list[_Problem]) -> T:
    """One dataclass, or anything at all when there are problems."""
    given = _typed(dict, table)
    known = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]  # it is a dataclass
    hints, values = hints_of(cls), {}
    for name, field in known.items():
        if name in given:
            values[name] = _noted(hints[name], given[name], (*path, name), problems)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            problems.append(_Problem((*path, name), None, "this key is missing."))
    for key, value in given.items():
        if key not in known:
            says = f"there is no such key (its value is {shown(value)})."
            problems.append(_Problem((*path, key), value, says, stranger=True))
    return cls(**values) if all(problem.stranger for problem in problems) else cls.__new__(cls)


def _meant(cls: type, path: KeyPath) -> str:
    """The known key that is most like an unknown one."""
    return nearest_key(".".join(part for part in path if isinstance(part, str)), list(known_keys(cls)))


def _is_foreign(cls: type, path: KeyPath) -> bool:
    return str(path[-1]).startswith("_") or not _meant(cls, path)


def _noted(hint: Any, value: object, path: KeyPath, problems: list[_Problem]) -> Any:
    """A value; a wrong one becomes a problem, so that the others are looked at too."""
    try:
        return _value(hint, value, path, problems)
    except _Wrong as wrong:
        problems.append(_Problem(path, value, str(wrong), wrong.meant))
        return None


def _value(hint: Any, value: object, path: KeyPath, problems: list[_Problem]) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        (inner,) = (one for one in arguments if one is not type(None))
        return None if value is None else _value(inner, value, path, problems)
    if origin is Annotated:
        return _only(arguments[1], _value(arguments[0], value, path, problems))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _table(hint, value, path, problems)
    if origin is tuple:
        items = enumerate(_typed(list, value))
        return tuple(_noted(arguments[0], item, (*path, at), problems) for at, item in items)
    if origin is Mapping:
        return _numbered_texts(_typed(dict, value), path, problems)
    if origin is Literal:
        return _one_of(arguments, value)
    if origin is re.Pattern:
        return _pattern(_typed(str, value))
    return _scalar(hint, value)


def _scalar(hint: Any, value: object) -> Any:
    if hint is float:
        return _number(value)
    if hint is bytes:
        return _latin(_typed(str, value))
    if hint is Path:
        return Path(_typed(str, value))
    return _typed(hint, value)


def _typed(kind: type[T], value: object) -> T:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _Wrong(value, _WANTED[kind])
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Wrong(value, "a number")
    try:
        number = float(value)
    except OverflowError:  # a whole number beyond 1.8e308
        number = math.inf
    if not math.isfinite(number):
        raise _Wrong(value, _WANTED[float])
    return number


def _only(rule: Only, value: Any) -> Any:
    if not rule.right(value):
        raise _Wrong(value, rule.wanted)
    return value


def _one_of(allowed: tuple[Any, ...], value: object) -> object:
    if value not in allowed:
        meant = nearest(value, allowed) if isinstance(value, str) else ""
        raise _Wrong(value, "one of " + ", ".join(shown(one) for one in allowed), meant)
    return value


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise _Wrong(text, f"a regular expression ({error})") from error


def _latin(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise _Wrong(text, "one byte a character") from error


def _numbered_texts(table: Mapping[str, object], path: KeyPath, problems: list[_Problem]) -> Mapping[int, str]:
    texts: dict[int, str] = {}
    for number, text in table.items():
        if number.isdecimal():
            texts[int(number)] = _noted(str, text, (*path, number), problems)
        else:
            problems.append(_Problem((*path, number), text, "codes are whole numbers."))
    return texts


def tables_in(hint: Any) -> Iterator[type]:
    """The dataclasses that an annotation names."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        yield hint
    for argument in get_args(hint):
        yield from tables_in(argument)
