"""One daemon per machine: a lock file that names its holder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TextIO

from dcode.errors import MachineNotReady


class DaemonLock:
    """Held by an open file for as long as the daemon lives; the kernel lets go of it however the daemon ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def acquire(self) -> None:
        """Raises MachineNotReady, with the pid of the holder, when another daemon has it."""
        file = open(self._path, "a+", encoding="ascii")  # noqa: SIM115  # kept open: the lock is the open file
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise MachineNotReady(
                f"A daemon already runs for this state directory (pid {holder}).", reason="locked", holder=holder
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def release(self) -> None:
        if self._file:
            self._file.close()
            self._file = None
