"""The secret that a remote worker and those who may use it share: a file that only its owner can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from dcode.errors import ConfigError

FILE: Final = "worker.token"  # its name, in the config directory of either side
_SHORTEST: Final = 24  # characters; ours has 43, 256 bits
_LONGEST: Final = 1000


def own_token(path: Path) -> tuple[bytes, bool]:
    """The token of a worker that serves, and whether it was made now. Raises ConfigError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_token(path), False
    except OSError as error:
        raise ConfigError(f"the token cannot be kept here: {error.strerror}", file=str(path)) from error
    token = secrets.token_urlsafe(32)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(token + "\n")
    return token.encode(), True


def read_token(path: Path) -> bytes:
    """The token in a file. Raises ConfigError for a file that others may read, or that holds no token."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            token = file.read(_LONGEST + 1).strip()
    except FileNotFoundError as error:
        told = "there is no token; `dcode worker serve` makes one, to be copied from that computer"
        raise ConfigError(told, file=str(path), key="generation.token_file") from error
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=str(path)) from error
    if mode & 0o077:
        raise ConfigError(f"others may read this token: chmod 600 {path}", file=str(path), value=oct(mode & 0o777))
    if not _SHORTEST <= len(token) <= _LONGEST:
        raise ConfigError(f"a token has {_SHORTEST} to {_LONGEST} characters, this one {len(token)}", file=str(path))
    return token
