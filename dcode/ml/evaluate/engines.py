"""The engine that is evaluated, without what it must not have seen: held-out concepts are in no library it looks at."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from dcode.errors import GenerationError
from dcode.generation.engines import DEFAULT, Engines
from dcode.generation.request import Engine
from dcode.generation.sketch import store as line_art
from dcode.generation.sketch.find import Finder
from dcode.generation.sketch.library import LibraryEngine
from dcode.generation.sketch.store import Store, shipped_store
from dcode.generation.sketch.strokes import MODEL, RECOGNISER, StrokesEngine
from dcode.generation.sketch.words import shipped_words
from dcode.ml.data.prompts.concepts import HELD_OUT, read_concepts, without
from dcode.ml.train.recogniser_data import Side, side_of

LIBRARY, STROKES = "library", "strokes"
_WEIGHTS: Final = ("*.safetensors", "*.bin")
_PIECE: Final = 1 << 20
_SHIPPED: Final = Path(line_art.__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An engine by its name, and its model: None is the engine's own choice."""

    name: str
    model: str | None


def evaluated(name: str | None, model: str | None) -> Evaluated:
    """Who draws. A folder says by its files which engine it is for. Raises GenerationError."""
    folder = Path(model) if model and Path(model).exists() else None
    if name is None:
        name = DEFAULT if model is None else _engine_of(folder, model)
    next(Engines().candidates(name, only=True))
    # Named even where it is the one that ships: so every drawing is given, however bad the engine thinks it.
    return Evaluated(name, str(_SHIPPED) if name == STROKES and model is None else model)


def _engine_of(folder: Path | None, model: str) -> str:
    if folder is None:
        raise GenerationError(f"There is no folder {model}; a model of the hub needs --engine too.", reason="unknown")
    if folder.is_file() or (folder / MODEL).is_file():
        return STROKES
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        told = f"{folder} holds no model: it has neither {MODEL} nor a config.json that can be read."
        raise GenerationError(told, reason="unavailable", file=str(folder)) from error
    return "sd-gcode" if "gcode_decoder" in config else "text"


@cache
def known_store() -> Store:
    """The library without held-out concepts."""
    return without(shipped_store(), read_concepts(HELD_OUT))


@cache
def _unjudged_store() -> Store:
    """Of those what the recogniser that scores did not learn from."""
    store = known_store()
    return store.only(np.array([side_of(int(cluster)) is not Side.SCORE for cluster in store.cluster], dtype=bool))


@cache
def _finder(unjudged: bool) -> Finder:
    return Finder(_unjudged_store() if unjudged else known_store(), shipped_words())


def engine_of(asked: Evaluated, *, ranked: bool = True, unjudged: bool = False) -> Engine:
    """The engine, made. `ranked` false: `strokes` draws one candidate only. `unjudged`: it draws after drawings that
    the recogniser that scores did not learn from. Raises GenerationError.
    """
    if asked.name == LIBRARY:
        return LibraryEngine(known_store)
    if asked.name == STROKES:
        return StrokesEngine(finder=lambda: _finder(unjudged), ranked=ranked)
    return next(Engines().candidates(asked.name, only=True)).made()


def hashes(asked: Evaluated) -> Mapping[str, str]:
    """SHA-256 of the files that the engine draws with, by name; nothing for a model of the hub."""
    place = Path(asked.model or _SHIPPED)
    if asked.name == LIBRARY:
        found = [_SHIPPED / line_art.SHIPPED]
    elif asked.name == STROKES:
        found = [place / name for name in (MODEL, RECOGNISER)] if place.is_dir() else [place]
    else:
        found = sorted(path for pattern in _WEIGHTS for path in place.glob(pattern)) if asked.model else []
    return {path.name: _hash(path) for path in found if path.is_file()}


def _hash(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()
