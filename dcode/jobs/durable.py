"""Files that are there whole or not at all, also after a power cut."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def put(path: Path, save: Callable[[Path], object]) -> None:
    """Have a file saved under another name, and put it in its place once it is on the disk. Raises OSError."""
    part = path.with_name(f".{path.name}.new")
    save(part)
    sync_file(part)
    part.replace(path)


def sync_file(path: Path) -> None:
    """Make a written file durable."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
