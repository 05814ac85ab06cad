"""A captioned manifest by the folders that the pictures came from: ImageNet-Sketch, or any folder to a class.

A folder called n02981792 is a synset of WordNet 3.0, and means the first of its words. Those of ImageNet's thousand
classes are in lists/imagenet.txt; a file of more may be given, in the form of ImageNet's own LOC_synset_mapping.txt.
Any other folder is called what it is: golden_retriever is a golden retriever.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, Final

from dcode.errors import ConfigError
from dcode.ml.data.captions.captioned import put_captioned
from dcode.ml.data.pairs.manifest import Pair, read_manifest
from dcode.ml.prompts import SKETCH

_SYNSET: Final = re.compile(r"n\d{8}")
_LISTED: Final = Path(__file__).parent / "lists/imagenet.txt"


def caption_by_folder(manifest: Path, output: Path, words: Path | None = None) -> dict[str, Any]:
    """Write the captioned manifest; its figures. `words`: a file of synsets and what they are called.

    Raises ConfigError for a file that cannot be read, and for pictures whose folder is a synset of no list.
    """
    whole = read_manifest(manifest)
    names = {**imagenet(), **(read_synsets(words) if words else {})}
    unknown = sorted({folder for pair in whole["pairs"] if _is_unknown(folder := _folder(pair), names)})
    if unknown:
        problem = f"the folder {unknown[0]} is a synset of no list ({len(unknown)} such folders): give --words"
        raise ConfigError(problem, file=str(manifest))
    by = str(words) if words else "folders"
    return put_captioned(manifest, output, whole, lambda pair: _caption(_folder(pair), names), {}, by)


def _caption(folder: str, names: Mapping[str, str]) -> str:
    """The sentence of the original's training data, which is also what its models are told when they draw."""
    return SKETCH.text.replace("{x}", names.get(folder) or re.sub(r"[_\s-]+", " ", folder).strip())


def _folder(pair: Pair) -> str:
    """The last folder that the picture came from; what is in the dataset's own folder came from none."""
    return PurePosixPath(str(pair.get("source", pair["image"]))).parent.name or "drawing"


def _is_unknown(folder: str, names: Mapping[str, str]) -> bool:
    return bool(_SYNSET.fullmatch(folder)) and folder not in names


@cache
def imagenet() -> Mapping[str, str]:
    """What the synsets of ImageNet's thousand classes are called."""
    return read_synsets(_LISTED)


def read_synsets(file: Path) -> dict[str, str]:
    """Synset to its first word, of lines such as `n01440764 tench, Tinca tinca`. Raises ConfigError."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("the synsets cannot be read", file=str(file)) from error
    found = dict[str, str]()
    for number, line in enumerate(lines, start=1):
        synset, _, words = line.strip().partition(" ")
        if not synset or synset.startswith("#"):
            continue
        first = words.partition(",")[0].strip()
        if not (_SYNSET.fullmatch(synset) and first):
            raise ConfigError(f"line {number} is not a synset and its words, such as n01440764 tench", file=str(file))
        found[synset] = first
    return found
