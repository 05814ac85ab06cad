"""Where the bytes of a journal go: a file with room ahead.

The room is zeros that were written before they are needed. A sync then touches blocks that the file has already and no
metadata, which is less for an SD card to write, and a full disk is noticed while there is room left.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Final, Protocol

AHEAD: Final = 64 << 10  # bytes of room written at a time
MARGIN: Final = 8 << 10  # bytes of room kept for closing: marks of all that is in flight (27 bytes each) and the texts


class Storage(Protocol):
    """Where the bytes of a journal go. All three raise OSError; an append that raises has added nothing."""

    def append(self, data: bytes) -> None: ...

    def sync(self) -> None: ...

    def close(self) -> None: ...


class FileStorage:
    """A file whose first `at` bytes are kept; all that follows them has to be zeros, or be made so by `clear`.

    When no more room can be written ahead, one append says so; from then on the MARGIN is there to be used up. (On a
    file system that copies on write, zeros are no claim to room, and the margin is none either.)
    """

    def __init__(self, path: Path, at: int = 0) -> None:
        self._at = at
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._room = os.fstat(self._file).st_size
            if not self._room:
                _sync_folder(path.parent)
        except OSError:
            os.close(self._file)
            raise
        self._grows = True

    def append(self, data: bytes) -> None:
        end = self._at + len(data)
        if end + MARGIN > self._room and self._grows:
            self._grow()
        if end > self._room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._put(data, self._at)
        self._at = end

    def sync(self) -> None:
        os.fdatasync(self._file)

    def close(self) -> None:
        os.close(self._file)

    def clear(self) -> None:
        """Turn everything behind the kept bytes into zeros, durably."""
        for begin in range(self._at, self._room, AHEAD):
            self._put(bytes(min(AHEAD, self._room - begin)), begin)
        self.sync()

    def _grow(self) -> None:
        try:
            self._put(bytes(AHEAD - self._room % AHEAD), self._room)
        except OSError:
            self._grows = False
            raise
        finally:
            self._room = os.fstat(self._file).st_size

    def _put(self, data: bytes, at: int) -> None:
        done = os.pwrite(self._file, data, at)
        while done < len(data):  # the rest, or the reason why there is none
            done += os.pwrite(self._file, data[done:], at + done)


def _sync_folder(folder: Path) -> None:
    """Make a new file's name durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
