from __future__ import annotations

import json

import numpy as np
import pytest

from dcode.errors import GenerationError
from dcode.generation.sketch.phrase import plain, told
from dcode.generation.sketch.words import read_words
from tests.unit.generation.sketch.small import write_words


@pytest.fixture
def words(tmp_path):
    return read_words(write_words(tmp_path / "words.npz"))


def cosine(words, one: str, other: str) -> float:
    return float(words.vector(one) @ words.vector(other))


def test_a_phrase_without_articles_and_asking_is_plain():
    assert plain("Draw a sketch of the Cat's house") == "cat house"
    assert told("a cat with the black hat") == ["cat", "black", "hat"]


def test_a_plural_means_what_its_singular_does(words):
    assert cosine(words, "horses", "horse") == pytest.approx(1.0)


def test_the_head_noun_weighs_more_than_an_adjective_and_than_what_comes_after(words):
    assert cosine(words, "black cat", "cat") > cosine(words, "black cat", "black")
    assert cosine(words, "horse in a house", "horse") > cosine(words, "horse in a house", "house")
    assert cosine(words, "house with a horse", "house") > cosine(words, "house with a horse", "horse")


def test_an_adjective_has_a_say_all_the_same(words):
    assert not np.allclose(words.vector("black cat"), words.vector("cat"))


def test_a_compound_of_the_table_is_one_word(words):
    chestnut = words.unit[words.place_of["chestnut horse"]]
    assert words.vector("a chestnut horse") @ chestnut == pytest.approx(1.0, abs=1e-5)


def test_a_word_without_a_vector_stands_for_a_more_general_one(words):
    assert cosine(words, "stallion", "horse") == pytest.approx(1.0)
    assert cosine(words, "villas", "house") == pytest.approx(1.0)


@pytest.mark.parametrize("typo", ["hrose", "horsse", "horsey"])
def test_a_misspelt_word_is_found_by_its_spelling(words, typo):
    assert cosine(words, typo, "horse") > 0.9


@pytest.mark.parametrize("nothing", ["", "   ", "the of and", "zzzz qqq", "12 34 !?", "лошадь"])
def test_what_is_not_known_has_no_vector(words, nothing):
    assert not words.vector(nothing).any()


def test_many_phrases_at_once_are_as_one_by_one(words):
    phrases = ["horse", "black cat", "zzzz", "horse in a house", "trees"]
    assert words.vectors(phrases) == pytest.approx(np.stack([words.vector(one) for one in phrases]), abs=1e-6)


def test_vectors_of_the_full_encoder_come_into_the_same_space(words):
    full = np.zeros((1, 8), dtype=np.float32)
    full[0, :6] = words.unit[words.place_of["horse"]] * 7
    assert words.from_encoder(full)[0] == pytest.approx(words.vector("horse"), abs=1e-3)


def test_a_file_of_another_version_is_named_with_what_was_expected(tmp_path):
    path = write_words(tmp_path / "words.npz", version=99)
    with pytest.raises(
        GenerationError, match=r"words\.npz is no word table of format dcode-words 1: it is dcode-words 99"
    ):
        read_words(path)


def test_a_file_that_is_none_is_refused_in_one_sentence(tmp_path):
    path = tmp_path / "words.npz"
    path.write_bytes(b"PK no archive")
    with pytest.raises(GenerationError, match="no word table") as caught:
        read_words(path)
    assert caught.value.fields["reason"] == "unavailable"
    np.savez(path, about=np.frombuffer(json.dumps({"format": "x", "version": 1}).encode(), dtype=np.uint8))
    with pytest.raises(GenerationError, match="no word table"):
        read_words(path)
