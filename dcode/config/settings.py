"""Settings: a flag, DCODE_<KEY>, the user's dcode.toml, configs/dcode.toml; the first that says something wins.

Every value remembers where it comes from. Relative paths in a file are relative to that file. A key of a section has a
dot here (generation.worker), and an underscore in the environment (DCODE_GENERATION_WORKER).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from dcode.config import paths
from dcode.config.machine_file import find_machine
from dcode.errors import ConfigError
from dcode.tables import Only, as_json, hints_of, nearest_key, read_value

Text = Annotated[str, Only("a text that is not empty", lambda value: value != "")]
Place = Annotated[str, Only("tcp://host:port, or nothing,", lambda text: not text or text.startswith("tcp://"))]
Amount = Annotated[int, Only("a whole number of at least 0", lambda value: value >= 0)]
Seconds = Annotated[float, Only("a number above 0", lambda value: value > 0)]
Speed = Annotated[float, Only("a number of at least 0", lambda value: value >= 0)]

_PATHS: Final = ("machine", "state_dir", "socket", "generation.token_file")
SECTION: Final = "generation"
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
    idle_seconds: Seconds = 600.0
    seconds: Seconds = 600.0
    memory_mb: Amount = 0


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
    sim_speed: Speed = 1.0
    park: bool | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    generation: Generation = Generation()


_IN_SECTION: Final = tuple(f"{SECTION}.{field.name}" for field in fields(Generation))
KEYS: Final = tuple(field.name for field in fields(Settings) if field.name != SECTION) + _IN_SECTION
_HINTS: Final = hints_of(Settings) | {f"{SECTION}.{name}": hint for name, hint in hints_of(Generation).items()}


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
        shown: dict[str, dict[str, object]] = {}
        for key in KEYS:
            value = attrgetter(key)(self.settings)
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
        if os.environ.get(name):
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
    """Keys and values, those of the section with its name before them."""
    for key, value in data.items():
        if key == SECTION and isinstance(value, dict):
            yield from ((f"{SECTION}.{name}", inner) for name, inner in value.items())
        else:
            yield key, value


def _fill_in_places(origins: dict[str, Origin]) -> None:
    """Where things are when nobody says so. The socket is the one that clients look for, with the state directory."""
    origins.setdefault("machine", Origin("default", str(find_machine())))
    state = origins.setdefault("state_dir", Origin("default", str(paths.state_dir())))
    socket = origins.get("socket")
    if socket is None or not socket.source.startswith("--"):
        found = str(paths.socket_path(Path(str(state.value))))
        origins["socket"] = socket if socket is not None and socket.value == found else Origin("default", found)


def _known(key: str, file: str, value: object = None) -> str:
    if key not in KEYS:
        meant = nearest_key(key, KEYS)
        raise ConfigError("there is no such key.", file=file, key=key, value=as_json(value), nearest=meant)
    return key


def _located(key: str, value: object, base: Path | None = None) -> object:
    return str(paths.absolute(value, base)) if key in _PATHS and isinstance(value, str | Path) else value


def _typed(origins: Mapping[str, Origin]) -> Settings:
    values = {
        key: read_value(_HINTS[key], _meant(key, one.value), one.source, key, written=one.value)
        for key, one in origins.items()
    }
    section = {key.partition(".")[2]: values.pop(key) for key in _IN_SECTION if key in values}
    return Settings(**values, generation=Generation(**section))


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
