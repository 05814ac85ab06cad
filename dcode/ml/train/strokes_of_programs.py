"""The stroke decoder trained on the pairs that the decoder of latents is trained on: captions and drawn programs.

It draws after words, so that its model draws where there is no Stable Diffusion: `dcode draw --engine strokes --model
DIR`. A program of more strokes or points than it has room for is drawn with fewer, never cut.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from dcode.errors import ConfigError
from dcode.generation.sketch.events import sketched
from dcode.generation.sketch.stroke_config import StrokeConfig
from dcode.generation.sketch.words import Words
from dcode.generation.training import SdTraining
from dcode.geometry.lines import Lines
from dcode.ml.data.pairs.budget import thinned
from dcode.ml.data.pairs.manifest import prompt_of
from dcode.ml.program_strokes import ProgramStrokes
from dcode.ml.tokenizer import GcodeTokenizer
from dcode.ml.train.config import DataConfig, LoopConfig, RunConfig
from dcode.ml.train.gcode_data import PREPARED, Prepared, held_out
from dcode.ml.train.stroke_data import Drawings, Sketch, drawings_of, twos

_FINEST: Final = 0.5  # how coarse a pen the search begins with, in pens
_COARSER: Final = 14  # times that it is doubled


def drawings_of_programs(asked: SdTraining, data: Prepared, folder: Path, words: Words) -> tuple[Drawings, RunConfig]:
    """What the stroke decoder learns from, and the run but for its loop. Raises ConfigError where nothing fits."""
    own = StrokeConfig()
    model = StrokeConfig(asked.hidden_size or own.width, asked.layers or own.layers, asked.heads or own.heads)
    choice = DataConfig(library=False, doodles_until=1.0, validation=asked.validation)
    tokenizer, keys = GcodeTokenizer.load(folder / PREPARED), list(data.captions)
    sketches = list[Sketch]()
    for at in range(len(data)):
        program = tokenizer.decode(data.tokens[data.starts[at] : data.starts[at + 1]].tolist())
        lines = within(ProgramStrokes.of(program), model)
        caption = data.captions[keys[data.caption[at]]] if data.caption[at] >= 0 else prompt_of({})
        if lines is not None:
            sketches.append(Sketch(lines, (caption,), model.style("icon"), int(data.picture[at])))
    if not sketches:
        raise ConfigError("none of its drawings fits the stroke decoder.", file=asked.manifest)
    drawn = {one.cluster for one in sketches}
    pictures = {at: key for at, key in enumerate(data.pictures) if at in drawn}
    drawings = drawings_of(sketches, held_out(pictures, asked.seed, asked.validation), choice, model, words)
    return drawings, RunConfig("strokes", LoopConfig(), choice, model)


def within(lines: Lines, model: StrokeConfig) -> Lines | None:
    """Strokes in units of cells, as fine as the decoder has room for; None where nothing of them is left."""
    for doubled in range(_COARSER):
        thin = thinned(lines, _FINEST * 2.0**doubled) if doubled else lines
        found = twos(sketched(thin))
        if not len(found):
            return None
        # However a drawing is varied, it has no more events than points, and its end.
        if len(found.points) < model.events and len(found) <= model.strokes:
            return found
    return None


def as_toml(run: RunConfig) -> str:
    """A run as the file that read_run reads."""
    parts = [f"task = {json.dumps(run.task)}"]
    for name, section in (("train", run.loop), ("data", run.data), ("model", run.model)):
        values: dict[str, Any] = asdict(section)
        parts += ["", f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
    return "\n".join(parts) + "\n"
