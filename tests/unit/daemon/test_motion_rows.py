from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest

from dcode.api import codec
from dcode.daemon.motion_rows import PEN_CHANGES, ROWS, rows_from
from dcode.gcode.motion import Kind, Motion


def saved(folder: Path, motion: Motion) -> Path:
    path = folder / "motion"
    motion.save(path)
    return path


def wandering(rows: int) -> Motion:
    """A program of that many rows, all of them moves."""
    chance, motion = np.random.default_rng(1), Motion((3.0, 4.0))
    x, y = chance.uniform(-400, 400, (2, rows))
    ones = np.ones(rows, np.uint8)
    columns = {"kind": ones, "x": x, "y": y, "value": ones.astype("f"), "line": ones.astype("I")}
    motion.extend({name: column.tobytes() for name, column in columns.items()})
    return motion


def floats(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4")


def test_pieces_one_after_the_other_are_the_program_and_each_fits_a_message(tmp_path: Path) -> None:
    motion = wandering(2 * ROWS + 17)
    path, kinds, x = saved(tmp_path, motion), b"", list[float]()
    while len(kinds) < len(motion):
        piece = rows_from(path, len(kinds))
        assert len(codec.result(1, piece.model_dump())) < codec.MAX_MESSAGE
        assert (piece.row, piece.rows, piece.start) == (len(kinds), len(motion), (3.0, 4.0))
        kinds += base64.b64decode(piece.kinds)
        x += floats(piece.x).tolist()
        assert len(x) == len(kinds)
    assert kinds == bytes(motion.kind)
    assert x == np.array(motion.x).astype("f").tolist()


def test_a_row_that_is_not_there_yet_gives_none(tmp_path: Path) -> None:
    piece = rows_from(saved(tmp_path, wandering(5)), 9)
    assert (piece.rows, piece.row, piece.kinds, piece.x, piece.y) == (5, 5, "", "", "")


def test_pens_are_told_where_they_are_put_in(tmp_path: Path) -> None:
    motion = Motion()
    motion.holder = (2, "red")
    for kind, value in ((Kind.TRAVEL, 500), (Kind.PEN_CHANGE, 3), (Kind.DRAW, 500), (Kind.PEN_CHANGE, 1)):
        motion.append(kind, 1.0, 2.0, value, 1)
    path = saved(tmp_path, motion)
    assert rows_from(path, 0).pens == [(0, 2), (1, 3), (3, 1)]
    assert rows_from(path, 2).pens == [(3, 1)]


def test_a_program_of_nothing_but_pens_still_comes_in_pieces_that_fit(tmp_path: Path) -> None:
    motion = Motion()
    for _ in range(PEN_CHANGES + 3):
        motion.append(Kind.PEN_CHANGE, 1e9, 1e9, 4_000_000, 1)
    path = saved(tmp_path, motion)
    first, rest = rows_from(path, 0), rows_from(path, PEN_CHANGES)
    assert len(codec.result(1, first.model_dump())) < codec.MAX_MESSAGE
    assert [row for row, _ in first.pens + rest.pens] == list(range(PEN_CHANGES + 3))


def test_a_file_that_is_half_written_is_an_error(tmp_path: Path) -> None:
    path = saved(tmp_path, wandering(500))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="shorter"):
        rows_from(path, 0)
