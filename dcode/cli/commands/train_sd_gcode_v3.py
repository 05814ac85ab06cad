"""dcode train-sd-gcode-v3: a decoder of Stable Diffusion's latents to G-code, or dcode's own, from pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dcode.cli.command import FILE, command
from dcode.cli.ml_process import run_ml
from dcode.cli.model_place import absolute
from dcode.cli.session import Session
from dcode.cli.training_options import given, num_gpus_option, run_options, started, told_figures
from dcode.generation.training import MODULE, SdTraining


@command(name="train-sd-gcode-v3")
@click.option(
    "-m",
    "--manifest",
    type=FILE,
    required=True,
    help="captioned.json, or a manifest.json with --no-text-latents.",
)
@num_gpus_option
@run_options(SdTraining)
def train_sd_gcode_v3(session: Session, manifest: Path, num_gpus: int, **values: Any) -> None:
    """Train a decoder of latents.

    It learns from pairs of picture and program. Stable Diffusion stays as it is; its latents are computed once and kept
    beside the manifest. Interrupted or killed, the same command
    with --resume goes on from the last checkpoint to the very model that it would have become.
    """
    values = given(values)
    places = {name: str(Path(values[name]).absolute()) for name in ("output", "cache") if values[name]}
    places["sd_model"] = absolute(values["sd_model"])
    asked = SdTraining(manifest=str(manifest.absolute()), **{**values, **places})
    answer = run_ml(*started(MODULE, asked.arguments(), num_gpus))
    session.reply(answer, _lines)


def _lines(answer: dict[str, Any]) -> list[str]:
    engine = "strokes" if answer["decoder"] == "strokes" else "sd-gcode"
    model = answer["model"]
    lines = [told_figures(model, answer["figures"]), f'dcode draw "a horse" --engine {engine} --model {model}']
    return [*lines, f"In the original's layout: {answer['export']}"] if answer["export"] else lines
