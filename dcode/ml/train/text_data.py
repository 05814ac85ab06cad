"""Captions and programs as a text model learns them: each program whole, in as many tokens as the model has room for.

The tokens are those that drawing begins with (text_folder.py): the prompt, the header by itself, then the rest of the
program and the token that ends it. They are kept in a file that names by its hash what it was made of.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from safetensors import numpy as tensors
from tokenizers import Tokenizer
from torch import Tensor

from dcode.errors import ConfigError
from dcode.ml.data.pairs.manifest import prompt_of, read_manifest
from dcode.ml.language import HEADER
from dcode.ml.text_folder import TextFolder
from dcode.ml.tokenizer import GcodeTokenizer
from dcode.ml.train.checkpoints import written
from dcode.ml.train.gcode_data import held_out
from dcode.ml.train.gcode_programs import fitted, mapped, read_program

IGNORED: Final = -100  # a target that is none

Numbers = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]
Row = dict[str, list[int]]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """All pairs. Pair i is asked by asked[asked_at[i] : asked_at[i + 1]], and its program likewise."""

    asked: Ids
    asked_at: Numbers
    program: Ids
    program_at: Numbers
    picture: Numbers  # numbers of pictures
    characters: Numbers  # of each program, as text

    def __len__(self) -> int:
        return len(self.picture)

    def row(self, at: int) -> Row:
        """The tokens of a pair."""
        asked = self.asked[self.asked_at[at] : self.asked_at[at + 1]]
        program = self.program[self.program_at[at] : self.program_at[at + 1]]
        return {"asked": asked.tolist(), "program": program.tolist()}


class Rows(torch.utils.data.Dataset[Row]):
    """Some of the pairs, as transformers' Trainer takes them."""

    def __init__(self, pairs: Pairs, chosen: Numbers) -> None:
        self.pairs, self.chosen = pairs, chosen

    def __len__(self) -> int:
        return len(self.chosen)

    def __getitem__(self, at: int) -> Row:
        return self.pairs.row(int(self.chosen[at]))

    @property
    def tokens(self) -> int:
        """How many are learnt of these."""
        return int(np.diff(self.pairs.program_at)[self.chosen].sum())

    @property
    def characters(self) -> int:
        return int(self.pairs.characters[self.chosen].sum())


def read_pairs(manifest: Path, folder: TextFolder, max_len: int, cache: Path, tell: Callable[[str], None]) -> Pairs:
    """The pairs of a manifest as tokens, from the cache where they are there. Raises ConfigError where nothing is."""
    words = folder.tokenizer.backend_tokenizer.to_str()
    file = cache / f"{_key(manifest, words, folder, max_len)}.safetensors"
    if not file.is_file():
        _write(manifest, words, folder, max_len, file, tell)
    found = tensors.load_file(file)
    return Pairs(**{name: found[name] for name in Pairs.__slots__})


def split(pairs: Pairs, seed: int, share: float) -> tuple[Rows, Rows]:
    """Those to train on and those to validate on; no picture is on both sides."""
    held = held_out({int(one): str(one) for one in np.unique(pairs.picture)}, seed, share)
    validation = np.isin(pairs.picture, held)
    return Rows(pairs, np.flatnonzero(~validation)), Rows(pairs, np.flatnonzero(validation))


class Batches:
    """Pairs as a batch: padded on the right, every target the token that drawing would come to next."""

    def __init__(self, folder: TextFolder) -> None:
        pad, end = folder.tokenizer.pad_token_id, folder.tokenizer.eos_token_id
        self._pad = int(end if pad is None else pad)
        self._two, self._start = folder.two, int(folder.config.decoder_start_token_id) if folder.two else -1

    def __call__(self, rows: Sequence[Row]) -> dict[str, Tensor]:
        asked, programs = ([row[name] for row in rows] for name in ("asked", "program"))
        if self._two:
            begun = [[self._start, *program[:-1]] for program in programs]
            inputs, targets = {"decoder_input_ids": _padded(begun, self._pad)}, programs
        else:
            whole = list(map(list.__add__, asked, programs))
            asked = [one[:-1] for one in whole]
            both = zip(asked, programs, strict=True)
            targets = [[IGNORED] * (len(one) - len(program)) + program for one, program in both]
            inputs = {}
        mask = _padded([[1] * len(one) for one in asked], 0)
        plain = {"input_ids": _padded(asked, self._pad), "attention_mask": mask}
        return {**plain, **inputs, "labels": _padded(targets, IGNORED)}


