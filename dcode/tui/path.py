"""The way of the pen in a job, as arrays that grow while the daemon tells it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable
from typing import Final, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from dcode.api.codec import Message
from dcode.api.kinds import Kind
from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines

Column = TypeVar("Column", bound=np.generic)
Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]
Segments = tuple[Floats, Floats, Floats, Floats, Rows]  # x and y of the begins, of the ends, and the rows

_INK: Final = (False, True, False, True, False, False, False, False)  # by Kind: PEN_DOWN leaves a dot
_WAY: Final = (True, False, False, False, False, False, False, True)


class Call(Protocol):
    """A call to the daemon."""

    def __call__(self, method: str, /, **params: object) -> Awaitable[Message]: ...


class Path:
    """Rows of a program: what each is, and where the gondola is after it, mm, y up; 9 bytes a row.

    `total` rows there are, as it was told last; `rows` of them are known. One thread adds rows, others may read what
    is there: what they see first is `rows`, when all of it is in place.
    """

    def __init__(self, start: tuple[float, float] = (0.0, 0.0)) -> None:
        self.rows = 0
        self.total = 0
        self.pens: list[tuple[int, int]] = []  # rows at which another pen is put in, and its number
        self._kinds: npt.NDArray[np.uint8] = np.empty(0, np.uint8)
        self._x: Floats = np.empty(1, np.float32)  # one more: where it begins
        self._y: Floats = np.empty(1, np.float32)
        self._x[0], self._y[0] = start
        self._box: tuple[float, float, float, float] | None = None  # of the ink: left, right, top, bottom

    @classmethod
    def of(cls, lines: Lines) -> Path:
        """Polylines in their order, the pen up between them."""
        path = cls((float(lines.points[0, 0]), float(lines.points[0, 1])) if len(lines) else (0.0, 0.0))
        path.add_strokes(lines.points, lines.starts[:-1])
        return path

    @property
    def complete(self) -> bool:
        """Whether all rows are known that there are."""
        return self.rows >= self.total

    @property
    def bounds(self) -> Bounds | None:
        """Around the ink; None where there is none."""
        return Bounds(*self._box) if self._box else None

    @property
    def kinds(self) -> npt.NDArray[np.uint8]:
        """What each row is, as Kind has it."""
        return self._kinds[: self.rows]

    def take(self, answer: Message) -> None:
        """Add the rows of an answer to job.motion; ones that are there already are left out. Not for the UI's thread.

        Raises ValueError for an answer that makes no sense.
        """
        kinds, x, y = (
            np.frombuffer(base64.b64decode(answer[name]), code)
            for name, code in (("kinds", np.uint8), ("x", "<f4"), ("y", "<f4"))
        )
        if not len(kinds) == len(x) == len(y) or answer["row"] > self.rows:
            raise ValueError(f"rows from {answer['row']} on do not follow the {self.rows} that are known")
        known = self.rows - answer["row"]
        if not answer["row"]:
            self._x[0], self._y[0] = answer["start"]
        self.pens += [(row, pen) for row, pen in answer["pens"] if not self.pens or row > self.pens[-1][0]]
        self.total = answer["rows"]
        self._append(kinds[known:], x[known:], y[known:])

    def add_strokes(self, points: npt.NDArray[np.float64], begins: npt.NDArray[np.int64]) -> None:
        """Add points that are drawn to one after the other; those at the indices `begins` begin a stroke."""
        copies = np.ones(len(points), np.int64)
        copies[begins] = 2  # a way there, and the pen goes down
        kinds = np.full(int(copies.sum()), Kind.DRAW, np.uint8)
        first = (np.cumsum(copies) - copies)[begins]
        kinds[first], kinds[first + 1] = Kind.TRAVEL, Kind.PEN_DOWN
        places = np.repeat(points.astype(np.float32), copies, axis=0)
        self.total = self.rows + len(kinds)
        self._append(kinds, places[:, 0], places[:, 1])

    def place(self, row: int) -> tuple[float, float]:
        """Where the gondola is when a row begins."""
        row = min(max(row, 0), self.rows)
        return float(self._x[row]), float(self._y[row])

    def ink(self, begin: int, end: int) -> Segments:
        """What the rows from `begin` to `end` draw. A stroke begins with a segment without length."""
        return self._segments(begin, end, _INK)

    def travels(self, begin: int, end: int) -> Segments:
        """The ways with the pen up."""
        return self._segments(begin, end, _WAY)

    def stroke_before(self, row: int) -> int:
        """The row with which the last stroke before a row begins; 0 where there is none."""
        found = np.flatnonzero(self.kinds[: max(row, 0)] == Kind.PEN_DOWN)
        return int(found[-1]) if len(found) else 0

    def stroke_after(self, row: int) -> int:
        """The row with which the next stroke begins; the number of rows where there is none."""
        found = self.kinds[row + 1 :] == Kind.PEN_DOWN
        return row + 1 + int(found.argmax()) if found.any() else self.rows

    def _segments(self, begin: int, end: int, which: tuple[bool, ...]) -> Segments:
        rows = np.flatnonzero(np.array(which)[self._kinds[begin : min(end, self.rows)]]).astype(np.int32)
        rows += begin
        return self._x[rows], self._y[rows], self._x[rows + 1], self._y[rows + 1], rows

    def _append(self, kinds: npt.NDArray[np.uint8], x: Floats, y: Floats) -> None:
        begin, end = self.rows, self.rows + len(kinds)
        if end > len(self._kinds):
            room = max(self.total, end + end // 2 if begin else end)  # what grows will grow again
            self._kinds = _longer(self._kinds, room, begin)
            self._x, self._y = _longer(self._x, room + 1, begin + 1), _longer(self._y, room + 1, begin + 1)
        self._kinds[begin:end], self._x[begin + 1 : end + 1], self._y[begin + 1 : end + 1] = kinds, x, y
        inked = np.array(_INK)[kinds]
        if inked.any():
            found = Bounds(*(float(edge) for edge in (x[inked].min(), x[inked].max(), y[inked].max(), y[inked].min())))
            box = found.union(self.bounds)
            self._box = box.left, box.right, box.top, box.bottom
        self.rows = end


async def read_path(call: Call, job: int, path: Path) -> AsyncIterator[Path]:
    """Read on in a job's program to its end; the path each time when there is more of it.

    A program that grows is read on by another call. Decoding is done in a thread. Raises what the call raises,
    ValueError for an answer that makes no sense.
    """
    while True:
        answer = await call("job.motion", job=job, row=path.rows)
        known = path.rows
        await asyncio.to_thread(path.take, answer)
        yield path
        if path.complete or path.rows == known:
            return


def _longer(column: npt.NDArray[Column], room: int, kept: int) -> npt.NDArray[Column]:
    longer = np.empty(room, column.dtype)
    longer[:kept] = column[:kept]
    return longer
