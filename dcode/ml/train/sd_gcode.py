"""A run of `dcode train-sd-gcode-v3`: what it was asked for, from the manifest to the finished model.

    OUTPUT/            the model as it is drawn with; training.json, figures.json; v3/ with --export v3
    OUTPUT/run/        run.json, prepared/, checkpoints, log.jsonl, best/
    CACHE/             latents, which runs on the same pictures share

Everything up to the loop is done once, by whichever process is due, and found again by `--resume`.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dcode.errors import ConfigError, GenerationError
from dcode.generation.training import MODULE, SdTraining
from dcode.ml.answer import tell
from dcode.ml.train.asked import carried_out, read_words, refuse_another, told_options

if TYPE_CHECKING:
    from dcode.ml.train.config import LoopConfig
    from dcode.ml.train.distributed import World
    from dcode.ml.train.gcode_data import Prepared
    from dcode.ml.train.loop import Task, Trainer

    Say = Callable[[str], None]
    Note = Callable[[Mapping[str, float]], None]

RUN: Final = "run"
_MAY_CHANGE: Final = frozenset({"manifest", "output", "resume", "export", "wandb", "cache", "save_minutes", "device"})
_LOG_EVERY: Final = 50


def main(words: Sequence[str] | None = None) -> int:
    """As carried_out says."""
    given = list(sys.argv[1:] if words is None else words)
    return carried_out(given, lambda: train(asked_by(given)))


def asked_by(words: Sequence[str]) -> SdTraining:
    """What a command line asks for. Raises ConfigError."""
    return read_words(SdTraining, MODULE, "Train the decoder of latents.", words)


@dataclass(frozen=True, slots=True)
class Made:
    """What the loop is given, and what there is to say about the data."""

    task: Task
    loop: LoopConfig
    about: Mapping[str, object]


def train(asked: SdTraining, noted: Note | None = None) -> Mapping[str, Any]:
    """What has come of the run; `noted` is given the figures of the log. Raises DcodeError."""
    from dcode.ml.train.distributed import one_thread_of_many, world
    from dcode.ml.train.gcode_data import prepare
    from dcode.ml.train.loop import Trainer

    with world(asked.device) as here:
        one_thread_of_many(here.size)

        def say(line: str) -> None:
            if here.first:
                tell(line)

        folder, note = Path(asked.output) / RUN, noted or _noted(asked, here)
        goes_on = _begin(asked, folder, here)
        if here.first:
            prepare(asked, folder, goes_on, say)
        here.wait()
        made = _strokes(asked, folder, here) if asked.decoder == "strokes" else _gcode(asked, folder, here, say)
        say(f"{json.dumps(dict(made.about))}, {made.loop.steps} steps")
        trainer = Trainer(made.task, made.loop, folder, here, say, note)
        if goes_on:
            trainer.resume()
        return _run(asked, made, trainer, folder, here, say)


def _run(asked: SdTraining, made: Made, trainer: Trainer, folder: Path, here: World, say: Say) -> Mapping[str, Any]:
    from dcode.ml.train.publish import publish, publish_v3

    if math.isinf(trainer.run().best):
        trainer.export({})  # nothing to validate on: the last is the best that is known
    exported = ""
    if here.first:
        about = {"options": told_options(asked), "processes": here.size, "data": made.about, "loop": asdict(made.loop)}
        publish(folder / "best", Path(asked.output), about)
        say(f"The model is in {asked.output}.")
        if asked.export:
            exported = str(publish_v3(Path(asked.output), asked.sd_model))
            say(f"In the original's layout: {exported}.")
    here.wait()
    figures = json.loads((folder / "best" / "figures.json").read_text(encoding="utf-8"))
    return {"model": asked.output, "decoder": asked.decoder, "export": exported, "figures": figures, "data": made.about}


def _begin(asked: SdTraining, folder: Path, here: World) -> bool:
    """Whether a run is gone on with. Raises where one is there and is another, or is not to be gone on with."""
    from dcode.ml.train.checkpoints import has_checkpoint, written

    there, file = has_checkpoint(folder), folder / "run.json"
    if there and not asked.resume:
        told = f"{folder} has a run in it already: --resume goes on with it, --output takes another folder."
        raise GenerationError(told, file=str(folder))
    this = {**asdict(asked), "processes": here.size}
    if there:
        before = json.loads(file.read_text(encoding="utf-8"))
        refuse_another(SdTraining, before, this, _MAY_CHANGE, file, "--output")
    here.wait()  # until all have looked
    if here.first and not there:
        folder.mkdir(parents=True, exist_ok=True)
        written(file, json.dumps(this, indent=1).encode())
    return there


def _gcode(asked: SdTraining, folder: Path, here: World, say: Say) -> Made:
    from dcode.ml.train.gcode_data import read_prepared, split
    from dcode.ml.train.gcode_task import GcodeTask
    from dcode.ml.train.latents import latents_of

    data = read_prepared(folder)
    pictures, captions, there = latents_of(asked, data, here, say)
    rows = split(data, there, asked.seed, asked.validation)
    if not len(rows.train):
        raise ConfigError("none of its pictures can be read.", file=asked.manifest)
    loop = loop_of(asked, rows.train, rows.validation, here.size)
    task = GcodeTask(asked, loop, data, rows, pictures, captions)
    return Made(task, loop, _about(data, len(rows.train), len(rows.validation)))


def _strokes(asked: SdTraining, folder: Path, here: World) -> Made:
    from dcode.generation.sketch.words import shipped_words
    from dcode.ml.train.gcode_data import read_prepared
    from dcode.ml.train.strokes import StrokeTask
    from dcode.ml.train.strokes_of_programs import as_toml, drawings_of_programs

    data = read_prepared(folder)
    drawings, run = drawings_of_programs(asked, data, folder, shipped_words())
    loop = loop_of(asked, drawings.train, drawings.validation, here.size)
    run = replace(run, loop=loop)
    task = StrokeTask(replace(run, text=as_toml(run)), drawings)
    return Made(task, loop, _about(data, len(drawings.train), len(drawings.validation)))


def _about(data: Prepared, train: int, validation: int) -> Mapping[str, object]:
    tokens = int(data.starts[-1])
    pictures, by_algorithm = len(data.pictures), data.algorithms
    there = {"programs": len(data), "tokens": tokens, "pictures": pictures, "by_algorithm": dict(by_algorithm)}
    return {**there, "trained_on": train, "validated_on": validation}


def loop_of(asked: SdTraining, train: Sized, validation: Sized, processes: int) -> LoopConfig:
    """How the loop trains on so many: a batch on each process, validation after each epoch, where there is any."""
    from dcode.ml.train.config import LoopConfig

    batch = asked.batch_size * processes
    epoch = len(train) / (batch * asked.grad_accum)
    steps = max(1, math.ceil(asked.epochs * epoch))
    return LoopConfig(
        seed=asked.seed,
        steps=steps,
        batch=batch,
        accumulate=asked.grad_accum,
        lr=asked.lr,
        warmup=round(asked.warmup_ratio * steps),
        weight_decay=asked.weight_decay,
        dropout=asked.dropout,
        log_every=max(1, min(_LOG_EVERY, math.floor(epoch))),
        check_every=max(1, math.ceil(epoch)),
        save_seconds=60 * asked.save_minutes,
        patience=asked.patience if len(validation) else 0,
        compiled=asked.compile,
        sharded=asked.fsdp,
    )


def _noted(asked: SdTraining, here: World) -> Note:
    """Where figures go beside the log. Raises ConfigError where that is not installed."""
    if not (asked.wandb and here.first):
        return lambda row: None
    try:
        wandb: Any = import_module("wandb")  # not even an extra: who wants it has it
    except ImportError as error:
        raise ConfigError("wandb is not installed here: pip install wandb.", key="--wandb") from error
    run = wandb.init(project="dcode", config=asdict(asked))
    return lambda row: run.log({key: value for key, value in row.items() if key != "step"}, step=int(row["step"]))
