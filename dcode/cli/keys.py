"""Single keys of a terminal."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

# What a terminal sends, by the key's name; arrows in both of its modes. Every other key is what it sends.
NAMES: Final = {
    b"\x1b[A": "up",
    b"\x1b[B": "down",
    b"\x1b[C": "right",
    b"\x1b[D": "left",
    b"\x1bOA": "up",
    b"\x1bOB": "down",
    b"\x1bOC": "right",
    b"\x1bOD": "left",
    b"\r": "enter",
    b"\n": "enter",
    b"\x1b": "escape",
    b"\x04": "escape",  # Ctrl-D
    b"": "escape",  # the terminal is gone
}
_SEQUENCE_SECONDS: Final = 0.05  # the rest of an arrow key follows its escape within this, over a slow line, too


class Keyboard:
    """The keys of a terminal that sends each as it is pressed."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal

    def read(self) -> str:
        """The next key, by its name or as it is. Of several that come at once the first: a held key counts once."""
        typed = os.read(self._terminal, 64)
        if typed == b"\x1b" and select.select([self._terminal], [], [], _SEQUENCE_SECONDS)[0]:
            typed += os.read(self._terminal, 64)
        first = typed[:3] if typed.startswith(b"\x1b") else typed[:1]
        return NAMES.get(first) or first.decode("latin-1")

    def drain(self) -> None:
        """Throw away what was typed meanwhile."""
        termios.tcflush(self._terminal, termios.TCIFLUSH)


@contextmanager
def keyboard() -> Iterator[Keyboard]:
    """The terminal that stdin is, key by key and without echo.

    Ctrl-C raises KeyboardInterrupt as ever, SIGTERM SystemExit; the terminal is as it was when the block is left,
    in whatever way.
    """
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    ended = signal.signal(signal.SIGTERM, _leave)
    try:
        tty.setcbreak(terminal)  # unlike raw mode it leaves Ctrl-C and the ends of lines alone
        yield Keyboard(terminal)
    finally:
        with suppress(termios.error):  # the terminal may be what went away
            termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
        signal.signal(signal.SIGTERM, ended)


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
