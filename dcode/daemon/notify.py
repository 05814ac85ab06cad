"""Talking with the service manager, as sd_notify(3) and sd_listen_fds(3) do it: by datagrams and three variables.

Where no service manager started us, everything here does nothing. What it keeps for us is a descriptor: the open port
survives the daemon, and the board is not reset when the next one starts.
"""

from __future__ import annotations

import os
import socket
from array import array
from collections.abc import Mapping
from typing import Final

_FIRST_FD: Final = 3  # SD_LISTEN_FDS_START: after stdin, stdout and stderr
_UNNAMED: Final = "unknown"  # sd_listen_fds_with_names(3)


class Notifier:
    """Sends to the socket that NOTIFY_SOCKET names. Never raises and never blocks: a plot is worth more than a report.

    A report that does not get through is lost. The service manager listens to the main process alone
    (NotifyAccess=main), so this belongs into the daemon, not into the processes that it starts.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        name = environment.get("NOTIFY_SOCKET", "")
        if name.startswith("@"):  # a name without a file: it begins with a NUL on the wire
            name = "\0" + name[1:]
        self._address = name if name[:1] in ("/", "\0") else None

    @property
    def is_there(self) -> bool:
        """Whether a service manager listens."""
        return self._address is not None

    def ready(self) -> None:
        """The daemon answers on its socket."""
        self._send("READY=1")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def status(self, text: str) -> None:
        """One line, as `systemctl status` shows it."""
        self._send("STATUS=" + " ".join(text.split()))

    def watchdog(self) -> None:
        """All is well. Wanted at least every watchdog_seconds()."""
        self._send("WATCHDOG=1")

    def store(self, fd: int, name: str) -> bool:
        """Have a duplicate of `fd` kept under `name` until it is removed or hangs up; whether that was sent.

        Ours may be closed then. The next start finds it in inherited(). What a name may be: ASCII without ":".
        The service manager keeps several of one name, and as many as FileDescriptorStoreMax= says: remove() the old
        one before. It lets go by itself of one that hangs up, as that of an unplugged adapter does.
        """
        return self._send(f"FDSTORE=1\nFDNAME={name}", fd)

    def remove(self, name: str) -> None:
        """Have the descriptors of this name closed."""
        self._send(f"FDSTOREREMOVE=1\nFDNAME={name}")

    def _send(self, message: str, *fds: int) -> bool:
        if self._address is None:
            return False
        data = [message.encode("utf-8", "replace")]
        # Not socket.send_fds: in Python 3.11 it takes flags and an address, and uses neither.
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", fds))] if fds else []
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as near:
                near.sendmsg(data, rights, socket.MSG_DONTWAIT, self._address)
        except OSError:
            return False
        return True


def watchdog_seconds(environment: Mapping[str, str] = os.environ) -> float | None:
    """How long the service manager waits for watchdog() before it ends this process; None when it does not."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    wanted = _number(environment.get("WATCHDOG_USEC"))
    return wanted / 1e6 if wanted else None


def inherited() -> dict[str, int]:
    """The descriptors that the service manager kept for this process, by name; they are the caller's from here on.

    The variables are taken out of the environment and the descriptors are not passed on, so that a process which we
    start does not take them for its own. Of two with one name the first counts, and the other is closed.
    """
    for_us = os.environ.get("LISTEN_PID") == str(os.getpid())
    count = _number(os.environ.get("LISTEN_FDS"))
    names = os.environ.get("LISTEN_FDNAMES", "").split(":")
    for variable in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
        os.environ.pop(variable, None)
    found: dict[str, int] = {}
    for position in range(count if for_us else 0):
        fd = _FIRST_FD + position
        name = (names[position] if position < len(names) else "") or _UNNAMED
        try:
            os.set_inheritable(fd, False)
        except OSError:  # fewer than was said
            break
        if found.setdefault(name, fd) != fd:
            os.close(fd)
    return found


def _number(text: str | None) -> int:
    """0 for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() else 0
