"""One daemon per machine: a lock file that names its holder."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import TextIO

from dcode.errors import ConfigError, MachineNotReady


class DaemonLock:
    """Held by an open file for as long as the daemon lives; the kernel lets go of it however the daemon ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def acquire(self) -> None:
        """Raises MachineNotReady, with the pid of the holder, when another daemon has it; ConfigError without a file.

        A disk that is full keeps nobody from the lock: then it does not name its holder.
        """
        try:
            # Kept open: the lock is the open file.
            file = open(self._path, "a+", encoding="ascii", errors="replace")  # noqa: SIM115
        except OSError as error:
            raise ConfigError(f"cannot be written: {error.strerror}", file=str(self._path), key="state_dir") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise MachineNotReady(
                f"A daemon already runs for this state directory (pid {holder}).", reason="locked", holder=holder
            ) from None
        self._file = file
        with contextlib.suppress(OSError):
            os.ftruncate(file.fileno(), 0)
            os.write(file.fileno(), b"%d\n" % os.getpid())

    def release(self) -> None:
        if self._file:
            self._file.close()
            self._file = None
