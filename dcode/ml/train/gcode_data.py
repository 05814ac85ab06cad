"""What a run on pictures and programs has read from its manifest, kept in the run's folder so that it goes on with it.

    prepared/gcode_tokenizer/        the vocabulary
    prepared/programs.safetensors    tokens of all programs in one array, and whose picture and caption they are
    prepared/pairs.json              keys of pictures and captions, programs by algorithm, and what all was made of

One process makes it, the others wait and read; what was half written is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from safetensors import numpy as tensors
from tokenizers import Tokenizer

from dcode.errors import ConfigError, GenerationError
from dcode.generation.training import SdTraining
from dcode.ml.data.pairs.manifest import read_manifest
from dcode.ml.train.checkpoints import written
from dcode.ml.train.frozen import key_of, key_of_caption
from dcode.ml.train.gcode_programs import Ids, corpus, tokenized
from dcode.ml.train.vocabulary import FOLDER, learnt, write_vocabulary

PREPARED: Final = "prepared"
_PAIRS: Final = "pairs.json"
_PROGRAMS: Final = "programs.safetensors"

Numbers = npt.NDArray[np.int64]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """All programs. Program i is tokens[starts[i] : starts[i + 1]]; `picture` and `caption` (-1: none) number keys."""

    tokenizer: Tokenizer
    tokens: Ids
    starts: Numbers
    picture: Numbers
    caption: Numbers
    pictures: Mapping[str, Path]  # by key, in the order of their numbers
    captions: Mapping[str, str]
    algorithms: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.picture)

    @property
    def lengths(self) -> Numbers:
        return np.diff(self.starts)


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Numbers of programs to train on and to validate on; no picture is on both sides."""

    train: Numbers
    validation: Numbers


def prepare(asked: SdTraining, folder: Path, goes_on: bool, tell: Tell) -> None:
    """Read the manifest and write what it gives, where that is not there yet. Raises ConfigError.

    `goes_on`: weights have been trained by what is there; then the manifest must be the same as it was.
    """
    place, made_of = folder / PREPARED, _made_of(asked)
    if (place / _PAIRS).is_file():
        if json.loads((place / _PAIRS).read_text(encoding="utf-8"))["made_of"] == made_of:
            return
        if goes_on:
            told = "has changed since the run in the folder began: --output takes another folder."
            raise ConfigError(told, file=asked.manifest)
    manifest = Path(asked.manifest)
    pairs = read_manifest(manifest)["pairs"]
    if not pairs:
        raise ConfigError("has no pairs.", file=asked.manifest)
    captions = [str(pair.get("caption") or "").strip() for pair in pairs]
    if asked.text_latents and asked.decoder == "v3" and not any(captions):
        told = "has no captions: dcode caption writes them, and --no-text-latents does without."
        raise ConfigError(told, file=asked.manifest)
    paths = [manifest.parent / pair["gcode"] for pair in pairs]
    tell(f"{len(pairs)} pairs; learning the vocabulary")
    tokenizer = learnt(corpus(paths), asked.vocab_size)
    tell(f"{tokenizer.get_vocab_size()} tokens in the vocabulary; reading programs")
    programs = list(tokenized(paths, tokenizer, asked.max_len, os.cpu_count() or 1))
    files = {pair["image"]: manifest.parent / pair["image"] for pair in pairs}
    keys = {name: key_of(path) for name, path in files.items()}
    kept = [at for at, ids in enumerate(programs) if ids is not None and keys[pairs[at]["image"]]]
    if not kept:
        raise ConfigError("no pair of it has a picture and a program that draws something.", file=asked.manifest)
    if len(kept) < len(pairs):
        tell(f"{len(pairs) - len(kept)} pairs are left out: no picture, or a program that draws nothing")
    _write(place, tokenizer, asked, made_of, [(pairs[at], captions[at], programs[at]) for at in kept], files, keys)


def read_prepared(folder: Path) -> Prepared:
    """What `prepare` has written; tokens stay on the disk until they are wanted. Raises GenerationError."""
    place = folder / PREPARED
    try:
        row = json.loads((place / _PAIRS).read_text(encoding="utf-8"))
        found = tensors.load_file(place / _PROGRAMS)
        tokenizer = Tokenizer.from_file(str(place / FOLDER / "tokenizer.json"))
        return Prepared(
            tokenizer,
            found["tokens"],
            found["starts"],
            found["picture"],
            found["caption"],
            {key: Path(path) for key, path in row["pictures"].items()},
            row["captions"],
            row["algorithms"],
        )
    except (OSError, ValueError, KeyError) as error:
        raise GenerationError(f"{place} cannot be read ({error}); begin the run anew.", file=str(place)) from error


def split(data: Prepared, there: npt.NDArray[np.bool_], seed: int, share: float) -> Split:
    """The programs of pictures that are there, by picture; a share of those, one at least of two, is validated on."""
    keys = list(data.pictures)
    held = np.zeros(len(there), dtype=bool)
    held[held_out({at: keys[at] for at in np.flatnonzero(there).tolist()}, seed, share)] = True
    return Split(np.flatnonzero(there[data.picture] & ~held[data.picture]), np.flatnonzero(held[data.picture]))


def held_out(keys: Mapping[int, str], seed: int, share: float) -> list[int]:
    """A share of numbered pictures, chosen by their keys: one at least of two, never all; none where it is 0."""
    order = sorted(keys, key=lambda at: (zlib.crc32(f"{seed} {keys[at]}".encode()), keys[at]))
    return order[: min(max(1, round(share * len(order))), len(order) - 1) if share > 0 and order else 0]


def _made_of(asked: SdTraining) -> dict[str, Any]:
    try:
        manifest = hashlib.sha256(Path(asked.manifest).read_bytes()).hexdigest()
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}.", file=asked.manifest) from error
    return {"manifest": manifest, "max_len": asked.max_len, "vocab_size": asked.vocab_size}


def _write(
    place: Path,
    tokenizer: Tokenizer,
    asked: SdTraining,
    made_of: Mapping[str, Any],
    rows: Sequence[tuple[Mapping[str, Any], str, Ids | None]],
    files: Mapping[str, Path],
    keys: Mapping[str, str],
) -> None:
    pictures: dict[str, str] = {}
    for pair, _, _ in rows:
        pictures.setdefault(keys[pair["image"]], str(files[pair["image"]].absolute()))
    captions = {key_of_caption(caption): caption for _, caption, _ in rows if caption}
    picture_at, caption_at = ({key: at for at, key in enumerate(one)} for one in (pictures, captions))
    programs = [ids for _, _, ids in rows if ids is not None]
    write_vocabulary(tokenizer, place, asked.max_len)
    arrays: dict[str, npt.NDArray[Any]] = {
        "tokens": np.concatenate(programs),
        "starts": np.concatenate([[0], np.cumsum([len(ids) for ids in programs])]).astype(np.int64),
        "picture": np.array([picture_at[keys[pair["image"]]] for pair, _, _ in rows]),
        "caption": np.array([caption_at[key_of_caption(one)] if one else -1 for _, one, _ in rows]),
    }
    written(place / _PROGRAMS, tensors.save(arrays))
    algorithms = Counter(str(pair.get("algorithm", "unknown")) for pair, _, _ in rows)
    about = {"made_of": made_of, "pictures": pictures, "captions": captions, "algorithms": dict(algorithms)}
    written(place / _PAIRS, json.dumps(about, ensure_ascii=False).encode())
