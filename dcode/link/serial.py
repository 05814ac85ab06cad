"""Serial ports by pyserial: opened, locked and configured here; their bytes move on the bare descriptor.

A device gives its own descriptor, and so does a plain TCP socket (socket://host:port, as ser2net and ESP boards serve).
Any other pyserial URL (rfc2217://, ...) is pumped through a socket pair by two threads, because pyserial shows no
descriptor for those that a loop could watch.

DTR resets most boards when it rises. The kernel raises it in open(), before a program has a say: the first opening
after plugging in resets, whatever we do. After that it stays high: HUPCL is cleared, so closing does not drop it; the
tty keeps that setting until it is unplugged; and opening again raises what is high already. Three things can still
make an edge: a profile that holds DTR low (each opening raises it for a moment), a program that sets HUPCL, and a
driver that forgets settings in between. Only a descriptor that is never closed is safe from those: adopt().
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import stat
import struct
import termios
import threading
import time
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import urlsplit

import serial

from dcode.errors import LinkError, PortBusy, PortGone, PortNotFound

_READ: Final = 65536
_CONNECT_SECONDS: Final = 10.0
_RESET_SECONDS: Final = 0.05  # the reset capacitor of an Arduino needs a few milliseconds
# struct termios2 and its requests, asm-generic/termbits.h: what tcsetattr has no words for is a speed of any number.
_TERMIOS2: Final = struct.Struct("=4I20s2I")
_TCGETS2: Final = 0x802C542A
_TCSETS2: Final = 0x402C542B
_CBAUD: Final = 0o010017 | 0o010017 << 16  # the input's, too: 0 there is "the same as the output"
_BOTHER: Final = 0o010000
_SAME_SPEED: Final = 0.02  # drivers write back the speed that their divisors make of the one asked for
_GONE: Final = {errno.EIO, errno.ENODEV, errno.ENXIO, errno.EBADF, errno.EPIPE, errno.ECONNRESET}


class DevicePort:
    """A tty: a USB adapter, a board's own port, a pseudo-terminal.

    `adoptable` says of each kind of port whether its descriptor is the port: one that another process can adopt().
    """

    adoptable: ClassVar[bool] = True

    def __init__(self, name: str, fd: int) -> None:
        """Take over an open descriptor, which is closed if that fails. Raises PortBusy, PortGone or LinkError."""
        self.name = name
        self._fd = fd
        try:
            _refuse_others(fd, name)
            _configure(fd, name)
        except LinkError:
            os.close(fd)
            raise
        os.set_blocking(fd, False)

    @classmethod
    def open(cls, name: str, baud: int, *, dtr: bool | None) -> DevicePort:
        """Open and lock. `dtr`: the level to hold, or None to leave the line as the driver sets it.

        Raises PortNotFound, PortBusy or LinkError.
        """
        return cls(name, _open(name, baud, dtr))

    def fileno(self) -> int:
        return self._fd

    def read(self) -> bytes:
        try:
            data = os.read(self._fd, _READ)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise _gone(self.name, error) from error
        if not data:  # a tty that is readable and gives nothing has been unplugged
            raise PortGone(f"{self.name} was unplugged.", port=self.name)
        return data

    def write(self, data: bytes) -> int:
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise _gone(self.name, error) from error

    def pulse_dtr(self) -> bool:
        line = struct.pack("I", termios.TIOCM_DTR)
        try:
            fcntl.ioctl(self._fd, termios.TIOCMBIC, line)
            time.sleep(_RESET_SECONDS)
            fcntl.ioctl(self._fd, termios.TIOCMBIS, line)
        except OSError:  # a pseudo-terminal has no such line
            return False
        return True

    def close(self) -> None:
        with contextlib.suppress(OSError):  # of a device that was unplugged
            os.close(self._fd)


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
            raise PortNotFound(f"{name} cannot be opened: {_reason(error)}.", port=name) from error
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a line must not wait for the ack of the last
        return cls(name, near)

    def fileno(self) -> int:
        return self._near.fileno()

    def read(self) -> bytes:
        try:
            data = self._near.recv(_READ)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise _gone(self.name, error) from error
        if not data:
            raise PortGone(f"{self.name} closed the connection.", port=self.name)
        return data

    def write(self, data: bytes) -> int:
        try:
            return self._near.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise _gone(self.name, error) from error

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
            raise PortNotFound(f"{name} cannot be opened: {_reason(error)}.", port=name) from error
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
            while data := self._far.recv(_READ):
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
        time.sleep(_RESET_SECONDS)
        self._port.dtr = True
        return True

    def close(self) -> None:
        self._open = False
        super().close()
        with contextlib.suppress(OSError, AttributeError):
            self._port.close()


def open_port(name: str, baud: int, *, dtr: bool | None = None) -> DevicePort | SocketPort:
    """Open a device, a socket:// or another pyserial URL. Raises PortNotFound, PortBusy or LinkError."""
    try:
        if name.startswith("socket://"):
            return SocketPort.connect(name)
        return UrlPort(name, baud) if "://" in name else DevicePort.open(name, baud, dtr=dtr)
    except (OSError, ValueError) as error:  # no name that a file or a URL can have
        raise PortNotFound(f"{name[:80]!r} is no name of a port: {_reason(error)}.", port=name[:80]) from error


