"""Ports at the other end of a socket: a plain TCP connection, and what pyserial has URLs for.

socket://host:port, as ser2net and ESP boards serve, gives its own descriptor. Any other pyserial URL (rfc2217://, ...)
is pumped through a socket pair by two threads, because pyserial shows no descriptor for those that a loop could watch.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import ClassVar, Final
from urllib.parse import urlsplit

import serial

from dcode.errors import PortGone, PortNotFound
from dcode.link.gone import gone, reason
from dcode.link.tty import READ, RESET_SECONDS

_CONNECT_SECONDS: Final = 10.0


class SocketPort:
    """A plain TCP connection, for socket://host:port."""

    adoptable: ClassVar[bool] = True

    def __init__(self, name: str, near: socket.socket) -> None:
        self.name = name
        self._near = near
        near.setblocking(False)

    @classmethod
    def connect(cls, name: str) -> SocketPort:
        """Raises PortNotFound where nobody answers."""
        where = urlsplit(name)
        try:
            near = socket.create_connection((where.hostname or "", where.port or 0), timeout=_CONNECT_SECONDS)
        except (OSError, ValueError) as error:
            raise PortNotFound(f"{name} cannot be opened: {reason(error)}.", port=name) from error
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a line must not wait for the ack of the last
        return cls(name, near)

    def fileno(self) -> int:
        return self._near.fileno()

    def read(self) -> bytes:
        try:
            data = self._near.recv(READ)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise gone(self.name, error) from error
        if not data:
            raise PortGone(f"{self.name} closed the connection.", port=self.name)
        return data

    def write(self, data: bytes) -> int:
        try:
            return self._near.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise gone(self.name, error) from error

    def pulse_dtr(self) -> bool:
        return False

    def close(self) -> None:
        self._near.close()


class UrlPort(SocketPort):
    """Any other pyserial URL, pumped through a socket pair."""

    adoptable = False  # its descriptor is one end of the pair, and is worth nothing without the threads

    def __init__(self, name: str, baud: int) -> None:
        try:
            self._port = serial.serial_for_url(name, baudrate=baud, timeout=0.1)
        except (OSError, ValueError) as error:  # SerialException is an OSError
            raise PortNotFound(f"{name} cannot be opened: {reason(error)}.", port=name) from error
        near, self._far = socket.socketpair()
        super().__init__(name, near)
        self._open = True
        for pump in (self._pump_in, self._pump_out):
            threading.Thread(target=pump, name=f"{pump.__name__} {name}", daemon=True).start()

    def _pump_in(self) -> None:
        try:
            while self._open:
                data = self._port.read(max(1, self._port.in_waiting))
                if data:
                    self._far.sendall(data)
        except (OSError, TypeError, AttributeError):
            pass  # the port went away, or was closed under us (pyserial raises the latter two then): told below
        finally:
            with contextlib.suppress(OSError):
                self._far.shutdown(socket.SHUT_WR)

    def _pump_out(self) -> None:
        try:
            while data := self._far.recv(READ):
                self._port.write(data)
        except (OSError, TypeError, AttributeError):
            pass  # as above
        finally:
            with contextlib.suppress(OSError):
                self._far.close()

    def pulse_dtr(self) -> bool:
        if not self.name.startswith("rfc2217:"):
            return False
        self._port.dtr = False
        time.sleep(RESET_SECONDS)
        self._port.dtr = True
        return True

    def close(self) -> None:
        self._open = False
        super().close()
        with contextlib.suppress(OSError, AttributeError):
            self._port.close()
