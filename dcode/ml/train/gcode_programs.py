"""The programs of a dataset as tokens: each one whole, however long the drawing was, and no torch.

A program that the vocabulary says in `max_len` tokens stays as it is. A longer one is drawn with fewer points, and in
the end with fewer strokes, until it fits: what is learnt is always a drawing from its header to its end, never the
first corner of one. Programs in another dialect are written anew in the language of the decoder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from dcode.errors import DrawingError
from dcode.geometry.lines import Lines
from dcode.ml.data.pairs.budget import Budget
from dcode.ml.data.pairs.program import SHORT, Count, sheet_of, written
from dcode.ml.engines.programs import TRAINED_ON
from dcode.ml.language import HEADER
from dcode.ml.program_strokes import ProgramStrokes
from dcode.ml.train.vocabulary import marked

Ids = npt.NDArray[np.int16]
Item = TypeVar("Item")
Made = TypeVar("Made")

_MANY: Final = 512  # programs from which other processes are worth their start
_CORPUS: Final = 64_000_000  # characters that a vocabulary is learnt from


def corpus(paths: Sequence[Path]) -> Iterator[str]:
    """Programs to learn a vocabulary from: as many as make up a corpus, from all over the dataset."""
    order = np.random.default_rng(0).permutation(len(paths))
    there = 0
    for place in order.tolist():
        if text := read_program(paths[place]):
            yield text
            there += len(text)
            if there > _CORPUS:
                return


def tokenized(paths: Sequence[Path], tokenizer: Tokenizer, max_len: int, processes: int) -> Iterator[Ids | None]:
    """The tokens of each program, `<s>` first and `</s>` last; None for one that draws nothing or is not there."""
    yield from mapped(partial(_ids, words=tokenizer.to_str(), max_len=max_len), paths, processes)


def mapped(function: Callable[[Item], Made], items: Sequence[Item], processes: int) -> Iterator[Made]:
    """What a function makes of programs, in their order; by several processes where there are many."""
    if len(items) < _MANY or processes < 2:
        yield from map(function, items)
        return
    # Not forked: this process has torch, threads and perhaps a GPU.
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        share = max(1, min(64, len(items) // (4 * processes)))
        left = iter(items)
        while some := list(islice(left, 64 * share)):
            yield from pool.map(function, some, chunksize=share)


def read_program(path: Path) -> str:
    """A program's text; "" for one that cannot be read."""
    try:
        return path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, ValueError):
        return ""


def fitted(text: str, count: Count, max_len: int) -> str | None:
    """A program that says the same in `max_len` tokens; None where nothing is drawn, or nothing of it fits."""
    ours = text.startswith(HEADER)
    lines = ProgramStrokes.of(text)
    if not len(lines):
        return None
    # A line takes four tokens and more, so that very long programs need not be counted.
    if ours and text.count("\n") < max_len and count(text) <= max_len:
        return text
    drawn = _on_sheet(lines)
    if not ours and count(again := written(drawn, TRAINED_ON, SHORT)) <= max_len:
        return again
    try:
        return (
            Budget(lambda n: drawn, lambda some: written(some, TRAINED_ON, SHORT), count, max_len, TRAINED_ON.home)
            .fitted()
            .text
        )
    except DrawingError:
        return None


@lru_cache(maxsize=1)
def _vocabulary(words: str) -> Tokenizer:
    return Tokenizer.from_str(words)


def _ids(path: Path, words: str, max_len: int) -> Ids | None:
    tokenizer = _vocabulary(words)

    def encoded(text: str) -> list[int]:
        return list(tokenizer.encode(marked(text)).ids)

    text = fitted(read_program(path), lambda text: len(encoded(text)), max_len)
    return None if text is None else np.array(encoded(text), dtype=np.int16)


def _on_sheet(lines: Lines) -> Lines:
    """Strokes made small enough for the sheet of the decoder, where they are not."""
    sheet, bounds = sheet_of(TRAINED_ON, SHORT), lines.bounds
    assert bounds is not None
    if (
        sheet.left <= bounds.left
        and bounds.right <= sheet.right
        and sheet.bottom <= bounds.bottom
        and bounds.top <= sheet.top
    ):
        return lines
    scale = min(1.0, sheet.width / max(bounds.width, 1e-9), sheet.height / max(bounds.height, 1e-9))
    return Lines((lines.points - bounds.centre) * scale + sheet.centre, lines.starts)
