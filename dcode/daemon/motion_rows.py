"""The rows of a job's program, as many as a message may have."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from dcode.api.codec import CHUNK
from dcode.api.motion import MotionRows, rows_of
from dcode.gcode.motion import Motion

ROWS: Final = CHUNK // 9  # in one answer: a byte and two float32 each
PEN_CHANGES: Final = 5_000  # in one answer: as digits they are longer than what is packed


def rows_from(path: Path, row: int) -> MotionRows:
    """What job.motion answers: as many rows of a saved motion, from one on, as fit a message.

    Only the pages with those rows are read: for a thread. Raises OSError, ValueError for a file that is not there or
    is none.
    """
    return rows_of(Motion.load(path), row, most=ROWS, pen_changes=PEN_CHANGES)
