"""Vectors made small: on the axes along which they differ most, in whole numbers of 8 bits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dcode.generation.sketch.words import FORMAT, VERSION
from dcode.ml.data.words.vocabulary import Vocabulary

if TYPE_CHECKING:
    from dcode.ml.minilm import Vectors  # torch, which only the encoder itself needs


@dataclass(frozen=True, eq=False)
class Table:
    """`vectors` int8 (n, axes); a full vector gets there by `(v - mean) @ axes`. `kept`: of the variance."""

    vectors: npt.NDArray[np.int8]
    mean: npt.NDArray[np.float16]
    axes: npt.NDArray[np.float16]
    kept: float


def distil(vectors: Vectors, count: int) -> Table:
    """Principal components, each with the sign that makes its largest part positive: no machine turns it round."""
    mean = vectors.mean(axis=0).astype(np.float16)
    centred = vectors - mean.astype(np.float32)
    spread, axes = np.linalg.eigh(centred.T.astype(np.float64) @ centred.astype(np.float64))
    axes = axes[:, ::-1][:, :count]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(count)])
    found = centred @ axes.astype(np.float32)
    whole = np.rint(found / np.abs(found).max(axis=1, keepdims=True) * 127).astype(np.int8)
    return Table(whole, mean, axes.astype(np.float16), float(spread[::-1][:count].sum() / spread.sum()))


def write_words(
    path: Path, chosen: Vocabulary, table: Table, weights: npt.NDArray[np.uint8], is_noun: Sequence[bool]
) -> int:
    """The file that dcode.generation.sketch.words reads; its size in bytes."""
    about = {"format": FORMAT, "version": VERSION, "encoder": "all-MiniLM-L6-v2"}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            vectors=table.vectors,
            weights=weights,
            nouns=np.array(is_noun, dtype=np.uint8),
            words=_bytes("\n".join(chosen.words)),
            narrow=_bytes("\n".join(chosen.narrow)),
            wider=np.array(chosen.wider, dtype=np.uint16),
            mean=table.mean,
            axes=table.axes,
            about=_bytes(json.dumps(about, sort_keys=True)),
        )
    return path.stat().st_size


def _bytes(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)
