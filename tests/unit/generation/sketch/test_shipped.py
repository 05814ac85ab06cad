"""What ships: the library and the word table, their sizes, and that ordinary words land where one expects."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from dcode.errors import GenerationError
from dcode.generation.request import DrawRequest
from dcode.generation.sketch.library import LibraryEngine
from dcode.generation.sketch.strokes import StrokesEngine

MEGABYTE = 1_000_000
SHIPPABLE = {"MIT", "ISC", "Apache-2.0", "CC-BY-4.0", "CC-BY-3.0", "public domain"}


@pytest.fixture(scope="module")
def engine() -> LibraryEngine:
    return LibraryEngine()


@pytest.mark.parametrize(("name", "most"), [("lineart.npz", 5 * MEGABYTE), ("words.npz", 4 * MEGABYTE)])
def test_the_data_keep_within_their_budget(name, most):
    data = files("dcode.generation.sketch") / "data" / name
    assert 0 < len(data.read_bytes()) <= most


def test_there_are_ten_thousand_drawings_each_with_caption_source_and_licence(engine):
    store = engine.finder.store
    assert len(store) >= 10_000
    assert all(store.caption(place) for place in range(len(store)))
    assert {source.licence for source in store.sources} <= SHIPPABLE
    assert all(source.title and source.version and source.home for source in store.sources)
    assert len(store.names) == len(store.tags) == len(store) and all(store.names)


def test_every_drawing_fills_the_grid_and_can_be_drawn(engine):
    store = engine.finder.store
    counts = np.diff(store.stroke_starts)
    assert counts.min() >= 2
    for place in range(0, len(store), 97):
        bounds = store.lines(place).bounds
        assert max(bounds.right - bounds.left, bounds.top - bounds.bottom) >= 240


@pytest.mark.parametrize(
    ("prompt", "caption"),
    [
        ("a horse", "horse"),
        ("stallion", "horse"),
        ("pony", "horse"),
        ("a foal", "horse"),
        ("kitten", "cat"),
        ("the black cat", "black cat"),
        ("puppies", "dog"),
        ("sedan", "car"),
        ("oaks", "oak"),
        ("a toad", "frog"),
        ("lorry", "truck"),
        ("grandmother", "old woman"),
        ("airliner", "airplane"),
        ("a tasty pizza", "pizza"),
        ("bicicle", "bicycle"),
    ],
)
def test_ordinary_words_land_on_what_they_mean(engine, prompt, caption):
    ((_, matches),) = engine.matches(prompt)
    assert engine.finder.store.caption(matches[0].place) == caption


@pytest.mark.parametrize("prompt", ["horse", "cat", "tree", "car", "flower", "bird", "airplane", "key"])
def test_the_first_things_that_anyone_types_are_there_by_name(engine, prompt):
    (drawn,) = engine.draw(DrawRequest(f"a {prompt}"), lambda progress: None, lambda: False)
    assert drawn.score == 1.0
    assert drawn.source.startswith("drawn after ")
    assert 2 <= len(drawn.lines.points) <= 2000


def test_the_notices_name_every_set_that_ships(engine):
    notices = (Path(__file__).parents[4] / "THIRD_PARTY_NOTICES").read_text(encoding="utf-8")
    for source in engine.finder.store.sources:
        assert f"\n{source.title}, {source.licence}\n" in notices
        assert source.licence == "public domain" or f"\n{source.licence}\n" in notices
    assert "Delapouite" in notices and "Princeton University" in notices and "Quick, Draw!" in notices


@pytest.mark.parametrize("prompt", ["Big Ben", "un cheval blanc", "Darth Vader"])
def test_what_hardly_anything_is_near_to_is_refused_and_the_nearest_is_named(engine, prompt):
    with pytest.raises(GenerationError, match=r"has nothing near .*; the nearest is '[a-z ]+'"):
        engine.matches(prompt)
    with pytest.raises(GenerationError, match=r"nothing to draw .* after") as caught:
        StrokesEngine(finder=lambda: engine.finder).draw(DrawRequest(prompt), lambda told: None, lambda: False)
    assert caught.value.fields["reason"] == "unavailable"  # the library's sentence is the one that helps
