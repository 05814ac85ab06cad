"""Files that dcode can draw: a tree of folders, and a line where a path is typed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.suggester import Suggester
from textual.widgets import DirectoryTree

PROGRAMS: Final = (".gcode", ".gco", ".gc", ".g", ".nc", ".ngc", ".tap")
PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff")
DRAWABLE: Final = frozenset({*PROGRAMS, ".svg", ".svgz", *PICTURES, ".txt"})


def may_be_drawn(path: Path) -> bool:
    """Whether a name is that of something to draw; what is in the file is looked at when it is chosen."""
    return path.suffix.lower() in DRAWABLE


class Files(DirectoryTree):
    """Folders and what dcode can draw; nothing that is hidden."""

    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "
    ICON_FILE = "  "
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("backspace", "folder_above", "Folder above", id="files.above", tooltip="Show the folder above."),
    ]

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """Called in a thread."""
        return [path for path in paths if not path.name.startswith(".") and (may_be_drawn(path) or is_folder(path))]

    def action_folder_above(self) -> None:
        self.path = Path(self.path).parent


class PathSuggester(Suggester):
    """Goes on with a path that is being typed, by the first thing that begins so."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(completed, value)


def completed(typed: str) -> str | None:
    """A path that begins as what was typed: a folder, ending in /, or something to draw. None where there is none."""
    folder, slash, begin = typed.rpartition("/")
    try:
        place = Path(f"{folder}{slash}" or ".").expanduser()
        found = sorted(path for path in place.iterdir() if path.name.startswith(begin) and begin)
    except (OSError, RuntimeError):  # no such folder; ~stranger
        return None
    for path in found:
        if is_folder(path):
            return f"{folder}{slash}{path.name}/"
        if may_be_drawn(path):
            return f"{folder}{slash}{path.name}"
    return None


def may_be_read(folder: Path) -> bool:
    """Whether what is in a folder can be listed and opened."""
    return os.access(folder, os.R_OK | os.X_OK)


def is_folder(path: Path) -> bool:
    """Whether it is one that can be looked at: False also where nobody may look, and for no path at all."""
    try:
        return path.is_dir()
    except OSError:
        return False
