"""Programs of random weights are valid, the same for a seed, and stop where they are told to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dcode.generation.sketch.candidates import Candidate, Taste, candidates, pick
from dcode.generation.sketch.decoder import StrokeDecoder, read_decoder
from dcode.generation.sketch.events import Caps, Events, encode, problem
from dcode.geometry.lines import Lines
from tests.unit.generation.sketch.random_model import write_random

NEIGHBOUR = encode(Lines.of([[(0, 0), (90, 10), (20, 80)], [(5, 5)]]))
USUAL, CAPS = Taste(), Caps(48, 8)


def drawn(decoder: StrokeDecoder, seed: int, taste: Taste = USUAL, caps: Caps = CAPS) -> list[Candidate]:
    text = np.random.default_rng(seed).normal(0, 1, 6).astype(np.float32)
    memory, empty = decoder.memory(text, [NEIGHBOUR], 1, 2), decoder.memory(None)
    return candidates(decoder, memory, empty, 8, [seed], taste, caps, lambda done, events: True)


@pytest.mark.parametrize("spread", [0.02, 0.3, 3.0, 30.0])
def test_random_weights_write_valid_programs(tmp_path: Path, spread: float) -> None:
    """160 programs a spread: from nearly even chances to a model that is certain of nonsense."""
    for seed in range(4):
        decoder, _ = read_decoder(write_random(tmp_path / "m.safetensors", seed, spread))
        for number, caps in enumerate((Caps(48, 8), Caps(3, 1), Caps(9, 2), Caps(48, 1), Caps(20, 8))):
            found = drawn(decoder, seed, Taste(temperature=0.3 * number), caps)
            assert [problem(one.events, caps) for one in found] == [""] * 8
            assert all(np.isfinite(one.likelihood) and one.likelihood <= 0 for one in found)


def test_the_same_seed_draws_the_same(tmp_path: Path) -> None:
    decoder, _ = read_decoder(write_random(tmp_path / "m.safetensors", 1))
    first, again, other = (drawn(decoder, seed) for seed in (5, 5, 6))
    assert [one.events.tolist() for one in first] == [one.events.tolist() for one in again]
    assert [one.events.tolist() for one in first] != [one.events.tolist() for one in other]


def test_guidance_1_needs_no_empty_memory(tmp_path: Path) -> None:
    """It is the model as it is: what is guided by 1 from elsewhere ends up where the model itself goes."""
    decoder, _ = read_decoder(write_random(tmp_path / "m.safetensors", 2, 0.1))
    plain, nearly = drawn(decoder, 3, Taste(guidance=1.0)), drawn(decoder, 3, Taste(guidance=1.0 + 1e-6))
    assert [one.events.tolist() for one in plain] == [one.events.tolist() for one in nearly]
    assert [one.likelihood for one in plain] == pytest.approx([one.likelihood for one in nearly], abs=1e-3)


def test_the_likelihood_is_that_of_the_model_without_guidance(tmp_path: Path) -> None:
    """A program weighed once more by itself: the mean over its points, the kind of the end among them."""
    from dcode.generation.sketch.decoder import softmax
    from dcode.generation.sketch.events import Kind, inputs, targets

    decoder, _ = read_decoder(write_random(tmp_path / "m.safetensors", 7))
    text = np.random.default_rng(3).normal(0, 1, 6).astype(np.float32)
    one = drawn(decoder, 3)[2]
    cache, total = decoder.begin([decoder.memory(text, [NEIGHBOUR], 1, 2)], 1), 0.0
    for given, want in zip(inputs(one.events), targets(one.events), strict=True):
        thought = decoder.step(given[None], cache)
        total += float(np.log(softmax(decoder.kinds(thought))[0, want[0]]))
        if want[0] != Kind.END:
            total += float(np.log(softmax(decoder.across(thought, want[:1]))[0, want[1]]))
            total += float(np.log(softmax(decoder.up(thought, want[:1], want[1:2]))[0, want[2]]))
    assert one.likelihood == pytest.approx(total / (len(one.events) - 1), abs=1e-3)


def test_who_watches_may_end_it(tmp_path: Path) -> None:
    decoder, _ = read_decoder(write_random(tmp_path / "m.safetensors", 1))
    memory, seen = decoder.memory(None), list[Events]()

    def watch(done: int, events: Events) -> bool:
        seen.append(events)
        return done < 2

    assert candidates(decoder, memory, memory, 3, [0], Taste(), Caps(48, 8), watch) == []
    assert [len(events) for events in seen] == [1, 2]


def test_picking_leaves_out_the_unlikely_tail() -> None:
    logits = np.log(np.array([[0.5, 0.3, 0.15, 0.05]], dtype=np.float32)).repeat(1000, 0)
    chance = (np.arange(1000) + 0.5) / 1000
    counts = np.bincount(pick(logits, 1.0, 0.8, chance), minlength=4)
    assert counts.tolist() == [625, 375, 0, 0]
    assert np.bincount(pick(logits, 1.0, 1.0, chance), minlength=4).tolist() == [500, 300, 150, 50]
    assert set(pick(logits, 0.0, 1.0, chance).tolist()) == {0}
