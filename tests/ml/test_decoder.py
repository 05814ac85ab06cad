"""The decoder gives the logits of torch's own layers, with and without its cache."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch

from dcode.ml.checkpoint import load_decoder
from dcode.ml.decoder import DecoderConfig, GcodeDecoder
from tests.ml import builders
from tests.ml.conftest import Open

CLOSE = 1e-4


@pytest.mark.parametrize("layout", builders.LAYOUTS)
def test_logits_are_those_of_torchs_own_layers(layout: str, tmp_path: Path) -> None:
    theirs = builders.save(tmp_path, layout)
    loaded = load_decoder(tmp_path)
    latent = builders.latent(1, 2)
    ids = torch.randint(loaded.config.vocab_size, (2, 70), generator=torch.Generator().manual_seed(2))
    expected = theirs(latent, ids)
    assert expected.std() > 0.3  # a model that says something
    assert (loaded.decoder(latent, ids) - expected).abs().max() < CLOSE


@pytest.mark.parametrize("layout", builders.LAYOUTS)
def test_a_token_at_a_time_gives_the_logits_of_the_whole_text(layout: str, opened: Open) -> None:
    decoder = opened(layout).decoder
    latent = builders.latent(3)
    ids = torch.randint(decoder.config.vocab_size, (3, 40), generator=torch.Generator().manual_seed(4))
    whole = decoder(latent.expand(3, -1, -1, -1), ids)
    places = torch.arange(40)
    caches = decoder.begin(latent, 3, 64)
    mask = places[:12] <= places[:12, None]
    stepped = [decoder.step(ids[:, :12], places[:12], caches, 12, mask)]
    stepped += [decoder.step(ids[:, at : at + 1], places[at : at + 1], caches, at + 1) for at in range(12, 40)]
    assert (torch.stack(stepped, 1) - whole[:, 11:]).abs().max() < CLOSE


def test_a_wider_look_with_a_mask_reads_the_same(opened: Open) -> None:
    """The compiled step looks at more of the cache than is filled."""
    decoder, places = opened("v3").decoder, torch.arange(64)
    ids = torch.arange(10, 20)[None]
    results = []
    for span in (10, 64):
        caches = decoder.begin(builders.latent(5), 1, 64)
        for at in range(10):
            width = span if span == 64 else at + 1
            mask = places[None, :width] <= at
            logits = decoder.step(ids[:, at : at + 1], places[at : at + 1], caches, width, mask)
        results.append(logits)
    assert (results[0] - results[1]).abs().max() < CLOSE


@pytest.mark.parametrize("layout", builders.LAYOUTS)
def test_packed_texts_have_the_logits_that_each_has_alone(layout: str, opened: Open) -> None:
    decoder, latent = opened(layout).decoder, builders.latent(6, 3)
    lengths = torch.tensor([9, 30, 17])
    ids = torch.randint(decoder.config.vocab_size, (3, 30), generator=torch.Generator().manual_seed(7))
    there = (torch.arange(30) < lengths[:, None]).flatten().nonzero()[:, 0]
    packed = decoder(latent, ids, there).split(lengths.tolist())
    for row, logits in enumerate(packed):
        alone = decoder(latent[row : row + 1], ids[row : row + 1, : lengths[row]])[0]
        assert (logits - alone).abs().max() < CLOSE
    other = ids.clone()
    other[0, 9:] = 0  # padding is not looked at
    assert torch.equal(decoder(latent, other, there), torch.cat(packed))


def test_training_begins_with_even_chances_and_a_gradient_everywhere() -> None:
    torch.manual_seed(1)
    decoder = GcodeDecoder(DecoderConfig("v3", 50, 32, 3, 4, 40), dropout=0.1)
    decoder.randomise()
    ids = torch.randint(50, (4, 40))
    logits = decoder(builders.latent(1, 4), ids)
    lost = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids.flatten())
    assert 3.4 < float(lost.detach()) < 4.6  # log 50 is 3.9
    lost.backward()
    assert all(one.grad is not None and one.grad.abs().sum() > 0 for one in decoder.parameters())


def test_the_published_sizes_have_the_published_numbers_of_parameters() -> None:
    with torch.device("meta"):
        v3 = GcodeDecoder(DecoderConfig("v3", 8192))
        v2 = GcodeDecoder(DecoderConfig("v2", 32128, 768, 6, 12, 1024, tied=True))
        old = GcodeDecoder(DecoderConfig("latent", 32128, 512, 6, 8, 2048)).latent_proj
    millions = [round(sum(p.numel() for p in model.parameters()) / 1e6, 1) for model in (v3, v2, old)]
    assert millions == [223.4, 170.3, 537.3]
    assert len(v3.state_dict()) == 238
