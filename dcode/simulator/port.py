"""The pseudo-terminal: a serial port with nobody at the other end, until somebody opens it."""

from __future__ import annotations

import os
import tty
from contextlib import suppress
from pathlib import Path
from typing import Final

from dcode.errors import ConfigError

_MOST_WAITING: Final = 65536  # bytes that a host may leave unread; what comes after them is lost
_READ: Final = 65536


class PseudoPort:
    """A raw pseudo-terminal, and a link to it under a name of one's own.

    The other side is not held open, so that it can be seen whether a host is there; the terminal's mode stays raw
    all the same, because it lasts as long as this side is open.
    """

    def __init__(self, link: Path | None = None) -> None:
        self._link = link
        self._waiting = bytearray()
        self.connected = False
        self.descriptor, other = os.openpty()
        self.name = os.ttyname(other)
        tty.setraw(other)
        os.close(other)
        os.set_blocking(self.descriptor, False)
        if link is not None:
            try:
                _point(link, self.name)
            except ConfigError:
                os.close(self.descriptor)
                raise

    def close(self) -> None:
        """Pull the plug: the host reads the end of the file, and cannot write."""
        os.close(self.descriptor)
        if self._link is not None:
            with suppress(OSError):
                if str(self._link.readlink()) == self.name:
                    self._link.unlink()

    @property
    def waiting(self) -> bool:
        """Whether there is something that the host has not made room for."""
        return bool(self._waiting)

    def read(self) -> bytes:
        """What the host has written; also sees whether it is there at all."""
        try:
            data = os.read(self.descriptor, _READ)
        except BlockingIOError:
            self.connected = True
            return b""
        except OSError:  # EIO: nobody has it open
            data = b""
        self.connected = bool(data)
        if not self.connected:
            self._waiting.clear()
        return data

    def write(self, data: bytes = b"") -> None:
        """Send, as far as the host takes it; the rest follows with the next write. Lost when nobody is there."""
        if not self.connected:
            return
        if len(self._waiting) + len(data) <= _MOST_WAITING:
            self._waiting += data
        if self._waiting:
            try:
                sent = os.write(self.descriptor, self._waiting)
            except BlockingIOError:
                return
            except OSError:
                self.connected = False
                self._waiting.clear()
                return
            del self._waiting[:sent]


def _point(link: Path, target: str) -> None:
    """Make the link, over an old one. Raises ConfigError when something else has that name."""
    if link.exists() and not link.is_symlink():
        raise ConfigError(f"{link} exists and is no link; not replaced.", key="link", value=str(link))
    new = link.with_name(f".{link.name}.{os.getpid()}")
    try:
        new.symlink_to(target)
        new.replace(link)
    except OSError as error:
        raise ConfigError(f"cannot make {link}: {error.strerror}.", key="link", value=str(link)) from error
