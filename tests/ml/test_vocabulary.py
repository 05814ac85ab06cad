"""The vocabulary that training learns: line ends, beginning and end are in it, and every program comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("tokenizers")

from dcode.ml.language import HEADER
from dcode.ml.tokenizer import NEWLINE, GcodeTokenizer
from dcode.ml.train.vocabulary import SPECIAL, learnt, marked, write_vocabulary
from tests.ml import builders


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("model")
    write_vocabulary(learnt((builders.gcode(seed) for seed in range(12)), 500), place, 512)
    return place


def test_special_tokens_have_the_published_numbers(folder: Path) -> None:
    words = GcodeTokenizer.load(folder)
    assert [words.tokenizer.token_to_id(one) for one in SPECIAL] == [0, 1, 2, 3, 4]
    assert (words.pad, words.bos, words.eos, words.newline) == (0, 2, 3, 4)


def test_every_text_begins_and_ends_and_keeps_its_lines(folder: Path) -> None:
    words, program = GcodeTokenizer.load(folder), builders.gcode(77)
    ids = words.tokenizer.encode(marked(program)).ids
    assert (ids[0], ids[-1]) == (2, 3)
    assert ids.count(4) == program.count("\n")
    assert words.decode(ids) == program


def test_drawing_begins_as_training_did(folder: Path) -> None:
    words = GcodeTokenizer.load(folder)
    ids = words.tokenizer.encode(marked(builders.gcode(3))).ids
    assert ids[: len(words.opening())] == words.opening()
    assert words.decode(words.opening()) == HEADER
    published = GcodeTokenizer.load(_published(folder.parent / "v3"))
    assert published.opening() == published.encode(HEADER)  # which never saw <s>


def test_numbers_that_no_program_had_can_be_written(folder: Path) -> None:
    tokenizer = learnt(["G0 X1 Y1"], 300)
    assert 1 not in tokenizer.encode(marked("G1 X-279.846 Y503.1 F500 ; M")).ids
    assert tokenizer.get_vocab_size() < 300  # there are no more pairs


def test_the_split_of_the_published_vocabulary_is_kept() -> None:
    tokenizer = learnt([builders.gcode(1)], 500)
    assert tokenizer.token_to_id(NEWLINE) == 4
    assert tokenizer.pre_tokenizer.pre_tokenize_str("G1 X5") == [("G1", (0, 2)), ("X5", (3, 5))]


def _published(folder: Path) -> Path:
    builders.save(folder, "v3")
    return folder
