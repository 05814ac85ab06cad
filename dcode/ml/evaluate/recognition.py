"""What the recogniser that scores makes of drawings. It has no part in drawing: neither its weights nor its drawings.

`Recognised` is of drawings, each of a concept; a drawing that is not there, or of a concept that is no class, is seen
as nothing. The same of real drawings, that neither recogniser learnt from, is the ceiling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch

from dcode.errors import GenerationError
from dcode.generation.sketch.events import decode, encode
from dcode.generation.sketch.store import Store
from dcode.generation.sketch.stroke_config import StrokeConfig
from dcode.generation.sketch.strokes import as_plotted
from dcode.generation.sketch.weights import Array
from dcode.geometry.lines import Lines
from dcode.ml.data.prompts.concepts import Concept, shows
from dcode.ml.evaluate.prompts import AMONG
from dcode.ml.recogniser import Scorer
from dcode.ml.train.config import DataConfig
from dcode.ml.train.recogniser_data import Side, side_of
from dcode.ml.train.stroke_data import read_sketches

SHIPPED: Final = Path(__file__).parent / "data" / "scorer.safetensors"
_MADE_BY: Final = "python -m dcode.ml.train.recogniser score --out FILE --quickdraw FOLDER"
_TOGETHER: Final = 256

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Recognised:
    """Of n drawings: the place of the right class among all (0: the first; -1: the concept is none), whether its own
    prompt is the nearest of 32, and the features (n, f)."""

    rank: npt.NDArray[np.int64]
    nearest: npt.NDArray[np.bool_]
    features: Floats


def open_scorer(path: Path | None) -> Scorer:
    """The recogniser of a file; None: the one that lies with this package. Raises GenerationError, "unavailable"."""
    file = path or SHIPPED
    if not file.is_file():
        told = f"There is no recogniser to score by: {file} is missing. {_MADE_BY} trains one; --recogniser names it."
        raise GenerationError(told, reason="unavailable", file=str(file))
    scorer = Scorer(file)
    if not scorer.names:
        told = f"{file} knows no classes: it is a recogniser that ranks candidates, which may not score them too."
        raise GenerationError(told, reason="unavailable", file=str(file))
    return scorer


def recognised(
    scorer: Scorer, drawings: Sequence[Lines], concepts: Sequence[Concept], seeds: Sequence[int], names: Names
) -> Recognised:
    """What it sees in drawings of concepts that are among the names; others are chosen by each drawing's seed."""
    classes = {name: place for place, name in enumerate(scorer.names)}
    ranks, nearest, features = list[int](), list[bool](), [np.zeros((0, 0), np.float32)]
    with torch.no_grad():
        for begin in range(0, len(drawings), _TOGETHER):
            seen = scorer.features(drawings[begin : begin + _TOGETHER])
            logits, alike = scorer.logits(seen).numpy(), scorer.alike(seen, names.vectors).numpy()
            features.append(seen.numpy())
            for row, near, at in zip(logits, alike, range(begin, len(drawings)), strict=False):
                place = classes.get(concepts[at].name)
                ranks.append(-1 if place is None else int((row > row[place]).sum()))
                nearest.append(_is_nearest(near, names.texts.index(concepts[at].name), seeds[at]))
    whole = np.concatenate(features[1:]) if drawings else features[0]
    return Recognised(np.array(ranks, dtype=np.int64), np.array(nearest, dtype=bool), whole)


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """Prompts that drawings are compared with, and their vectors in the word table."""

    texts: Sequence[str]
    vectors: Array


def _is_nearest(alike: Floats, own: int, seed: int) -> bool:
    others = np.delete(np.arange(len(alike)), own)
    others = np.random.default_rng(seed).permutation(others)[: AMONG - 1]
    return bool(alike[own] > alike[others].max())


@dataclass(frozen=True, slots=True)
class Real:
    """Real drawings as a decoder would draw them at its best, and the concept that each shows."""

    drawings: tuple[Lines, ...]
    concepts: tuple[Concept, ...]


def real_drawings(store: Store, concepts: Sequence[Concept]) -> Real:
    """Drawings of the library of these concepts that no recogniser learnt from."""
    sketches = read_sketches(DataConfig(), StrokeConfig(), store)
    kept = list[tuple[Lines, Concept]]()
    for one in sketches:
        place = shows(one.phrases[0], concepts) if side_of(one.cluster) is Side.MEASURE else None
        if place is not None:
            kept.append((as_plotted(decode(encode(one.lines))), concepts[place]))
    return Real(tuple(lines for lines, _ in kept), tuple(concept for _, concept in kept))


def frechet(one: Floats, other: Floats) -> float:
    """The Frechet distance of two sets of features, taken as normal distributions.

    |m1 - m2|^2 + tr C1 + tr C2 - 2 tr (C1 C2)^(1/2); the last is the sum of the singular values of A1 A2^T, where
    C = A^T A, and of R1 R2^T, where A = Q R: a matrix no larger than there are features. 0 where a set has less than
    two.
    """
    if min(len(one), len(other)) < 2:
        return 0.0
    first, second = (values.astype(np.float64) for values in (one, other))
    centred = [(values - values.mean(0)) / np.sqrt(len(values) - 1) for values in (first, second)]
    apart = ((first.mean(0) - second.mean(0)) ** 2).sum() + sum((values**2).sum() for values in centred)
    small = [np.asarray(np.linalg.qr(values, mode="r"), dtype=np.float64) for values in centred]
    return float(max(0.0, apart - 2 * np.linalg.svd(small[0] @ small[1].T, compute_uv=False).sum()))
