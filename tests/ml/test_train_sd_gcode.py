"""A training run from pairs to drawings, as users start it; on two processes, killed, gone on with, exported."""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("torch")
pytest.importorskip("diffusers")

import torch
from safetensors.torch import load_file
from torch.utils._python_dispatch import TorchDispatchMode

from dcode.cli.main import run
from dcode.errors import ConfigError, GenerationError
from dcode.generation.request import DrawRequest
from dcode.generation.sketch.strokes import StrokesEngine
from dcode.generation.training import SdTraining
from dcode.machine.machine import Machine
from dcode.ml.checkpoint import load_decoder
from dcode.ml.device import Running
from dcode.ml.engines.sd_gcode import SdGcodeEngine
from dcode.ml.train import sd_gcode
from dcode.ml.train.distributed import World
from dcode.ml.train.gcode_data import read_prepared, split
from dcode.ml.train.gcode_task import GcodeTask
from dcode.ml.train.latents import latents_of
from dcode.ml.train.loop import Trainer
from tests.ml import sd_runs
from tests.ml.programs import faults
from tests.ml.sd_builders import save_sd

ROOT = Path(__file__).parents[2]
HERE = World(0, 1, torch.device("cpu"))


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> SdTraining:
    """A run whose latents are there already."""
    folder = tmp_path_factory.mktemp("run")
    wanted = sd_runs.asked(
        sd_runs.write_pairs(folder / "data"), save_sd(folder / "sd", size=sd_runs.SIZE), folder / "out"
    )
    assert sd_gcode.main(wanted.arguments()) == 0
    return wanted


