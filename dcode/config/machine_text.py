"""machine.json as data that is changed key by key, and written so that a person can read it.

Keys are dotted: "pen.down_angle", "pens[1].up_angle", "belts.left_anchor". Everything that is not changed stays as it
is and where it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final, get_args

from dcode.config.machine_json import MachineJson, PointKeys
from dcode.errors import ConfigError
from dcode.tables import KeyPath, dotted, hints_of, tables_in

WIDTH: Final = 100  # columns that a list or a section may take to stay on one line
_DECIMALS: Final = 6  # a nanometre, a microdegree: beyond it there is nothing but the noise of sums
_HALF: Final = re.compile("[\ud800-\udfff]")  # half a character, which JSON has and UTF-8 has not
_PART: Final = re.compile(r"(?:^|\.)([^.\[\]]+)|\[(\d{1,4})\]")


def path_of(key: str, file: str = "machine.json") -> KeyPath:
    """The parts of a dotted key: ("pens", 1, "up_angle"). Raises ConfigError for what is none."""
    parts, at = list[str | int](), 0
    while found := _PART.match(key, at):
        parts.append(found[1] if found[1] is not None else int(found[2]))
        at = found.end()
    if not parts or at != len(key) or not isinstance(parts[0], str):
        raise ConfigError("a key is written like pen.down_angle or pens[0].name.", file=file, key=key)
    return tuple(parts)


def with_changes(data: Mapping[str, Any], changes: Mapping[str, Any], file: str = "machine.json") -> dict[str, Any]:
    """A copy of the data with these keys set, and those that are given None taken out.

    A section that is not there is made; a list takes a new item at its end. A place may be given as a pair, numbers
    lose the noise of sums. Raises ConfigError for a key where nothing can be.
    """
    changed: dict[str, Any] = deepcopy(dict(data))
    for key, value in changes.items():
        path = path_of(key, file)
        _put(changed, path, None if value is None else _tidy(_as_kept(path, value)), file)
    return changed


def written(data: Mapping[str, Any]) -> str:
    """The text of a file: two spaces deep, and what fits on a line on one."""
    text = _text(data, 0, at_top=True) + "\n"
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def _put(data: Any, path: KeyPath, value: Any, file: str, at: int = 0) -> None:
    """Set one key, or take it out where `value` is None. `at` is how deep in the path `data` is."""
    if value is None:
        _take_out(data, path)
        return
    _must_fit(data, path, at, file)
    part, last = path[at], at == len(path) - 1
    inner = value if last else [] if isinstance(path[at + 1], int) else {}
    if isinstance(data, list) and part == len(data):
        data.append(inner)
    elif last:
        data[part] = inner
    elif isinstance(data, dict):
        data.setdefault(part, inner)
    if not last:
        _put(data[part], path, value, file, at + 1)


def _must_fit(data: Any, path: KeyPath, at: int, file: str) -> None:
    """Raises ConfigError where a key is for a list or a section and something else is there."""
    part = path[at]
    if isinstance(data, dict) if isinstance(part, str) else isinstance(data, list) and part <= len(data):
        return
    if isinstance(part, int) and isinstance(data, list):
        problem = f"{dotted(path[:at])} has {len(data)}: the next one is {dotted((*path[:at], len(data)))}."
    else:
        problem = f"{dotted(path[:at])} is no {'section' if isinstance(part, str) else 'list'}."
    raise ConfigError(problem, file=file, key=dotted(path))


def _there(data: Any, part: str | int) -> bool:
    return part in data if isinstance(data, dict) else isinstance(data, list) and part in range(len(data))


def _take_out(data: Any, path: KeyPath) -> None:
    """Take a key out, if it is there; a section that is empty then goes as well."""
    if not _there(data, path[0]):
        return
    if len(path) > 1:
        _take_out(data[path[0]], path[1:])
        if data[path[0]] != {} or isinstance(data, list):
            return
    del data[path[0]]


def _as_kept(path: KeyPath, value: Any) -> Any:
    """A pair for a place, as the file has places: {"x": 1, "y": 2}."""
    if isinstance(value, list | tuple) and len(value) == 2 and hint_of(path) is PointKeys:
        return {"x": value[0], "y": value[1]}
    return value


def hint_of(path: KeyPath) -> Any:
    """What a key may hold, as its annotation without "or nothing"; None for a key that dcode does not know."""
    hint: Any = MachineJson
    for part in path:
        if isinstance(part, int):
            continue
        section = next(iter(tables_in(hint)), None)
        hint = hints_of(section).get(part) if section else None
    section = next(iter(tables_in(hint)), None)
    return section or hint


def holds_text(key: str) -> bool:
    """Whether a dotted key is for a text. Raises ConfigError for what is no key."""
    hint = hint_of(path_of(key))
    while inner := get_args(hint):
        hint = inner[0]
    return hint is str


def _tidy(value: Any) -> Any:
    """A value without what sums leave behind: 43.5 for 43.500000001, 40 for 40.0."""
    if isinstance(value, float):
        rounded = round(value, _DECIMALS)
        return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded
    if isinstance(value, Mapping):
        return {key: _tidy(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_tidy(one) for one in value]
    return value


def _text(value: Any, depth: int, *, at_top: bool = False) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or (not at_top and len(line) <= WIDTH - depth):
        return line
    inner, outer = " " * (depth + 2), " " * depth
    if isinstance(value, dict):
        names = (f"{json.dumps(name, ensure_ascii=False)}: " for name in value)
        parts = [f"{inner}{name}{_text(one, depth + 2)}" for name, one in zip(names, value.values(), strict=True)]
        return "{\n" + ",\n".join(parts) + f"\n{outer}}}"
    return "[\n" + ",\n".join(f"{inner}{_text(one, depth + 2)}" for one in value) + f"\n{outer}]"
