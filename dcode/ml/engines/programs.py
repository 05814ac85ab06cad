"""What the engines that write programs share: the sheet that their models know, and how finished ones are ranked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dcode.errors import GenerationError
from dcode.generation.request import Drawn, Progress
from dcode.geometry.bounds import Bounds
from dcode.machine.machine import Machine
from dcode.ml.program_strokes import ProgramStrokes

# mm: the original's own plotter with A0 about its centre, for which all its training data were written.
TRAINED_ON: Final = Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5))
TOGETHER: Final = 8  # programs written at once: a cache of 2,048 tokens takes 200 MB each in float32


def written_so_far(strokes: ProgramStrokes, tokens: int, most: int) -> Progress:
    """How a program comes on, of so many tokens at most."""
    return Progress("writing", tokens, most, None, strokes.fresh, strokes.finished, TRAINED_ON.work_area)


def ranked(drawings: Sequence[Drawn], source: str) -> list[Drawn]:
    """The likeliest first; those without a stroke are none. Raises GenerationError where nothing is left."""
    drawn = [one for one in drawings if len(one.lines)]
    if not drawn:
        raise GenerationError(f"{source} wrote no stroke: a longer --max-len or another seed may help.", reason="empty")
    return sorted(drawn, key=lambda one: -(one.score or 0.0))
