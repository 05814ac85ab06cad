"""Coming back to a port that was lost: under which name to wait for it, whether it is there, when to try again.

Nothing here opens a port or waits: the caller does, and time is an argument.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Final

from dcode.link.ports import stable_name

LOOK_SECONDS: Final = 0.5  # between two looks at a port that is away; a look costs two system calls
FIRST_PAUSE: Final = 0.5  # seconds; a board that was just plugged in starts for about a second
GROWTH: Final = 1.8  # of each pause over the last
LONGEST_PAUSE: Final = 10.0

_KERNELS_NAME: Final = re.compile(r"/dev/tty\w+")  # given out in the order of plugging in
_PSEUDO: Final = "/dev/pts/"


def lasting_name(name: str) -> str:
    """The name under which to wait for a port, asked for while it is there.

    A device that was named as the kernel names it (/dev/ttyUSB0) may come back as ttyUSB1, and another one as ttyUSB0:
    its link under /dev/serial does not. Any other name (a link that somebody made, a URL) is what was asked for.
    """
    if _KERNELS_NAME.fullmatch(name):
        return stable_name(name) or name
    return name


def is_back(name: str) -> bool:
    """Whether the port of this name, and no other one, is there and may be opened by this user.

    Of a URL only opening can tell: True. A pseudo-terminal without a link never is: its number goes to whatever
    opens the next one, which may be somebody's shell.
    """
    if "://" in name:
        return True
    path = Path(name)
    if name.startswith(_PSEUDO):
        return False
    try:
        is_device = stat.S_ISCHR(path.stat().st_mode)  # follows the link
    except OSError:
        return False
    return is_device and os.access(path, os.R_OK | os.W_OK)  # udev makes the device first and gives it its group then


class Backoff:
    """When the next attempt is due: at once, then after pauses that grow to ten seconds. Seconds of any one clock."""

    def __init__(self) -> None:
        self._pause = FIRST_PAUSE
        self._due_at: float | None = None  # None: at once

    def due(self, now: float) -> bool:
        return self._due_at is None or now >= self._due_at

    def failed(self, now: float) -> float:
        """An attempt came to nothing; how long to wait before the next."""
        pause = self._pause
        self._due_at = now + pause
        self._pause = min(pause * GROWTH, LONGEST_PAUSE)
        return pause

    def reset(self) -> None:
        """The port is ours again, or has been away: the next attempt is a first one."""
        self._pause, self._due_at = FIRST_PAUSE, None
