"""Vectors of rare words mended by what WordNet says they are.

An encoder knows a rare word by the pieces that it cuts it into: to MiniLM a lemur is near a lectern. So each noun's
vector is mixed with those of the more general nouns above it, and a rare one's with that of its explanation.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from dcode.ml.data.wordnet import Nouns

if TYPE_CHECKING:
    from dcode.ml.minilm import Vectors


_LEVELS: Final = (1.0, 0.6, 0.4)  # how much the nouns one, two and three steps more general weigh
_COMMON: Final = 0.2  # their share in the vector of a word that the encoder knows as one piece
_RARE: Final = (0.3, 0.3)  # their share, and that of what the word is said to be, in the vector of another
# Too general to say anything.
_VAGUE: Final = frozenset(
    {
        "entity",
        "physical entity",
        "object",
        "whole",
        "living thing",
        "organism",
        "artifact",
        "instrumentality",
        "matter",
    }
    | {"causal agent", "abstraction", "thing", "unit", "substance", "person", "device", "structure", "group", "state"}
    | {"attribute", "act", "event", "relation", "measure", "part", "animal"}
)


def general_names(words: Sequence[str], nouns: Nouns) -> list[tuple[str, ...]]:
    """For each word at most three nouns that are more and more general; none for what is no noun."""
    found = []
    for word in words:
        above = [meaning.words[0] for meaning in nouns.wider(word)][1 : 1 + len(_LEVELS)]
        # "animal" tells a lemur from a lectern, but only where nothing nearer does.
        found.append(tuple(name for name in above if name not in _VAGUE) or tuple(above[:1]))
    return found


def explained(words: Sequence[str], nouns: Nouns, common: Container[str]) -> list[str]:
    """For each rare noun a sentence that says what it is, "foal: a young horse"; empty for any other word."""
    meanings = [None if word in common else next(nouns.wider(word), None) for word in words]
    return ["" if one is None else f"{word}: {one.gloss}" for word, one in zip(words, meanings, strict=True)]


def mended(vectors: Vectors, above: Sequence[Sequence[Vectors]], said: Sequence[Vectors | None]) -> Vectors:
    """The vectors mixed with those of the more general nouns, and of what is said where it is, scaled to length 1."""
    found = vectors.copy()
    for index, (general, gloss) in enumerate(zip(above, said, strict=True)):
        share = _COMMON if gloss is None else _RARE[0]
        if general:
            mean = np.average(np.stack(list(general)), axis=0, weights=_LEVELS[: len(general)])
            found[index] += share / (1 - share) * mean / np.linalg.norm(mean)
        if gloss is not None:
            found[index] += _RARE[1] / (1 - share) * gloss
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)
