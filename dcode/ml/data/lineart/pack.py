"""Captioned drawings written as the library that dcode.generation.sketch.store reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dcode.generation.sketch.store import FORMAT, VERSION
from dcode.geometry.lines import Lines
from dcode.ml.data.lineart.sets import IconSet


@dataclass(frozen=True, eq=False, slots=True)
class Drawing:
    """One drawing of the library. `lines` on the grid: whole numbers from 0 to 255."""

    set_key: str
    name: str
    caption: str
    tags: tuple[str, ...]
    lines: Lines
    cluster: int = 0


def write_library(path: Path, drawings: Sequence[Drawing], sets: Sequence[tuple[IconSet, str]]) -> int:
    """The file of a library, the same bytes for the same drawings; its size in bytes.

    `sets` are those that drawings come from, each with the version that was read.
    """
    keys = {source.key: place for place, (source, _) in enumerate(sets)}
    texts = sorted({drawing.caption for drawing in drawings})
    place_of = {text: place for place, text in enumerate(texts)}
    numbers = {old: new for new, old in enumerate(sorted({drawing.cluster for drawing in drawings}))}
    points = np.concatenate([drawing.lines.points for drawing in drawings]).astype(np.uint8)
    about = {
        "format": FORMAT,
        "version": VERSION,
        "grid": 256,
        "sets": [
            {
                "key": source.key,
                "title": source.title,
                "version": version,
                "licence": source.licence,
                "home": source.home,
            }
            for source, version in sets
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            points=np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.uint8)),
            strokes=np.concatenate([drawing.lines.counts for drawing in drawings]).astype(np.uint16),
            drawings=np.array([len(drawing.lines) for drawing in drawings], dtype=np.uint8),
            sets=np.array([keys[drawing.set_key] for drawing in drawings], dtype=np.uint8),
            captions=np.array([place_of[drawing.caption] for drawing in drawings], dtype=np.uint16),
            cluster=np.array([numbers[drawing.cluster] for drawing in drawings], dtype=np.uint16),
            texts=_bytes(texts),
            names=_bytes(
                ["" if one.name == one.caption.replace(" ", "-") else one.name.replace("\n", " ") for one in drawings]
            ),
            tags=_bytes(["|".join(drawing.tags) for drawing in drawings]),
            about=_bytes([json.dumps(about, sort_keys=True)]),
        )
    return path.stat().st_size


def _bytes(lines: Sequence[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("\n".join(lines).encode(), dtype=np.uint8)
