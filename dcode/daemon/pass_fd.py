"""Handing an open descriptor from one of our processes to another, over a socket between them.

The socket is for nothing else: a stream of asyncio reads with recv(), which drops a descriptor that comes along. Make
the pair with socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET), so that one packet is one descriptor.
"""

from __future__ import annotations

import os
import socket
from typing import Final

_A_DESCRIPTOR: Final = b"\0"  # ancillary data does not travel alone


def send_fd(channel: socket.socket, fd: int) -> None:
    """Give the other side a duplicate; `fd` stays ours. Raises OSError, BlockingIOError where it would have to wait."""
    socket.send_fds(channel, [_A_DESCRIPTOR], [fd])


def recv_fd(channel: socket.socket) -> int | None:
    """The next descriptor, ours to close and not passed on to children; None once the other side has closed.

    Raises OSError, BlockingIOError when none waits in a socket that does not block.
    """
    data, fds, _, _ = socket.recv_fds(channel, len(_A_DESCRIPTOR), 1)
    if not data:
        return None
    if not fds:  # this process has no room for another: the kernel dropped it
        raise OSError("a descriptor was announced and none came")
    os.set_inheritable(fds[0], False)
    return fds[0]
