"""A file's bytes to lines, however they end: LF, CRLF, or a CR alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_CHUNK: Final = 1 << 20  # bytes


def lines(data: bytes) -> Iterator[bytes]:
    """The lines of a file without their ends."""
    for start, end in chunks(data):
        yield from data[start:end].splitlines()


def chunks(data: bytes, size: int = _CHUNK) -> Iterator[tuple[int, int]]:
    """Cut a file after line ends into pieces of about `size` bytes (a longer line makes a longer piece)."""
    start = 0
    while start < len(data):
        end = _after_line_end(data, start + size)
        yield start, end
        start = end


def _after_line_end(data: bytes, wanted: int) -> int:
    """The first place at or after `wanted` at which a line begins, or the end."""
    if wanted >= len(data):
        return len(data)
    feed = data.find(b"\n", wanted - 1)
    ret = data.find(b"\r", wanted - 1, feed if feed >= 0 else len(data))
    if ret >= 0 and ret + 1 != feed:
        return ret + 1
    return feed + 1 if feed >= 0 else len(data)


def count_lines(data: bytes) -> int:
    """How many lines the file has; a last line without an end is one."""
    returns = data.count(b"\r")
    ends = data.count(b"\n") + returns - (data.count(b"\r\n") if returns else 0)
    return ends + (1 if data and data[-1] not in b"\r\n" else 0)
