"""Settings: a flag, DCODE_<KEY>, the user's dcode.toml, configs/dcode.toml; the first that says something wins.

Every value remembers where it comes from. Relative paths in a file are relative to that file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from dcode.config import paths
from dcode.config.machine_file import find_machine
from dcode.config.nearest import config_error, nearest
from dcode.errors import ConfigError

_PATHS: Final = ("machine", "state_dir", "socket")


def _no_yes_or_no(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a number is needed, not a yes or no")
    return value


class Settings(BaseModel):
    """What dcode.toml may say, typed; the three places are always filled in.

    None: not set, and the comment in configs/dcode.toml says what follows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    port: Annotated[str, Field(min_length=1)] | None = None
    profile: Annotated[str, Field(min_length=1)] | None = None
    machine: Path
    state_dir: Path
    socket: Path
    sim_speed: Annotated[float, BeforeValidator(_no_yes_or_no), Field(ge=0, allow_inf_nan=False)] = 1.0
    park: bool | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"


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
        values = self.settings.model_dump(mode="json")
        return {
            key: {"value": value, "source": self.origins[key].source if key in self.origins else "not set"}
            for key, value in values.items()
        }


def load_settings(flags: Mapping[str, object] | None = None) -> Configured:
    """The settings of this process. `flags` has the values of a command's options; None there means not given.

    Raises ConfigError for a key that does not exist, with the nearest one that does, and for a value of a wrong type.
    """
    origins: dict[str, Origin] = {}
    packaged = paths.data_dir("configs") / paths.SETTINGS_FILE
    for file in (packaged, paths.config_dir() / paths.SETTINGS_FILE):
        origins |= {key: Origin(str(file), value) for key, value in _read(file, needed=file is packaged).items()}
    for key in Settings.model_fields:
        name = f"DCODE_{key.upper()}"
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
    return {_known(key, str(file), value): _located(key, value, file.parent) for key, value in data.items()}


def _fill_in_places(origins: dict[str, Origin]) -> None:
    """Where things are when nobody says so. The socket is the one that clients look for, with the state directory."""
    origins.setdefault("machine", Origin("default", str(find_machine())))
    state = origins.setdefault("state_dir", Origin("default", str(paths.state_dir())))
    socket = origins.get("socket")
    if socket is None or not socket.source.startswith("--"):
        found = str(paths.socket_path(Path(str(state.value))))
        origins["socket"] = socket if socket is not None and socket.value == found else Origin("default", found)


def _known(key: str, file: str, value: object = None) -> str:
    if key not in Settings.model_fields:
        meant = nearest(key, list(Settings.model_fields))
        raise ConfigError("there is no such key.", file=file, key=key, value=value, nearest=meant)
    return key


def _located(key: str, value: object, base: Path | None = None) -> object:
    return str(paths.absolute(value, base)) if key in _PATHS and isinstance(value, str | Path) else value


def _typed(origins: Mapping[str, Origin]) -> Settings:
    try:
        return Settings.model_validate({key: origin.value for key, origin in origins.items()})
    except ValidationError as error:
        key = str(error.errors(include_context=False)[0]["loc"][0])
        raise config_error(error, Settings, origins[key].source) from error
