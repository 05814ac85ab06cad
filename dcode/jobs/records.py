"""What a journal says, and how that is put in bytes.

A journal is MAGIC, then records, then zeros: room that was written ahead. A record is

    kind u8 | length of the body u16 | body: numbers, then texts with a NUL between | CRC-32 u32        little-endian

and its CRC goes on from the one of the record before it. So a record counts only behind the very records that it was
written behind: what an earlier attempt has left on the disk behind a torn tail is never taken for news.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Final, NamedTuple
from zlib import crc32

from dcode.gcode.place import Place

MAGIC: Final = b"dcode journal 1\n"  # the 1 is the version: raise it when a record changes
SEED: Final = crc32(MAGIC)  # what the CRC of the first record goes on from
TEXT_BYTES: Final = 400  # of UTF-8, each text; longer ones are cut


@dataclass(frozen=True, slots=True)
class Begin:
    """An attempt to plot the job begins at `place`. All that comes before in the journal is over.

    `rows` and `digest` say of which motion it is, `boot` in which run of this computer, `at` when (unix time).
    """

    job: int
    rows: int
    digest: str
    boot: str
    at: float
    place: Place


@dataclass(frozen=True, slots=True)
class Sent:
    """The next command to go out brings the run to `place`. Written first."""

    place: Place


@dataclass(frozen=True, slots=True)
class Acked:
    """The firmware has taken everything up to `place`."""

    place: Place


@dataclass(frozen=True, slots=True)
class Executed:
    """Everything up to `place` is on the paper. May go back: what was believed was wrong."""

    place: Place


@dataclass(frozen=True, slots=True)
class Reserved:
    """No command of this row or a later one goes out before a later reservation is durable."""

    row: int


@dataclass(frozen=True, slots=True)
class Stood:
    """The machine stands still at (x, y), mm, and that was proved."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Held:
    """The run waits at `place`, where the pen belongs down or up."""

    place: Place
    pen_down: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The attempt is over; `state` is the job's."""

    state: str
    reason: str


Record = Begin | Sent | Acked | Executed | Reserved | Stood | Held | Ended

# By number and with the struct of its numbers: this is the file format. Number 0 is room that is not written yet.
_KINDS: Final[dict[int, tuple[type[Record], Struct]]] = {
    1: (Begin, Struct("<qIdIdd")),
    2: (Sent, Struct("<Idd")),
    3: (Acked, Struct("<Idd")),
    4: (Executed, Struct("<Idd")),
    5: (Reserved, Struct("<I")),
    6: (Stood, Struct("<dd")),
    7: (Held, Struct("<Idd?")),
    8: (Ended, Struct("<")),
}
_NUMBERS: Final = {record: (number, struct) for number, (record, struct) in _KINDS.items()}
_HEAD: Final = Struct("<BH")
_CRC: Final = Struct("<I")


# A record that is whole: its class, where its body begins, where the next record does, and what that one's CRC goes on
# from. A plain tuple, and not decoded: a day's journal has millions of them, and few matter.
Sound = tuple[type[Record], int, int, int]


class Replay(NamedTuple):
    """`good` is how many bytes are sound; `torn`: what comes behind them is something else than room."""

    records: list[Record]
    good: int
    torn: bool


def encode(record: Record, chain: int) -> tuple[bytes, int]:
    """The bytes of a record behind one with the CRC `chain`, and its own CRC."""
    number, struct = _NUMBERS[type(record)]
    numbers, texts = _parts(record)
    body = struct.pack(*numbers) + b"\0".join(map(_text, texts))
    data = _HEAD.pack(number, len(body)) + body
    crc = crc32(data, chain)
    return data + _CRC.pack(crc), crc


def sound(data: bytes) -> Iterator[Sound]:
    """The records of a journal up to its end or its first flaw. Linear, and never raises."""
    if not data.startswith(MAGIC):
        return
    at, chain = len(MAGIC), SEED
    last = len(data) - _HEAD.size - _CRC.size
    while at <= last:
        kind, length = _HEAD.unpack_from(data, at)
        body = at + _HEAD.size
        end = body + length
        if kind not in _KINDS or end + _CRC.size > len(data):
            return
        record, struct = _KINDS[kind]
        chain = crc32(data[at:end], chain)
        if length < struct.size or _CRC.unpack_from(data, end)[0] != chain:
            return
        at = end + _CRC.size
        yield record, body, at, chain


def decode(data: bytes, record: type[Record], begin: int, end: int) -> Record:
    """A sound record of a journal as a value."""
    body = data[begin : end - _CRC.size]
    _, struct = _NUMBERS[record]
    numbers = struct.unpack_from(body)
    first, _, second = body[struct.size :].decode("utf-8", "ignore").partition("\0")
    if record is Begin:
        job, rows, at, *place = numbers
        return Begin(job, rows, first, second, at, Place(*place))
    if record is Reserved or record is Stood:
        return record(*numbers)
    if record is Held:
        *place, pen_down = numbers
        return Held(Place(*place), pen_down, first)
    if record is Ended:
        return Ended(first, second)
    assert record is Sent or record is Acked or record is Executed
    return record(Place(*numbers))


def _parts(record: Record) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """The numbers and the texts of a record, in the order of its body."""
    match record:
        case Sent(place) | Acked(place) | Executed(place):
            return place, ()
        case Begin(job, rows, digest, boot, at, place):
            return (job, rows, at, *place), (digest, boot)
        case Reserved(row):
            return (row,), ()
        case Stood(x, y):
            return (x, y), ()
        case Held(place, pen_down, reason):
            return (*place, pen_down), (reason,)
        case Ended(state, reason):
            return (), (state, reason)


def _text(text: str) -> bytes:
    """A text without what parts texts, cut to TEXT_BYTES."""
    return text.replace("\0", "").encode("utf-8", "backslashreplace")[:TEXT_BYTES]


def replay(data: bytes) -> Replay:
    """All that a journal says. Takes any bytes."""
    records, good = list[Record](), len(MAGIC) if data.startswith(MAGIC) else 0
    for record, begin, end, _ in sound(data):
        records.append(decode(data, record, begin, end))
        good = end
    return Replay(records, good, is_torn(data, good))


def is_torn(data: bytes, good: int) -> bool:
    """Whether behind its `good` bytes a journal has something else than room."""
    return data.count(0, good) != len(data) - good
