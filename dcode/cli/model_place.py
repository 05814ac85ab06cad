"""Where a model is, for a process that does not work in the folder that the command was given in."""

from __future__ import annotations

from pathlib import Path


def absolute(value: str) -> str:
    """A folder's full path; a hub id or a name as it is."""
    path = Path(value).expanduser()
    return str(path.absolute()) if path.is_dir() else value
