"""A terminal without a window: a program in a pseudo-terminal, and what a person would see of it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import Final

import pyte

PATIENCE: Final = 60.0  # seconds until something that is waited for counts as missing; nothing is measured by it
KEYS: Final = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "space": " ",
    "ctrl+x": "\x18",
    "ctrl+p": "\x10",
    "ctrl+u": "\x15",
    "home": "\x1b[H",
    "end": "\x1b[F",
}


class Terminal:
    """One program, `columns` by `rows` characters."""

    def __init__(
        self,
        command: list[str],
        environment: Mapping[str, str],
        columns: int = 120,
        rows: int = 40,
        cwd: Path | None = None,
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._main, theirs = pty.openpty()
        self.received = 0  # bytes
        self.resize(columns, rows)
        # What the terminal is that the tests run in, or pretend to run in, is of no concern in here.
        inside = {name: value for name, value in environment.items() if name not in ("COLUMNS", "LINES")}
        self._process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=cwd,
            env=inside | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"},
            start_new_session=True,
        )
        os.close(theirs)

    def resize(self, columns: int, rows: int) -> None:
        """Another size, as when a window is dragged."""
        fcntl.ioctl(self._main, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if (self._screen.columns, self._screen.lines) != (columns, rows):
            self._screen.resize(rows, columns)
            os.killpg(self._process.pid, signal.SIGWINCH)

    @property
    def text(self) -> str:
        """What is on the screen, line by line."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def press(self, *keys: str) -> None:
        """Keys by name; anything else is typed as it is. One by one: each is a read of its own for the program."""
        for key in keys:
            os.write(self._main, KEYS.get(key, key).encode())

    def see(self, *texts: str) -> str:
        """The screen, once all of these are on it. Fails with the screen as it is when they never are."""
        return self.see_that(lambda screen: all(text in screen for text in texts), " and ".join(map(repr, texts)))

    def see_no(self, text: str) -> str:
        """The screen, once this is no longer on it."""
        return self.see_that(lambda screen: text not in screen, f"no {text!r}")

    def see_that(self, is_so: Callable[[str], bool], what: str) -> str:
        """The screen, once it is so."""
        deadline = monotonic() + PATIENCE
        while not is_so(self.text):
            if not self._read(deadline):
                raise AssertionError(f"{what} never came on the screen:\n{self.text}")
        return self.text

    def ended(self) -> int:
        """The exit code, once the program has ended."""
        deadline = monotonic() + PATIENCE
        while self._read(deadline):
            pass
        return self._process.wait(PATIENCE)

    @property
    def pid(self) -> int:
        """Of the program."""
        return self._process.pid

    def read_for(self, seconds: float) -> None:
        """Take what comes for so long: for measurements."""
        deadline = monotonic() + seconds
        while self._read(deadline):
            pass

    def close(self) -> None:
        """End it, however it is doing."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._main)

    def _read(self, deadline: float) -> bool:
        """Take what comes next; False when nothing more comes."""
        if not select.select([self._main], [], [], max(0.0, deadline - monotonic()))[0]:
            return False
        try:
            data = os.read(self._main, 1 << 16)
        except OSError:  # Linux says EIO when the program has ended
            return False
        self.received += len(data)
        self._stream.feed(data)
        return bool(data)


def tui(environment: Mapping[str, str], *arguments: str, columns: int = 120, rows: int = 40) -> Terminal:
    """dcode-tui, begun."""
    return Terminal([sys.executable, "-m", "dcode.tui", *arguments], environment, columns, rows)
