"""A tiny dataset of pictures and programs, and runs on it; run as a program, one process of several.

python -m tests.ml.sd_runs gradient FOLDER    the averaged gradient of a step, and of one with sharded weights
python -m tests.ml.sd_runs killed SAVE ...    dcode.train_sd_gcode_v3 ..., killed while it writes checkpoint SAVE
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageDraw

from dcode.generation.training import SdTraining
from tests.ml import builders

SIZE = 16  # cells of a latent: 128 pixels
NAMES = ("a horse", "a cup", "a tree")


def write_pairs(folder: Path, pictures: int = 6, strokes: int = 3) -> Path:
    """captioned.json with two programs of each picture, the second one longer."""
    folder.mkdir(parents=True, exist_ok=True)
    pairs = []
    for number in range(pictures):
        (folder / "images").mkdir(exist_ok=True)
        name = f"images/{number}.png"
        _scribble(number).save(folder / name)
        for turn, algorithm in enumerate(("trace", "spiral")):
            program = f"gcode/{number}-{algorithm}.gcode"
            (folder / "gcode").mkdir(exist_ok=True)
            (folder / program).write_text(builders.gcode(10 * number + turn, strokes * (1 + turn)))
            row = {"image": name, "gcode": program, "algorithm": algorithm, "options": {}, "source": name}
            pairs.append({**row, "caption": NAMES[number % len(NAMES)]})
    path = folder / "captioned.json"
    path.write_text(json.dumps({"pairs": pairs, "failed": [], "stats": {}}))
    return path


def _scribble(seed: int) -> Image.Image:
    rng = random.Random(seed)
    image = Image.new("RGB", (40, 24 + seed), "white")
    ImageDraw.Draw(image).line([(rng.randrange(40), rng.randrange(24)) for _ in range(6)], fill="black", width=2)
    return image


def asked(manifest: Path, base: Path, output: Path) -> SdTraining:
    """A run that takes a second: a decoder of a few thousand weights, from a tiny Stable Diffusion in `base`."""
    return SdTraining(
        manifest=str(manifest),
        sd_model=str(base),
        output=str(output),
        latent_size=SIZE,
        hidden_size=16,
        layers=2,
        heads=2,
        max_len=512,
        vocab_size=400,
        batch_size=2,
        grad_accum=2,
        epochs=4,
        lr=3e-3,
        validation=0.2,
        save_minutes=0,
        device="cpu",
    )


def joined_gradient(folder: Path, run: SdTraining) -> None:
    """The gradient of batches 2 and 3 in one step, whatever the number of processes; then the weights of a run.

    Three pairs to a batch: two on one process, one on the other.
    """
    import torch

    from dcode.ml.train.checkpoints import moments
    from dcode.ml.train.distributed import world
    from dcode.ml.train.gcode_data import read_prepared, split
    from dcode.ml.train.gcode_task import GcodeTask
    from dcode.ml.train.latents import latents_of
    from dcode.ml.train.loop import Trainer
    from dcode.ml.train.sd_gcode import RUN, loop_of
    from dcode.ml.train.sharding import whole

    torch.set_num_threads(1)
    with world("cpu") as here:
        data = read_prepared(Path(run.output) / RUN)
        pictures, captions, there = latents_of(run, data, here, lambda line: None)
        rows = split(data, there, run.seed, run.validation)
        plain = replace(loop_of(run, rows.train, rows.validation, 1), batch=3, accumulate=2, dropout=0.0)
        for sharded in (False, True) if here.size > 1 else (False,):
            loop = replace(plain, sharded=sharded, steps=4, check_every=2)
            task = GcodeTask(run, loop, data, rows, pictures, captions)
            place = folder / f"{here.size}-{sharded}"
            made = Trainer(task, loop, place, here, lambda line: None)
            made.gradient([task.batch(number, here.rank, here.size) for number in (2, 3)])
            grads = {name: one.grad for name, one in task.model.named_parameters() if one.grad is not None}
            found = whole(grads)
            counts = [len(task.batch(number, here.rank, here.size)["targets"]) for number in (2, 3)]
            best = made.run().best
            again = Trainer(GcodeTask(run, loop, data, rows, pictures, captions), loop, place, here, print)
            here.wait()  # the first one writes the checkpoint
            again.resume()
            ends = [whole(moments(one.optimiser)) | one.weights() for one in (made, again)]
            assert all(torch.equal(value, ends[1][name]) for name, value in ends[0].items())
            torch.save((found, made.weights(), counts, best), folder / f"{here.size}-{sharded}-{here.rank}.pt")


def killed(at: int, words: list[str]) -> int:
    """The run, until it writes its checkpoint number `at`: SIGKILL, with half of the files there."""
    from dcode.ml.train import checkpoints, sd_gcode

    done = 0

    def save_file(*arguments: object) -> None:
        nonlocal done
        done += 1
        if done == 2 * at:  # weights, then what the optimiser remembers: the latter is missing
            os.kill(os.getpid(), signal.SIGKILL)
        whole(*arguments)

    whole, checkpoints.save_file = checkpoints.save_file, save_file
    return sd_gcode.main(words)


if __name__ == "__main__":
    if sys.argv[1] == "killed":
        sys.exit(killed(int(sys.argv[2]), sys.argv[3:]))
    place = Path(sys.argv[2])
    joined_gradient(place, SdTraining(**json.loads((place / "asked.json").read_text())))
