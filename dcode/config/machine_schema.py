"""The versions of machine.json's shape, and how a file of an older one is read.

A file without `schema_version` is of version 1. New keys with a default are no new version: a version is for keys that
mean something else than before, or that are somewhere else. A file is migrated in memory whenever it is read; it is
written in its new shape with the next change, and the old one is kept beside it then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, Final

from dcode.errors import ConfigError

KEY: Final = "schema_version"

Migration = Callable[[dict[str, Any]], dict[str, Any]]

# By the version that a file has: what makes of it one of the next. There is no second version yet.
MIGRATIONS: Final[Mapping[int, Migration]] = {}


def newest(migrations: Mapping[int, Migration] = MIGRATIONS) -> int:
    """The version that files are written in."""
    return 1 + len(migrations)


def migrated(data: Any, file: str, migrations: Mapping[int, Migration] = MIGRATIONS) -> Any:
    """The JSON of a file as one of the newest version. Raises ConfigError for a file that is newer than that.

    What is no table, or has no version that could be one, comes back as it is: whoever reads it says what is wrong.
    """
    version = data.get(KEY, 1) if isinstance(data, dict) else None
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        return data
    known = newest(migrations)
    if version > known:
        raise ConfigError(
            f"this file is of version {version}, and this dcode knows versions up to {known}: a newer dcode is needed.",
            file=file,
            key=KEY,
            value=version,
        )
    for step in range(version, known):
        data = migrations[step](deepcopy(data)) | {KEY: step + 1}
    return data
