"""Pictures out of an archive from somewhere: nothing outside the folder, no links, nothing that fills the disk."""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Final

from dcode.errors import ConfigError
from dcode.ml.data.files import PICTURES, put

_MOST_OF_ONE: Final = 500_000_000  # bytes; a picture that is read has a tenth of that at most
_SPARE: Final = 1 << 30  # bytes that stay free on the disk
_TOLD: Final = 20

Tell = Callable[[str], None]


def unpack(archive: Path, folder: Path, tell: Tell) -> int:
    """Put the pictures of a zip file into a folder; how many there are. Those that are there already stay.

    Raises ConfigError for an archive that is damaged or that nobody honest would make.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            members = [info for info in file.infolist() if not info.is_dir() and _is_picture(info.filename)]
            places = {info.filename: _place(info, archive) for info in members}
            missing = [info for info in members if not _is_there(folder / places[info.filename], info)]
            _refuse_too_much(sum(info.file_size for info in missing), folder, archive)
            for number, info in enumerate(missing, start=1):
                put(folder / places[info.filename], file.read(info))
                if number * _TOLD // len(missing) > (number - 1) * _TOLD // len(missing):
                    tell(f"{archive.name}: {number} of {len(missing)} pictures unpacked")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        told = f"the archive cannot be read ({error}): delete it, and the same command fetches it again"
        raise ConfigError(told, file=str(archive)) from error
    return len(members)


def _is_picture(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() in PICTURES and "__MACOSX" not in path.parts and not path.name.startswith(".")


def _place(info: zipfile.ZipInfo, archive: Path) -> PurePosixPath:
    """Where in the folder a picture goes. Raises ConfigError for a way out of it."""
    path = PurePosixPath(info.filename)
    leads_out = path.is_absolute() or ".." in path.parts or "\\" in info.filename or ":" in path.parts[0]
    if leads_out or stat.S_ISLNK(info.external_attr >> 16):
        problem = f"holds {info.filename!r}, which leads out of the folder: nothing of it is unpacked"
        raise ConfigError(problem, file=str(archive))
    if info.file_size > _MOST_OF_ONE:
        problem = f"holds {info.filename!r} of {info.file_size} bytes, which is no picture: nothing of it is unpacked"
        raise ConfigError(problem, file=str(archive))
    return path


def _is_there(path: Path, info: zipfile.ZipInfo) -> bool:
    return path.is_file() and path.stat().st_size == info.file_size


def _refuse_too_much(needed: int, folder: Path, archive: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if needed + _SPARE > free:
        problem = f"its pictures take {needed / 1e9:.1f} GB, and {folder} has {free / 1e9:.1f} GB free"
        raise ConfigError(problem, file=str(archive))
