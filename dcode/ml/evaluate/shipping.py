"""Which drawings of a stroke model are good enough, and the files with which it ships.

Below its threshold a drawing is left to the library. Where that lies is found by drawings of seeds that no evaluation
uses: with it, as many as possible are recognised.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save

from dcode.errors import GenerationError
from dcode.generation.request import Drawn, DrawRequest, Engine
from dcode.generation.sketch.stroke_config import FORMAT, VERSION
from dcode.generation.sketch.weights import read_weights
from dcode.generation.sketch.words import shipped_words
from dcode.geometry.lines import Lines
from dcode.ml.data.prompts.concepts import Concept
from dcode.ml.evaluate.engines import LIBRARY, STROKES, Evaluated, engine_of
from dcode.ml.evaluate.recognition import Names, recognised
from dcode.ml.evaluate.samples import Tell
from dcode.ml.recogniser import Scorer
from dcode.ml.train.checkpoints import written

FIRST_SEED: Final = 1000  # evaluations use those from 0 on


@dataclass(frozen=True, slots=True)
class Threshold:
    """A score of the recogniser that ranks. Shares are of all drawings: by the model, by the library, by both."""

    score: float
    drawings: int
    strokes: float
    library: float
    together: float
    kept: float  # the share that the model draws itself

    def as_json(self) -> dict[str, float]:
        """For the model's file."""
        return {name: round(float(getattr(self, name)), 4) for name in self.__slots__}


def threshold(folder: Path, scorer: Scorer, concepts: Sequence[Concept], seeds: int, tell: Tell) -> Threshold:
    """That of the model in a folder, with the recogniser that ranks beside it. Raises GenerationError."""
    names = [concept.name for concept in concepts]
    compared = Names(names, shipped_words().vectors(names))
    asked = [(concept, seed) for concept in concepts for seed in range(FIRST_SEED, FIRST_SEED + seeds)]

    def hits(drawn: Sequence[Drawn | None]) -> npt.NDArray[np.bool_]:
        lines = [one.lines if one else Lines.of(()) for one in drawn]
        found = recognised(scorer, lines, [concept for concept, _ in asked], [seed for _, seed in asked], compared)
        return np.asarray(np.array([one is not None for one in drawn]) & (found.rank == 0))

    def drawings(who: Evaluated) -> list[Drawn | None]:
        engine = engine_of(who)
        tell(f"{who.name}: {len(asked)} drawings")
        return [_drawn(engine, DrawRequest(concept.name, who.name, who.model, seed)) for concept, seed in asked]

    made, stored = drawings(Evaluated(STROKES, str(folder))), drawings(Evaluated(LIBRARY, None))
    scores = np.array([one.score if one and one.score is not None else -np.inf for one in made])
    of_each = hits(stored).reshape(-1, seeds).mean(axis=1)  # whichever drawing of a thing stands in
    return best_threshold(scores, hits(made), np.repeat(of_each, seeds))


def best_threshold(
    scores: npt.NDArray[np.float64], own: npt.NDArray[np.bool_], instead: npt.NDArray[np.float64]
) -> Threshold:
    """The lowest score with which most are recognised, where the library draws what scores less. All of shape (n,).

    `own`: whether the model's drawing was recognised; `instead`: the share of the library's drawings of the same thing
    that are. Things that the model draws badly are those that the library has few good drawings of, too.
    """
    order = np.argsort(scores, kind="stable")
    gained = np.cumsum(instead[order] - own[order])  # where the lowest k are left out
    whole = own.sum() + np.concatenate([[0.0], gained])
    ends = np.concatenate([[True], np.diff(scores[order]) > 0, [True]])  # equal scores are kept or left out together
    least = int(np.argmax(np.where(ends, whole, -1.0)))
    lowest = float(scores[order[least]]) if least < len(scores) else float(np.nextafter(scores.max(), np.inf))
    together, count = float(whole[least]) / len(scores), len(scores)
    return Threshold(lowest, count, float(own.mean()), float(instead.mean()), together, (count - least) / count)


def _drawn(engine: Engine, request: DrawRequest) -> Drawn | None:
    try:
        return engine.draw(request, lambda told: None, lambda: False)[0]
    except GenerationError as error:
        if error.fields.get("file") is not None:  # its weights, and not this prompt
            raise
        return None


def with_config(source: Path, target: Path, **more: Any) -> None:
    """A copy of a stroke model's file with more in its config. Raises GenerationError where it is none."""
    config, tensors = read_weights(source, FORMAT, VERSION).config, load_file(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    written(target, save(tensors, {"config": json.dumps({**config, **more}, sort_keys=True)}))
