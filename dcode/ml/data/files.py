"""Files that are there whole or not at all, and a journal that survives being killed at any point."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from dcode.errors import ConfigError

_SPACES: Final = 1  # of indentation: as long as lines, and half as long a file as with four


def put(path: Path, data: bytes) -> None:
    """Write a file under another name, then rename it into its place. Makes its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)


def put_json(path: Path, value: object) -> None:
    """The same for JSON, which is on the disk before it takes the place of what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=_SPACES)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read_json(path: Path, hint: str = "") -> dict[str, Any]:
    """The object in a JSON file. Raises ConfigError; `hint` says what makes the file."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}. {hint}".rstrip(), file=str(path)) from error
    except ValueError as error:
        raise ConfigError(f"is not JSON: {error}. {hint}".rstrip(), file=str(path)) from error
    if not isinstance(value, dict):
        raise ConfigError(f"is no JSON object. {hint}".rstrip(), file=str(path))
    return value


class Journal:
    """One JSON object a line: the first says what the work is, each other one what is done of it.

    A line that was cut off by a crash is taken away when the journal is opened again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.work: dict[str, Any] | None = None
        self.done = list[dict[str, Any]]()
        if path.is_file():
            self.work, self.done = _read(path)

    def __enter__(self) -> Journal:
        """Open it for writing. Raises ConfigError while somebody else does."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise ConfigError("another run is writing here at this moment.", file=str(self.path.parent)) from error
        except OSError:  # a file system that has no locks
            pass
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def begin(self, work: Mapping[str, Any]) -> None:
        """Say what the work is, and forget what was done of another."""
        self._file.truncate(0)
        self.work, self.done = None, []
        self._append(work)
        self.work = dict(work)

    def add(self, record: dict[str, Any]) -> None:
        """Something is done. It is on the disk when this returns."""
        self._append(record)
        self.done.append(record)

    def _append(self, value: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _read(path: Path) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """What is in a journal, which ends where its last whole line does afterwards."""
    records, whole = list[dict[str, Any]](), 0
    with path.open("rb") as file:
        for line in file:
            try:
                record = json.loads(line) if line.endswith(b"\n") else None
            except ValueError:  # zeros, or half a line: the disk was not told in time
                record = None
            if not isinstance(record, dict):
                break
            records.append(record)
            whole += len(line)
    if path.stat().st_size > whole:
        os.truncate(path, whole)
    return (records[0], records[1:]) if records else (None, [])


def relative(path: Path, folder: Path) -> str:
    """A path as it is written in a file that lies in a folder: from there, with slashes."""
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()


def pictures_in(folder: Path, *without: Path) -> Iterator[Path]:
    """The pictures in a folder and those below it, by name; nothing hidden, nothing in the folders `without`."""
    left_out = {one.resolve() for one in without}
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name[0] not in "._" and (Path(here) / name).resolve() not in left_out
        )
        for name in sorted(names):
            if name[0] != "." and Path(name).suffix.lower() in PICTURES:
                yield Path(here) / name


PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff"})
