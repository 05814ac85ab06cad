"""Which words the table has: those of the library, then common ones, then WordNet's names of things."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.generation.sketch.phrase import singular_forms
from dcode.generation.sketch.store import Store
from dcode.ml.data.wordnet import Nouns

_PLAIN: Final = re.compile(r"[a-z]{3,}")
_THINGS: Final = ("animal", "food", "plant", "artifact", "body", "object", "person", "phenomenon", "shape")
_COMMON_FIRST: Final = 1996  # the encoder's vocabulary begins with signs and single letters


@dataclass(frozen=True)
class Vocabulary:
    """`words` have vectors; each of `narrow` has none and stands for the word at `wider`."""

    words: tuple[str, ...]
    narrow: tuple[str, ...]
    wider: tuple[int, ...]


def vocabulary(store: Store, nouns: Nouns, common: Sequence[str], size: int) -> Vocabulary:
    """At most `size` words with vectors. `common` are words by how common they are, as an encoder lists them."""
    names = {word for meaning in nouns.meanings.values() if meaning.kind in _THINGS for word in meaning.words}
    names = {word for word in names if _PLAIN.fullmatch(word) and nouns.kind(word) in _THINGS}
    latin = latin_names(nouns)
    ordered = dict.fromkeys(_of_library(store, nouns))
    known = [word for word in common[_COMMON_FIRST:] if word in nouns.senses or word in nouns.adjectives]
    ordered.update(dict.fromkeys(word for word in known if _PLAIN.fullmatch(word)))
    rest = sorted(names - latin, key=lambda word: (-nouns.counted[word], _THINGS.index(nouns.kind(word) or ""), word))
    ordered.update(dict.fromkeys(rest))
    words = tuple(sorted(list(ordered)[:size]))
    place_of = {word: place for place, word in enumerate(words)}
    narrow, wider = list[str](), list[int]()
    for word in sorted((names - latin) - set(words)):
        general = next((name for meaning in nouns.wider(word) for name in meaning.words if name in place_of), None)
        if general is not None:
            narrow.append(word)
            wider.append(place_of[general])
    return Vocabulary(words, tuple(narrow), tuple(wider))


def latin_names(nouns: Nouns) -> set[str]:
    """Words that are only the name of a genus or family, which nobody asks for: "Equidae", "genus Equus"."""
    found = set[str]()
    for meaning in nouns.meanings.values():
        if meaning.kind in ("animal", "plant") and any(word.startswith("genus ") for word in meaning.words):
            found.update(meaning.words)
        found.update(word for word in meaning.words if word.endswith(("idae", "aceae", "iformes", "optera")))
    return found


def _of_library(store: Store, nouns: Nouns) -> Iterable[str]:
    """The words of captions, the compounds among them that WordNet has, then the words of tags."""
    counts = Counter(word for text in store.texts for word in text.split() if len(word) > 1)
    yield from sorted(counts)
    for text in store.texts:
        words = text.split()
        yield from sorted({pair for pair in map(" ".join, pairwise(words)) if pair in nouns.senses})
    tags = Counter(word for line in store.tags for tag in line for word in tag.split() if _PLAIN.fullmatch(word))
    yield from (word for word, count in sorted(tags.items(), key=lambda pair: (-pair[1], pair[0])) if count > 1)


def weights(words: Sequence[str], store: Store, is_noun: Sequence[bool]) -> npt.NDArray[np.uint8]:
    """16 times the inverse document frequency of each word among the captions; half of that where it is no noun."""
    place_of = {word: place for place, word in enumerate(words)}
    counts = np.zeros(len(words))
    for text in store.texts:
        for word in set(text.split()):
            form = next((one for one in singular_forms(word) if one in place_of), None)
            if form is not None:
                counts[place_of[form]] += 1
    idf = np.log((1 + len(store.texts)) / (1 + counts)) * 16
    return np.clip(np.where(is_noun, idf, idf / 2), 16, 255).astype(np.uint8)
