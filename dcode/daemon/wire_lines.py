"""What went over a wire, chunk by chunk, as lines that can be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

LINE_BYTES: Final = 240  # what is longer is shown in pieces; at a wrong speed, noise has no line ends at all

Way = Literal["out", "in", "note"]
Chunk = tuple[float, Way, bytes | str]  # Unix time of the read or write, and its bytes; for a note, its text

# What a byte is shown as. The backslash is escaped too, so that the bytes can be had back from the text.
_SHOWN: Final = {byte: f"\\x{byte:02x}" for byte in range(256) if not 32 <= byte < 127 or byte == ord("\\")}
_REALTIME: Final = re.compile(
    rb"[?!~\x18\x80-\xff]+"
)  # at the start of a line: bytes that grbl takes out of the stream


class WireLine(NamedTuple):
    """One line of the wire, or a note; the fields are those of the API's WireLine. `at` is of its first byte."""

    at: float
    way: Way
    text: str


class Joiner:
    """Makes lines of chunks; `open` is what has begun and not ended, by way: order, time and bytes.

    The order of a line is the number of the chunk that it began with: by it a line that came in pieces stands where it
    began. Times do not say that, for a clock may be set back.
    """

    def __init__(self) -> None:
        self.open: dict[Way, tuple[int, float, bytes]] = {}

    def feed(self, order: int, chunk: Chunk) -> Iterator[tuple[int, WireLine]]:
        """The lines that end with a chunk, each with its order. Empty ones are left out."""
        at, way, data = chunk
        if isinstance(data, str):
            yield order, WireLine(at, way, one_line(data))
            return
        begun_order, begun_at, begun = self.open.pop(way, (order, at, b""))
        *ended, rest = (begun + data).split(b"\n")
        for line in ended:
            for piece in _pieces(way, line.removesuffix(b"\r")):
                yield begun_order, WireLine(begun_at, way, _shown(piece))
            begun_order, begun_at = order, at
        *ended, rest = _pieces(way, rest) or [b""]
        if way == "out" and _REALTIME.fullmatch(rest):
            ended, rest = [*ended, rest], b""
        for piece in ended:
            yield begun_order, WireLine(begun_at, way, _shown(piece))
            begun_order, begun_at = order, at
        if rest:
            self.open[way] = (begun_order, begun_at, rest)

    def cut(self, ways: Iterable[Way]) -> list[tuple[int, WireLine]]:
        """What has begun on these ways, as lines."""
        return [line for way in ways for line in self.feed(0, (0.0, way, b"\n"))]


def lines_of(chunks: Iterable[Chunk]) -> list[WireLine]:
    """All lines, in the order in which they began; the last may not have ended."""
    joiner = Joiner()
    lines = [line for order, chunk in enumerate(chunks) for line in joiner.feed(order, chunk)]
    lines += joiner.cut(list(joiner.open))
    return [line for _, line in sorted(lines, key=lambda one: one[0])]


def line_ends(chunk: Chunk) -> int:
    """About how many lines a chunk is; much cheaper than making them."""
    data = chunk[2]
    return 1 if isinstance(data, str) else data.count(b"\n")


def one_line(text: str) -> str:
    """A text without characters that would break the line or steer a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _pieces(way: Way, line: bytes) -> list[bytes]:
    """A line in pieces that can be shown; none of an empty one."""
    realtime = _REALTIME.match(line) if way == "out" else None
    first = [realtime[0]] if realtime else []
    start = len(first[0]) if first else 0
    return first + [line[at : at + LINE_BYTES] for at in range(start, len(line), LINE_BYTES)]


def _shown(data: bytes) -> str:
    return data.decode("latin-1").translate(_SHOWN)
