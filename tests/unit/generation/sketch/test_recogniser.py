"""The recogniser sees drawings as they are, whatever their size, and ranks the engine's candidates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dcode.errors import GenerationError
from dcode.generation.request import DrawRequest
from dcode.generation.sketch.picture import SIDE, pictures
from dcode.generation.sketch.recogniser import FORMAT, VERSION, Recogniser, read_recogniser
from dcode.generation.sketch.strokes import MODEL, RECOGNISER, StrokesEngine
from dcode.geometry.lines import Lines
from tests.unit.generation.sketch.random_model import write_random
from tests.unit.generation.sketch.small import small_finder
from tests.unit.generation.sketch.test_weights import write

SQUARE = Lines.of([[(0, 0), (9, 0), (9, 9), (0, 9), (0, 0)]])
BAR = Lines.of([[(0, 0), (90, 0)]])


def write_recogniser(path: Path, **changes: object) -> Path:
    random = np.random.default_rng(2)
    shapes = {
        "conv.0.weight": (4, 1, 3, 3),
        "conv.0.bias": (4,),
        "conv.1.weight": (8, 4, 3, 3),
        "conv.1.bias": (8,),
        "image.weight": (5, 8 * 16 * 16),
        "image.bias": (5,),
        "text.weight": (5, 6),
        "text.bias": (5,),
    }
    tensors = {name: ("F32", random.normal(0, 0.5, shape).astype(np.float32)) for name, shape in shapes.items()}
    config = {"format": FORMAT, "version": VERSION, "channels": [4, 8], "space": 5, "text_size": 6, **changes}
    return write(path, tensors, config)


def recogniser(folder: Path) -> Recogniser:
    return read_recogniser(write_recogniser(folder / RECOGNISER))


def test_a_picture_is_filled_and_its_top_is_the_top() -> None:
    square, bar, roof = pictures([SQUARE, BAR, Lines.of([[(0, 0), (5, 9), (10, 0)]])])
    assert square.shape == (SIDE, SIDE) and square.min() >= 0 and square.max() > 0.95
    assert np.flatnonzero(square.sum(axis=0))[[0, -1]].tolist() == pytest.approx([3, SIDE - 4], abs=1)
    assert np.flatnonzero(bar.sum(axis=1)).tolist() == [SIDE // 2 - 1, SIDE // 2]
    widths = [np.ptp(np.flatnonzero(row)) for row in roof if row.any()]
    assert widths[0] < widths[-1]


def test_size_and_place_do_not_matter(tmp_path: Path) -> None:
    moved = Lines(SQUARE.points * 7 + 100, SQUARE.starts)
    one, other, bar = recogniser(tmp_path).scores([SQUARE, moved, BAR], np.ones(6, dtype=np.float32))
    assert one == pytest.approx(other, abs=1e-4)
    assert abs(one - bar) > 1e-3
    assert min(one, bar) >= -1 and max(one, bar) <= 1


def test_it_does_not_matter_where_a_thing_looks(tmp_path: Path) -> None:
    flag = Lines.of([[(0, 0), (0, 10), (6, 8), (0, 6)]])
    mirrored = Lines(flag.points * (-1, 1), flag.starts)
    one, other = recogniser(tmp_path).scores([flag, mirrored], np.ones(6, dtype=np.float32))
    assert one == pytest.approx(other, abs=1e-6)


def test_candidates_are_ranked_by_the_recogniser_that_lies_beside_the_model(tmp_path: Path) -> None:
    write_random(tmp_path / MODEL, 1, thresholds={"likelihood": 1.0, "recogniser": -1.0})
    judge, finder = recogniser(tmp_path), small_finder(tmp_path)
    engine = StrokesEngine(tmp_path, lambda: finder)
    (drawn,) = engine.draw(DrawRequest("a horse"), lambda told: None, lambda: False)
    assert drawn.score == pytest.approx(float(judge.scores([drawn.lines], finder.words.vector("horse"))[0]), abs=1e-5)


def test_a_recogniser_that_says_nothing_of_its_sizes_is_named(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match=r"recogniser.safetensors cannot be used"):
        read_recogniser(write_recogniser(tmp_path / RECOGNISER, channels=None))
