"""Every prompt drawn by several seeds, each drawing by itself, as a user would have it drawn."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from dcode.config.paths import data_dir
from dcode.errors import GenerationError
from dcode.firmware.profile import FirmwareProfile, load_profile
from dcode.gcode.interpret import interpret
from dcode.generation.program import prepared, program_of
from dcode.generation.request import Drawn, DrawRequest, Engine
from dcode.geometry.drawing import Drawing
from dcode.geometry.lines import Lines
from dcode.machine.check import check
from dcode.machine.drawing_figures import Figures
from dcode.ml.data.pairs.program import LONG, written
from dcode.ml.data.prompts.concepts import Concept
from dcode.ml.engines.programs import TRAINED_ON
from dcode.ml.evaluate.prompts import PromptList
from dcode.ml.evaluate.validity import Rule, broken

_PROFILE: Final = "makelangelo"
_EVERY: Final = 64  # drawings between two lines of what is done

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """One drawing that was asked for. `why` says why there is none. Seconds: wall and of this process."""

    prompts: str
    concept: Concept
    seed: int
    drawn: Drawn | None
    why: str
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Plotted:
    """What becomes of a drawing on the machine. `safe`: the check lets it be plotted."""

    broken: frozenset[Rule]
    safe: bool
    figures: Figures


def samples(engine: Engine, lists: Sequence[PromptList], seeds: int, model: str | None, tell: Tell) -> list[Sample]:
    """Everything drawn, seed by seed. Raises GenerationError where the engine itself is not there."""
    asked = [(one.name, concept, seed) for one in lists for concept in one.concepts for seed in range(seeds)]
    found = list[Sample]()
    for number, (name, concept, seed) in enumerate(asked):
        if number % _EVERY == 0:
            tell(f"{engine.name}: {number} of {len(asked)} drawings")
        found.append(_sample(engine, name, concept, DrawRequest(concept.name, engine.name, model, seed)))
    return found


def _sample(engine: Engine, name: str, concept: Concept, request: DrawRequest) -> Sample:
    begun, used = time.perf_counter(), time.process_time()
    drawn, why = None, ""
    try:
        drawn = engine.draw(request, lambda told: None, lambda: False)[0]
    except GenerationError as error:
        if error.fields.get("file") is not None:  # its weights, and not this prompt
            raise
        why = error.message
    took = time.perf_counter() - begun, time.process_time() - used
    return Sample(name, concept, request.seed, drawn, why, *took)


def profile() -> FirmwareProfile:
    """The firmware of the machine that drawings are measured on."""
    return load_profile(_PROFILE, data_dir("firmware_profiles"))


def plotted(drawn: Drawn, dialect: FirmwareProfile) -> Plotted:
    """A drawing on the machine that all training programs were written for, as large as it goes, in its best order."""
    ready = prepared(drawn, TRAINED_ON, dialect)
    program = drawn.gcode if drawn.gcode is not None else written(_strokes(ready.drawing), TRAINED_ON, LONG)
    sent = program_of(ready.drawing, TRAINED_ON, dialect).encode()
    safe = check(interpret(sent, dialect.reading(TRAINED_ON)), TRAINED_ON).ok
    return Plotted(broken(program, TRAINED_ON, ended=drawn.ended), safe, ready.after)


def _strokes(drawing: Drawing) -> Lines:
    return Lines.joined([layer.lines for layer in drawing.layers])
