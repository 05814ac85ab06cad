from __future__ import annotations

import numpy as np

from dcode.generation.sketch.store import read_store
from dcode.geometry.lines import Lines
from dcode.ml.data.lineart.build import chosen_sets
from dcode.ml.data.lineart.pack import Drawing, write_library
from dcode.ml.data.lineart.sets import SHARE_ALIKE, named

DRAWINGS = [
    Drawing(
        "lucide", "home", "house", ("cabin", "hut"), Lines.of([[(0, 255), (255, 0)], [(9, 9), (3, 200), (7, 7)]]), 40
    ),
    Drawing("tabler", "horse", "horse", (), Lines.of([[(1, 2), (3, 4)]]), 12),
]
SETS = [(named("lucide"), "1.2.137"), (named("tabler"), "1.2.41")]


def test_what_is_written_is_what_is_read(tmp_path):
    write_library(tmp_path / "lineart.npz", DRAWINGS, SETS)
    store = read_store(tmp_path / "lineart.npz")
    for place, drawing in enumerate(DRAWINGS):
        assert np.array_equal(store.lines(place).points, drawing.lines.points)
        assert np.array_equal(store.lines(place).starts, drawing.lines.starts)
        assert (store.caption(place), store.tags[place]) == (drawing.caption, drawing.tags)
    assert store.attribution(0) == "drawn after Lucide 'home', ISC"
    assert store.cluster.tolist() == [1, 0]


def test_the_same_drawings_give_the_same_bytes(tmp_path):
    for name in ("one.npz", "other.npz"):
        write_library(tmp_path / name, DRAWINGS, SETS)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()


def test_share_alike_sets_are_only_read_where_asked_for():
    assert SHARE_ALIKE not in {source.licence for source in chosen_sets(include_sa=False)}
    assert SHARE_ALIKE in {source.licence for source in chosen_sets(include_sa=True)}
