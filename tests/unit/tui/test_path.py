from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from dcode.api.kinds import Kind
from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines
from dcode.tui.path import Path, read_path

Row = tuple[Kind, float, float]
SQUARE: list[Row] = [
    (Kind.HOME, 0, 0),
    (Kind.TRAVEL, 10, 10),
    (Kind.PEN_DOWN, 10, 10),
    (Kind.DRAW, 20, 10),
    (Kind.DRAW, 20, 20),
    (Kind.PEN_UP, 20, 20),
    (Kind.TRAVEL, 50, 60),
    (Kind.PEN_DOWN, 50, 60),
    (Kind.PEN_UP, 50, 60),
]


def answer(rows: Sequence[Row], begin: int, end: int, total: int | None = None, **more: Any) -> dict[str, Any]:
    """What the daemon says of these rows."""
    kinds, x, y = zip(*rows[begin:end], strict=True) if begin < end else ((), (), ())
    columns = {"kinds": bytes(kinds), "x": np.array(x, "<f4").tobytes(), "y": np.array(y, "<f4").tobytes()}
    packed = {name: b64encode(column).decode() for name, column in columns.items()}
    return {"rows": total or len(rows), "row": begin, "start": (-1.0, -2.0), "pens": [], **packed, **more}


def square() -> Path:
    path = Path()
    path.take(answer(SQUARE, 0, len(SQUARE)))
    return path


def segments(found: tuple[np.ndarray, ...]) -> list[tuple[float, ...]]:
    return [tuple(one) for one in np.column_stack(found).tolist()]


def test_ink_is_what_the_pen_draws_each_stroke_begun_by_a_dot() -> None:
    assert segments(square().ink(0, len(SQUARE))) == [
        (10, 10, 10, 10, 2),
        (10, 10, 20, 10, 3),
        (20, 10, 20, 20, 4),
        (50, 60, 50, 60, 7),
    ]
    assert segments(square().ink(4, 6)) == [(20, 10, 20, 20, 4)]


def test_travels_are_the_ways_between_from_the_start_on() -> None:
    assert segments(square().travels(0, len(SQUARE))) == [(-1, -2, 0, 0, 0), (0, 0, 10, 10, 1), (20, 20, 50, 60, 6)]


def test_a_path_knows_its_place_its_bounds_and_its_strokes() -> None:
    path = square()
    assert [path.place(row) for row in (0, 1, 4, 99)] == [(-1, -2), (0, 0), (20, 10), (50, 60)]
    assert path.bounds == Bounds(10, 50, 60, 10)
    assert [path.stroke_before(row) for row in (0, 2, 3, 7, 9)] == [0, 0, 2, 2, 7]
    assert [path.stroke_after(row) for row in (0, 2, 7, 9)] == [2, 7, 9, 9]
    assert Path().bounds is None


@pytest.mark.parametrize("cut", range(len(SQUARE)))
def test_pieces_make_the_whole_and_what_came_twice_counts_once(cut: int) -> None:
    path = Path()
    path.take(answer(SQUARE, 0, cut))
    assert (path.rows, path.complete) == (cut, False)
    path.take(answer(SQUARE, max(cut - 2, 0), len(SQUARE)))
    assert path.complete
    assert segments(path.ink(0, 99)) == segments(square().ink(0, 99))
    assert path.bounds == square().bounds


def test_a_program_that_has_grown_goes_on_where_it_ended() -> None:
    path = Path()
    for end in range(1, len(SQUARE) + 1):
        path.take(answer(SQUARE, end - 1, end, end))
        assert path.complete
    assert segments(path.ink(0, 99)) == segments(square().ink(0, 99))


def test_pens_are_remembered_once() -> None:
    path = Path()
    path.take(answer(SQUARE, 0, 5, pens=[(0, 2), (4, 1)]))
    path.take(answer(SQUARE, 3, 9, pens=[(4, 1), (7, 2)]))
    assert path.pens == [(0, 2), (4, 1), (7, 2)]


@pytest.mark.parametrize("wrong", [{"x": ""}, {"row": 5}, {"kinds": "AA=A"}])
def test_an_answer_that_makes_no_sense_is_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"follow|padding"):
        Path().take(answer(SQUARE, 0, 4) | wrong)


def test_strokes_are_drawn_with_the_pen_up_between_them() -> None:
    path = Path.of(Lines.of([[(1, 2), (3, 4)], [(5, 6)]]))
    assert path.kinds.tolist() == [Kind.TRAVEL, Kind.PEN_DOWN, Kind.DRAW, Kind.TRAVEL, Kind.PEN_DOWN]
    assert segments(path.ink(0, 9)) == [(1, 2, 1, 2, 1), (1, 2, 3, 4, 2), (5, 6, 5, 6, 4)]
    path.add_strokes(np.array([(7.0, 6.0), (9.0, 9.0)]), np.array([1]))
    assert segments(path.ink(5, 9)) == [(5, 6, 7, 6, 5), (9, 9, 9, 9, 7)]


def test_a_path_is_read_to_its_end_and_no_further() -> None:
    asked, seen = [], []

    async def call(method: str, /, **params: Any) -> dict[str, Any]:
        asked.append((method, params))
        return answer(SQUARE, params["row"], min(params["row"] + 4, len(SQUARE)))

    async def read() -> None:
        async for path in read_path(call, 7, Path()):
            seen.append(path.rows)

    asyncio.run(read())
    assert asked == [("job.motion", {"job": 7, "row": row}) for row in (0, 4, 8)]
    assert seen == [4, 8, 9]
