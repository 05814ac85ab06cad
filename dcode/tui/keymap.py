"""Keys that dcode.toml gives to what the screen does: checked as a whole, before anything is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NoReturn

from textual.binding import Binding, InvalidBinding
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, key_to_character

from dcode.config.settings import SCREEN_KEYS, Configured
from dcode.errors import ConfigError
from dcode.tables import nearest, nearest_key
from dcode.tui.bindings import STOP
from dcode.tui.catalogue import catalogue, key_names, scope

_MODIFIERS: Final = {"ctrl", "alt", "shift", "meta", "super", "hyper"}
_NAMES: Final = {key.value.rpartition("+")[2] for key in Keys if key.value[0] != "<"} | {
    *KEY_NAME_REPLACEMENTS.values()
}
# STOP acts while somebody types: keys that type, or that lists and buttons take, cannot be STOP.
_FOR_STOP: Final = re.compile(r"(ctrl\+|alt\+).+|((shift|ctrl|alt)\+)?f\d+")


def keymap_of(configured: Configured) -> dict[str, str]:
    """Keys by id, as Textual takes them. Raises ConfigError for an id or a key that is none, and for a clash."""
    told = configured.settings.tui.keys
    if not told:
        return {}
    sources = {id: configured.origins[f"{SCREEN_KEYS}.{id}"].source for id in told}
    return {id: ",".join(names) for id, names in _Told(told, sources).checked().items()}


class _Told:
    """What was set, and where."""

    def __init__(self, told: Mapping[str, str], sources: Mapping[str, str]) -> None:
        self._told, self._sources = told, sources
        self._known = catalogue()

    def checked(self) -> dict[str, list[str]]:
        mine = {id: self._names(id) for id in self._told}
        all_keys = {id: key_names(binding.key) for id, binding in self._known.items()} | mine
        for id, names in mine.items():
            for key in names:
                self._look_for_clash(id, key, all_keys)
        return mine

    def _names(self, id: str) -> list[str]:
        """The keys of one id. STOP keeps its own, whatever is said."""
        if id not in self._known:
            self._refuse(id, "dcode-tui has nothing by this name (dcode-tui --keys lists all).", self._near(id))
        try:
            names = key_names(self._told[id])
        except InvalidBinding:
            self._refuse(id, f"{self._told[id]!r} has an empty key: separate keys by one comma.")
        for name in names:
            if not _is_key(name):
                self._refuse(id, f"there is no key {name!r}.", nearest(name, _NAMES))
            if id == STOP.id and not _FOR_STOP.fullmatch(name):
                self._refuse(
                    id, f"{name} cannot be STOP, for it types or chooses; a function key or one with ctrl can."
                )
        return list(dict.fromkeys([STOP.key, *names])) if id == STOP.id else names

    def _look_for_clash(self, id: str, key: str, all_keys: Mapping[str, list[str]]) -> None:
        if key == STOP.key and id != STOP.id:
            self._refuse(id, f"{key} is STOP, on every screen and in every dialog, and nothing else.")
        was = key_names(self._known[id].key)
        for other, keys in all_keys.items():
            meets = other != id and (scope(other) in ("", scope(id)) or not scope(id))
            if meets and key in keys and not (key in was and key in key_names(self._known[other].key)):
                self._refuse(id, f"{key} is the key of {other} ({self._known[other].description}) already.")

    def _near(self, id: str) -> str:
        return nearest_key(id, list(self._known))

    def _refuse(self, id: str, problem: str, meant: str = "") -> NoReturn:
        raise ConfigError(
            problem, file=self._sources[id], key=f"{SCREEN_KEYS}.{id}", value=self._told[id], nearest=meant
        )


def _is_key(name: str) -> bool:
    *modifiers, key = name.split("+")
    if not set(modifiers) <= _MODIFIERS:
        return False
    return len(key) == 1 or key in _NAMES or key_to_character(key) is not None


def first_key(keymap: Mapping[str, str], binding: Binding) -> str:
    """The key that is named to people for a binding."""
    return key_names(keymap.get(binding.id or "", binding.key))[0]