def _padded(rows: Sequence[Sequence[int]], value: int) -> Tensor:
    whole = torch.full((len(rows), max(map(len, rows))), value, dtype=torch.long)
    for at, row in enumerate(rows):
        whole[at, : len(row)] = torch.tensor(row)
    return whole


def _key(manifest: Path, words: str, folder: TextFolder, max_len: int) -> str:
    try:
        made_of = [hashlib.sha256(manifest.read_bytes()).hexdigest(), hashlib.sha256(words.encode()).hexdigest()]
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}.", file=str(manifest)) from error
    return hashlib.sha256(json.dumps([*made_of, folder.two, folder.places, max_len]).encode()).hexdigest()[:24]


def _write(
    manifest: Path, words: str, folder: TextFolder, max_len: int, file: Path, tell: Callable[[str], None]
) -> None:
    pairs = read_manifest(manifest)["pairs"]
    if not pairs:
        raise ConfigError("has no pairs.", file=str(manifest))
    tell(f"{len(pairs)} pairs; reading programs")
    asked = [folder.asked(prompt_of(pair)) for pair in pairs]
    taken = [0 if folder.two else len(one) for one in asked]
    room = [min(max_len, (folder.places or max_len + one) - one) for one in taken]
    paths = [manifest.parent / pair["gcode"] for pair in pairs]
    end = int(folder.tokenizer.eos_token_id)
    work = partial(_program, words=words, end=end)
    programs = list(mapped(work, list(zip(paths, room, strict=True)), os.cpu_count() or 1))
    kept = [at for at, (ids, _) in enumerate(programs) if len(ids)]
    if not kept:
        raise ConfigError("no program of it draws something that the model has room for.", file=str(manifest))
    if len(kept) < len(pairs):
        tell(f"{len(pairs) - len(kept)} pairs are left out: programs that draw nothing, or are not there")
    pictures = {name: at for at, name in enumerate(sorted({pair["image"] for pair in pairs}))}
    arrays: dict[str, npt.NDArray[Any]] = {
        **_joined("asked", [asked[at] for at in kept]),
        **_joined("program", [programs[at][0] for at in kept]),
        "picture": np.array([pictures[pairs[at]["image"]] for at in kept], dtype=np.int64),
        "characters": np.array([programs[at][1] for at in kept], dtype=np.int64),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.stem}.{os.getpid()}")  # trials of a sweep may make the same at the same time
    written(part, tensors.save(arrays))
    part.replace(file)


def _joined(name: str, rows: Sequence[Sequence[int]]) -> dict[str, npt.NDArray[Any]]:
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    return {name: np.concatenate([np.asarray(row, dtype=np.int32) for row in rows]), f"{name}_at": starts}


@lru_cache(maxsize=1)
def _pieces(words: str) -> GcodeTokenizer:
    return GcodeTokenizer.of(Tokenizer.from_str(words))


def _program(job: tuple[Path, int], words: str, end: int) -> tuple[list[int], int]:
    """A program's tokens and characters; no tokens where it draws nothing or nothing of it fits."""
    path, room = job
    pieces = _pieces(words)
    header = pieces.encode(HEADER)

    def rest(text: str) -> list[int]:
        return pieces.encode(text.removeprefix(HEADER))

    text = fitted(read_program(path), lambda text: len(header) + len(rest(text)) + 1, room)
    return ([], 0) if text is None else ([*header, *rest(text), end], len(text))
