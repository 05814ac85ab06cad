"""MiniLM's loading and pooling, on a small encoder in the same files."""

from __future__ import annotations

import numpy as np
import pytest

from dcode.errors import GenerationError

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
tokenizers = pytest.importorskip("tokenizers")

from dcode.ml.minilm import MiniLM  # noqa: E402  # needs them

WORDS = ["[PAD]", "[UNK]", "a", "horse", "cat"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    torch.manual_seed(3)
    place = tmp_path_factory.mktemp("minilm")
    config = transformers.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=130,
    )
    transformers.BertModel(config).save_pretrained(place)
    model = tokenizers.models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]")
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(place / "tokenizer.json"))
    return place


def test_a_text_has_the_same_vector_alone_and_beside_a_longer_one(folder):
    encoder = MiniLM(folder)
    alone, beside = encoder.encode(["horse"]), encoder.encode(["horse", "a cat a cat a cat"])
    assert alone[0] == pytest.approx(beside[0], abs=1e-5)
    assert np.linalg.norm(beside, axis=1) == pytest.approx(1.0)


def test_a_text_beyond_what_it_was_trained_on_is_cut(folder):
    encoder = MiniLM(folder)
    assert encoder.encode(["a " * 128])[0] == pytest.approx(encoder.encode(["a " * 500])[0], abs=1e-5)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(GenerationError, match=r"has no config\.json: a folder of all-MiniLM-L6-v2 is needed"):
        MiniLM(tmp_path)
