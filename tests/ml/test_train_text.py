"""Training of the older models: their real layouts at tiny size, a few steps on the CPU, drawing with the result."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")

import torch
from safetensors.torch import load_file

from dcode.errors import ConfigError, GenerationError
from dcode.generation.request import DrawRequest
from dcode.generation.text_training import TextTraining
from dcode.ml import text_folder
from dcode.ml.device import Running
from dcode.ml.engines.text import TextEngine
from dcode.ml.language import HEADER
from dcode.ml.model_folder import must_have
from dcode.ml.text_folder import open_text
from dcode.ml.train import text, text_data, text_trainer
from dcode.ml.train.distributed import World
from tests.ml.sd_runs import write_pairs
from tests.ml.text_builders import save_text

ROOM = 400  # tokens of a program


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pairs, and a model of each kind."""
    folder = tmp_path_factory.mktemp("text")
    write_pairs(folder / "data", pictures=5, strokes=2)
    for kind in ("t5", "bart", "gpt2"):
        save_text(folder / kind, kind)
    torch.set_num_threads(1)
    return folder


def asked(place: Path, output: Path, model: str = "gpt2", **more: Any) -> TextTraining:
    tiny: dict[str, Any] = {"epochs": 2, "batch_size": 2, "grad_accum": 2, "lr": 3e-3, "max_len": ROOM}
    tiny |= {"validation": 0.2, "save_minutes": 1e5, "device": "cpu", **more}
    manifest = str(place / "data" / "captioned.json")
    return TextTraining(manifest=manifest, model=str(place / model), output_dir=str(output), **tiny)


def run(wanted: TextTraining, noted: list[Mapping[str, float]] | None = None) -> Mapping[str, Any]:
    return text.train(wanted, lambda line: None, (lambda row: None) if noted is None else noted.append)


def weights(answer: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    return load_file(Path(answer["model"]) / "model.safetensors")


@pytest.mark.parametrize("kind", ["t5", "bart", "gpt2"])
def test_what_is_trained_draws(kind: str, place: Path, tmp_path: Path) -> None:
    noted = list[Mapping[str, float]]()
    answer = run(asked(place, tmp_path, kind, epochs=3), noted)
    final = tmp_path / f"{kind}_seed42" / "final"
    assert answer["model"] == str(final)
    assert [row["epoch"] for row in noted] == [1, 2, 3]
    assert noted[-1]["bits_per_token"] < noted[0]["bits_per_token"]  # it learns
    assert answer["figures"]["bits_per_token"] == pytest.approx(min(row["bits_per_token"] for row in noted), rel=1e-4)
    told = json.loads((final / "training.json").read_text())
    assert told["options"]["lr"] == 3e-3 and told["data"] == {"programs": 10, "trained_on": 8, "validated_on": 2}
    assert str(tmp_path) not in json.dumps(told)  # it is uploaded: where the run was is nobody's business
    request = DrawRequest("a horse", "text", str(final), 1, 2, max_len=150)
    assert list(TextEngine(Running.chosen("cpu")).draw(request, lambda progress: None, lambda: False))


@pytest.mark.parametrize("kind", ["t5", "gpt2"])
def test_tokens_of_training_are_those_that_drawing_begins_with(kind: str, place: Path, tmp_path: Path) -> None:
    folder = open_text(str(place / kind), torch.float32)
    pairs = text_data.read_pairs(place / "data" / "captioned.json", folder, ROOM, tmp_path, lambda line: None)
    row, header = pairs.row(0), folder.pieces.encode(HEADER)
    assert row["asked"] == folder.asked("a horse")
    assert row["program"][: len(header)] == header
    assert row["program"][-1] == folder.tokenizer.eos_token_id


def test_a_causal_model_learns_the_program_and_not_the_prompt(place: Path) -> None:
    folder = open_text(str(place / "gpt2"), torch.float32)
    batch = text_data.Batches(folder)([{"asked": [5, 6, 7], "program": [8, 9]}, {"asked": [5, 6], "program": [9]}])
    assert batch["input_ids"].tolist() == [
        [5, 6, 7, 8],
        [5, 6, folder.tokenizer.eos_token_id, folder.tokenizer.eos_token_id],
    ]
    assert batch["labels"].tolist() == [[-100, -100, 8, 9], [-100, 9, -100, -100]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 1], [1, 1, 0, 0]]


