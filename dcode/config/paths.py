"""Where dcode keeps things, and where client and daemon meet. Imported by every client: no pydantic here.

The state directory is, first come first served: what the caller was told (--state-dir), DCODE_STATE_DIR, `state_dir`
in the user's dcode.toml, the system's place for state. The user's own files (dcode.toml, machine.json) are in the
config directory: DCODE_CONFIG_DIR, or the system's place for configuration.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Final

from dcode.errors import ConfigError

# Bytes that a Unix socket's path may have: sun_path less its NUL (108 in Linux's un.h, 104 in the BSDs').
SOCKET_PATH_MAX: Final = 107 if sys.platform == "linux" else 103

SETTINGS_FILE: Final = "dcode.toml"
MACHINE_FILE: Final = "machine.json"

_PACKAGE: Final = Path(__file__).resolve().parent.parent


def config_dir() -> Path:
    """The directory of the user's own dcode.toml and machine.json. It need not exist."""
    told = os.environ.get("DCODE_CONFIG_DIR")
    if told:
        return absolute(told)
    import platformdirs  # 7 ms that a caller who is told does not need

    return platformdirs.user_config_path("dcode", appauthor=False)


def find_machine(told: str | Path | None = None) -> Path:
    """The machine file: `told` (--machine), DCODE_MACHINE, the user's machine.json, the one that comes with dcode."""
    chosen = told or os.environ.get("DCODE_MACHINE")
    if chosen:
        return absolute(chosen)
    own = config_dir() / MACHINE_FILE
    return own if own.exists() else data_dir("configs") / MACHINE_FILE


def state_dir(told: Path | None = None) -> Path:
    """The directory of queue, journal, lock and socket, absolute. It need not exist."""
    if told is not None:
        return absolute(told)
    from_environment = os.environ.get("DCODE_STATE_DIR")
    if from_environment:
        return absolute(from_environment)
    chosen = _from_settings("state_dir")
    if chosen is not None:
        return chosen
    import platformdirs

    return platformdirs.user_state_path("dcode", appauthor=False)


def make_state_dir(path: Path) -> Path:
    """Create a state directory that only its owner can enter, or take one that exists.

    An empty one is closed to others; one with files in it is left as it is, unless others may write there or it is
    somebody else's: ConfigError.
    """
    _make_private(path)
    try:
        if path.stat().st_mode & 0o077 and not any(path.iterdir()):
            path.chmod(0o700)
    except OSError as error:
        raise ConfigError(f"cannot be used: {error.strerror}", file=str(path), key="state_dir") from error
    return path


def socket_path(state: Path) -> Path:
    """The daemon's socket for a state directory: the same for a client and a daemon with the same environment.

    It is the one that DCODE_SOCKET or the user's dcode.toml names, when `state` is the directory that the same source
    or a weaker one would give: another directory has another daemon. Otherwise it is dcode.sock in the directory, or,
    where that path is longer than a socket's may be, a short one in a directory that only this user can enter.
    Raises ConfigError when that directory is somebody else's.
    """
    chosen = _chosen_socket(state)
    if chosen is not None:
        if not _fits(chosen):
            raise ConfigError(
                f"longer than the {SOCKET_PATH_MAX} bytes of a socket's path", key="socket", value=str(chosen)
            )
        return chosen
    plain = absolute(state) / "dcode.sock"
    return plain if _fits(plain) else _short_socket(plain)


def data_dir(name: str) -> Path:
    """A directory of files that come with dcode (firmware_profiles, configs, ...): in the wheel or the checkout."""
    for path in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if path.is_dir():
            return path
    raise ConfigError(f"this installation has no {name}", file=str(_PACKAGE.parent / name))


def absolute(path: str | Path, base: Path | None = None) -> Path:
    """`path` with ~ for the home directory, relative to `base` (the working directory); links are kept."""
    try:
        expanded = Path(path).expanduser()
    except RuntimeError as error:  # ~stranger
        raise ConfigError(f"{error}", value=str(path)) from error
    # resolve() would follow links, and the user would not know the path again.
    return Path(os.path.abspath(expanded if base is None else base / expanded))  # noqa: PTH100


def _chosen_socket(state: Path) -> Path | None:
    from_environment = os.environ.get("DCODE_SOCKET")
    if from_environment and absolute(state) == state_dir():
        return absolute(from_environment)
    if os.environ.get("DCODE_STATE_DIR") or absolute(state) != state_dir():
        return None
    return _from_settings("socket")


def _from_settings(key: str) -> Path | None:
    """A path that the user's dcode.toml sets. What else is in the file is checked by settings.py, in the daemon."""
    file = config_dir() / SETTINGS_FILE
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", file=str(file)) from error
    import tomllib  # 10 ms that most commands do not need

    try:
        value = tomllib.loads(text).get(key)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"not TOML: {error}", file=str(file)) from error
    if value is None:
        return None
    if not isinstance(value, str):
        raise ConfigError(f"{value!r} is not a path", file=str(file), key=key, value=value)
    return absolute(value, file.parent)


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= SOCKET_PATH_MAX


def _short_socket(plain: Path) -> Path:
    import hashlib  # loads OpenSSL

    name = hashlib.sha256(os.fsencode(plain)).hexdigest()[:16] + ".sock"
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    places = [Path(runtime) / "dcode"] if runtime and Path(runtime).is_dir() else []
    places += [Path(parent) / f"dcode-{os.getuid()}" for parent in (os.environ.get("TMPDIR"), "/tmp") if parent]
    for place in places:
        if _fits(place / name):
            return _make_private(place, strict=True) / name
    raise ConfigError(f"longer than the {SOCKET_PATH_MAX} bytes of a socket's path", value=str(plain))


def _make_private(path: Path, *, strict: bool = False) -> Path:
    """Create a directory with mode 0700, or see that an old one is ours. Raises ConfigError when it is not.

    `strict`: nobody else may even look, and it must not be a link (anyone may have made it, in /tmp).
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat() if strict else path.stat()
    except OSError as error:
        raise ConfigError(f"cannot be used: {error.strerror}", file=str(path), key="state_dir") from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise ConfigError("this directory belongs to somebody else", file=str(path), key="state_dir")
    if found.st_mode & (0o077 if strict else 0o022):
        raise ConfigError(
            f"others may use this directory: chmod 700 {path}",
            file=str(path),
            key="state_dir",
            value=oct(found.st_mode),
        )
    return path
