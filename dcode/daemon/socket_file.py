"""Where the daemon listens: a file in the file system, which may be there already."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from pathlib import Path

from dcode.errors import ConfigError, DcodeError, MachineNotReady


def bound(path: Path) -> tuple[socket.socket, int]:
    """A socket with mode 0600, not listening yet, and its file's number. One that nobody listens on is replaced.

    Raises MachineNotReady where somebody listens, ConfigError where there can be no socket.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old = os.umask(0o177)
    try:
        _clear(path)
        listener.bind(str(path))
        inode = path.lstat().st_ino
    except OSError as error:
        listener.close()
        raise ConfigError(f"there can be no socket here: {error.strerror}", file=str(path), key="socket") from error
    except DcodeError:
        listener.close()
        raise
    finally:
        os.umask(old)
    return listener, inode


def remove(path: Path, inode: int) -> None:
    """Remove the socket with this number, if it is there; one that another daemon has put in its place stays."""
    with contextlib.suppress(OSError):
        if path.lstat().st_ino == inode:
            path.unlink()


def _clear(path: Path) -> None:
    """Remove a socket that a killed daemon left behind, and nothing else."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise ConfigError("this is there already, and is no socket", file=str(path), key="socket")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.setblocking(False)
        with contextlib.suppress(ConnectionRefusedError):
            with contextlib.suppress(BlockingIOError):  # its queue is full: it is alive
                caller.connect(str(path))
            raise MachineNotReady(f"Another daemon answers at {path}.", reason="locked", socket=str(path))
    path.unlink()
