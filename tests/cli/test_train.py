"""dcode train and dcode sweep: what they start, with which words, and what they tell; nothing is trained here."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dcode.cli.commands import sweep, train
from dcode.generation import sweeping, text_training
from dcode.generation.text_training import BASES
from tests.cli.conftest import Ended

TRAINED = {"model": "/runs/x/final", "figures": {"bits_per_token": 1.5, "bits_per_character": 0.5}, "data": {}}
ROW = {"trial": "a_1", "bits": 0.5, "finished": True, "settings": {"lr": 0.00012345, "model": "gpt2"}}
SWEPT = {
    "best": ROW,
    "model": "/runs/sweep/trials/a_1/gpt2_seed42/final",
    "command": "dcode train --model gpt2 --lr 0.0001234",
    "file": "/runs/sweep/best.json",
    "trials": [ROW, {**ROW, "trial": "a_0", "bits": 0.75, "finished": False}],
    "errors": ["out of memory"],
}


class Started:
    """Instead of a process: the module and the words."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, command: ModuleType, answer: dict[str, Any]) -> None:
        self.module, self.words, self._answer = "", list[str](), answer
        monkeypatch.setattr(command, "run_ml", self)

    def __call__(self, module: str, words: Sequence[str]) -> dict[str, Any]:
        self.module, self.words = module, list(words)
        return self._answer


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> Started:
    return Started(monkeypatch, train, TRAINED)


@pytest.fixture
def sweeps(monkeypatch: pytest.MonkeyPatch) -> Started:
    return Started(monkeypatch, sweep, SWEPT)


def test_the_options_of_train_reach_the_training(
    dcode: Callable[..., Ended], training: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = "-m captioned.json --model gpt2 -e 20 -b 4 --grad-accum 2 --lr 3e-4 --seed 7 --output-dir out --resume"
    ended = dcode("train", *words.split())
    assert ended.code == 0
    assert training.module == text_training.MODULE
    given = training.words
    assert given[0] == str(tmp_path / "captioned.json")  # the process has another folder
    assert {"--resume", "--json"} <= set(given)
    pairs = dict(pairwise(given))
    assert (pairs["--model"], pairs["--epochs"], pairs["--batch-size"]) == ("gpt2", "20.0", "4")
    assert (pairs["--grad-accum"], pairs["--lr"], pairs["--seed"]) == ("2", "0.0003", "7")
    assert pairs["--output-dir"] == str(tmp_path / "out")
    assert "/runs/x/final: bits per token 1.5, bits per character 0.5" in ended.out
    assert "-m /runs/x/final" in ended.out


def test_several_gpus_are_several_processes_of_torchrun(dcode: Callable[..., Ended], training: Started) -> None:
    assert dcode("train", "-m", "m.json", "--num-gpus", 2, "--json").json == TRAINED
    assert training.module == "dcode.ml.train.several"
    assert training.words[:4] == ["--standalone", "--nproc_per_node=2", "-m", text_training.MODULE]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--lr", "20"), "--lr: 20 is not between"),
        (("--model", "flan-t5"), "there is no model 'flan-t5'; there are flan-t5-small, "),
        (("--model", "gpt-2"), "Did you mean gpt2?"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_started(
    dcode: Callable[..., Ended], training: Started, words: tuple[str, ...], told: str
) -> None:
    ended = dcode("train", "-m", "m.json", *words)
    assert ended.code == 2
    assert told in ended.err
    assert training.module == ""


def test_short_names_hub_ids_and_folders_are_models(tmp_path: Path) -> None:
    sources = {name: text_training.TextTraining(manifest="m.json", model=name).source for name in BASES}
    assert sources["flan-t5-base"] == "google/flan-t5-base" and len(set(sources.values())) == len(BASES)
    assert text_training.TextTraining(manifest="m.json", model="me/mine").source == "me/mine"
    ours = text_training.TextTraining(manifest="m.json", model=str(tmp_path), output_dir="out", seed=3)
    assert ours.source == str(tmp_path) and ours.folder == Path("out") / f"{tmp_path.name}_seed3"


def test_a_sweep_is_handed_over_whole(dcode: Callable[..., Ended], sweeps: Started, tmp_path: Path) -> None:
    folder = tmp_path / "gpt2"
    folder.mkdir()
    words = ("-t", "4", "--model", folder, "-e", "2", "--set", "batch_size=8", "--set", "max-len=512", "-o", tmp_path)
    ended = dcode("sweep", "-m", "m.json", *words)
    assert ended.code == 0
    assert sweeps.module == sweeping.MODULE
    asked = json.loads(sweeps.words[0])
    assert (asked["trials"], asked["epochs"], asked["models"]) == (4, 2.0, [str(folder)])
    assert asked["fixed"] == {"batch_size": 8, "max_len": 512}
    for told in (
        "best of 2 trials a_1, 0.5000 bits",
        "a_0  0.7500 bits  lr 0.000123",
        "1 trials failed: out of memory",
    ):
        assert told in ended.out
    assert "/runs/sweep/trials/a_1/gpt2_seed42/final" in ended.out and "dcode train --model gpt2 --lr" in ended.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--set", "lrr=1"), "Did you mean lr?"),
        (("--set", "lr=fast"), "--set lr: 'fast' is not a number."),
        (("--set", "lr=20"), "--lr: 20 is not between"),
        (("--set", "validation=0"), "compared by their validation"),
        (("--model", "gpt2", "--model", "sd-gcode-v3"), "swept by itself"),
        (("--model", "gpt3"), "there is no model 'gpt3'"),
    ],
)
def test_a_sweep_that_makes_no_sense_is_refused(
    dcode: Callable[..., Ended], sweeps: Started, words: tuple[str, ...], told: str
) -> None:
    ended = dcode("sweep", "-m", "m.json", *words)
    assert ended.code == 2
    assert told in ended.err
    assert sweeps.module == ""


@pytest.mark.parametrize("models", [("gpt2", "flan-t5-base"), (sweeping.SD,)])
def test_all_that_is_searched_over_is_an_option_of_the_training(models: tuple[str, ...]) -> None:
    """At both ends of every range, and with every value."""
    asked = sweeping.Sweep(manifest="m.json", trials=1, output="/o", models=models, fixed={"weight_decay": 0.5})
    names = [one.name for one in asked.space]
    assert "lr" in names and "batch_size" in names and "weight_decay" not in names
    for one in asked.space:
        values = one.values if isinstance(one, sweeping.OneOf) else (one.low, one.high)
        for value in values:
            training = asked.asked({one.name: value}, "/o/trials/1", models[0])
            assert getattr(training, one.name) == value
            assert training.resume and training.weight_decay == 0.5 and training.epochs == 3.0
