from __future__ import annotations

import pytest

from dcode.errors import ConfigError
from dcode.ml.data.wordnet import Nouns
from tests.unit.ml.data.small_wordnet import write_wordnet


@pytest.fixture
def nouns(tmp_path):
    return Nouns(write_wordnet(tmp_path))


@pytest.mark.parametrize(
    ("word", "base"), [("horses", "horse"), ("castle", "castle"), ("horsies", "horse"), ("xyz", None)]
)
def test_words_are_brought_to_their_singular(nouns, word, base):
    assert nouns.singular(word) == base


def test_a_noun_is_of_the_kind_of_its_first_sense(nouns):
    assert (nouns.kind("stallions"), nouns.kind("wine bottle"), nouns.kind("xyz")) == ("animal", "artifact", None)


def test_the_senses_above_come_nearest_first_with_what_they_are(nouns):
    assert [meaning.words[0] for meaning in nouns.wider("stallion")] == ["stallion", "horse", "animal", "entity"]
    assert next(nouns.wider("animal")).gloss == "a living thing that moves"


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"index\.noun"):
        Nouns(tmp_path).singular("horse")
