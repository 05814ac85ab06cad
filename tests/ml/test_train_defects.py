"""What was wrong with the original's training, one test each: none of it may come back."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("diffusers")

import torch

from dcode.generation.training import SdTraining
from dcode.ml.checkpoint import load_decoder
from dcode.ml.device import Running
from dcode.ml.engines.programs import TRAINED_ON
from dcode.ml.language import END, HEADER
from dcode.ml.program_strokes import ProgramStrokes
from dcode.ml.sampling import Candidates, Sampling
from dcode.ml.sd_folder import open_vae
from dcode.ml.text_to_latent import TextToLatent, Wanted
from dcode.ml.train import gcode_programs, sd_gcode
from dcode.ml.train.distributed import World
from dcode.ml.train.frozen import (
    GUIDANCE,
    STEPS,
    CaptionLatents,
    PictureLatents,
    key_of,
    key_of_caption,
    picture,
)
from dcode.ml.train.gcode_data import Prepared, Split, read_prepared
from dcode.ml.train.gcode_programs import fitted, tokenized
from dcode.ml.train.gcode_task import GcodeTask
from dcode.ml.train.latent_cache import LatentCache, seed_of
from dcode.ml.train.loop import Trainer
from dcode.ml.train.vocabulary import BOS, EOS, learnt
from dcode.ml.writing import Stop
from tests.ml import builders, sd_runs
from tests.ml.sd_builders import save_sd

HERE = World(0, 1, torch.device("cpu"))
CPU = Running.chosen("cpu")


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_sd(tmp_path_factory.mktemp("base"), size=sd_runs.SIZE))


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, base: str) -> SdTraining:
    folder = tmp_path_factory.mktemp("run")
    manifest = sd_runs.write_pairs(folder / "data", 3, strokes=2)
    wanted = replace(sd_runs.asked(manifest, Path(base), folder / "out"), text_latents=False, epochs=1)
    assert sd_gcode.main(wanted.arguments()) == 0
    return wanted


@pytest.fixture(scope="module")
def data(asked: SdTraining) -> Prepared:
    return read_prepared(Path(asked.output) / sd_gcode.RUN)


def latents_of_all(data: Prepared, folder: Path, size: int = sd_runs.SIZE) -> tuple[LatentCache, LatentCache]:
    """Of every picture ones, of every caption zeros."""
    caches = LatentCache(folder / "pictures"), LatentCache(folder / "captions")
    for cache, keys, value in zip(caches, (data.pictures, data.captions), (1.0, 0.0), strict=True):
        cache.fill(keys, lambda some, v=value: ((k, torch.full((4, size, size), v)) for k in some), HERE, print)
    return caches


def everything(data: Prepared) -> Split:
    return Split(np.arange(len(data)), np.arange(0))


def test_every_text_begins_with_bos_and_ends_with_eos_and_padding_is_no_target(
    asked: SdTraining, data: Prepared, tmp_path: Path
) -> None:
    loop = replace(sd_gcode.loop_of(asked, data, (), 1), batch=5)
    task = GcodeTask(asked, loop, data, everything(data), *latents_of_all(data, tmp_path))
    batch = task.batch(0, 0, 1)
    width = batch["ids"].shape[1]
    rows = (batch["there"] // width).tolist()
    targets = [[t for t, row in zip(batch["targets"].tolist(), rows, strict=True) if row == at] for at in range(5)]
    assert batch["ids"][:, 0].tolist() == [BOS] * 5
    assert all(one[-1] == EOS and EOS not in one[:-1] and 0 not in one and BOS not in one for one in targets)
    newline = data.tokenizer.token_to_id("<newline>")
    assert all(one.count(newline) > 20 for one in targets)  # line ends reach the model


def test_a_program_is_learnt_to_its_end_and_ends_by_itself(asked: SdTraining, base: str, tmp_path: Path) -> None:
    """The original's models never learnt to stop."""
    wanted = replace(
        asked,
        output=str(tmp_path / "out"),
        manifest=str(sd_runs.write_pairs(tmp_path / "data", 1, strokes=1)),
        hidden_size=64,
        heads=4,
        epochs=140,
        batch_size=2,
        grad_accum=1,
        lr=4e-3,
        dropout=0.0,
        save_minutes=9,
        validation=0.0,
    )
    assert sd_gcode.main(wanted.arguments()) == 0
    loaded = load_decoder(wanted.output)
    cache = LatentCache(next((tmp_path / "data" / "latents").glob("pictures-*")))
    latent = cache.rows(list(read_prepared(Path(wanted.output) / sd_gcode.RUN).pictures)).float()
    candidates = Candidates(loaded, latent, TRAINED_ON, Sampling(temperature=0.0))
    list(candidates.stream())
    (written,) = candidates.written()
    assert written.stop is Stop.END
    known = {(tmp_path / "data" / "gcode" / f"0-{name}.gcode").read_text() for name in ("trace", "spiral")}
    strokes = [ProgramStrokes.of(text).points.tolist() for text in (written.text, *known)]
    assert strokes[0] in strokes[1:]


def test_a_long_drawing_is_learnt_whole_and_not_its_first_corner() -> None:
    angle = np.linspace(0, 60 * math.pi, 4000)
    spiral = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (400 * angle / angle[-1])[:, None]
    moves = [f"G1 X{x:.2f} Y{y:.2f} F500" for x, y in spiral.tolist()]
    program = "\n".join([HEADER + "G0 X0.00 Y0.00 F1000", "M280 P0 S40 ; pen down", *moves, "M280 P0 S90", END])
    tokenizer = learnt([program], 600)

    def count(text: str) -> int:
        return len(tokenizer.encode(text.replace("\n", " <newline> ")).ids)

    assert count(program) > 20_000
    text = fitted(program, count, 1500)
    assert text is not None and 500 < count(text) <= 1500
    assert text.startswith(HEADER) and text.split("\n")[-1].startswith(END)
    before, after = (ProgramStrokes.of(one).points for one in (program, text))
    assert np.allclose(before.min(axis=0), after.min(axis=0), atol=20)
    assert np.allclose(before.max(axis=0), after.max(axis=0), atol=20)


