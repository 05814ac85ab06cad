"""A program as the machine will carry it out: a flat table, one row a step.

Units, modes, offsets and arcs are gone: every row is absolute, in millimetres, y up, and knows the source line that
it comes from. Rows are what the check proves, what is translated to a dialect, what a watermark counts and what a
resumed job starts from. 25 bytes a row: a drawing of a million lines takes 25 MB.
"""

from __future__ import annotations

import json
import mmap
from array import array
from collections.abc import Iterator, Mapping
from enum import IntEnum
from pathlib import Path
from typing import Any, Final, NamedTuple


class Kind(IntEnum):
    """What a row does. For TRAVEL and DRAW, x and y are the end; for the rest the gondola stays where it is."""

    TRAVEL = 0  # move with the pen up; value: feed, mm/min
    DRAW = 1  # move with the pen down; value: feed, mm/min
    PEN_UP = 2
    PEN_DOWN = 3
    DWELL = 4  # value: seconds
    PAUSE = 5  # M0, M1: wait for the user; a message may be kept in `texts`
    PEN_CHANGE = 6  # T, M6; value: pen number; a name for it may be kept in `texts`
    HOME = 7  # G28: x, y are the home position


MOVES: Final = (Kind.TRAVEL, Kind.DRAW)
MOVING: Final = (*MOVES, Kind.HOME)  # all that move the gondola

# Typecodes of array.array, fixed by name: they are the file format.
COLUMNS: Final = {"kind": "B", "x": "d", "y": "d", "value": "f", "line": "I"}

_MAGIC: Final = b"dcode motion\n"


class Step(NamedTuple):
    """One row, as a value."""

    kind: Kind
    x: float
    y: float
    value: float
    line: int


class Motion:
    """The rows of a program as five columns of equal length.

    `start` is where the gondola is before the first row, in mm; `holder` are the number and the name of the pen that is
    to be in it then, where that is said. A loaded motion has memoryviews over the mapped file for columns and cannot be
    appended to; both kinds index alike, and `numpy.frombuffer(column, dtype)` wraps either.
    """

    __slots__ = ("_map", "holder", "kind", "line", "start", "texts", "value", "x", "y")

    def __init__(self, start: tuple[float, float] = (0.0, 0.0)) -> None:
        self.kind: array[int] | memoryview = array("B")
        self.x: array[float] | memoryview = array("d")
        self.y: array[float] | memoryview = array("d")
        self.value: array[float] | memoryview = array("f")
        self.line: array[int] | memoryview = array("I")
        self.texts: dict[int, str] = {}  # messages for the user, by row
        self.start = start
        self.holder: tuple[int, str] | None = None
        self._map: mmap.mmap | None = None

    def __len__(self) -> int:
        return len(self.kind)

    def __getitem__(self, row: int) -> Step:
        return Step(Kind(self.kind[row]), self.x[row], self.y[row], self.value[row], self.line[row])

    def __iter__(self) -> Iterator[Step]:
        return (self[row] for row in range(len(self)))

    def append(self, kind: int, x: float, y: float, value: float, line: int) -> None:
        """Add one row. Only for a motion that is being built."""
        assert isinstance(self.kind, array) and isinstance(self.x, array) and isinstance(self.y, array)
        assert isinstance(self.value, array) and isinstance(self.line, array)
        self.kind.append(kind)
        self.x.append(x)
        self.y.append(y)
        self.value.append(value)
        self.line.append(line)

    def extend(self, columns: Mapping[str, bytes | memoryview]) -> None:
        """Add whole columns at once, as native bytes of the typecodes in COLUMNS."""
        for name in COLUMNS:
            column = getattr(self, name)
            assert isinstance(column, array)
            column.frombytes(columns[name])

    def position_before(self, row: int) -> tuple[float, float]:
        """Where the gondola is when `row` begins, in mm."""
        return (self.x[row - 1], self.y[row - 1]) if row > 0 else self.start

    def save(self, path: Path) -> None:
        """Write the motion to one file: a line of JSON that describes it, then the columns, each 8-aligned."""
        head = {"rows": len(self), "start": self.start, "texts": self.texts, "holder": self.holder}
        with path.open("wb") as file:
            file.write(_MAGIC + json.dumps(head).encode() + b"\n")
            for name in COLUMNS:
                file.write(b"\0" * (-file.tell() % 8))
                file.write(memoryview(getattr(self, name)))

    @classmethod
    def load(cls, path: Path) -> Motion:
        """Map a saved motion; pages are read as rows are touched. Raises ValueError for a torn or foreign file."""
        with path.open("rb") as file:
            if file.readline() != _MAGIC:
                raise ValueError(f"{path}: not a motion file")
            head = json.loads(file.readline())
            offset = file.tell()
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        try:
            rows, motion = int(head["rows"]), cls((head["start"][0], head["start"][1]))
            motion.texts = {int(row): text for row, text in head["texts"].items()}
            if head.get("holder"):
                motion.holder = int(head["holder"][0]), str(head["holder"][1])
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise ValueError(f"{path}: its head does not say what it must") from error
        motion._map = mapped
        view = memoryview(mapped)
        for name, code in COLUMNS.items():
            offset += -offset % 8
            size = array(code).itemsize * rows
            if offset + size > len(view):
                raise ValueError(f"{path}: shorter than its head says")
            column: memoryview[Any] = view[offset : offset + size].cast(code)  # type: ignore[call-overload]  # in COLUMNS
            setattr(motion, name, column)
            offset += size
        return motion
