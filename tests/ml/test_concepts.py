"""The lists of an evaluation: what counts as a concept, and a library that has none of it left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from dcode.errors import ConfigError
from dcode.generation.sketch.store import read_store, shipped_store
from dcode.ml.data.prompts.concepts import HELD_OUT, SEEN, Concept, read_concepts, says, shows, without
from tests.unit.generation.sketch.small import write_store

CAT, ICE = Concept("cat", ("cat", "kitten")), Concept("ice cream", ("ice cream",))


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("black cats", True),
        ("kittens in a box", True),
        ("box", False),
        ("cathedral", False),
        ("wildcat", False),
        ("two ice creams", True),
        ("ice and cream", False),
    ],
)
def test_a_concept_is_said_by_whole_words_in_any_number(phrase: str, said: bool) -> None:
    assert says(["box", phrase], (CAT, ICE)) is said


@pytest.mark.parametrize(
    ("caption", "place"), [("black cat in a box", 0), ("cat box", None), ("box", None), ("ice creams", 1), ("", None)]
)
def test_a_caption_shows_what_heads_it(caption: str, place: int | None) -> None:
    assert shows(caption, (CAT, ICE)) == place


def test_the_lists_that_ship_share_no_word() -> None:
    seen, held = read_concepts(SEEN), read_concepts(HELD_OUT)
    assert (len(seen), len(held)) == (64, 32)
    words = [word for concept in (*seen, *held) for word in concept.words]
    assert len(words) == len(set(words))
    assert not any(says(one.words, held) for one in seen)


def test_every_concept_has_drawings_that_it_can_be_scored_by() -> None:
    store = shipped_store()
    shown = [shows(text, read_concepts(SEEN)) for text in store.texts]
    assert set(shown) >= set(range(64))
    counts = np.bincount([place for place in (shown[caption] for caption in store.caption_of) if place is not None])
    assert counts.min() >= 4


def test_a_library_without_a_concept_draws_the_rest_as_before(tmp_path: Path) -> None:
    """Drawings 2 and 5 of the small library are cats."""
    store = read_store(write_store(tmp_path / "lineart.npz"))
    left = without(store, (CAT,))
    assert [left.caption(place) for place in range(len(left))] == ["horse", "horse", "house", "tree"]
    assert left.texts == ("horse", "house", "tree")
    for place, before in enumerate((0, 1, 3, 4)):
        assert (left.lines(place).points == store.lines(before).points).all()
        assert (left.lines(place).starts == store.lines(before).starts).all()
        assert left.attribution(place) == store.attribution(before)
        assert left.tags[place] == store.tags[before]
    assert len(without(store, ())) == len(store)


def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert read_concepts("") == ()
    with pytest.raises(ConfigError, match=r"nowhere\.txt"):
        read_concepts(str(tmp_path / "nowhere.txt"))
