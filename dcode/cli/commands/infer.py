"""dcode infer: a program by one of the models that write G-code as text."""

from __future__ import annotations

from dcode.cli import inferring
from dcode.cli.command import command
from dcode.cli.inferring import Asked, infer_options
from dcode.cli.session import Session
from dcode.generation.known_models import TEXT


@command()
@infer_options(TEXT.model)
def infer(session: Session, asked: Asked) -> None:
    """Have a text model write G-code.

    Flan-T5, BART, GPT-2, CodeGen and their kin. The program is written as the model made it; dcode draw draws with
    better engines, fits the drawing to the sheet, and plots it.
    """
    inferring.infer(session, asked.request("text"), asked.to)
