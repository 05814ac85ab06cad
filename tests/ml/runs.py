"""Small training runs that tests share: eight doodles, a tiny decoder; run as a program, one process of several."""

from __future__ import annotations

import gzip
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from dcode.generation.sketch import store, words
from dcode.generation.sketch.stroke_config import StrokeConfig
from dcode.ml.train.config import DataConfig, LoopConfig, RunConfig
from dcode.ml.train.distributed import World, world
from dcode.ml.train.loop import Trainer
from dcode.ml.train.stroke_data import QUICKDRAW, Drawings, read_drawings
from dcode.ml.train.strokes import StrokeTask
from tests.unit.generation.sketch.small import VECTORS, write_store, write_words

TINY = StrokeConfig(
    width=32, layers=2, heads=2, text_size=6, memory_tokens=4, neighbour_events=16, events=48, strokes=8
)
DATA = DataConfig(library=False, validation=0.0)
LOOP = LoopConfig(steps=12, batch=4, lr=1e-2, warmup=4, log_every=4, check_every=6)


def write_doodles(folder: Path, count: int = 8) -> Path:
    """Doodles of random strokes, called by the words of the small table in turn."""
    random, names = np.random.default_rng(1), sorted(VECTORS)
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / QUICKDRAW, "wt", encoding="utf-8") as file:
        for number in range(count):
            strokes = [random.integers(0, 256, (2, 5 + stroke)).tolist() for stroke in range(3)]
            file.write(json.dumps({"word": names[number % len(names)], "key_id": number, "drawing": strokes}) + "\n")
    return folder


def config(folder: Path, loop: LoopConfig = LOOP, data: DataConfig = DATA) -> RunConfig:
    return RunConfig("strokes", loop, replace(data, quickdraw=str(write_doodles(folder / "doodles"))), TINY, "text")


def drawings(folder: Path, run: RunConfig) -> Drawings:
    library = store.read_store(write_store(folder / "lineart.npz"))
    table = words.read_words(write_words(folder / "words.npz"))
    return read_drawings(run.data, run.model, library, table, run.loop.seed)


def trainer(folder: Path, run: RunConfig, place: str, here: World | None = None) -> Trainer:
    here = here or World(0, 1, torch.device("cpu"))
    return Trainer(StrokeTask(run, drawings(folder, run)), run.loop, folder / place, here, lambda line: None)


def joined_gradient(folder: Path) -> None:
    """One process of several: its copy of the averaged gradient of step 3, and the weights after four more steps."""
    torch.set_num_threads(1)
    with world("cpu") as here:
        run = config(folder / str(here.rank), replace(LOOP, dropout=0.0))
        task = StrokeTask(run, drawings(folder / str(here.rank), run))
        made = Trainer(task, run.loop, folder / "run", here, lambda line: None)
        made.gradient([task.batch(3, here.rank, here.size)])
        found = [parameter.grad.clone() for parameter in task.model.parameters()]
        made.run()
        torch.save((found, list(task.model.state_dict().values())), folder / f"{here.size}-{here.rank}.pt")


if __name__ == "__main__":
    joined_gradient(Path(sys.argv[1]))
