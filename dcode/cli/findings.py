"""The files of a report: each scrubbed and bounded, and beside them what was left out and why."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from dcode.cli.scrub import Scrubber

ROOM: Final = 24 << 20  # bytes of all files together, before they are packed
MANIFEST: Final = "manifest.json"
AHEAD: Final = 128 << 10  # a journal ends in at most so many zeros


class Findings:
    """What was found, by its name in the report."""

    def __init__(self, scrubber: Scrubber, room: int = ROOM) -> None:
        self._scrubber, self._room = scrubber, room
        self._files: dict[str, bytes] = {}
        self.left_out: list[dict[str, str]] = []

    @property
    def files(self) -> list[dict[str, Any]]:
        """Name, size and SHA-256 of each file."""
        return [
            {"name": name, "bytes": len(data), "sha256": sha256(data).hexdigest()} for name, data in self._files.items()
        ]

    def leave_out(self, what: str, why: str) -> None:
        """Say that something is not in the report."""
        self.left_out.append(self._scrubber.value({"what": what, "why": why}))

    def add_value(self, name: str, value: Any) -> None:
        """A JSON value as a file."""
        text = json.dumps(self._scrubber.value(value), indent=2, ensure_ascii=False, default=str)
        self._add(name, text.encode("utf-8", "backslashreplace") + b"\n")

    def add_file(self, name: str, path: Path, most: int, *, whole: bool = False) -> None:
        """A file that is there, its last `most` bytes from the start of a line; with `whole`, all of it or nothing.

        Nothing but plain files are opened: a pipe would wait for ever, and a link may lead anywhere.
        """
        try:
            data, before = _end_of(path, most)
        except OSError as error:
            self.leave_out(name, f"{error.strerror or error}.")
            return
        if before and whole:
            self.leave_out(name, f"It has {before + len(data)} bytes.")
            return
        if before:
            self.leave_out(f"{name}, the beginning", f"It has {before + len(data)} bytes; the last {most} are here.")
            data = data.partition(b"\n")[2] or data  # half a line may be half the name of a secret
        self._add(name, self._scrubber.data(data))

    def add_journal(self, name: str, path: Path, most: int) -> None:
        """A journal: its last `most` bytes without the zeros that were written ahead, its texts scrubbed in place."""
        try:
            data, before = _end_of(path, most + AHEAD)
        except OSError as error:
            self.leave_out(name, f"{error.strerror or error}.")
            return
        data = data.rstrip(b"\0")
        if before + len(data) > most:
            self.leave_out(f"{name}, the beginning", f"It has {before + len(data)} bytes; the last {most} are here.")
        scrubbed = self._scrubber.binary(data[-most:])
        if scrubbed != data[-most:]:
            self.leave_out(f"{name}, some texts", "They were masked; a CRC after one of them does not hold.")
        self._add(name, scrubbed)

    def packed(self, readme: str) -> bytes:
        """All as a zip file, with the readme first and a manifest last."""
        listed = {"files": self.files, "left_out": self.left_out}
        packed = BytesIO()
        with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
            manifest = json.dumps(listed, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace")
            for name, data in {"README.txt": readme.encode(), **self._files, MANIFEST: manifest}.items():
                archive.writestr(_entry(name), data)
        return packed.getvalue()

    def _add(self, name: str, data: bytes) -> None:
        if len(data) > self._room:
            self.leave_out(name, "The report would be too large.")
            return
        self._room -= len(data)
        self._files[name] = data


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, time.localtime()[:6])
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _end_of(path: Path, most: int) -> tuple[bytes, int]:
    """The last `most` bytes of a plain file, and how many are before them. Raises OSError."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise OSError(0, "It is not a plain file")
        before = max(0, about.st_size - most)
        file.seek(before)
        return file.read(most), before


def names(folder: Path, pattern: str) -> Sequence[Path]:
    """Files of a folder that match, the one that was written last first; none where there is no such folder."""
    found = []
    for path in folder.glob(pattern):
        try:
            found.append((path.lstat().st_mtime, str(path), path))
        except OSError:  # it went away
            continue
    return [path for *_, path in sorted(found, reverse=True)]
