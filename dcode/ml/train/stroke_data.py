"""The drawings that the stroke decoder learns from: the library that ships, and doodles of Quick, Draw! from a folder.

Drawings are named by their place, from 0. Split two ways: `held_out` are those of concepts that training never sees,
not even as neighbours; `validation` are whole clusters of near-duplicates of the concepts that it does see.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.errors import ConfigError
from dcode.generation.sketch.decoder import padded
from dcode.generation.sketch.events import Events, encode, fitted, sketched
from dcode.generation.sketch.store import Store
from dcode.generation.sketch.stroke_config import StrokeConfig
from dcode.generation.sketch.words import Words
from dcode.geometry.lines import Lines, Offsets, starts_of
from dcode.ml.data.prompts.concepts import read_concepts, says
from dcode.ml.train.config import DataConfig

QUICKDRAW: Final = "quickdraw.ndjson.gz"
# Sets of silhouettes and coloured pictures, which are drawn along their edges.
CONTOURS: Final = frozenset({"game-icons", "fluent", "twemoji", "openclipart"})
_BUCKETS: Final = 10_000  # that clusters are thrown into, to choose those for validation
_ROWS: Final = 256  # captions compared with all drawings at a time
_SPARE: Final = 24  # near drawings found for each that is wanted: near-duplicates of the drawing itself go out

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sketch:
    """One drawing in units of cells with what it is called, first its caption."""

    lines: Lines
    phrases: tuple[str, ...]
    style: int
    cluster: int


@dataclass(frozen=True, slots=True, eq=False)
class Drawings:
    """All drawings in arrays. `near` (n, k) are the neighbours of each, `programs` (n, P, 3) how it looks as one."""

    points: npt.NDArray[np.float32]
    stroke_starts: Offsets
    drawing_starts: Offsets
    style: Numbers
    phrases: Numbers
    phrase_starts: Offsets
    vectors: npt.NDArray[np.float32]
    events: Numbers
    programs: npt.NDArray[np.int16]
    near: Numbers
    train: Numbers
    validation: Numbers
    held_out: Numbers

    def __len__(self) -> int:
        return len(self.style)


def read_drawings(data: DataConfig, model: StrokeConfig, store: Store, words: Words, seed: int) -> Drawings:
    """Everything a run draws on. Raises ConfigError where there is nothing, or no doodles in their folder."""
    kept = read_sketches(data, model, store)
    chosen = {one.cluster for one in kept if _is_validation(one.cluster, seed, data.validation)}
    return drawings_of(kept, chosen, data, model, words)


def drawings_of(
    kept: Sequence[Sketch], validated: Container[int], data: DataConfig, model: StrokeConfig, words: Words
) -> Drawings:
    """Drawings that a model has room for, in arrays, with their neighbours and on their sides.

    `validated`: the clusters to validate on.
    """
    programs = [encode(one.lines) for one in kept]
    concepts = read_concepts(data.held_out)
    held = np.array([says(one.phrases, concepts) for one in kept])
    chosen = np.array([one.cluster in validated for one in kept])
    train, validation = ~held & ~chosen, ~held & chosen
    texts = {phrase: None for one in kept for phrase in one.phrases}
    place_of = {phrase: place for place, phrase in enumerate(texts)}
    vectors = words.vectors(list(texts))
    style = np.array([one.style for one in kept])
    captions = np.array([place_of[one.phrases[0]] for one in kept])
    drawn = style != model.style("doodle")
    allowed = np.flatnonzero(train & (drawn | ~drawn.any()))  # doodles where there is nothing else
    clusters_of = np.array([one.cluster for one in kept])
    joined = Lines.joined([one.lines for one in kept])
    return Drawings(
        joined.points.astype(np.float32),
        joined.starts,
        starts_of([len(one.lines) for one in kept]),
        style,
        np.array([place_of[phrase] for one in kept for phrase in one.phrases]),
        starts_of([len(one.phrases) for one in kept]),
        vectors,
        np.array([len(program) for program in programs]),
        np.stack([as_neighbour(program, model.neighbour_events) for program in programs]),
        nearest(vectors, captions, clusters_of, allowed, data.near),
        np.flatnonzero(train),
        np.flatnonzero(validation),
        np.flatnonzero(held),
    )


def read_sketches(data: DataConfig, model: StrokeConfig, store: Store) -> list[Sketch]:
    """The drawings that a model has room for, icons before doodles. Raises ConfigError."""
    sketches = list(_icons(store, model)) if data.library else []
    clusters = 1 + max((one.cluster for one in sketches), default=0)
    if data.quickdraw:
        sketches += _doodles(Path(data.quickdraw), model, clusters)
    # However a drawing is varied, it has no more events than points, and its end.
    kept = [one for one in sketches if len(one.lines.points) < model.events and len(one.lines) <= model.strokes]
    if not kept:
        raise ConfigError("there is nothing to train on.", key="data")
    return kept


def nearest(
    vectors: npt.NDArray[np.float32], captions: Numbers, clusters: Numbers, allowed: Numbers, count: int
) -> Numbers:
    """For each drawing the `count` allowed ones whose captions are nearest, none of its own cluster, (n, count).

    -1 where there are no more. Drawings whose captions are equally near come in a mixed order.
    """
    found = np.full((len(captions), count), -1, dtype=np.int64)
    ties = np.random.default_rng(0).uniform(0, 1e-3, len(allowed)).astype(np.float32)
    theirs = vectors[captions[allowed]]
    most = min(len(allowed), count + _SPARE)
    order = np.argsort(captions, kind="stable")
    texts, firsts = np.unique(captions[order], return_index=True)
    owners = np.split(order, firsts[1:])
    for begin in range(0, len(texts), _ROWS):
        scores = vectors[texts[begin : begin + _ROWS]] @ theirs.T + ties
        best = np.argsort(-scores, axis=1)[:, :most]
        for row, drawings in zip(best, owners[begin : begin + _ROWS], strict=True):
            for drawing in drawings.tolist():
                others = [place for place in allowed[row].tolist() if clusters[place] != clusters[drawing]]
                found[drawing, : len(others[:count])] = others[:count]
    return found


def as_neighbour(program: Events, length: int) -> Events:
    """The beginning of a program, made as long as all neighbours are by repeating its END."""
    return padded(program[:length], length)


def _icons(store: Store, model: StrokeConfig) -> Iterator[Sketch]:
    styles = [model.style("contour" if source.key in CONTOURS else "icon") for source in store.sources]
    for place in range(len(store)):
        phrases, style = (store.caption(place), *store.tags[place]), styles[int(store.sets[place])]
        yield Sketch(twos(sketched(store.lines(place))), phrases, style, int(store.cluster[place]))


def _doodles(folder: Path, model: StrokeConfig, first_cluster: int) -> Iterator[Sketch]:
    """Quick, Draw! in its folder, y turned up; none is taken for a near-duplicate of another."""
    path, style = folder / QUICKDRAW, model.style("doodle")
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file):
                row = json.loads(line)
                lines = Lines.of([np.array([xs, [255 - y for y in ys]], dtype=float).T for xs, ys in row["drawing"]])
                yield Sketch(twos(sketched(lines)), (str(row["word"]),), style, first_cluster + number)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"no doodles could be read: {error}", file=str(path), key="data.quickdraw") from error


def twos(lines: Lines) -> Lines:
    """A drawing in units of cells, every stroke with two points at least: a dot has its point twice."""
    lines = fitted(lines)
    return Lines.of([np.repeat(line, 2, axis=0) if len(line) == 1 else line for line in lines])


def _is_validation(cluster: int, seed: int, share: float) -> bool:
    return zlib.crc32(f"{seed} {cluster}".encode()) % _BUCKETS < share * _BUCKETS
