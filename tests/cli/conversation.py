"""A command line on a pseudo-terminal, and a person who reads what it says before they type."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 20.0  # seconds without a word; only a test that fails waits so long


class Conversation:
    """`start` is the fixture that starts a process; stdin and stderr are the terminal, stdout a pipe."""

    def __init__(self, start: Callable[..., subprocess.Popen[str]], *arguments: object) -> None:
        self._ours, self._theirs = pty.openpty()
        self.before = self.settings()
        self.process = start(*arguments, stdin=self._theirs, stderr=self._theirs)
        self.seen = b""
        self._read = 0

    def settings(self) -> Any:
        """What the terminal is set to: of termios, the flags and the control characters."""
        return termios.tcgetattr(self._theirs)

    def type(self, text: bytes) -> None:
        os.write(self._ours, text)

    def hear(self, text: str) -> None:
        """Read until the text comes, after whatever was heard before."""
        wanted = text.encode()
        while (found := self.seen.find(wanted, self._read)) < 0:
            assert select.select([self._ours], [], [], PATIENCE)[0], f"{text!r} does not come: {self.seen!r}"
            self.seen += os.read(self._ours, 1 << 16)
        self._read = found + len(wanted)

    def answer(self, question: str, text: bytes) -> None:
        """Read until the question comes, then type."""
        self.hear(question)
        self.type(text)

    def end(self) -> tuple[int, str]:
        """The exit code and stdout, once the command line has ended; `seen` is then all of stderr."""
        out, _ = self.process.communicate(timeout=PATIENCE)
        while select.select([self._ours], [], [], 0)[0]:
            self.seen += os.read(self._ours, 1 << 16)
        self.after = self.settings()
        return self.process.returncode, out

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        os.close(self._ours)
        os.close(self._theirs)


@contextmanager
def conversations(start: Callable[..., subprocess.Popen[str]]) -> Iterator[Callable[..., Conversation]]:
    """Starts conversations; those that a failed test has left are ended."""
    started: list[Conversation] = []

    def begin(*arguments: object) -> Conversation:
        started.append(Conversation(start, *arguments))
        return started[-1]

    try:
        yield begin
    finally:
        for conversation in started:
            conversation.close()
