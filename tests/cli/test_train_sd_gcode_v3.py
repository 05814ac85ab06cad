"""dcode train-sd-gcode-v3: what it starts, with which words, and what it tells; nothing is trained here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dcode.cli.commands import train_sd_gcode_v3 as command
from dcode.cli.main import run
from dcode.errors import ConfigError
from dcode.generation.run_options import options_of
from dcode.generation.training import MODULE, SdTraining
from tests.cli.conftest import Ended

ANSWER = {"model": "/runs/x", "decoder": "v3", "export": "/runs/x/v3", "figures": {"bits_per_token": 1.5}, "data": {}}


class Started:
    """Instead of a process: the module and the words."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.module, self.words = "", list[str]()
        monkeypatch.setattr(command, "run_ml", self)

    def __call__(self, module: str, words: Sequence[str]) -> dict[str, Any]:
        self.module, self.words = module, list(words)
        return ANSWER


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    return Started(monkeypatch)


def test_the_originals_options_reach_the_training(
    dcode: Callable[..., Ended], started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sd").mkdir()
    words = "-m captioned.json -e 30 -b 8 --grad-accum 4 --lr 1e-4 --max-len 1024 --no-text-latents --warmup-ratio 0.1"
    more = "--weight-decay 0.1 --label-smoothing 0.05 --sd-model sd --output out --wandb --export v3 --resume"
    assert dcode("train-sd-gcode-v3", *words.split(), *more.split()).code == 0
    assert started.module == MODULE
    given = started.words
    assert given[0] == str(tmp_path / "captioned.json")  # the process has another folder
    for switch in ("--no-text-latents", "--wandb", "--resume", "--json"):
        assert switch in given
    pairs = dict(pairwise(given))
    assert (pairs["--epochs"], pairs["--batch-size"], pairs["--grad-accum"]) == ("30.0", "8", "4")
    assert (pairs["--lr"], pairs["--max-len"], pairs["--warmup-ratio"]) == ("0.0001", "1024", "0.1")
    assert (pairs["--weight-decay"], pairs["--label-smoothing"], pairs["--export"]) == ("0.1", "0.05", "v3")
    assert pairs["--sd-model"] == str(tmp_path / "sd") and pairs["--output"] == str(tmp_path / "out")


def test_several_gpus_are_several_processes_of_torchrun(dcode: Callable[..., Ended], started: Started) -> None:
    ended = dcode("train-sd-gcode-v3", "-m", "m.json", "--num-gpus", 4, "--json")
    assert started.module == "dcode.ml.train.several"
    assert started.words[:4] == ["--standalone", "--nproc_per_node=4", "-m", MODULE]
    assert ended.json == ANSWER


def test_it_tells_how_good_the_model_is_and_how_to_draw_with_it(dcode: Callable[..., Ended], started: Started) -> None:
    said = dcode("train-sd-gcode-v3", "-m", "m.json").out
    assert "/runs/x: bits per token 1.5" in said
    assert 'dcode draw "a horse" --engine sd-gcode --model /runs/x' in said
    assert "/runs/x/v3" in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--lr", "20"), "--lr: 20 is not between"),
        (("--latent-size", "40"), "--latent-size: a multiple of 16 is needed"),
        (("--decoder", "strokes", "--export", "v3"), "--export: is for --decoder v3 only"),
        (("--decoder", "v9"), "'v9' is not one of"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_started(
    dcode: Callable[..., Ended], started: Started, words: tuple[str, ...], told: str
) -> None:
    ended = dcode("train-sd-gcode-v3", "-m", "m.json", *words)
    assert ended.code == 2
    assert told in ended.err
    assert started.module == ""


def test_the_words_of_a_run_say_all_that_differs() -> None:
    pytest.importorskip("torch")
    from dcode.ml.train.sd_gcode import asked_by

    changed: dict[str, Any] = {"decoder": "v3", "export": "v3", "latent_size": 32, "label_smoothing": 0.3}
    for one in options_of(SdTraining):
        value = one.default
        other = not value if isinstance(value, bool) else value * 0.5 if isinstance(value, float) else f"{value}x"
        changed.setdefault(one.name, value + 1 if type(value) is int else other)
    asked = SdTraining(manifest="m.json", **changed)
    assert asked_by(asked.arguments()) == asked
    assert asked_by(["m.json"]) == SdTraining(manifest="m.json")
    assert {one.name for one in fields(SdTraining)} == {"manifest", *changed}
    with pytest.raises(ConfigError, match="--seed: -1 is not between"):
        asked_by(["m.json", "--seed", "-1"])


@pytest.mark.parametrize("processes", ["1", "2"])
def test_without_torch_it_says_what_to_install(
    processes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("DCODE_CONFIG_DIR", str(tmp_path))
    assert run(["train-sd-gcode-v3", "-m", str(tmp_path / "captioned.json"), "--num-gpus", processes]) != 0
    told = capsys.readouterr().err
    assert "This needs torch, which" in told and "pip install 'dcode[ml]'" in told
