"""Settings: a flag, DCODE_<KEY>, the user's dcode.toml, configs/dcode.toml; the first that says something wins.

Every value remembers where it comes from. Relative paths in a file are relative to that file. A key of a section has a
dot here (generation.worker), and an underscore in the environment (DCODE_GENERATION_WORKER). The keys of the screen are
a table within a section; each of its entries is a key of its own (tui.keys.jump), which only files set.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from dcode.config import paths
from dcode.config.values import NotNegative, Positive, Text, Whole
from dcode.errors import ConfigError
from dcode.tables import Only, as_json, hints_of, nearest_key, read_value

Place = Annotated[str, Only("tcp://host:port, or nothing,", lambda text: not text or text.startswith("tcp://"))]
NotText = Annotated[str, Only("a table, [tui.keys], of ids and keys", lambda value: False)]

_PATHS: Final = ("machine", "state_dir", "socket", "generation.token_file")
SCREEN_KEYS: Final = "tui.keys"  # what follows it is the id of something that the screen does
_YES: Final = ("1", "on", "t", "true", "y", "yes")
_NO: Final = ("0", "off", "f", "false", "n", "no")
_NUMBERS: Final[Mapping[str, type[float | int]]] = {
    "sim_speed": float,
    "generation.idle_seconds": float,
    "generation.seconds": float,
    "generation.memory_mb": int,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """The worker that makes drawings of prompts. Empty texts: a worker of this computer, and this interpreter."""

    worker: Place = ""
    token_file: Path | None = None
    python: str = ""
    idle_seconds: Positive = 600.0
    seconds: Positive = 600.0
    memory_mb: Whole = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tui:
    """dcode-tui. An empty theme is the one chosen last; `keys` are keys, several by commas, by ids of `--keys`."""

    theme: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What dcode.toml may say, typed; the three places are always filled in.

    None: not set, and the comment in configs/dcode.toml says what follows.
    """

    port: Text | None = None
    profile: Text | None = None
    machine: Path
    state_dir: Path
    socket: Path
    sim_speed: NotNegative = 1.0
    park: bool | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    generation: Generation = Generation()
    tui: Tui = Tui()


