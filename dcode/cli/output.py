"""The one owner of stdout and stderr. stdout is the answer, stderr is everything else."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any, Final, TextIO

from dcode.client.printable import printable

PREFIX: Final = "dcode: "
STANDARD_OUTPUT: Final = "-"  # for a file to write
STYLES: Final = {"dim": "2", "red": "31"}


class Unwritable(Exception):
    """stdout does not take the answer."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(f"stdout cannot be written: {cause.strerror}.")
        self.nobody_reads = isinstance(cause, BrokenPipeError)


class Output:
    """Writes lines, JSON, errors, and one live line at the bottom of a terminal."""

    def __init__(self) -> None:
        self._stdout: TextIO = sys.stdout or _nowhere()
        self._stderr: TextIO = sys.stderr or _nowhere()
        for stream in (self._stdout, self._stderr):
            # A file name may hold anything; a terminal that cannot show it gets an escape, not a crash.
            if reconfigure := getattr(stream, "reconfigure", None):
                reconfigure(errors="backslashreplace")
        self._live = ""

    # -- the answer --------------------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """One line of the answer."""
        self._clear_live()
        self._put(printable(text) + "\n")
        self._draw_live()

    def answer(self, value: Any) -> None:
        """The answer as JSON, on one line."""
        self._clear_live()
        self._put(json.dumps(value) + "\n")
        self._draw_live()

    def pour(self, file: str | bytes) -> None:
        """What is a file of its own (an SVG, a script, a picture), as it is."""
        self._put(file)

    def _put(self, text: str | bytes) -> None:
        try:
            if isinstance(text, bytes):
                self._stdout.buffer.write(text)
            else:
                self._stdout.write(text)
            self._stdout.flush()
        except OSError as error:
            raise Unwritable(error) from error

    # -- everything else ---------------------------------------------------------------------------------------------

    def note(self, text: str, style: str = "") -> None:
        """One line for the person who watches."""
        self._clear_live()
        self._tell(_styled(printable(text), style, self._stderr) + "\n")
        self._draw_live()

    def fail(self, sentence: str, more: Sequence[str] = ()) -> None:
        """What went wrong, and below it what to do."""
        self._clear_live()
        self._live = ""
        mark = _styled(PREFIX.rstrip(), "red", self._stderr)
        lines = [f"{mark} {printable(sentence)}", *(" " * len(PREFIX) + printable(line) for line in more)]
        self._tell("\n".join(lines) + "\n")

    def debug(self, text: str) -> None:
        """A traceback, unchanged."""
        self._tell(text)

    def _tell(self, text: str) -> None:
        """Write to stderr. Where that is gone nobody is left to be told, and the work goes on."""
        try:
            self._stderr.write(text)
            self._stderr.flush()
        except OSError:
            self._stderr = _nowhere()

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
        text = printable(text)[: max(self.width - 1, 0)]
        if text != self._live:
            self._clear_live()
            self._live = text
            self._draw_live()

    def ask(self, question: str) -> bool:
        """Ask yes or no. Enter means yes, the end of the input no."""
        answer = self.prompt(f"{question} [Y/n]")
        return answer is not None and answer.lower() in ("", "y", "yes")

    def prompt(self, question: str) -> str | None:
        """Ask for a line; what was typed, without blanks around it. None at the end of the input."""
        self._clear_live()
        self._tell(f"{printable(question)} ")
        answer = sys.stdin.readline()
        return answer.strip() if answer.endswith("\n") else None

    def _clear_live(self) -> None:
        if self._live:
            self._tell("\r\x1b[K")

    def _draw_live(self) -> None:
        if self._live:
            self._tell(self._live)

    # -- the end -----------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Everything out. Raises Unwritable."""
        self.show("")
        self._put("")

    def abandon(self) -> None:
        """What is left for stdout goes nowhere, also when Python flushes it at exit."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stdout.fileno())
        os.close(nowhere)


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")


def _styled(text: str, style: str, stream: TextIO) -> str:
    """Text in a colour or weight, where that may be seen: a terminal, and NO_COLOR unset or empty."""
    if not style or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty():
        return text
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m"
