"""The journal of a job: what its runs did, written as they do it, so that a later start knows where the pen was.

Append only. Every record is in the kernel's hands when `write` returns, so a killed process loses nothing; what a power
cut may take is what was written after the last `sync`.
"""

from __future__ import annotations

import errno
from collections import deque
from pathlib import Path
from typing import Final, Self

from dcode.errors import JournalError
from dcode.jobs.journal_file import FileStorage, Storage
from dcode.jobs.records import (
    MAGIC,
    SEED,
    Acked,
    Begin,
    Ended,
    Executed,
    Held,
    Record,
    Reserved,
    Sent,
    Stood,
    encode,
    is_torn,
    sound,
)

__all__ = [
    "Acked",
    "Begin",
    "Ended",
    "Executed",
    "FileStorage",
    "Held",
    "Journal",
    "Record",
    "Reserved",
    "Sent",
    "Stood",
    "Storage",
]

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_GOES_ON: Final = (Begin, Sent, Reserved)  # all other records still have a meaning when plotting has to end
_ADVICE: Final = {
    **dict.fromkeys(_FULL, "Free some space there, then resume the job."),
    errno.EROFS: "The disk takes no writes any more: look at the system's log, check the disk, then resume the job.",
    errno.EIO: "The disk fails: save what is on it, replace it, then resume the job.",
    errno.EACCES: "Give the state directory back to the user that dcode runs as, then resume the job.",
}


class Journal:
    """Writes records. `chain` is the CRC of the last record of a journal that is continued; without, it is a new one.

    Raises JournalError, and after an error the same one again. Where a disk is full, the records that do not mean to go
    on (all but Begin, Sent and Reserved) and `sync` still work, as far as the storage finds room for them.
    """

    def __init__(self, storage: Storage, path: Path | None = None, chain: int | None = None) -> None:
        self._storage, self._path = storage, path
        self._error: JournalError | None = None
        self._full = False  # the error is that there was no more room
        self._chain = SEED if chain is None else chain
        if chain is None:
            try:
                storage.append(MAGIC)
            except OSError as error:
                raise self._failed(error) from error

    @classmethod
    def open(cls, path: Path) -> Self:
        """Go on with a file behind its last sound record, or begin one. The torn end of a file is overwritten."""
        data = contents(path) or b""
        is_new = not data.startswith(MAGIC)
        if is_new:
            _refuse_foreign(data, path)
        last = deque(sound(data), maxlen=1)
        _, _, good, chain = last[0] if last else (None, None, 0 if is_new else len(MAGIC), SEED)
        try:
            storage = FileStorage(path, good)
            try:
                if is_torn(data, good):
                    storage.clear()
                return cls(storage, path, None if is_new else chain)
            except BaseException:
                storage.close()
                raise
        except OSError as error:
            raise _journal_error("written", path, error) from error

    def write(self, record: Record) -> None:
        """Add a record; it outlives this process, and after a `sync` a power cut."""
        if self._error and (isinstance(record, _GOES_ON) or not self._full):
            raise self._error.with_traceback(None)
        data, chain = encode(record, self._chain)
        try:
            self._storage.append(data)
        except OSError as error:
            raise self._failed(error, full=error.errno in _FULL) from error
        self._chain = chain

    def sync(self) -> None:
        """Make all that is written durable. May be called in a thread while another one writes."""
        if self._error and not self._full:
            raise self._error.with_traceback(None)
        try:
            self._storage.sync()
        except OSError as error:  # the kernel may have dropped the pages: a second sync would prove nothing
            raise self._failed(error) from error

    def close(self) -> None:
        """Let go of the file; nothing is made durable by this."""
        try:
            self._storage.close()
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError, *, full: bool = False) -> JournalError:
        """The first error stays, except that something worse than a full disk is told."""
        if self._error is None or (self._full and not full):
            self._error, self._full = _journal_error("written", self._path, error), full
        return self._error


def contents(path: Path) -> bytes | None:
    """The bytes of a journal file, None where there is none. Read, not mapped: a bad disk must not be a SIGBUS."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _journal_error("read", path, error) from error


def _refuse_foreign(data: bytes, path: Path) -> None:
    """A file that was created during a power cut is empty, zeros, or a piece of the magic; no other is ours."""
    if not MAGIC.startswith(data[: len(MAGIC)].rstrip(b"\0")):
        raise JournalError(
            f"{path} is no journal that this version of dcode can read: its beginning is damaged, or another version"
            " wrote it. Move it away to plot the job without what it knows.",
            path=str(path),
        )


def _journal_error(verb: str, path: Path | None, error: OSError) -> JournalError:
    reason = error.strerror or str(error)
    advice = _ADVICE.get(error.errno or 0, "Look at the disk with the state directory, then resume the job.")
    name = f"The journal {path}" if path else "The journal"
    return JournalError(f"{name} cannot be {verb}: {reason}. {advice}", path=str(path or ""), errno=error.errno or 0)
