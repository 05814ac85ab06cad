"""Train by a configuration: `python -m dcode.ml.train configs/train/strokes-3m.toml --out runs/strokes-3m`.

`--resume` goes on from the last checkpoint in the folder, or begins where there is none. For several processes:
`torchrun --nproc_per_node=2 -m dcode.ml.train ...`; on a CPU with OMP_NUM_THREADS=1 in the environment.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dcode.errors import DcodeError
from dcode.ml.answer import tell


def main() -> int:
    """0 when the run has ended or was stopped by a limit, 2 for what is wrong with what was given."""
    asked = _asked()
    try:
        _train(asked)
    except DcodeError as error:
        sys.stderr.write(f"dcode: {error.message}\n")
        return 2
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dcode.ml.train", description="Train a decoder.")
    parser.add_argument("config", type=Path, help="a run, such as configs/train/strokes-3m.toml")
    parser.add_argument("--out", type=Path, help="the run's folder; runs/NAME without it")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint, if there is one")
    parser.add_argument("--begin", type=Path, metavar="FILE", help="a new run begins with this model's weights")
    parser.add_argument("--quickdraw", default="", help="the folder of quickdraw.ndjson.gz")
    parser.add_argument("--minutes", type=float, help="stop after so long, with a checkpoint")
    parser.add_argument("--stop", type=int, metavar="STEP", help="stop after this step, with a checkpoint")
    parser.add_argument("--device", default="", help="cpu or cuda; a GPU is used where there is one")
    return parser.parse_args()


def _train(asked: argparse.Namespace) -> None:
    from dcode.errors import GenerationError
    from dcode.ml.train import checkpoints
    from dcode.ml.train.config import read_run
    from dcode.ml.train.distributed import one_thread_of_many, world
    from dcode.ml.train.loop import Limits, Trainer
    from dcode.ml.train.strokes import stroke_task

    config = read_run(asked.config)
    folder: Path = asked.out or Path("runs") / asked.config.stem
    there = checkpoints.has_checkpoint(folder)
    if there and not asked.resume:
        told = f"{folder} has a run in it already: --resume goes on with it, --out takes another folder."
        raise GenerationError(told, file=str(folder))
    with world(asked.device) as here:
        one_thread_of_many(here.size)
        task = stroke_task(config, asked.quickdraw)
        trainer = Trainer(task, config.loop, folder, here, tell)
        if there:
            trainer.resume()
        trainer.run(Limits(asked.minutes, asked.stop))


if __name__ == "__main__":
    sys.exit(main())
