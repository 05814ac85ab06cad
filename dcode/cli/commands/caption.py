"""dcode caption: a model says what is in the pictures of a dataset."""

from __future__ import annotations

from pathlib import Path

import click

from dcode.cli.captioning import caption_by, caption_options
from dcode.cli.command import command
from dcode.cli.model_place import absolute
from dcode.cli.session import Session
from dcode.generation.known_models import CAPTIONER


@command()
@caption_options
@click.option("--model", default=CAPTIONER, show_default=True, help="A captioner: a hub id, or its folder.")
@click.option(
    "-b", "--batch-size", type=click.IntRange(1, 4096), default=16, show_default=True, help="Pictures at once."
)
def caption(session: Session, manifest: Path, output: Path, model: str, batch_size: int) -> None:
    """Caption the pictures of a dataset by a model.

    Every picture is looked at once, however many programs it has. Interrupted, the same command goes on where it was.
    DCODE_ML_DEVICE and DCODE_ML_DTYPE say on what and in which numbers the model runs.
    """
    caption_by("by-model", session, manifest, output, ["--model", absolute(model), "--batch", str(batch_size)])
