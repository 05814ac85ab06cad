"""What recognisers learn from: real drawings as pictures, and what a decoder makes of them on a bad day.

Three sides by near-duplicate cluster that share no drawing: of one the recogniser that ranks learns, of another the
one that scores, and by the third both are measured.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.generation.sketch.events import decode, encode
from dcode.generation.sketch.picture import pictures
from dcode.generation.sketch.store import Store
from dcode.generation.sketch.stroke_config import StrokeConfig
from dcode.generation.sketch.strokes import as_plotted
from dcode.generation.sketch.words import Words
from dcode.geometry.lines import Lines
from dcode.ml.data.prompts.concepts import HELD_OUT, SEEN, read_concepts, says, shows
from dcode.ml.train.config import DataConfig
from dcode.ml.train.stroke_data import Numbers, Sketch, read_sketches

Bytes = npt.NDArray[np.uint8]  # pictures, 255 for ink

_MANY: Final = 512  # drawings made into pictures at a time


class Side(Enum):
    """Who a drawing is for, and the share of clusters that go to this side, of 20."""

    RANK = 9
    SCORE = 8
    MEASURE = 3


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Drawings as pictures (n, 64, 64) with what each is called: `vectors` of `phrases`, a range of them a drawing.

    `spoilt` are pictures of the same drawings after accidents. `concept` is the place of the concept that a caption is
    headed by, of seen concepts and then the held-out ones; -1: of none.
    """

    pictures: Bytes
    spoilt: Bytes
    vectors: npt.NDArray[np.float32]
    captions: Numbers
    phrases: Numbers
    phrase_starts: Numbers
    concept: Numbers
    names: npt.NDArray[np.float32]
    held_out: npt.NDArray[np.bool_]
    icon: npt.NDArray[np.bool_]
    side: npt.NDArray[np.object_]

    def of(self, side: Side) -> Numbers:
        """The places of the drawings of a side."""
        return np.flatnonzero(self.side == side)


def read_seen(quickdraw: str, store: Store, words: Words, most: int | None = None) -> Seen:
    """All drawings of the library and of a folder of doodles, or the first `most` of each. Raises ConfigError."""
    model = StrokeConfig()
    sketches = read_sketches(DataConfig(quickdraw=quickdraw), model, store)
    doodle = model.style("doodle")
    if most is not None:
        sketches = [one for one in sketches if one.style != doodle][:most] + sketches[-most:]
    seen, held = read_concepts(SEEN), read_concepts(HELD_OUT)
    texts = {phrase: None for one in sketches for phrase in one.phrases}
    place_of = {phrase: place for place, phrase in enumerate(texts)}
    random = np.random.default_rng(5)
    found = [shows(one.phrases[0], (*seen, *held)) for one in sketches]
    starts = np.cumsum([0, *(len(one.phrases) for one in sketches)])
    return Seen(
        _bytes([one.lines for one in sketches]),
        _bytes([spoilt(one.lines, sketches, random) for one in sketches]),
        words.vectors(list(texts)),
        np.array([place_of[one.phrases[0]] for one in sketches]),
        np.array([place_of[phrase] for one in sketches for phrase in one.phrases]),
        starts.astype(np.int64),
        np.array([-1 if place is None else place for place in found]),
        words.vectors([one.name for one in (*seen, *held)]),
        np.array([says(one.phrases, held) for one in sketches]),
        np.array([one.style != doodle for one in sketches]),
        np.array([side_of(one.cluster) for one in sketches], dtype=object),
    )


def side_of(cluster: int) -> Side:
    """The side of a near-duplicate cluster, by chance, the same always."""
    at = zlib.crc32(f"recogniser {cluster}".encode()) % sum(side.value for side in Side)
    if at < Side.RANK.value:
        return Side.RANK
    return Side.SCORE if at < Side.RANK.value + Side.SCORE.value else Side.MEASURE


def spoilt(lines: Lines, others: Sequence[Sketch], random: np.random.Generator) -> Lines:
    """A drawing in units of cells after an accident that befalls decoders: the pen drifts, strokes land elsewhere, some
    are missing, or are those of another drawing."""
    drift, astray = random.choice([(0.0, 8.0), (0.0, 16.0), (1.5, 0.0), (3.0, 0.0), (3.0, 8.0)])
    strokes = []
    for line in lines:
        wander = np.cumsum(random.normal(0.0, drift, line.shape), axis=0) + random.normal(0.0, astray, 2)
        strokes.append(line + wander)
    if len(strokes) == 1 or random.random() < 0.3:
        other = others[int(random.integers(len(others)))].lines
        mixed = [stroke for stroke in (*lines, *other) if random.random() < 0.5]
        strokes = mixed or strokes
    return Lines.of(strokes)


def _bytes(drawings: Sequence[Lines]) -> Bytes:
    """Pictures of drawings as they would look if the decoder had drawn them."""
    parts = [np.zeros((0, 64, 64), dtype=np.uint8)]
    for begin in range(0, len(drawings), _MANY):
        made = [as_plotted(decode(encode(lines))) for lines in drawings[begin : begin + _MANY]]
        parts.append(np.rint(pictures(made) * 255).astype(np.uint8))
    return np.concatenate(parts)