def two_processes(*words: str) -> list[int]:
    """Exit codes of tests.ml.sd_runs as two processes that know each other."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        where = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(found.getsockname()[1]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tests.ml.sd_runs", *words]
    ranks = [{**os.environ, **where, "RANK": str(rank), "WORLD_SIZE": "2"} for rank in range(2)]
    both = [subprocess.Popen(command, cwd=ROOT, env=one, stderr=subprocess.DEVNULL) for one in ranks]
    return [one.wait(120) for one in both]


def drawn_by(engine: SdGcodeEngine, folder: Path) -> str:
    request = DrawRequest("a horse", "sd-gcode", str(folder), 1, steps=1, max_len=250)
    return engine.draw(request, lambda told: None, lambda: False)[0].gcode or ""


def weights(folder: Path) -> dict[str, dict[str, torch.Tensor]]:
    (last,) = (folder / "run").glob("step-*")
    return {name: load_file(last / f"{name}.safetensors") for name in ("model", "optimiser")}


def task_of(asked: SdTraining, **changes: object) -> GcodeTask:
    data = read_prepared(Path(asked.output) / sd_gcode.RUN)
    pictures, captions, there = latents_of(asked, data, HERE, lambda line: None)
    rows = split(data, there, asked.seed, asked.validation)
    loop = replace(sd_gcode.loop_of(asked, rows.train, rows.validation, 1), **changes)  # type: ignore[arg-type]
    return GcodeTask(asked, loop, data, rows, pictures, captions)


def test_two_processes_killed_and_gone_on_with_make_the_model_that_would_have_been(
    asked: SdTraining,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    owners: Machine,
) -> None:
    monkeypatch.setenv("DCODE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    through, stopped = (replace(asked, output=str(tmp_path / name), epochs=3) for name in ("through", "stopped"))

    def command(wanted: SdTraining, *more: str) -> list[str]:
        return ["train-sd-gcode-v3", "-m", *wanted.arguments(), "--num-gpus", "2", *more]

    assert run(command(through)) == 0
    assert two_processes("killed", "2", *stopped.arguments())[0] == -signal.SIGKILL
    run_folder = Path(stopped.output) / "run"
    assert list(run_folder.glob("step-*.half"))  # what it was writing
    assert json.loads((run_folder / "last.json").read_text())["checkpoint"] == "step-00000001"
    capsys.readouterr()
    assert run([*command(replace(stopped, export="v3"), "--resume", "--json")]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["figures"]["step"] > 1
    one, other = weights(Path(through.output)), weights(Path(stopped.output))
    for kind in one:
        assert one[kind].keys() == other[kind].keys()
        assert all(torch.equal(value, other[kind][name]) for name, value in one[kind].items())
    engine = SdGcodeEngine(Running.chosen("cpu"))
    programs = {drawn_by(engine, folder) for folder in (Path(stopped.output), Path(answer["export"]))}
    assert len(programs) == 1  # the same model in both layouts
    assert faults(programs.pop(), owners) == []


def test_averaged_gradients_are_those_of_one_process_on_the_joined_batches(asked: SdTraining, tmp_path: Path) -> None:
    """Two batches a step, of unequal parts; by DDP and by FSDP."""
    (tmp_path / "asked.json").write_text(json.dumps(asdict(asked)))
    assert two_processes("gradient", str(tmp_path)) == [0, 0]
    sd_runs.joined_gradient(tmp_path, asked)
    gradient, trained, counts, best = torch.load(tmp_path / "1-False-0.pt")
    assert len(set(counts)) == 2
    for sharded in (False, True):
        ranks = [torch.load(tmp_path / f"2-{sharded}-{rank}.pt") for rank in (0, 1)]
        assert [sum(parts) for parts in zip(*(one[2] for one in ranks), strict=True)] == counts
        assert all(first != second for first, second in zip(*(one[2] for one in ranks), strict=True))
        for grads, after, _, found in ranks:
            assert grads.keys() == gradient.keys() == after.keys()
            for name, joined in gradient.items():
                # One memory token is all there is to look at: what would choose among several learns by rounding.
                assert (grads[name] - joined).abs().max() <= 1e-4 * joined.abs().max() + 1e-8, name
                assert torch.allclose(after[name], trained[name], rtol=1e-2, atol=1e-3), name
            assert found == pytest.approx(best, rel=1e-4)


def test_no_step_waits_for_the_device(asked: SdTraining) -> None:
    task = task_of(asked)
    trainer = Trainer(task, task_of(asked)._loop, Path(asked.output) / "nowhere", HERE, lambda line: None)
    parts = [task.batch(number, 0, 1) for number in range(2)]
    trainer.step(parts)

    class Watch(TorchDispatchMode):
        seen: list[str]

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            self.seen.append(str(func))
            return func(*args, **(kwargs or {}))

    watch = Watch()
    watch.seen = []
    with watch:
        trainer.step(parts)
    assert any("_fused_adamw" in name for name in watch.seen)
    assert any("scaled_dot_product" in name for name in watch.seen)
    waits = ("_local_scalar_dense", "nonzero", "masked_select", "aten.item", "is_nonzero")
    assert [name for name in watch.seen if any(one in name for one in waits)] == []


def test_every_checkpoint_and_the_best_model_can_be_drawn_with(asked: SdTraining) -> None:
    folder = Path(asked.output)
    (last,) = (folder / "run").glob("step-*")
    for place in (folder, folder / "run" / "best", last):
        loaded = load_decoder(place)
        assert loaded.sd_model_id == asked.sd_model
        assert loaded.config.max_seq_len == asked.max_len
    figures = json.loads((folder / "figures.json").read_text())
    state = json.loads((last / "state.json").read_text())
    assert figures["bits_per_token"] == pytest.approx(state["best"])
    about = json.loads((folder / "training.json").read_text())
    assert about["data"]["by_algorithm"] == {"trace": 6, "spiral": 6}
    assert about["options"]["lr"] == asked.lr
    assert about["options"]["output"] == folder.name  # it is uploaded: where the run was is nobody's business


def test_validation_is_on_pictures_that_are_never_trained_on(asked: SdTraining) -> None:
    data = read_prepared(Path(asked.output) / sd_gcode.RUN)
    there = torch.ones(len(data.pictures), dtype=torch.bool).numpy()
    rows = split(data, there, 1, 0.2)
    assert len(rows.train) and len(rows.validation)
    assert not set(data.picture[rows.train]) & set(data.picture[rows.validation])
    assert sorted([*rows.train, *rows.validation]) == list(range(len(data)))
    assert set(split(data, there, 2, 0.2).validation) != set(rows.validation)


def test_validation_that_gets_worse_ends_the_run(asked: SdTraining, tmp_path: Path) -> None:
    task = task_of(asked, lr=1e-12, steps=50, check_every=1, patience=2, log_every=1)
    trainer = Trainer(task, task._loop, tmp_path, HERE, lambda line: None)
    stopped = trainer.run()
    assert stopped.since == 2 and stopped.step < 50
    again = Trainer(task, task._loop, tmp_path, HERE, lambda line: None)
    again.resume()
    assert again.run() == stopped  # it had given up, and does not begin once more


def test_targets_are_smoothed_in_training_and_not_in_validation(asked: SdTraining) -> None:
    plain, smooth = task_of(asked).model, task_of(replace(asked, label_smoothing=0.2)).model
    batch = next(iter(task_of(asked).validation(0, 1)))
    found = [float(model.eval()(batch)[0].detach()) for model in (plain, smooth)]
    assert found[0] == found[1]
    for model in (plain, smooth):
        model.train()
        for layer in model.gcode_decoder.layers:
            layer.drop.p = 0.0
    lost, spread = (float(model(batch)[0].detach()) for model in (plain, smooth))
    assert lost == pytest.approx(found[0], rel=1e-5) and not math.isclose(lost, spread, rel_tol=1e-3)


def test_a_run_is_gone_on_with_as_it_was_begun_or_not_at_all(
    asked: SdTraining, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sd_gcode.main(asked.arguments()) == 1
    assert "--resume goes on with it" in capsys.readouterr().err
    assert sd_gcode.main(replace(asked, resume=True, lr=1e-4).arguments()) == 1
    assert "key lr: the run was begun with 0.003, not 0.0001" in capsys.readouterr().err
    manifest = Path(asked.manifest)
    before = manifest.read_bytes()
    manifest.write_bytes(before.replace(b"a horse", b"a house"))
    assert sd_gcode.main(replace(asked, resume=True).arguments()) == 1
    assert "has changed since the run" in capsys.readouterr().err
    manifest.write_bytes(before)


def test_pictures_and_programs_that_are_none_are_left_out(asked: SdTraining, tmp_path: Path) -> None:
    manifest = sd_runs.write_pairs(tmp_path / "data", 4)
    (tmp_path / "data" / "images" / "0.png").write_bytes(b"no picture")
    (tmp_path / "data" / "images" / "1.png").unlink()
    (tmp_path / "data" / "gcode" / "2-trace.gcode").write_text("M84")
    wanted = replace(asked, manifest=str(manifest), output=str(tmp_path / "out"), text_latents=False, epochs=1)
    assert sd_gcode.main(wanted.arguments()) == 0
    data = json.loads((tmp_path / "out" / "training.json").read_text())["data"]
    assert data["programs"] == 5  # two of the picture that is no picture, one and two of the others
    assert data["trained_on"] + data["validated_on"] == 3


def test_what_cannot_be_trained_on_is_told(asked: SdTraining, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"pairs": [{"image": "a.png", "gcode": "a.gcode"}]}))
    for wanted, told in (
        (replace(asked, manifest=str(tmp_path / "none.json")), "cannot be read"),
        (replace(asked, manifest=str(manifest)), "has no captions: dcode caption"),
        (replace(asked, manifest=str(manifest), text_latents=False), "no pair of it has a picture and a program"),
    ):
        with pytest.raises(ConfigError, match=told):
            sd_gcode.train(replace(wanted, output=str(tmp_path / "out")))
    larger = replace(asked, output=str(tmp_path / "wide"), hidden_size=10, heads=4)
    with pytest.raises(ConfigError, match="10 is no multiple of 4 heads"):
        sd_gcode.train(larger)


def test_the_stroke_decoder_learns_from_the_same_pairs(asked: SdTraining, tmp_path: Path) -> None:
    wanted = replace(asked, decoder="strokes", output=str(tmp_path / "strokes"), epochs=1, validation=0.01)
    assert sd_gcode.main(wanted.arguments()) == 0
    figures = json.loads((tmp_path / "strokes" / "figures.json").read_text())
    assert 1 < figures["bits_per_point"] < 20
    about = json.loads((tmp_path / "strokes" / "training.json").read_text())
    assert about["data"]["validated_on"] == 2  # of one picture, however few there are
    engine = StrokesEngine()
    (drawn,) = engine.draw(DrawRequest("a horse", model=wanted.output), lambda told: None, lambda: False)
    assert len(drawn.lines)


def test_figures_go_to_weights_and_biases_where_they_are_wanted(
    asked: SdTraining, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = replace(asked, output=str(tmp_path / "out"), epochs=1, wandb=True)
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(ConfigError, match="--wandb: wandb is not installed here"):
        sd_gcode.train(wanted)
    logged = dict[int, dict[str, float]]()
    log = SimpleNamespace(log=lambda row, step: logged.setdefault(step, {}).update(row))
    monkeypatch.setitem(sys.modules, "wandb", SimpleNamespace(init=lambda **told: log))
    sd_gcode.train(wanted)
    assert {"bits", "tokens_s", "lr", "validation", "best"} <= set().union(*logged.values())


def test_a_checkpoint_that_is_torn_is_named(asked: SdTraining, tmp_path: Path) -> None:
    task = task_of(asked)
    trainer = Trainer(task, task._loop, tmp_path, HERE, lambda line: None)
    trainer.save()
    (tmp_path / "step-00000000" / "optimiser.safetensors").unlink()
    with pytest.raises(GenerationError, match="no checkpoint to go on from"):
        trainer.resume()
