"""dcode train: the older models, which write G-code as text, learn captions and programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dcode.cli.command import FILE, command
from dcode.cli.ml_process import run_ml
from dcode.cli.model_place import absolute
from dcode.cli.session import Session
from dcode.cli.training_options import given, num_gpus_option, run_options, started, told_figures
from dcode.generation.run_options import words_of
from dcode.generation.text_training import MODULE, TextTraining


@command()
@click.option("-m", "--manifest", type=FILE, required=True, help="captioned.json.")
@num_gpus_option
@run_options(TextTraining)
def train(session: Session, manifest: Path, num_gpus: int, **values: Any) -> None:
    """Train a text model.

    Flan-T5, BART, GPT-2, CodeGen or their kin learn to write the program of a caption. The finished model is in
    OUTPUT_DIR/MODEL_seedSEED/final. Interrupted or killed, the same command with --resume goes on from the last
    checkpoint.
    """
    values = given(values)
    places = {name: str(Path(values[name]).absolute()) for name in ("output_dir", "cache") if values[name]}
    places["model"] = absolute(values["model"])
    asked = TextTraining(manifest=str(manifest.absolute()), **{**values, **places})
    assert asked.source  # whether there is such a model is said before anything is started
    session.reply(run_ml(*started(MODULE, [asked.manifest, *words_of(asked)], num_gpus)), _lines)


def _lines(answer: dict[str, Any]) -> list[str]:
    model = answer["model"]
    return [told_figures(model, answer["figures"]), f'dcode infer "drawing of a goat" -m {model} -o goat.gcode']
