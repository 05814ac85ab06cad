"""The stroke decoder in torch and in numpy are one model; programs go through either, whole or an event at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor
from torch.nn import functional

from dcode.generation.sketch.decoder import StrokeDecoder as NumpyDecoder
from dcode.generation.sketch.decoder import read_decoder
from dcode.generation.sketch.events import Events, encode, inputs, targets, told
from dcode.generation.sketch.recogniser import convolved
from dcode.generation.sketch.stroke_config import UNKNOWN, StrokeConfig
from dcode.geometry.lines import Lines
from dcode.ml.stroke_decoder import Conditions, StrokeDecoder, waves
from dcode.ml.train.export import Precision, write_model
from dcode.ml.train.stroke_data import as_neighbour

CLOSE = 1e-4
CONFIG = StrokeConfig(
    width=48, layers=3, heads=4, text_size=12, memory_tokens=16, neighbours=3, neighbour_events=24, events=64
)


def model(seed: int, config: StrokeConfig = CONFIG) -> StrokeDecoder:
    """Weights large enough that logits differ by ones."""
    torch.manual_seed(seed)
    made = StrokeDecoder(config).eval()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.15)
    return made


def program(random: np.random.Generator, strokes: int = 3) -> Events:
    return encode(Lines.of([random.integers(0, 128, (int(random.integers(1, 12)), 2)) for _ in range(strokes)]))


def conditions(text: np.ndarray | None, neighbours: list[Events], style: int, detail: int) -> Conditions:
    """One row."""
    slots = neighbours + [program(np.random.default_rng(0))] * (CONFIG.neighbours - len(neighbours))
    padded = np.stack([as_neighbour(one, CONFIG.neighbour_events) for one in slots])
    return Conditions(
        torch.zeros(1, CONFIG.text_size) if text is None else torch.from_numpy(text)[None],
        torch.tensor([text is None]),
        torch.tensor([style]),
        torch.tensor([detail]),
        torch.from_numpy(told(padded))[None],
        (torch.arange(CONFIG.neighbours) < len(neighbours))[None],
    )


def stepped(decoder: NumpyDecoder, memory: np.ndarray, events: Events) -> list[np.ndarray]:
    cache, found = decoder.begin([memory], 1), list[list[np.ndarray]]()
    for given, want in zip(inputs(events), targets(events), strict=True):
        thought = decoder.step(given[None], cache)
        ways = decoder.across(thought, want[:1]), decoder.up(thought, want[:1], want[1:2])
        found.append([decoder.kinds(thought)[0], *(one[0] for one in ways)])
    return [np.stack(column) for column in zip(*found, strict=True)]


def whole(made: StrokeDecoder, given: Conditions, events: Events) -> tuple[Tensor, ...]:
    with torch.no_grad():
        return made.logits(given, torch.from_numpy(inputs(events))[None], torch.from_numpy(targets(events))[None])


@pytest.mark.parametrize("neighbours", [0, 1, 3])
@pytest.mark.parametrize("named", [True, False])
def test_numpy_with_its_cache_gives_torchs_logits_without_one(tmp_path: Path, neighbours: int, named: bool) -> None:
    made, random = model(1), np.random.default_rng(neighbours)
    write_model(tmp_path / "m.safetensors", made, {}, "fp32")
    decoder, _ = read_decoder(tmp_path / "m.safetensors")
    text = random.normal(0, 1, CONFIG.text_size).astype(np.float32) if named else None
    near = [program(random, 2 + place) for place in range(neighbours if named else 0)]
    style, detail = (1, 3) if named else (UNKNOWN, UNKNOWN)
    events = program(random, 5)
    expected = whole(made, conditions(text, near, style, detail), events)
    found = stepped(decoder, decoder.memory(text, near, style, detail), events)
    assert expected[1].std() > 0.5  # a model that says something
    for one, other in zip(found, expected, strict=True):
        assert np.abs(one - other[0].numpy()).max() < CLOSE


def test_rows_of_two_memories_do_not_mix(tmp_path: Path) -> None:
    write_model(tmp_path / "m.safetensors", model(2), {}, "fp32")
    decoder, _ = read_decoder(tmp_path / "m.safetensors")
    random = np.random.default_rng(3)
    memories = [decoder.memory(random.normal(0, 1, 12).astype(np.float32)), decoder.memory(None)]
    events = [inputs(program(random, 4))[:12] for _ in range(4)]
    together = decoder.begin(memories, 2)
    found = np.stack([decoder.step(np.stack(row), together) for row in zip(*events, strict=True)], axis=1)
    for place, one in enumerate(events):
        alone = decoder.begin([memories[place // 2]], 1)
        expected = np.stack([decoder.step(row[None], alone)[0] for row in one])
        assert np.abs(found[place] - expected).max() < CLOSE


@pytest.mark.parametrize(("precision", "bound"), [("fp16", 0.02), ("int8", 0.4)])
def test_smaller_files_say_nearly_the_same(tmp_path: Path, precision: Precision, bound: float) -> None:
    made, random = model(4), np.random.default_rng(4)
    text, events = random.normal(0, 1, 12).astype(np.float32), program(random, 4)
    found = []
    for kind in ("fp32", precision):
        write_model(tmp_path / f"{kind}.safetensors", made, {}, kind)
        decoder, _ = read_decoder(tmp_path / f"{kind}.safetensors")
        found.append(stepped(decoder, decoder.memory(text), events)[1])
    assert 0 < np.abs(found[0] - found[1]).mean() < bound
    sizes = [(tmp_path / f"{kind}.safetensors").stat().st_size for kind in ("fp32", precision)]
    assert sizes[1] < sizes[0] * (0.55 if precision == "fp16" else 0.5)


def test_what_is_dropped_changes_nothing() -> None:
    """Without words there are no neighbours either, and one that is not present is not looked at."""
    made, random = model(5), np.random.default_rng(5)
    events, text = program(random), random.normal(0, 1, 12).astype(np.float32)
    near = [program(random), program(random)]
    plain = whole(made, conditions(None, [], 0, 0), events)
    with_neighbours = conditions(None, near, 0, 0)
    assert torch.equal(plain[0], whole(made, with_neighbours, events)[0])
    one, two = (whole(made, conditions(text, some, 0, 0), events) for some in (near[:1], near))
    assert (one[0] - two[0]).abs().max() > 0.01


def test_the_loss_is_that_of_the_logits_and_padding_costs_nothing() -> None:
    made, random = model(6), np.random.default_rng(6)
    events, given = program(random), conditions(random.normal(0, 1, 12).astype(np.float32), [], 1, 1)
    wanted = targets(events)
    logits = [torch.log_softmax(one[0], -1).numpy() for one in whole(made, given, events)]
    expected = -sum(float(logits[0][at, row[0]]) for at, row in enumerate(wanted))
    expected -= sum(float(logits[1][at, row[1]] + logits[2][at, row[2]]) for at, row in enumerate(wanted[:-1]))
    padded = np.concatenate([wanted, np.full((3, 3), -1)])
    longer = np.concatenate([inputs(events), np.zeros((3, 5), dtype=np.int64)])
    with torch.no_grad():
        nll, points = made(given, torch.from_numpy(longer)[None], torch.from_numpy(padded)[None])
    assert float(nll) == pytest.approx(expected, rel=1e-5)
    assert int(points) == len(events) - 1


def test_it_draws_after_latents_too() -> None:
    config = StrokeConfig(width=32, layers=1, heads=2, memory="latent")
    made = StrokeDecoder(config).eval()
    given = conditions(np.zeros(12, dtype=np.float32), [], 0, 0)
    found = [
        made.memory(
            Conditions(
                torch.full((1, 4, 64, 64), value),
                given.without,
                given.style,
                given.detail,
                torch.zeros(1, 2, 96, 5, dtype=torch.long),
                given.present[:, :2],
            )
        )[0]
        for value in (0.0, 1.0)
    ]
    assert found[0].shape == (1, 16 + 2 + 2 * 96, 32)
    assert (found[0][:, :16] - found[1][:, :16]).abs().max() > 1e-3


def test_the_recognisers_convolution_is_torchs() -> None:
    random = torch.Generator().manual_seed(1)
    x, kernel, bias = (torch.randn(shape, generator=random) for shape in ((2, 3, 16, 16), (5, 3, 3, 3), (5,)))
    expected = torch.nn.functional.conv2d(x, kernel, bias, stride=2, padding=1).numpy()
    assert np.abs(convolved(x.numpy(), kernel.numpy(), bias.numpy()) - expected).max() < CLOSE


def test_attention_to_memory_begins_by_looking_for_what_is_alike() -> None:
    torch.manual_seed(1)
    layer = StrokeDecoder(CONFIG).layers[0]
    tokens = functional.layer_norm(torch.randn(1, 20, CONFIG.width), (CONFIG.width,))
    queries, (keys, _) = layer.multihead_attn.queries(tokens), layer.multihead_attn.keys_values(tokens)
    alike = (queries @ keys.transpose(-1, -2)).mean(dim=1)[0]
    assert torch.equal(alike.argmax(dim=-1), torch.arange(20))


def test_tables_of_numbers_begin_smooth() -> None:
    table = waves(255, 64)
    assert float(table.var()) == pytest.approx(1.0, abs=0.2)
    near, far = (functional.cosine_similarity(table[:-by], table[by:]).mean() for by in (1, 60))
    assert near > 0.97 and abs(far) < 0.3
