"""The way to a worker, whether it is a process here or one behind a socket."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from dcode.generation.wire import MAX_ANSWER


@dataclass(frozen=True, slots=True)
class Ending:
    """How a worker went, as the end of a sentence without its full stop, and what it wrote last."""

    how: str
    last_words: list[str] = field(default_factory=list)


class Unended(Exception):
    """A line without an end: cut off, or longer than any answer may be."""


class Link(Protocol):
    """An open way. Lines in both directions; nothing here knows what they mean."""

    async def read(self) -> bytes:
        """The next line, b"" when there are no more. Raises Unended, OSError."""
        ...

    def write(self, line: bytes) -> None:
        """Send a line. Never waits: at most one request and its cancel are under way."""
        ...

    def end(self) -> None:
        """Ask it to end."""
        ...

    def kill(self) -> None:
        """Make it end."""
        ...

    async def ended(self) -> Ending:
        """Wait until it is gone, and say how."""
        ...


async def read_line(reader: asyncio.StreamReader, most: int = MAX_ANSWER) -> bytes:
    """The next line, b"" at the end. Raises Unended for a line of more than `most` bytes, or one that is cut off.

    asyncio's own readline gives out a cut-off line as if it were whole.
    """
    try:
        return await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError as cut:
        if cut.partial:
            raise Unended(f"it ended in the middle of a message, after {len(cut.partial)} bytes") from cut
        return b""
    except asyncio.LimitOverrunError as error:
        raise Unended(f"it sent a message of more than {most} bytes") from error
