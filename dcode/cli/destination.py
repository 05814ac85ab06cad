"""The file that a command is to write: whether it can be, before there is something to lose."""

from __future__ import annotations

import os
from pathlib import Path

import click


def must_be_writable(path: Path) -> None:
    """Raises UsageError where there is no folder for it, or one that nothing may be written to."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise click.UsageError(f"{path}: there is no folder {folder}.", click.get_current_context())
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise click.UsageError(f"{path}: it may not be written.", click.get_current_context())