_SECTIONS: Final[Mapping[str, type[Generation | Tui]]] = {"generation": Generation, "tui": Tui}
_IN_SECTIONS: Final = tuple(f"{name}.{key.name}" for name, section in _SECTIONS.items() for key in fields(section))
KEYS: Final = tuple(key.name for key in fields(Settings) if key.name not in _SECTIONS) + _IN_SECTIONS
_HINTS: Final = hints_of(Settings) | {
    f"{name}.{key}": hint for name, section in _SECTIONS.items() for key, hint in hints_of(section).items()
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from, in words ("--port", "DCODE_PORT", a file's path), and as the user wrote it."""

    source: str
    value: Any  # whatever TOML can say


@dataclass(frozen=True, slots=True)
class Configured:
    """The settings, and the origin of each one that is set."""

    settings: Settings
    origins: Mapping[str, Origin]

    def shown(self) -> dict[str, dict[str, object]]:
        """Each setting with its value (JSON) and source, for `dcode config show`."""
        values: dict[str, object] = {key: attrgetter(key)(self.settings) for key in KEYS if key != SCREEN_KEYS}
        keys = self.settings.tui.keys
        values |= {f"{SCREEN_KEYS}.{name}": keys[name] for name in keys} if keys else {SCREEN_KEYS: None}
        shown: dict[str, dict[str, object]] = {}
        for key, value in values.items():
            source = self.origins[key].source if key in self.origins else "not set"
            shown[key] = {"value": str(value) if isinstance(value, Path) else value, "source": source}
        return shown


def load_settings(flags: Mapping[str, object] | None = None) -> Configured:
    """The settings of this process. `flags` has the values of a command's options; None there means not given.

    Raises ConfigError for a key that does not exist, with the nearest one that does, and for a value of a wrong type.
    """
    origins: dict[str, Origin] = {}
    packaged = paths.data_dir("configs") / paths.SETTINGS_FILE
    for file in (packaged, paths.config_dir() / paths.SETTINGS_FILE):
        origins |= {key: Origin(str(file), value) for key, value in _read(file, needed=file is packaged).items()}
    for key in KEYS:
        name = f"DCODE_{key.upper().replace('.', '_')}"
        if key != SCREEN_KEYS and os.environ.get(name):
            origins[key] = Origin(name, _located(key, os.environ[name]))
    for key, value in (flags or {}).items():
        if value is not None:
            origins[_known(key, "--")] = Origin(f"--{key.replace('_', '-')}", _located(key, value))
    _fill_in_places(origins)
    return Configured(_typed(origins), origins)


def _read(file: Path, *, needed: bool) -> dict[str, Any]:
    """The keys of one file, all known, its paths made absolute."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if needed:
            raise ConfigError("there is no such file", file=str(file)) from None
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", file=str(file)) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"not TOML: {error}", file=str(file)) from error
    flat = dict(_flat(data))
    return {_known(key, str(file), value): _located(key, value, file.parent) for key, value in flat.items()}


def _flat(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Keys and values, those of a section with its name before them."""
    for key, value in data.items():
        if key in _SECTIONS and isinstance(value, dict):
            for name, inner in value.items():
                yield from _dotted(f"{key}.{name}", inner)
        else:
            yield key, value


def _dotted(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A key of a section; of the screen's keys each by itself. TOML reads an id with a dot as a table in a table."""
    if f"{key}.".startswith(f"{SCREEN_KEYS}.") and isinstance(value, dict):
        for name, inner in value.items():
            yield from _dotted(f"{key}.{name}", inner)
    else:
        yield key, value


def _fill_in_places(origins: dict[str, Origin]) -> None:
    """Where things are when nobody says so. The socket is the one that clients look for, with the state directory."""
    origins.setdefault("machine", Origin("default", str(paths.find_machine())))
    state = origins.setdefault("state_dir", Origin("default", str(paths.state_dir())))
    socket = origins.get("socket")
    if socket is None or not socket.source.startswith("--"):
        found = str(paths.socket_path(Path(str(state.value))))
        origins["socket"] = socket if socket is not None and socket.value == found else Origin("default", found)


def _known(key: str, file: str, value: object = None) -> str:
    if key not in KEYS and not key.startswith(f"{SCREEN_KEYS}."):
        meant = nearest_key(key, KEYS)
        raise ConfigError("there is no such key.", file=file, key=key, value=as_json(value), nearest=meant)
    return key


def _located(key: str, value: object, base: Path | None = None) -> object:
    return str(paths.absolute(value, base)) if key in _PATHS and isinstance(value, str | Path) else value


def _typed(origins: Mapping[str, Origin]) -> Settings:
    values = {
        key: read_value(_hint(key), _meant(key, one.value), one.source, key, written=one.value)
        for key, one in origins.items()
    }
    of_screen = [key for key in values if key.startswith(f"{SCREEN_KEYS}.")]
    values[SCREEN_KEYS] = {key.removeprefix(f"{SCREEN_KEYS}."): values.pop(key) for key in of_screen}
    sections: dict[str, dict[str, Any]] = {name: {} for name in _SECTIONS}
    for key in _IN_SECTIONS:
        if key in values:
            section, _, name = key.partition(".")
            sections[section][name] = values.pop(key)
    return Settings(
        **values,
        generation=Generation(**sections["generation"]),
        tui=Tui(**sections["tui"]),
    )


def _hint(key: str) -> Any:
    """The annotation of a key. The table of the screen's keys itself has no value, its entries are texts."""
    return Text if key not in _HINTS else NotText if key == SCREEN_KEYS else _HINTS[key]


def _meant(key: str, value: object) -> object:
    """What a text stands for, where it should be a number or a yes or no: the environment has nothing but texts."""
    if key in _NUMBERS and isinstance(value, str):
        try:
            return _NUMBERS[key](value)
        except ValueError:
            return value
    if key == "park" and isinstance(value, str | int):
        word = str(value).lower()
        return True if word in _YES else False if word in _NO else value
    return value
