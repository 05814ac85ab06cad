"""Serial devices: opened by pyserial, locked and configured here; their bytes move on the bare descriptor.

DTR resets most boards when it rises. The kernel raises it in open(), before a program has a say: the first opening
after plugging in resets, whatever we do. After that it stays high: HUPCL is cleared, so closing does not drop it; the
tty keeps that setting until it is unplugged; and opening again raises what is high already. Three things can still
make an edge: a profile that holds DTR low (each opening raises it for a moment), a program that sets HUPCL, and a
driver that forgets settings in between. Only a descriptor that is never closed is safe from those: serial.adopt().
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import struct
import termios
import time
from pathlib import Path
from typing import ClassVar, Final

import serial

from dcode.errors import LinkError, PortBusy, PortGone, PortNotFound
from dcode.link.gone import gone, reason

READ: Final = 65536  # bytes at once
RESET_SECONDS: Final = 0.05  # the reset capacitor of an Arduino needs a few milliseconds
# struct termios2 and its requests, asm-generic/termbits.h: what tcsetattr has no words for is a speed of any number.
_TERMIOS2: Final = struct.Struct("=4I20s2I")
_TCGETS2: Final = 0x802C542A
_TCSETS2: Final = 0x402C542B
_CBAUD: Final = 0o010017 | 0o010017 << 16  # the input's, too: 0 there is "the same as the output"
_BOTHER: Final = 0o010000
_SAME_SPEED: Final = 0.02  # drivers write back the speed that their divisors make of the one asked for


class DevicePort:
    """A tty: a USB adapter, a board's own port, a pseudo-terminal.

    `adoptable` says of each kind of port whether its descriptor is the port, so that another process can adopt() it.
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
            data = os.read(self._fd, READ)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise gone(self.name, error) from error
        if not data:  # a tty that is readable and gives nothing has been unplugged
            raise PortGone(f"{self.name} was unplugged.", port=self.name)
        return data

    def write(self, data: bytes) -> int:
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise gone(self.name, error) from error

    def pulse_dtr(self) -> bool:
        line = struct.pack("I", termios.TIOCM_DTR)
        try:
            fcntl.ioctl(self._fd, termios.TIOCMBIC, line)
            time.sleep(RESET_SECONDS)
            fcntl.ioctl(self._fd, termios.TIOCMBIS, line)
        except OSError:  # a pseudo-terminal has no such line
            return False
        return True

    def close(self) -> None:
        with contextlib.suppress(OSError):  # of a device that was unplugged
            os.close(self._fd)


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
        raise LinkError(f"{name} cannot be opened: {reason(error)}.", port=name) from error
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
            raise gone(name, error) from error


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
        raise gone(name, OSError(*error.args)) from error


def set_speed(fd: int, baud: int) -> None:
    """Set the speed of an open terminal, unless it has it. Any number, which needs Linux' termios2."""
    raw = fcntl.ioctl(fd, _TCGETS2, bytes(_TERMIOS2.size))
    iflag, oflag, cflag, lflag, chars, _, speed = _TERMIOS2.unpack(raw)
    if abs(speed - baud) <= baud * _SAME_SPEED:
        return
    cflag = cflag & ~_CBAUD | _BOTHER
    fcntl.ioctl(fd, _TCSETS2, _TERMIOS2.pack(iflag, oflag, cflag, lflag, chars, baud, baud))
