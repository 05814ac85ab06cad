"""The black box: the last bytes on the wire with their times, and between them what dcode did and why.

Every read and write of the port passes here, so keeping one costs half a microsecond: a chunk is put on a ring as it
is, and made into lines when somebody reads. All but `write` belong to the thread that owns the port; `write` may run in
another (asyncio.to_thread), for it takes the ring in one piece and the rest is its own.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import dcode
from dcode.api.kinds import WIRE_SIGNS
from dcode.daemon.wire_lines import Chunk, Joiner, WireLine, line_ends, lines_of, one_line

FOLDER: Final = "blackbox"  # in the state directory
FILES: Final = 20  # the newest are kept,
FOLDER_BYTES: Final = 16 << 20  # as far as they are not more than this together
RING_BYTES: Final = 256 << 10  # 4096 lines of a job have about 120 KiB
NOTE_CHARACTERS: Final = 1000
LOOK_LINES: Final = 200  # of one look of a follower
LOOK_BYTES: Final = 32 << 10


_NAME: Final = re.compile(r"blackbox-\d{8}T\d{6}Z-(\d+)\.log")


class BlackBox:
    """A ring of at most `size` chunks and `room` bytes; the oldest go first."""

    def __init__(self, size: int = 4096, clock: Callable[[], float] = time.time, room: int = RING_BYTES) -> None:
        self._size, self._clock, self._room = size, clock, room
        self._chunks: deque[Chunk] = deque()
        self._bytes = 0
        self._dropped = 0  # chunks that are no longer there
        self._writing = threading.Lock()

    def out(self, data: bytes) -> None:
        """Bytes that were written to the port."""
        self._keep((self._clock(), "out", data))

    def heard(self, data: bytes) -> None:
        """Bytes that were read from the port."""
        self._keep((self._clock(), "in", data))

    def note(self, text: str) -> None:
        """A state, an event, a fault: what explains the lines around it."""
        self._keep((self._clock(), "note", text[:NOTE_CHARACTERS]))

    def lines(self, most: int | None = None) -> list[WireLine]:
        """What the ring holds, oldest first; a line that has not ended yet is shown as far as it came.

        With `most`, about the last so many, and never more: some milliseconds less than all.
        """
        chunks = list(self._chunks)
        if most is None:
            return lines_of(chunks)
        lines = lines_of(_apart(chunks, most)[1])
        return lines[max(0, len(lines) - most) :]

    def follower(self) -> Follower:
        """Somebody who wants the lines as they come; what has come until now is what `lines` gives."""
        return Follower(self)

    def since(self, number: int) -> tuple[list[Chunk], int]:
        """The chunks that came after the first `number`, and how many of those are no longer there."""
        wanted = self.count - number
        there = min(wanted, len(self._chunks))
        return list(islice(reversed(self._chunks), there))[::-1], wanted - there

    @property
    def count(self) -> int:
        """Chunks that ever came."""
        return self._dropped + len(self._chunks)

    def __len__(self) -> int:
        """Chunks that there are."""
        return len(self._chunks)

    def write(self, folder: Path, reason: str, about: Mapping[str, Any]) -> Path | None:
        """Write the ring to a new file in `folder`, whole or not at all, and remove the oldest files that are too many.

        None when the disk does not take it: a plotter in trouble has better to do than to fail at its diary.
        """
        chunks, now = self._chunks.copy(), self._clock()
        with self._writing:
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                path = _written(folder, _as_text(chunks, now, reason, about), now)
            except OSError:
                return None
            with suppress(OSError):
                _prune(folder)
            return path

    def _keep(self, chunk: Chunk) -> None:
        chunks = self._chunks
        chunks.append(chunk)
        self._bytes += len(chunk[2])
        while (self._bytes > self._room or len(chunks) > self._size) and len(chunks) > 1:
            self._bytes -= len(chunks.popleft()[2])
            self._dropped += 1


class Follower:
    """What is new in a black box since the last look; a few looks a second are meant.

    It keeps nothing for who reads slowly: what came in between and is too much for one look is only counted.
    """

    def __init__(self, box: BlackBox) -> None:
        self._box = box
        self._seen = box.count
        self._joiner = Joiner()

    def look(self, most: int = LOOK_LINES) -> tuple[list[WireLine], int]:
        """The new lines, at most the last `most` of them, and how many were left out before these.

        A line that has not ended is held back until a look finds nothing more of it, and then shown as it is: it may be
        a prompt. Of what was too much to be made into lines the line ends are counted, of what the ring has lost the
        chunks.
        """
        chunks, missed = self._box.since(self._seen)
        self._seen = self._box.count
        skipped, taken = _apart(chunks, most)
        if missed or skipped:
            self._joiner = Joiner()  # the rest of what had begun is not to be had
            missed += sum(map(line_ends, skipped))
        lines = self._joiner.cut(set(self._joiner.open) - {way for _, way, _ in taken})
        lines += [line for order, chunk in enumerate(taken) for line in self._joiner.feed(order, chunk)]
        left_out = max(0, len(lines) - most)
        return [line for _, line in lines[left_out:]], missed + left_out


def _apart(chunks: list[Chunk], most: int) -> tuple[list[Chunk], list[Chunk]]:
    """Chunks in two: those to skip, and the last ones, that give `most` lines or have LOOK_BYTES."""
    room = LOOK_BYTES
    for at in range(len(chunks) - 1, -1, -1):
        if most <= 0 or room <= 0:
            return chunks[: at + 1], chunks[at + 1 :]
        most -= line_ends(chunks[at])
        room -= len(chunks[at][2])
    return [], chunks


def _as_text(chunks: Iterable[Chunk], now: float, reason: str, about: Mapping[str, Any]) -> str:
    """The file: three lines that say what it is, then line by line UTC time, way and text."""
    head = [
        f"# dcode {dcode.__version__}, black box of {_utc(now)}; > to the machine, < from it, · dcode's own",
        f"# {one_line(reason)}",
        f"# {json.dumps(about, ensure_ascii=False, default=str)}",
    ]
    return "".join(
        f"{line}\n" for line in head + [f"{_utc(at)} {WIRE_SIGNS[way]} {text}" for at, way, text in lines_of(chunks)]
    )


def _utc(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _written(folder: Path, text: str, now: float) -> Path:
    """A new file with `text`. Its number is one more than there are, for a clock may be set back. Raises OSError."""
    number = max((number for number, _ in _numbered(folder)), default=0) + 1
    path = folder / f"blackbox-{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}-{number}.log"
    draft = folder / "blackbox.draft"
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return path


def _prune(folder: Path) -> None:
    """Remove what is more than FILES or FOLDER_BYTES, the oldest; the newest file stays, whatever its size."""
    room = FOLDER_BYTES
    for age, (_, path) in enumerate(sorted(_numbered(folder), reverse=True)):
        room -= path.stat().st_size
        if age and (age >= FILES or room < 0):
            path.unlink()


def _numbered(folder: Path) -> list[tuple[int, Path]]:
    return [(int(found[1]), path) for path in folder.iterdir() if (found := _NAME.fullmatch(path.name))]
