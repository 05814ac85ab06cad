"""The shipped line-art library: drawings in strokes on a grid of 256, with captions, tags, source and licence.

One .npz of plain arrays, so that it needs no more than numpy to read:

    points     uint8 (n, 2)  x right, y up; each as the difference to the point before it, modulo 256
    strokes    uint16        points of each stroke
    drawings   uint8         strokes of each drawing
    sets       uint8         the set of each drawing, its place in `about`
    captions   uint16        the caption of each drawing, its place among `texts`
    cluster    uint16        near-duplicates have the same number
    texts      uint8         the captions, UTF-8, one a line
    names      uint8         what each drawing's set calls it, one a line; empty where that is the caption
    tags       uint8         other words for each drawing, one line each, apart by "|"
    about      uint8         JSON: format, version, grid, and for each set its key, title, version, licence and home
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.generation.sketch.arrays import Kind, read_arrays
from dcode.geometry.lines import Lines, Offsets, ranges, starts_of

FORMAT: Final = "dcode-lineart"
VERSION: Final = 1
SHIPPED: Final = "lineart.npz"
_ARRAYS: Final = ("points", "strokes", "drawings", "sets", "captions", "cluster", "texts", "names", "tags")
_KIND: Final = Kind("line-art library", FORMAT, VERSION)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a drawing comes from. `licence` is an SPDX name, or "public domain"."""

    key: str
    title: str
    version: str
    licence: str
    home: str


@dataclass(frozen=True, eq=False)
class Store:
    """Every drawing of a library; `len` is how many. Drawings are named by their place, from 0."""

    points: npt.NDArray[np.uint8]  # absolute, shape (n, 2)
    stroke_starts: Offsets
    drawing_starts: Offsets
    sets: npt.NDArray[np.uint8]
    caption_of: npt.NDArray[np.uint16]
    cluster: npt.NDArray[np.uint16]
    texts: tuple[str, ...]
    names_text: str
    tags_text: str
    sources: tuple[Source, ...]

    def __len__(self) -> int:
        return len(self.drawing_starts) - 1

    @cached_property
    def tags(self) -> tuple[tuple[str, ...], ...]:
        """Other words for each drawing."""
        return tuple(tuple(part for part in line.split("|") if part) for line in self.tags_text.split("\n"))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What each drawing's set calls it."""
        lines = self.names_text.split("\n")
        return tuple(name or self.caption(place).replace(" ", "-") for place, name in enumerate(lines))

    def caption(self, place: int) -> str:
        """What a drawing shows, in words."""
        return self.texts[int(self.caption_of[place])]

    def source(self, place: int) -> Source:
        """The set that a drawing comes from."""
        return self.sources[int(self.sets[place])]

    def attribution(self, *places: int) -> str:
        """The words that name drawings' sources, each once: `drawn after Lucide 'horse', ISC; Phosphor 'cat', MIT`."""
        named = ((self.source(place), self.names[place]) for place in places)
        told = dict.fromkeys(f"{source.title} '{name}', {source.licence}" for source, name in named)
        return f"drawn after {'; '.join(told)}"

    def lines(self, place: int) -> Lines:
        """The strokes of a drawing in grid units, y up, in the order in which they are best drawn."""
        first, last = self.drawing_starts[place], self.drawing_starts[place + 1]
        starts = self.stroke_starts[first : last + 1]
        return Lines(self.points[starts[0] : starts[-1]].astype(np.float64), starts - starts[0])

    def only(self, kept: npt.NDArray[np.bool_]) -> Store:
        """The library of those drawings alone for which `kept` is true."""
        places = np.flatnonzero(kept)
        strokes = ranges(self.drawing_starts[places], np.diff(self.drawing_starts)[places])
        points = ranges(self.stroke_starts[strokes], np.diff(self.stroke_starts)[strokes])
        captions, caption_of = np.unique(self.caption_of[places], return_inverse=True)
        names, tags = self.names_text.split("\n"), self.tags_text.split("\n")
        return Store(
            self.points[points],
            starts_of(np.diff(self.stroke_starts)[strokes]),
            starts_of(np.diff(self.drawing_starts)[places]),
            self.sets[places],
            caption_of.astype(np.uint16),
            self.cluster[places],
            tuple(self.texts[caption] for caption in captions.tolist()),
            "\n".join(names[place] for place in places.tolist()),
            "\n".join(tags[place] for place in places.tolist()),
            self.sources,
        )


def read_store(path: Path) -> Store:
    """A library from its file. Raises GenerationError, reason "unavailable", where it is none that this dcode reads."""
    arrays, about = read_arrays(path, _KIND, _ARRAYS)
    try:
        sources = tuple(Source(*(str(row[key]) for key in Source.__slots__)) for row in about["sets"])
    except (KeyError, TypeError) as error:
        raise _KIND.unreadable(path, str(error)) from error
    return Store(
        np.cumsum(arrays["points"], axis=0, dtype=np.uint8),
        starts_of(arrays["strokes"]),
        starts_of(arrays["drawings"]),
        arrays["sets"],
        arrays["captions"],
        arrays["cluster"],
        tuple(_text(arrays["texts"]).split("\n")),
        _text(arrays["names"]),
        _text(arrays["tags"]),
        sources,
    )


def shipped_store() -> Store:
    """The library that comes with dcode."""
    with as_file(files(__package__) / "data" / SHIPPED) as path:
        return read_store(path)


def _text(data: npt.NDArray[np.uint8]) -> str:
    return data.tobytes().decode()
