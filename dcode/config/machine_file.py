"""machine.json: find it, read it, and say exactly what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from dcode.config.machine_json import BeltKeys, MachineJson, NamedPenKeys, PointKeys
from dcode.config.machine_schema import MIGRATIONS, Migration, migrated
from dcode.errors import ConfigError
from dcode.geometry.bounds import Bounds
from dcode.machine.height_map import HeightMap
from dcode.machine.machine import BeltDrive, BeltLimits, Machine, NamedPen, Pen
from dcode.machine.pen_range import servo_beyond
from dcode.tables import dotted, read_table, shown

_DRIVE: Final = ("pulley_teeth", "belt_pitch_mm", "steps_per_turn", "microsteps")


@dataclass(frozen=True, slots=True)
class Described:
    """A machine, and the file's own JSON that describes it, as the newest schema has it.

    `others` are the keys, dotted, that mean nothing to dcode: they are kept when the file is written.
    """

    machine: Machine
    data: Mapping[str, Any]
    others: tuple[str, ...]


def load_machine(path: Path) -> Machine:
    """The machine that a file describes. Raises ConfigError with file, key, value and the nearest known key."""
    return parse_machine(read_text(path), str(path))


def read_text(path: Path) -> str:
    """What is in a machine file. Raises ConfigError."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=str(path)) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"not UTF-8 text at byte {error.start}", file=str(path)) from error


def parse_machine(text: str, file: str = "machine.json") -> Machine:
    """As load_machine, for text that is already read; `file` is named in errors."""
    return describe(_read_json(text, file), file).machine


def parse_described(
    text: str, file: str = "machine.json", migrations: Mapping[int, Migration] = MIGRATIONS
) -> Described:
    """As parse_machine, with the JSON itself."""
    return describe(_read_json(text, file), file, migrations)


def describe(data: Any, file: str, migrations: Mapping[int, Migration] = MIGRATIONS) -> Described:
    """The machine in the JSON of a file. Raises ConfigError; every key and all of them together are looked at."""
    data, others = migrated(data, file, migrations), list[str]()
    keys = read_table(MachineJson, data, file, others)
    machine = _machine(keys, file)
    _refuse_nonsense(machine, file)
    return Described(machine, data, tuple(others))


class _Object(dict[str, Any]):
    """A JSON object that remembers a key that was in it twice."""

    twice: str | None = None


def _read_json(text: str, file: str) -> Any:
    def members(pairs: list[tuple[str, Any]]) -> _Object:
        found = _Object()
        for key, value in pairs:
            if key in found:
                found.twice = key
            found[key] = value
        return found

    try:
        data = json.loads(text, object_pairs_hook=members)
        _refuse_twice(data, (), file)
    except json.JSONDecodeError as error:
        raise ConfigError(f"line {error.lineno}, column {error.colno}: {error.msg}", file=file) from error
    except (RecursionError, ValueError) as error:  # brackets in brackets; a number of thousands of digits
        raise ConfigError(f"not a machine: {error}", file=file) from error
    return data


def _refuse_twice(data: Any, path: tuple[str | int, ...], file: str) -> None:
    if isinstance(data, _Object) and data.twice is not None:
        key = dotted((*path, data.twice))
        raise ConfigError("this key is given twice.", file=file, key=key, value=data[data.twice])
    if isinstance(data, dict):
        for key, value in data.items():
            _refuse_twice(value, (*path, key), file)
    if isinstance(data, list):
        for at, value in enumerate(data):
            _refuse_twice(value, (*path, at), file)


def _machine(keys: MachineJson, file: str) -> Machine:
    size, area, belts = keys.machine, keys.work_area, keys.belts
    pen = Pen(**_given(keys.pen, Pen.__slots__))
    return Machine(
        width_mm=size.width_mm,
        height_mm=size.height_mm,
        work_area=Bounds(area.left, area.right, area.top, area.bottom),
        pen=pen,
        home=(keys.home.x, keys.home.y),
        end_stops=size.end_stops,
        park=size.park,
        belts=_drive(belts, file),
        belt_limits=BeltLimits(**_given(belts, BeltLimits.__slots__)),
        gondola_kg=keys.gondola.mass_kg,
        left_anchor=_point(belts.left_anchor),
        right_anchor=_point(belts.right_anchor),
        max_feed=size.max_feed,
        acceleration=size.acceleration,
        pens=tuple(_named_pen(one, pen) for one in keys.pens),
        height_map=HeightMap(**_given(keys.height_map, HeightMap.__slots__)) if keys.height_map else None,
        port=keys.serial.port,
        profile=keys.serial.profile,
    )


def _given(keys: object, names: Iterable[str]) -> dict[str, Any]:
    """Those of the names that the file gives a value."""
    return {name: value for name in names if (value := getattr(keys, name, None)) is not None}


def _point(keys: PointKeys | None) -> tuple[float, float] | None:
    return None if keys is None else (keys.x, keys.y)


def _named_pen(keys: NamedPenKeys, pen: Pen) -> NamedPen:
    return NamedPen(keys.name, keys.colour, replace(pen, **_given(keys, Pen.__slots__)))


def _drive(keys: BeltKeys, file: str) -> BeltDrive | None:
    own = _given(keys, _DRIVE)
    if not own and keys.steps_per_mm is None:
        return None
    if own and keys.pulley_teeth is None:
        _refuse(file, "belts.pulley_teeth", None, "needed with the other keys of the drive.")
    return BeltDrive(**own, measured_steps_per_mm=keys.steps_per_mm)


def _refuse_nonsense(machine: Machine, file: str) -> None:
    """Values that are fine alone and not together."""
    area, belts, limits = machine.work_area, machine.anchors, machine.belt_limits
    pens = [("pen", machine.pen), *((f"pens[{at}]", named.pen) for at, named in enumerate(machine.pens))]
    for key, pen in pens:
        if pen.up_angle == pen.down_angle:
            problem = "the same as up_angle: the pen would never leave the paper."
            _refuse(file, f"{key}.down_angle", pen.down_angle, problem)
        if pen.z_up is not None and pen.z_up == pen.z_down:
            _refuse(file, f"{key}.z_down", pen.z_down, "the same as z_up: the pen would never leave the paper.")
        if beyond := servo_beyond(pen, machine.height_map):
            _refuse(file, "height_map", None, f"with it, {key}.down_angle may be {beyond:.1f}: beyond 0 to 180.")
    if area.left >= area.right:
        _refuse(file, "work_area.left", area.left, f"not left of work_area.right, {shown(area.right)}.")
    if area.bottom >= area.top:
        _refuse(file, "work_area.bottom", area.bottom, f"not below work_area.top, {shown(area.top)}.")
    left, right = belts.left_anchor[0], belts.right_anchor[0]
    if not left < right:
        _refuse(file, "belts.left_anchor.x", left, f"not left of the other motor, {shown(right)}.")
    if area.left < left:
        _refuse(file, "work_area.left", area.left, f"left of the left motor, at {shown(left)}.")
    if area.right > right:
        _refuse(file, "work_area.right", area.right, f"right of the right motor, at {shown(right)}.")
    if not area.contains(*machine.home):
        _refuse(file, "home", list(machine.home), "outside the work area.")
    if limits.min_length_mm >= machine.max_belt_length_mm:
        key = "belts.min_length_mm"
        _refuse(file, key, limits.min_length_mm, f"not below the longest belt, {machine.max_belt_length_mm:g} mm.")


def _refuse(file: str, key: str, value: object, problem: str) -> None:
    text = problem if value is None else f"{shown(value)} is {problem}"
    raise ConfigError(text, file=file, key=key, value=value)
