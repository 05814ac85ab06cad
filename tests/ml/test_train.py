"""The loop learns, goes on after a kill as if there had been none, and is the same on two processes as on one."""

from __future__ import annotations

import json
import math
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")

import numpy as np
import torch

from dcode.errors import ConfigError, GenerationError
from dcode.generation.request import DrawRequest
from dcode.generation.sketch.stroke_config import FORMAT, VERSION
from dcode.generation.sketch.strokes import StrokesEngine
from dcode.generation.sketch.weights import read_weights
from dcode.ml.stroke_decoder import StrokeDecoder
from dcode.ml.train.config import LoopConfig, read_run
from dcode.ml.train.export import write_model
from dcode.ml.train.loop import Limits, rate
from dcode.ml.train.strokes import StrokeTask
from tests.ml import runs
from tests.unit.generation.sketch.small import small_finder

ROOT = Path(__file__).parents[2]


def weights(made: object) -> list[torch.Tensor]:
    return list(made._plain.state_dict().values())  # type: ignore[attr-defined]


def equal(one: list[torch.Tensor], other: list[torch.Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_eight_drawings_are_learnt(tmp_path: Path) -> None:
    plain = replace(runs.DATA, turn=0, stretch=0, lean=0, jitter=0, order_noise=0, drop_text=0)
    run = runs.config(tmp_path, replace(runs.LOOP, steps=60, batch=8, dropout=0.0, log_every=10, check_every=60), plain)
    made = runs.trainer(tmp_path, run, "run")
    made.run()
    rows = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    bits = [row["bits"] for row in rows if "bits" in row]
    assert bits[0] > 12  # even chances are about 17 bits a point
    assert bits[-1] < bits[0] - 5


def test_a_run_that_was_stopped_ends_with_the_same_weights(tmp_path: Path) -> None:
    run = runs.config(tmp_path)
    through = runs.trainer(tmp_path, run, "through")
    through.run()
    assert runs.trainer(tmp_path, run, "stopped").run(Limits(step=7)).step == 7
    again = runs.trainer(tmp_path, run, "stopped")
    again.resume()
    assert again.run().step == 12
    assert equal(weights(through), weights(again))
    first, second = (one.optimiser.state_dict()["state"] for one in (through, again))
    assert first.keys() == second.keys()
    assert all(torch.equal(first[at][name], second[at][name]) for at in first for name in first[at])


def test_what_was_half_written_when_it_was_killed_does_not_matter(tmp_path: Path) -> None:
    run = runs.config(tmp_path)
    runs.trainer(tmp_path, run, "run").run(Limits(step=5))
    half = tmp_path / "run" / "step-00000009.half"
    half.mkdir()
    (half / "model.safetensors").write_bytes(b"\0" * 100)
    (tmp_path / "run" / "step-00000009").mkdir()  # killed between its renaming and last.json's
    again = runs.trainer(tmp_path, run, "run")
    again.resume()
    assert again.state.step == 5
    again.run(Limits(step=9))
    assert [path.name for path in (tmp_path / "run").glob("step-*[0-9]")] == ["step-00000009"]


def test_a_checkpoint_of_another_model_is_refused(tmp_path: Path) -> None:
    run = runs.config(tmp_path)
    runs.trainer(tmp_path, run, "run").run(Limits(step=1))
    other = runs.trainer(tmp_path, replace(run, model=replace(runs.TINY, width=16)), "run")
    with pytest.raises(GenerationError, match="is of another model"):
        other.resume()
    with pytest.raises(GenerationError, match="no checkpoint to go on from"):
        runs.trainer(tmp_path, run, "nowhere").resume()


def test_a_run_begins_with_the_weights_of_a_model_of_another_size_as_far_as_they_fit(tmp_path: Path) -> None:
    run = runs.config(tmp_path)
    drawings = runs.drawings(tmp_path, run)
    torch.manual_seed(7)
    write_model(tmp_path / "other.safetensors", StrokeDecoder(replace(runs.TINY, events=64)), {}, "fp32")
    task, theirs = StrokeTask(run, drawings), read_weights(tmp_path / "other.safetensors", FORMAT, VERSION).tensors
    before = task.model.decoder.pos_embed.weight.clone()
    taken, all_ = task.begin_with(tmp_path / "other.safetensors")
    assert all_ - taken == before.numel()
    assert torch.equal(task.model.decoder.pos_embed.weight, before)
    assert np.array_equal(task.model.decoder.x_embed.weight.detach().numpy(), theirs["x_embed.weight"])


def test_the_best_model_is_exported_and_draws(tmp_path: Path) -> None:
    run = runs.config(tmp_path, data=replace(runs.DATA, validation=0.5))
    state = runs.trainer(tmp_path, run, "run").run()
    best = tmp_path / "run" / "best"
    figures = json.loads((best / "figures.json").read_text())
    assert figures["bits_per_point"] == pytest.approx(state.best)
    assert (best / "config.toml").read_text() == "text"
    engine = StrokesEngine(None, lambda: small_finder(tmp_path))
    (drawn,) = engine.draw(DrawRequest("a horse", model=str(best)), lambda told: None, lambda: False)
    assert len(drawn.lines) and drawn.model == "run"


def test_validation_that_gets_no_better_ends_the_run(tmp_path: Path) -> None:
    loop = replace(runs.LOOP, steps=500, check_every=1, patience=3, lr=1e-9, warmup=0)
    made = runs.trainer(tmp_path, runs.config(tmp_path, loop), "run")  # nothing to validate on: never better
    assert made.run().step == 3
    assert math.isinf(made.state.best)


def test_a_loss_that_is_no_number_ends_the_run(tmp_path: Path) -> None:
    made = runs.trainer(tmp_path, runs.config(tmp_path), "run")
    with torch.no_grad():
        next(iter(made._plain.parameters())).fill_(math.nan)
    with pytest.raises(GenerationError, match="went wrong at step 4"):
        made.run()


def test_two_processes_have_the_gradient_of_one_on_the_joined_batch(tmp_path: Path) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = str(found.getsockname()[1])

    def started(rank: int, size: int) -> subprocess.Popen[bytes]:
        named = {"RANK": rank, "WORLD_SIZE": size, "LOCAL_RANK": rank, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        environment = {**os.environ, **{key: str(value) for key, value in named.items()}, "OMP_NUM_THREADS": "1"}
        return subprocess.Popen([sys.executable, "-m", "tests.ml.runs", str(tmp_path)], env=environment, cwd=ROOT)

    both = [started(rank, 2) for rank in range(2)]
    assert [one.wait(120) for one in both] == [0, 0]
    (tmp_path / "run").rename(tmp_path / "run of two")
    runs.joined_gradient(tmp_path)
    (one, end), (first, ended), (second, also) = (torch.load(tmp_path / f"{name}.pt") for name in ("1-0", "2-0", "2-1"))
    assert equal(first, second) and equal(ended, also)
    for joined, alone in zip(first, one, strict=True):
        assert torch.allclose(joined, alone, rtol=1e-4, atol=1e-6)
    # A bias of keys changes nothing: its gradient is rounding, which AdamW takes whole steps of.
    pairs = [(a, b) for a, b in zip(ended, end, strict=True) if a.shape != (3 * runs.TINY.width,)]
    assert all(torch.allclose(a, b, rtol=1e-2, atol=1e-3) for a, b in pairs)


def test_the_rate_goes_up_in_a_line_and_down_in_half_a_cosine() -> None:
    loop = LoopConfig(steps=110, warmup=10, lr=1.0, lowest=0.1)
    assert [rate(loop, step) for step in (0, 4, 9)] == pytest.approx([0.1, 0.5, 1.0])
    assert [rate(loop, step) for step in (10, 60, 110)] == pytest.approx([1.0, 0.55, 0.1])


@pytest.mark.parametrize("path", sorted((ROOT / "configs" / "train").glob("*.toml")), ids=lambda path: path.stem)
def test_the_runs_of_the_repository_are_read(path: Path) -> None:
    assert read_run(path).task == "strokes"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("task = 'strokes'\n[train]\nstep = 3", "train.step: there is no such key. Did you mean steps?"),
        ("task = 'strokes'\n[train]\nsteps = 'many'", "train.steps: int was expected"),
        ("task = 'strokes'\n[train]\nsteps = 0", "steps, batch, accumulate, log_every and check_every are at least 1"),
        ("task = 'strokes'\n[model]\nwidth = 10\nheads = 3", "width must be divisible by heads"),
        ("task = 'strokes'\ndata = 3", "key data: a table was expected"),
        ("task = 'horses'", "the only task is strokes"),
        ("task = ", "run.toml"),
    ],
)
def test_what_is_wrong_with_a_run_is_named(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "run.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_run(path)
    assert told in caught.value.message
