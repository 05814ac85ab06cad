"""A serial port by its name: a device, a socket:// or another pyserial URL; or one that is open already, taken over."""

from __future__ import annotations

import os
import socket
import stat

from dcode.errors import PortGone, PortNotFound
from dcode.link.gone import gone, reason
from dcode.link.socket_port import SocketPort, UrlPort
from dcode.link.tty import DevicePort, set_speed


def open_port(name: str, baud: int, *, dtr: bool | None = None) -> DevicePort | SocketPort:
    """Open a device, a socket:// or another pyserial URL. Raises PortNotFound, PortBusy or LinkError."""
    try:
        if name.startswith("socket://"):
            return SocketPort.connect(name)
        return UrlPort(name, baud) if "://" in name else DevicePort.open(name, baud, dtr=dtr)
    except (OSError, ValueError) as error:  # no name that a file or a URL can have
        raise PortNotFound(f"{name[:80]!r} is no name of a port: {reason(error)}.", port=name[:80]) from error


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
        raise gone(name, error) from error
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
        set_speed(fd, baud)
    except OSError as error:
        port.close()
        raise gone(name, error) from error
    return port