def test_a_decoder_is_given_what_it_is_drawn_with(place: Path) -> None:
    folder = open_text(str(place / "bart"), torch.float32)
    batch = text_data.Batches(folder)([{"asked": [5, 6, 1], "program": [8, 9, 1]}])
    assert batch["input_ids"].tolist() == [[5, 6, 1]]
    assert batch["decoder_input_ids"].tolist() == [[1, 8, 9]]  # decoder_start_token_id, then the header
    assert batch["labels"].tolist() == [[8, 9, 1]]


def test_programs_are_whole_however_little_room_there_is(place: Path, tmp_path: Path) -> None:
    folder = open_text(str(place / "gpt2"), torch.float32)
    manifest = place / "data" / "captioned.json"
    pairs = text_data.read_pairs(manifest, folder, 200, tmp_path, lambda line: None)
    for at in range(len(pairs)):
        program = pairs.row(at)["program"]
        assert len(program) <= 200
        said = folder.pieces.decode(program)
        assert "G1" in said and said.rstrip().endswith("M84 ; motors off")


class Killed(Exception):
    """The run ends here."""


def test_a_killed_run_goes_on_to_the_same_weights(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With dropout, in the middle of an epoch, and with half a checkpoint behind it."""
    wanted = asked(place, tmp_path / "whole", epochs=3, save_minutes=0)
    through = run(wanted)
    again = replace(wanted, output_dir=str(tmp_path / "again"))
    step = text_trainer.Told.on_step_end

    def stop(self: text_trainer.Told, args: Any, state: Any, control: Any, **more: Any) -> None:
        if state.global_step == 4:
            raise Killed
        step(self, args, state, control, **more)

    with monkeypatch.context() as patched:
        patched.setattr(text_trainer.Told, "on_step_end", stop)
        with pytest.raises(Killed):
            run(again)
    newest = text_trainer.last_checkpoint(again.folder, 1)
    assert newest is not None and newest.name == "checkpoint-3"
    half = shutil.copytree(newest, again.folder / "checkpoint-4")
    (half / "trainer_state.json").write_text('{"global_st')
    with pytest.raises(GenerationError, match="--resume goes on with it"):
        run(again)
    with pytest.raises(ConfigError, match="begun with 2, not 4"):
        run(replace(again, batch_size=4, resume=True))
    gone_on = run(replace(again, resume=True))
    assert not half.exists() or text_trainer.last_checkpoint(again.folder, 1) != newest
    for name, value in weights(through).items():
        assert torch.equal(value, weights(gone_on)[name]), name
    assert gone_on["figures"] == through["figures"]
    assert run(replace(again, resume=True)) == gone_on  # which has nothing left to do


def test_a_run_that_never_began_is_no_run_to_go_on_with(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It failed for want of its model; afterwards the same command is enough, with other options too."""
    with monkeypatch.context() as away:
        away.setattr(text_folder, "saved_model", lambda source: must_have(tmp_path, ["model"], "the weights"))
        with pytest.raises(GenerationError, match="is missing"):
            run(asked(place, tmp_path, epochs=1))
    answer = run(asked(place, tmp_path, epochs=1, lr=1e-3))
    assert json.loads((Path(answer["model"]) / "training.json").read_text())["options"]["lr"] == 1e-3
    assert json.loads((Path(answer["model"]).parent / "run.json").read_text())["lr"] == 1e-3


def test_a_step_weighs_tokens_alike_whatever_its_batches(place: Path, tmp_path: Path) -> None:
    """Four pairs at once, or in four batches: the same gradient, so the same weights."""
    calm = {"epochs": 1, "validation": 0.0, "lr": 1e-3, "weight_decay": 0.0}
    folder = shutil.copytree(place / "gpt2", tmp_path / "gpt2")
    settings = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**settings, **dict.fromkeys(_DROPS, 0.0)}))
    one, four = (
        run(replace(asked(place, tmp_path / name, **calm, **how), model=str(folder)))
        for name, how in (("one", {"batch_size": 4, "grad_accum": 1}), ("four", {"batch_size": 1, "grad_accum": 4}))
    )
    for name, value in weights(one).items():
        assert torch.allclose(value, weights(four)[name], atol=1e-5), name
    assert one["figures"] == {}  # nothing was validated on


