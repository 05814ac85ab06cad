"""dcode infer-sd-gcode: a program by Stable Diffusion and one of the original's decoders."""

from __future__ import annotations

import click

from dcode.cli.command import command
from dcode.cli.inferring import Asked, infer, infer_options
from dcode.cli.session import Session
from dcode.generation.known_models import SD_GCODE


@command(name="infer-sd-gcode")
@infer_options(SD_GCODE.model)
@click.option(
    "--steps", type=click.IntRange(1, 1000), metavar="N", help="Of the picture; 20 where the model is silent."
)
@click.option("--guidance", type=click.FloatRange(0.0, 100.0), metavar="N", help="How closely the prompt is followed.")
def infer_sd_gcode(session: Session, asked: Asked, steps: int | None, guidance: float | None) -> None:
    """Have Stable Diffusion write G-code.

    The program is written as the model made it, for the A0 sheet that it was trained on; dcode draw --engine sd-gcode
    fits the drawing to the sheet, and plots it.
    """
    infer(session, asked.request("sd-gcode", steps, guidance), asked.to)
