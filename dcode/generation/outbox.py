"""What a client of the worker has not been sent yet: bounded, however slowly it reads."""

from __future__ import annotations

from typing import Final

MAX_HELD: Final = 96 << 20  # bytes: the drawings of one request, and what belongs to it


class Overfull(Exception):
    """The client reads so slowly that nothing more can be kept for it."""


class Outbox:
    """Lines in the order in which they were said. How far a request is counts only as it is now: the newest stays."""

    def __init__(self, most: int = MAX_HELD) -> None:
        self._most = most
        self._lines: dict[object, bytes] = {}  # in order; steps by their request's id, the others by a number of theirs
        self._said = 0
        self.held = 0  # bytes

    def step(self, number: int, line: bytes) -> None:
        """How far a request is. Takes the place of what was said about it before, if that has not gone yet."""
        self._put(("step", number), line)

    def say(self, line: bytes) -> None:
        """Something that must not be lost. Raises Overfull."""
        self._said += 1
        self._put(("said", self._said), line)

    def next(self) -> bytes | None:
        """The next line to send; it is not held any more. None: nothing waits."""
        for key in self._lines:
            line = self._lines.pop(key)
            self.held -= len(line)
            return line
        return None

    def _put(self, key: object, line: bytes) -> None:
        self.held += len(line) - len(self._lines.pop(key, b""))
        self._lines[key] = line
        if self.held > self._most:
            raise Overfull(f"{self.held} bytes unread")
