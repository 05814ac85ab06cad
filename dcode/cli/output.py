"""The one owner of stdout and stderr. stdout is the answer, stderr is everything else."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import IO, Any, Final

PREFIX: Final = "dcode: "
STYLES: Final = {"bold": "1", "dim": "2", "red": "31"}


class Output:
    """Writes lines, JSON, errors, and one live line at the bottom of a terminal."""

    def __init__(self) -> None:
        self._stdout: IO[str] = sys.stdout
        self._stderr: IO[str] = sys.stderr
        for stream in (self._stdout, self._stderr):
            # A file name may hold anything; a terminal that cannot show it gets an escape, not a crash.
            if reconfigure := getattr(stream, "reconfigure", None):
                reconfigure(errors="backslashreplace")
        self._live = ""

    # -- the answer --------------------------------------------------------------------------------------------------

    def say(self, text: str = "", style: str = "") -> None:
        """One line of the answer."""
        self._clear_live()
        self._stdout.write(_styled(printable(text), style, self._stdout) + "\n")
        self._stdout.flush()
        self._draw_live()

    def answer(self, value: Any) -> None:
        """The answer as JSON, on one line."""
        self._clear_live()
        self._stdout.write(json.dumps(value) + "\n")
        self._stdout.flush()
        self._draw_live()

    def pour(self, text: str) -> None:
        """Text that is a file of its own (an SVG, a script), as it is."""
        self._stdout.write(text)
        self._stdout.flush()

    # -- everything else ---------------------------------------------------------------------------------------------

    def note(self, text: str, style: str = "") -> None:
        """One line for the person who watches."""
        self._clear_live()
        self._stderr.write(_styled(printable(text), style, self._stderr) + "\n")
        self._stderr.flush()
        self._draw_live()

    def fail(self, sentence: str, more: Sequence[str] = ()) -> None:
        """What went wrong, and below it what to do."""
        self._clear_live()
        self._live = ""
        mark = _styled(PREFIX.rstrip(), "red", self._stderr)
        lines = [f"{mark} {printable(sentence)}", *(" " * len(PREFIX) + printable(line) for line in more)]
        self._stderr.write("\n".join(lines) + "\n")
        self._stderr.flush()

    def debug(self, text: str) -> None:
        """A traceback, unchanged."""
        self._stderr.write(text)

    # -- the live line -----------------------------------------------------------------------------------------------

    @property
    def live(self) -> bool:
        """Whether there is a terminal to draw a live line on."""
        return self._stderr.isatty() and os.environ.get("TERM") != "dumb"

    @property
    def interactive(self) -> bool:
        """Whether a person can be asked."""
        return sys.stdin.isatty() and self._stderr.isatty()

    @property
    def unicode(self) -> bool:
        """Whether stderr can show more than ASCII."""
        return (getattr(self._stderr, "encoding", None) or "").lower().replace("-", "") == "utf8"

    @property
    def width(self) -> int:
        """Columns of the terminal that stderr is; 80 when it does not say."""
        try:
            return os.get_terminal_size(self._stderr.fileno()).columns or 80
        except (OSError, ValueError):
            return 80

    def show(self, text: str) -> None:
        """Make `text` the live line; "" takes it away. Only where `live`."""
        if text != self._live:
            self._clear_live()
            self._live = text
            self._draw_live()

    def ask(self, question: str) -> bool:
        """Ask yes or no, Enter meaning yes."""
        self._clear_live()
        self._stderr.write(f"{printable(question)} [Y/n] ")
        self._stderr.flush()
        return sys.stdin.readline().strip().lower() in ("", "y", "yes")

    def _clear_live(self) -> None:
        if self._live:
            self._stderr.write("\r\x1b[K")

    def _draw_live(self) -> None:
        if self._live:
            self._stderr.write(self._live)
            self._stderr.flush()

    # -- the end -----------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Everything out. Raises OSError when stdout does not take it."""
        self.show("")
        self._stdout.flush()

    def abandon(self) -> None:
        """Nobody reads stdout any more: what is left for it goes nowhere, also when Python flushes it at exit."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stdout.fileno())
        os.close(nowhere)


def printable(text: str) -> str:
    """Text from outside (a file's name, a firmware's reply) without characters that would steer the terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else _escape(char) for char in text)


def _escape(char: str) -> str:
    return "\t" if char == "\t" else char.encode("unicode_escape").decode("ascii")


def _styled(text: str, style: str, stream: IO[str]) -> str:
    """Text in a colour or weight, where that may be seen: a terminal, and NO_COLOR unset or empty."""
    if not style or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty():
        return text
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m"
