from __future__ import annotations

import numpy as np
import pytest

from dcode.generation.sketch.words import read_words
from dcode.ml.data.wordnet import Nouns
from dcode.ml.data.words.distil import distil, write_words
from dcode.ml.data.words.encode import encoded
from dcode.ml.data.words.general import explained, general_names, mended
from dcode.ml.data.words.vocabulary import Vocabulary
from tests.unit.ml.data.small_wordnet import write_wordnet


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_the_table_keeps_who_is_near_whom(tmp_path):
    random = np.random.default_rng(1)
    vectors = unit(random.normal(size=(40, 6)) @ random.normal(size=(6, 24)))
    table = distil(vectors, 6)
    assert table.kept == pytest.approx(1.0, abs=1e-3)
    names = tuple(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(40))
    write_words(
        tmp_path / "words.npz", Vocabulary(names, ("odd",), (3,)), table, np.full(40, 64, np.uint8), [True] * 40
    )
    words = read_words(tmp_path / "words.npz")
    centred = unit(vectors - vectors.mean(axis=0))
    assert words.unit @ words.unit.T == pytest.approx(centred @ centred.T, abs=0.02)
    assert words.from_encoder(vectors) == pytest.approx(words.unit, abs=0.02)
    assert words.place("odd") == 3


def test_the_sign_of_the_axes_does_not_hang_on_the_machine():
    vectors = unit(np.random.default_rng(2).normal(size=(30, 8)))
    axes = distil(vectors, 4).axes.astype(np.float64)
    assert (axes[np.abs(axes).argmax(axis=0), np.arange(4)] > 0).all()


def test_a_rare_noun_is_mixed_with_what_is_above_it_and_what_it_is(tmp_path):
    nouns = Nouns(write_wordnet(tmp_path))
    assert general_names(["stallion", "horse", "xyz"], nouns) == [("horse",), ("animal",), ()]
    assert explained(["stallion", "horse", "xyz"], nouns, {"horse"}) == ["stallion: an adult male horse", "", ""]
    own, horse, said = np.eye(3, dtype=np.float32)
    found = mended(np.stack([own, own, own]), [[horse], [horse], []], [said, None, None])
    assert found[0, 1] > found[1, 1] > found[2, 1] == 0
    assert found[0, 2] > 0 and found[2].tolist() == own.tolist()
    assert np.linalg.norm(found, axis=1) == pytest.approx(1.0)


class CountingEncoder:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts):
        self.seen += texts
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


def test_a_text_is_encoded_once_and_then_read_from_the_cache(tmp_path):
    encoder = CountingEncoder()
    assert encoded(["aaa", "b", "aaa"], lambda: encoder, tmp_path)[:, 0].tolist() == [3, 1, 3]
    assert encoded(["cc", "b"], lambda: encoder, tmp_path)[:, 0].tolist() == [2, 1]
    assert sorted(encoder.seen) == ["aaa", "b", "cc"]