def adopt(name: str, fd: int, baud: int) -> DevicePort | SocketPort:
    """Go on with a port that this or an earlier process opened by open_port: a tty, or a connected socket.

    Nothing is opened and no modem line is touched, so the board does not notice. The lock comes with the descriptor:
    flock belongs to the open file, which all duplicates share, and TIOCEXCL to the terminal for as long as any is
    open. The descriptor is ours from here on, and closed if this fails. Linux only. Raises PortBusy, PortGone (it was
    unplugged, or the peer hung up) or LinkError.
    """
    try:
        is_socket = stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError as error:
        raise _gone(name, error) from error
    if is_socket:
        near = socket.socket(fileno=fd)
        try:
            near.getpeername()
        except OSError as error:
            near.close()
            raise PortGone(f"{name} closed the connection.", port=name) from error
        return SocketPort(name, near)
    port = DevicePort(name, fd)
    try:
        _set_speed(fd, baud)
    except OSError as error:
        port.close()
        raise _gone(name, error) from error
    return port


def _open(name: str, baud: int, dtr: bool | None) -> int:
    """The descriptor of an open, flocked port with raw mode and speed set."""
    port = serial.Serial(baudrate=baud, timeout=0, write_timeout=0, exclusive=True)
    port.port = name
    if dtr is not None:
        port.dtr = dtr
    try:
        port.open()
    except serial.SerialException as error:
        if not Path(name).exists():
            raise PortNotFound(f"There is no port {name}. `dcode ports` lists those there are.", port=name) from error
        if error.errno in (errno.EBUSY, errno.EWOULDBLOCK) or "exclusively lock" in str(error):
            raise PortBusy(f"{name} is in use by another program.", port=name) from error
        if error.errno == errno.EACCES:
            raise LinkError(
                f"{name} may not be opened by this user; join its group (often dialout).", port=name
            ) from error
        raise LinkError(f"{name} cannot be opened: {_reason(error)}.", port=name) from error
    except ValueError as error:
        raise LinkError(f"{name} does not take {baud} baud: {error}.", port=name) from error
    # FTDI adapters hold bytes back for 16 ms unless told otherwise; other drivers have no such switch.
    with contextlib.suppress(ValueError, OSError, NotImplementedError, AttributeError):
        port.set_low_latency_mode(True)
    fd = os.dup(port.fileno())  # the same open file: pyserial's object may go, and its flock stays
    port.close()
    return fd


def _refuse_others(fd: int, name: str) -> None:
    """TIOCEXCL beside pyserial's flock: the flock is advisory, and most programs do not ask for it."""
    try:
        fcntl.ioctl(fd, termios.TIOCEXCL)
    except OSError as error:
        if error.errno == errno.EBUSY:
            raise PortBusy(f"{name} is in use by another program.", port=name) from error
        if error.errno not in (errno.ENOTTY, errno.EINVAL):
            raise _gone(name, error) from error


def _configure(fd: int, name: str) -> None:
    """What pyserial leaves to us.

    HUPCL is cleared, so that closing the port does not drop DTR and reset the board. VMIN is 1, so that a read without
    data is told from the end of the line (pyserial sets 0, with which both give no bytes). A port that has all this
    is not written to.
    """
    try:
        before = termios.tcgetattr(fd)
        wanted = [*before[:6], list(before[6])]
        wanted[2] &= ~termios.HUPCL
        wanted[6][termios.VMIN] = 1
        if wanted != before:
            termios.tcsetattr(fd, termios.TCSANOW, wanted)
    except termios.error as error:  # no OSError, though it has the same arguments
        raise _gone(name, OSError(*error.args)) from error


def _set_speed(fd: int, baud: int) -> None:
    """Set the speed of an open terminal, unless it has it. Any number, which needs Linux' termios2."""
    raw = fcntl.ioctl(fd, _TCGETS2, bytes(_TERMIOS2.size))
    iflag, oflag, cflag, lflag, chars, _, speed = _TERMIOS2.unpack(raw)
    if abs(speed - baud) <= baud * _SAME_SPEED:
        return
    cflag = cflag & ~_CBAUD | _BOTHER
    fcntl.ioctl(fd, _TCSETS2, _TERMIOS2.pack(iflag, oflag, cflag, lflag, chars, baud, baud))


def _gone(name: str, error: OSError) -> LinkError:
    if error.errno in _GONE:
        return PortGone(f"{name} went away ({_reason(error)}).", port=name)
    return LinkError(f"{name}: {_reason(error)}.", port=name)


def _reason(error: OSError | ValueError) -> str:
    return (getattr(error, "strerror", None) or str(error)).rstrip(".")
