"""All that keys do in dcode-tui, by id: what `dcode-tui --keys` lists, and what [tui.keys] in dcode.toml may name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.keys import format_key

from dcode.client.words import table
from dcode.tui.bindings import ALWAYS, SCREENS

_PACKAGES: Final = ("dcode.tui.screens", "dcode.tui.widgets")
_MODIFIERS: Final = {"ctrl": "^", "shift": "Shift+", "alt": "Alt+", "super": "Super+"}


@cache
def catalogue() -> Mapping[str, Binding]:
    """Each id and its binding, first those of every screen. Imports all screens: for who asks, not for starting."""
    found = dict(_by_id([*ALWAYS, *SCREENS]))
    for kind in places():
        found |= {id: binding for id, binding in _by_id(own_bindings(kind)) if id not in found}
    return found


def places() -> Iterator[type[DOMNode]]:
    """Every screen and every pane of dcode-tui."""
    for package in _PACKAGES:
        for found in iter_modules(import_module(package).__path__):
            module = import_module(f"{package}.{found.name}")
            for value in vars(module).values():
                if isinstance(value, type) and issubclass(value, DOMNode) and value.__module__ == module.__name__:
                    yield value


def own_bindings(kind: type) -> list[BindingType]:
    """What a class itself says, without what it inherits."""
    return list(vars(kind).get("BINDINGS", ()))


def scope(id: str) -> str:
    """Where an id means something: a screen or a pane; empty for those that mean the same everywhere."""
    return id.rpartition(".")[0]


def key_names(keys: str) -> list[str]:
    """Keys that are separated by commas, each as the terminal's driver names it: question_mark, ctrl+x."""
    return list(dict.fromkeys(one.key for one in Binding.make_bindings([Binding(keys, "")])))


def key_text(key: str) -> str:
    """A key as a person reads it: ?, ^x, Space."""
    *modifiers, name = key.split("+")
    shown = format_key(name)
    shown = shown if len(shown) == 1 else shown.capitalize()
    return "".join(_MODIFIERS.get(one, f"{one}+") for one in modifiers) + shown


def listed(keymap: Mapping[str, str]) -> list[str]:
    """The catalogue as lines: id, keys as they are now, what they do."""
    found = catalogue()
    rows = []
    for id in sorted(found, key=lambda one: (scope(one) != "", scope(one))):
        keys = " ".join(key_text(key) for key in key_names(keymap.get(id, found[id].key)))
        rows.append([id, keys, found[id].tooltip])
    return table(rows)


def _by_id(bindings: Iterable[BindingType]) -> Iterator[tuple[str, Binding]]:
    for binding in bindings:
        if isinstance(binding, Binding) and binding.id:
            yield binding.id, binding
