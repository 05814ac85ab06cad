"""Every key of machine.json with its value, and where that is from: the file, a default, or other keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Final, Literal, NamedTuple, get_origin

from dcode.config.machine_file import Described
from dcode.config.machine_json import MachineJson
from dcode.machine.machine import BeltLimits, Machine, Pen
from dcode.tables import hints_of, tables_in

From = Literal["file", "default", "derived"]

_NOT_SET: Final = object()


class Value(NamedTuple):
    """A value of JSON; None where nothing is set and nothing follows."""

    value: Any
    source: From


def values(described: Described) -> dict[str, Value]:
    """All keys that dcode knows, dotted, in the order of the shape; the members of lists by number."""
    derived = dict(_derived(described.machine))
    found: dict[str, Value] = {}
    for key, value, default in _leaves(MachineJson, described.data, ""):
        if value is not _NOT_SET and value is not None:
            found[key] = Value(value, "file")
        elif key in derived and default is None:
            found[key] = derived[key]
        else:
            found[key] = Value(default, "default")
    return found


def _leaves(section: type, data: Any, prefix: str, default: Any = None) -> Iterator[tuple[str, Any, Any]]:
    """Each key below a section: its dotted name, its value in the file, and its default."""
    hints = hints_of(section)
    for field in fields(section):
        own = (
            getattr(default, field.name) if default is not None else None if field.default is MISSING else field.default
        )
        value = data.get(field.name, _NOT_SET) if isinstance(data, Mapping) else _NOT_SET
        inner = next(iter(tables_in(hints[field.name])), None)
        key = prefix + field.name
        if inner is None:
            yield key, value, list(own) if isinstance(own, tuple) else own
        elif get_origin(hints[field.name]) is tuple:
            for at, one in enumerate(value if isinstance(value, list) else []):
                yield from _leaves(inner, one, f"{key}[{at}].")
        else:
            yield from _leaves(inner, value, f"{key}.", own if is_dataclass(own) else None)


def _derived(machine: Machine) -> Iterator[tuple[str, Value]]:
    """What follows for keys that a file may leave out."""
    (left, right), limits = (machine.anchors.left_anchor, machine.anchors.right_anchor), machine.belt_limits
    for name, (x, y) in (("left_anchor", left), ("right_anchor", right)):
        yield f"belts.{name}.x", Value(x, "derived")
        yield f"belts.{name}.y", Value(y, "derived")
    for name in BeltLimits.__slots__:
        yield f"belts.{name}", Value(getattr(limits, name), "default")
    yield "belts.max_length_mm", Value(round(machine.max_belt_length_mm, 6), "derived")
    if machine.belts:
        for name in ("pulley_teeth", "belt_pitch_mm", "steps_per_turn", "microsteps"):
            yield f"belts.{name}", Value(getattr(machine.belts, name), "default")
        yield "belts.steps_per_mm", Value(round(machine.belts.steps_per_mm, 6), "derived")
    for at, named in enumerate(machine.pens):
        for name in Pen.__slots__:
            yield f"pens[{at}].{name}", Value(getattr(named.pen, name), "derived")
