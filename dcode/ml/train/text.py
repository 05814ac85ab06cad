"""A run of `dcode train`: one of the older models, which write G-code as text, learns captions and their programs.

    OUTPUT_DIR/MODEL_seedSEED/
        run.json, tokens/, checkpoint-*    what --resume goes on from
        final/                             the finished model, as `dcode infer -m` and `dcode draw --model` take it

`python -m dcode.ml.train.text captioned.json ...`, or torchrun for several GPUs; the command starts either.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dcode.errors import GenerationError
from dcode.generation.text_training import FINAL, MODULE, TextTraining
from dcode.ml.answer import tell
from dcode.ml.data.pairs.manifest import read_manifest
from dcode.ml.train.asked import carried_out, read_words, refuse_another, told_options

if TYPE_CHECKING:
    from dcode.ml.text_folder import TextFolder
    from dcode.ml.train.distributed import World
    from dcode.ml.train.text_trainer import Note, ProgramTrainer, Say

_MAY_CHANGE: Final = frozenset({"manifest", "output_dir", "resume", "cache", "save_minutes", "device"})
_TOLD: Final = "training.json"


def main(words: Sequence[str] | None = None) -> int:
    """As carried_out says."""
    given = list(sys.argv[1:] if words is None else words)
    return carried_out(given, lambda: train(read_words(TextTraining, MODULE, "Train a text model.", given)))


def train(asked: TextTraining, say: Say = tell, note: Note = lambda row: None) -> Mapping[str, Any]:
    """What has come of the run; `note` is given the figures of each validation. Raises DcodeError."""
    source = asked.source
    read_manifest(Path(asked.manifest))  # before torch is loaded and a model fetched, which takes its time

    from dcode.ml.train.distributed import one_thread_of_many, world

    final = asked.folder / FINAL
    with world(asked.device) as here:
        one_thread_of_many(here.size)
        _begin(asked, here)
        if not (final / _TOLD).is_file():
            _run(asked, source, here, *((say, note) if here.first else (_nothing, _nothing)))
        here.wait()
    about = json.loads((final / _TOLD).read_text(encoding="utf-8"))
    return {"model": str(final), "figures": about["figures"], "data": about["data"]}


def _run(asked: TextTraining, source: str, here: World, say: Say, note: Note) -> None:
    import torch

    from dcode.ml.text_folder import open_text
    from dcode.ml.train.text_data import read_pairs, split
    from dcode.ml.train.text_trainer import last_checkpoint, trainer_of

    folder = open_text(source, torch.float32)
    manifest, tokens = Path(asked.manifest), Path(asked.cache) if asked.cache else asked.folder / "tokens"
    if here.first:
        read_pairs(manifest, folder, asked.max_len, tokens, say)
    here.wait()
    pairs = read_pairs(manifest, folder, asked.max_len, tokens, say)
    rows = split(pairs, asked.seed, asked.validation)
    data = {"programs": len(pairs), "trained_on": len(rows[0]), "validated_on": len(rows[1])}
    say(json.dumps({**data, "tokens": rows[0].tokens}))
    trainer, begun = trainer_of(asked, folder, rows, here, say, note), last_checkpoint(asked.folder, here.size)
    trainer.train(resume_from_checkpoint=str(begun) if begun else None)
    figures = trainer.figures()
    if here.first:
        about = {
            "options": told_options(asked),
            "source": source,
            "processes": here.size,
            "data": data,
            "figures": figures,
        }
        _publish(trainer, folder, asked.folder / FINAL, about)
        say(f"The model is in {asked.folder / FINAL}.")


def _nothing(what: object) -> None:
    """What is told by processes other than the first."""


def _begin(asked: TextTraining, here: World) -> None:
    """Note what the run is. Raises where one is there that is another, or is not to be gone on with."""
    from dcode.ml.train.checkpoints import written
    from dcode.ml.train.text_trainer import last_checkpoint, remove_halves

    file, this = asked.folder / "run.json", {**asdict(asked), "processes": here.size}
    # A run that has trained nothing, for want of a model or of pairs, is nothing to go on with.
    trained = (asked.folder / FINAL / _TOLD).is_file() or last_checkpoint(asked.folder, here.size) is not None
    there = file.is_file() and trained
    if there and not asked.resume:
        told = f"{asked.folder} has a run in it already: --resume goes on with it, --output-dir takes another folder."
        raise GenerationError(told, file=str(asked.folder))
    if there:
        before = json.loads(file.read_text(encoding="utf-8"))
        refuse_another(TextTraining, before, this, _MAY_CHANGE, file, "--output-dir")
    here.wait()  # until all have looked
    if here.first:
        asked.folder.mkdir(parents=True, exist_ok=True)
        remove_halves(asked.folder, here.size)
        if not there:
            written(file, json.dumps(this, indent=1).encode())
    here.wait()


def _publish(trainer: ProgramTrainer, folder: TextFolder, final: Path, about: Mapping[str, Any]) -> None:
    """The model, its tokenizer, and by what and how well it was trained; there at once or not at all."""
    half = final.with_name(f"{final.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    trainer.accelerator.unwrap_model(trainer.model).save_pretrained(half)
    folder.tokenizer.save_pretrained(half)
    for name, value in (("figures.json", about["figures"]), (_TOLD, about)):
        (half / name).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    half.rename(final)


if __name__ == "__main__":
    sys.exit(main())
