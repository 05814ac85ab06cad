from __future__ import annotations

import numpy as np
import pytest

from dcode.errors import GenerationError
from dcode.generation.sketch.store import read_store
from tests.unit.generation.sketch.small import DRAWINGS, write_store


@pytest.fixture
def store(tmp_path):
    return read_store(write_store(tmp_path / "lineart.npz"))


def test_strokes_come_back_point_for_point(store):
    assert len(store) == len(DRAWINGS)
    lines = store.lines(3)
    assert [line.tolist() for line in lines] == [
        [[0, 0], [255, 13]],
        [[100, 100], [143, 100], [143, 150], [100, 100]],
    ]
    assert lines.closed.tolist() == [False, True]


def test_every_drawing_has_its_caption_tags_and_set(store):
    assert [store.caption(place) for place in range(6)] == [caption for _, caption, _, _ in DRAWINGS]
    assert store.tags[2] == ("kitty", "tom") and store.tags[1] == ()
    assert store.source(0).licence == "ISC" and store.source(2).title == "Tabler Icons"


def test_the_attribution_names_set_drawing_and_licence(store):
    assert store.attribution(0) == "drawn after Lucide 'horse', ISC"
    assert store.attribution(1) == "drawn after Tabler Icons 'horse-2', MIT"
    assert store.attribution(5) == "drawn after Tabler Icons 'black-cat', MIT"


def test_a_library_of_another_format_is_refused(tmp_path):
    with pytest.raises(
        GenerationError, match=r"lineart\.npz is no line-art library of format dcode-lineart 1: it is x 1"
    ):
        read_store(write_store(tmp_path / "lineart.npz", format="x"))


def test_a_library_without_an_array_is_refused(tmp_path):
    np.savez(tmp_path / "lineart.npz", points=np.zeros((1, 2), dtype=np.uint8))
    with pytest.raises(GenerationError, match="no line-art library"):
        read_store(tmp_path / "lineart.npz")


def test_a_library_that_is_not_there_says_so(tmp_path):
    with pytest.raises(GenerationError, match="No such file"):
        read_store(tmp_path / "lineart.npz")
