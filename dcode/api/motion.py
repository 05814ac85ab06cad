"""The message that tells the way of the pen in a job, and how its rows are packed."""

from __future__ import annotations

import sys
from array import array
from base64 import b64encode
from typing import Final

from pydantic import Field

from dcode.api.kinds import Kind
from dcode.api.model import Model
from dcode.gcode.motion import Motion

_SWAP: Final = sys.byteorder == "big"


class MotionRows(Model):
    """Some of a job's program as the machine carries it out, from `row` on; `rows` are all that there are so far.

    Each row has a byte of `kinds` (Kind) and a little-endian float32 of `x` and of `y`, mm: where the gondola is after
    it. All three as base64, of the same number of rows. Before row 0 it is at `start`. A program that grows is asked
    again, from the first row that is missing.
    """

    rows: int
    row: int
    start: tuple[float, float]
    kinds: str
    x: str
    y: str
    pens: list[tuple[int, int]] = Field(description="rows at which another pen is put in, and its number")


def rows_of(motion: Motion, row: int = 0, *, most: int | None = None, pen_changes: int | None = None) -> MotionRows:
    """The rows of a program from one on; at most `most` of them, with at most so many changes of the pen."""
    row = min(row, len(motion))
    kinds = bytes(motion.kind[row:] if most is None else motion.kind[row : row + most])
    pens = [(0, motion.holder[0])] if motion.holder and not row else []
    at = kinds.find(Kind.PEN_CHANGE)
    while at >= 0:
        if len(pens) == pen_changes:
            kinds = kinds[:at]
            break
        pens.append((row + at, int(motion.value[row + at])))
        at = kinds.find(Kind.PEN_CHANGE, at + 1)
    end = row + len(kinds)
    return MotionRows(
        rows=len(motion),
        row=row,
        start=motion.start,
        kinds=_text(kinds),
        x=_text(_floats(motion.x[row:end])),
        y=_text(_floats(motion.y[row:end])),
        pens=pens,
    )


def _floats(column: array[float] | memoryview) -> bytes:
    packed = array("f", column)
    if _SWAP:
        packed.byteswap()
    return packed.tobytes()


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")