_DROPS = ("resid_pdrop", "embd_pdrop", "attn_pdrop")


def test_the_figures_are_those_of_every_token(place: Path, tmp_path: Path) -> None:
    """Whatever the batches of the validation are: against the model's own loss, program by program."""
    answer = run(asked(place, tmp_path, "t5", validation=0.6, batch_size=3))
    folder = open_text(answer["model"], torch.float32)
    wanted = asked(place, tmp_path, "t5")
    pairs = text_data.read_pairs(Path(wanted.manifest), folder, ROOM, tmp_path, lambda line: None)
    rows = text_data.split(pairs, 42, 0.6)[1]
    nats = 0.0
    for at in range(len(rows)):
        row = rows[at]
        with torch.no_grad():
            out = folder.model(input_ids=torch.tensor([row["asked"]]), labels=torch.tensor([row["program"]]))
        nats += float(out.loss) * len(row["program"])
    assert answer["figures"] == pytest.approx(text_trainer.bits(nats / len(rows), rows), rel=1e-4)


def test_no_picture_is_on_both_sides(place: Path, tmp_path: Path) -> None:
    folder = open_text(str(place / "gpt2"), torch.float32)
    pairs = text_data.read_pairs(place / "data" / "captioned.json", folder, ROOM, tmp_path, lambda line: None)
    training, validation = text_data.split(pairs, 1, 0.4)
    assert len(training) + len(validation) == len(pairs) and len(validation) == 4
    assert not set(pairs.picture[training.chosen]) & set(pairs.picture[validation.chosen])


@pytest.mark.parametrize(
    ("more", "error", "told"),
    [
        ({"model": "flan-t5-bas"}, ConfigError, "there is no model 'flan-t5-bas'.*Did you mean flan-t5-base?"),
        ({"model": "flan-t5-small"}, GenerationError, "google/flan-t5-small is not on this computer"),
        ({"manifest": "/nowhere/captioned.json"}, ConfigError, "/nowhere/captioned.json: cannot be read: No such file"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(
    more: dict[str, str],
    error: type[Exception],
    told: str,
    place: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(error, match=told):
        run(replace(asked(place, tmp_path), **more))


def test_an_empty_dataset_is_named(place: Path, tmp_path: Path) -> None:
    (tmp_path / "bare.gcode").write_text(HEADER + "M84\n")
    pair = {"image": "a.png", "gcode": "bare.gcode", "algorithm": "trace"}
    (tmp_path / "captioned.json").write_text(json.dumps({"pairs": [pair]}))
    with pytest.raises(ConfigError, match="no program of it draws something"):
        run(replace(asked(place, tmp_path), manifest=str(tmp_path / "captioned.json")))


def test_warm_up_and_steps_follow_from_the_pairs(place: Path, tmp_path: Path) -> None:
    folder = open_text(str(place / "gpt2"), torch.float32)
    pairs = text_data.read_pairs(place / "data" / "captioned.json", folder, ROOM, tmp_path, lambda line: None)
    rows, here = text_data.split(pairs, 42, 0.2), World(0, 1, torch.device("cpu"))
    wanted = asked(place, tmp_path, epochs=10, warmup_ratio=0.25)
    made = text_trainer.trainer_of(wanted, folder, rows, here, lambda line: None, lambda row: None)
    assert made.args.warmup_steps == 5  # 8 pairs, 4 to a step, 10 times: 20 steps
    assert not made.args.fp16 and made.args.weight_decay == 0.01