def test_programs_that_fit_stay_as_they_are_and_others_dialects_are_put_into_the_language(tmp_path: Path) -> None:
    known, foreign = tmp_path / "known.gcode", tmp_path / "foreign.gcode"
    known.write_text(builders.gcode(5))
    foreign.write_text("G21\nM3\nG0 X0 Y0\nG1 X900 Y10 F900\nG1 X900 Y1200\nM5\n")
    tokenizer = learnt([builders.gcode(5)], 500)
    ours, theirs = tokenized([known, foreign], tokenizer, 1000, 1)
    assert ours is not None and theirs is not None
    assert ours.tolist() == tokenizer.encode(known.read_text().replace("\n", " <newline> ")).ids
    lines = tokenizer.decode(theirs.tolist(), skip_special_tokens=False).replace("<newline>", "\n").split("\n")
    assert sum(line.startswith("G1X") for line in lines) == 2
    assert list(tokenized([tmp_path / "none.gcode"], tokenizer, 1000, 1)) == [None]


def test_programs_are_read_by_several_processes_without_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gcode_programs, "_MANY", 1)
    paths = [tmp_path / f"{number}.gcode" for number in range(5)]
    for number, path in enumerate(paths):
        path.write_text(builders.gcode(number))
    tokenizer = learnt((path.read_text() for path in paths), 500)
    both = [[None if ids is None else ids.tolist() for ids in tokenized(paths, tokenizer, 1000, n)] for n in (1, 2)]
    assert both[0] == both[1] and None not in both[0]
    code = "import sys, dcode.ml.train.gcode_programs; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_latents_of_pictures_are_scaled_once_and_those_of_captions_not_again(
    asked: SdTraining, base: str, tmp_path: Path
) -> None:
    path = Path(asked.manifest).parent / "images" / "0.png"
    key, size = key_of(path), sd_runs.SIZE
    ((_, made),) = PictureLatents(base, CPU, size, {key: path})([key])
    vae, seen = open_vae(base, CPU), picture(path, 8 * size)
    assert seen is not None
    with torch.inference_mode():
        found = vae.encode(seen[None]).latent_dist
    noise = torch.randn(found.mean.shape[1:], generator=torch.Generator().manual_seed(seed_of(key)))
    assert torch.allclose(made, (found.mean + found.std * noise)[0] * vae.config.scaling_factor, atol=1e-6)
    caption = key_of_caption("a horse")
    ((_, written),) = CaptionLatents(base, CPU, size, {caption: "a horse"})([caption])
    (pipeline,) = TextToLatent(base, CPU, vae=False).latents(
        Wanted("a horse", "", STEPS, GUIDANCE, (size, size)), [seed_of(caption)]
    )
    assert torch.equal(written, pipeline[0])


def test_seven_of_ten_latents_are_a_pictures_and_three_a_captions(
    asked: SdTraining, data: Prepared, tmp_path: Path
) -> None:
    loop = replace(sd_gcode.loop_of(asked, data, (), 1), batch=1000)
    caches = latents_of_all(data, tmp_path)
    share = GcodeTask(asked, loop, data, everything(data), *caches).batch(0, 0, 1)["latents"].mean()
    assert 0.65 < float(share) < 0.75
    without = GcodeTask(asked, loop, data, everything(data), caches[0], None).batch(0, 0, 1)["latents"]
    assert without.min() == 1


def test_the_vocabulary_in_the_config_is_the_one_that_there_is(asked: SdTraining, data: Prepared) -> None:
    config = json.loads((Path(asked.output) / "config.json").read_text())["gcode_decoder"]
    assert config["vocab_size"] == data.tokenizer.get_vocab_size() <= asked.vocab_size
    assert config["ffn_mult"] == 4


def test_the_base_model_that_was_deleted_is_named_by_its_successor(
    asked: SdTraining, data: Prepared, tmp_path: Path
) -> None:
    old = replace(asked, sd_model="runwayml/stable-diffusion-v1-5")
    loop = sd_gcode.loop_of(asked, data, (), 1)
    GcodeTask(old, loop, data, everything(data), *latents_of_all(data, tmp_path)).beside(tmp_path)
    named = json.loads((tmp_path / "config.json").read_text())["sd_model_id"]
    assert named == "stable-diffusion-v1-5/stable-diffusion-v1-5"


def test_a_cpu_computes_in_fp32(asked: SdTraining, data: Prepared, tmp_path: Path) -> None:
    loop = replace(sd_gcode.loop_of(asked, data, (), 1), batch=2, accumulate=1)
    task = GcodeTask(asked, loop, data, everything(data), *latents_of_all(data, tmp_path))
    kinds = set[torch.dtype]()
    task.model.gcode_decoder.lm_head.register_forward_hook(lambda module, given, made: kinds.add(made.dtype))
    trainer = Trainer(task, loop, tmp_path, HERE, lambda line: None)
    trainer.step([task.batch(0, 0, 1)])
    assert kinds | {one.grad.dtype for one in task.model.parameters()} == {torch.float32}


def test_nothing_is_pickled(asked: SdTraining) -> None:
    folders = Path(asked.output), Path(asked.manifest).parent / "latents"
    kinds = {path.suffix for folder in folders for path in folder.rglob("*") if path.is_file()}
    assert kinds == {".safetensors", ".json", ".jsonl"}
