"""What words mean, as vectors: a sentence encoder distilled into a table that numpy reads in milliseconds.

A phrase is the mean of its words' vectors, those that tell more weighing more and the noun that it is about twice. A
word that is not in the table is looked for as a singular, then as the thing more general that WordNet files it under,
then by its spelling: the words that share most of its trigrams. One .npz:

    vectors    int8 (n, 128)       each as long as the others: only its direction means something
    weights    uint8 (n)           16 times the inverse document frequency in the captions of the library
    nouns      uint8 (n)           1 for a noun
    words      uint8               the words, one a line; a compound has a space
    narrow     uint8               words without a vector, one a line
    wider      uint16              for each of those the place of a more general word
    mean       float16 (384)       what brings a vector of the full encoder into the table's space: less the mean,
    axes       float16 (384, 128)  times the axes
    about      uint8               JSON: format, version, encoder
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.generation.sketch.arrays import Kind, read_arrays
from dcode.generation.sketch.phrase import singular_forms, told, turned

FORMAT: Final = "dcode-words"
VERSION: Final = 1
SHIPPED: Final = "words.npz"
_ARRAYS: Final = ("vectors", "weights", "nouns", "words", "narrow", "wider", "mean", "axes")
_HEAD: Final = 2.0  # how much more the head noun weighs
_LIKE: Final = 0.5  # of the trigrams of two words that must be shared for one to stand for the other
_SWAPPED: Final = 0.9  # how much alike words of the same letters are
_UNSEEN: Final = 12.0  # the weight of a word found by its spelling: below that of one that is known

Vector = npt.NDArray[np.float32]  # shape (128,), of length 1, or all 0 where nothing is known
Vectors = npt.NDArray[np.float32]  # shape (n, 128)


@dataclass(frozen=True, eq=False)
class Words:
    """The table."""

    table: npt.NDArray[np.int8]
    weights: npt.NDArray[np.uint8]
    nouns: npt.NDArray[np.uint8]
    place_of: Mapping[str, int]
    wider: Mapping[str, int]
    mean: npt.NDArray[np.float32]
    axes: npt.NDArray[np.float32]

    @cached_property
    def unit(self) -> Vectors:
        """The vectors of all words, each of length 1."""
        return _unit(self.table.astype(np.float32))

    def place(self, word: str) -> int | None:
        """Where a word is in the table: itself, as a singular, or as something more general. None: nowhere."""
        for form in singular_forms(word):
            if (found := self.place_of.get(form)) is not None:
                return found
        return next((self.wider[form] for form in singular_forms(word) if form in self.wider), None)

    def vector(self, phrase: str) -> Vector:
        """What a phrase means. All 0 where no word of it is known or like one that is."""
        parts = self._parts(phrase)
        if not parts:
            return np.zeros(self.table.shape[1], dtype=np.float32)
        weights = np.array([weight for weight, _ in parts], dtype=np.float32)
        return np.asarray(_unit((weights @ np.stack([vector for _, vector in parts]))[None])[0], dtype=np.float32)

    def vectors(self, phrases: Sequence[str]) -> Vectors:
        """The same for many phrases whose words are all plain: shape (n, 128)."""
        owners, places, weights = list[int](), list[int](), list[float]()
        for index, phrase in enumerate(phrases):
            for place, weight in self._known(phrase):
                owners.append(index)
                places.append(place)
                weights.append(weight)
        found = np.zeros((len(phrases), self.table.shape[1]), dtype=np.float32)
        terms = self.unit[places] * np.array(weights, dtype=np.float32)[:, None]
        if owners:
            firsts = np.flatnonzero(np.diff(owners, prepend=-1))
            found[np.array(owners)[firsts]] = np.add.reduceat(terms, firsts, axis=0)
        return _unit(found)

    def from_encoder(self, vectors: npt.NDArray[np.float32]) -> Vectors:
        """Vectors of the full encoder, shape (n, 384), in the table's space."""
        return _unit(np.asarray((vectors - self.mean) @ self.axes, dtype=np.float32))

    def spelt_like(self, word: str) -> list[tuple[str, float]]:
        """At most three words of the table that share most trigrams with one, the most alike first, and how much."""
        grams = _trigrams(word)
        counts = dict[str, int]()
        for gram in grams:
            for other in self._by_trigram.get(gram, ()):
                counts[other] = counts.get(other, 0) + 1
        alike = [(other, 2 * count / (len(grams) + len(other) + 1)) for other, count in counts.items()]
        swapped = self._by_letters.get("".join(sorted(word)), [])
        alike += [(other, _SWAPPED) for other in swapped if other[0] == word[0]]  # hrose, a horse
        best = sorted((pair for pair in alike if pair[1] >= _LIKE), key=lambda pair: (-pair[1], pair[0]))
        return best[:3]

    @cached_property
    def _by_trigram(self) -> dict[str, list[str]]:
        """The words that each trigram occurs in: made for the first word that is not known, in a tenth of a second."""
        found = dict[str, list[str]]()
        for word in self.place_of:
            if " " not in word:
                for gram in _trigrams(word):
                    found.setdefault(gram, []).append(word)
        return found

    @cached_property
    def _by_letters(self) -> dict[str, list[str]]:
        """The words by their letters in alphabetical order."""
        found = dict[str, list[str]]()
        for word in self.place_of:
            found.setdefault("".join(sorted(word)), []).append(word)
        return found

    def _parts(self, phrase: str) -> list[tuple[float, Vector]]:
        known = [(weight, self.unit[place]) for place, weight in self._known(phrase)]
        strange = [word for word in told(phrase) if self.place(word) is None and not self._in_compound(word, phrase)]
        for word in strange:
            alike = self.spelt_like(word)
            if alike:
                places, shares = [self.place_of[other] for other, _ in alike], [share for _, share in alike]
                vector = np.asarray(np.array(shares, dtype=np.float32) @ self.unit[places], dtype=np.float32)
                known.append((_UNSEEN if known else 1.0, _unit(vector[None])[0]))
        return known

    def _in_compound(self, word: str, phrase: str) -> bool:
        return any(word in term.split() for term in self._terms(told(phrase)) if " " in term)

    def _known(self, phrase: str) -> Iterator[tuple[int, float]]:
        """The places and weights of the words and compounds of a phrase that are in the table."""
        before, after = turned(phrase)
        terms = self._terms(before)
        head = self.head(terms)
        for index, term in enumerate([*terms, *self._terms(after)]):
            place = self.place(term)
            if place is not None:
                share = 1.0 if index < len(terms) else 0.5
                yield place, float(self.weights[place]) * share * (_HEAD if index == head else 1.0)

    def _terms(self, words: Sequence[str]) -> list[str]:
        """The words, two that are one compound of the table as one."""
        found, at = list[str](), 0
        while at < len(words):
            pair = " ".join(words[at : at + 2])
            compound = at + 1 < len(words) and any(form in self.place_of for form in singular_forms(pair))
            found.append(pair if compound else words[at])
            at += 2 if compound else 1
        return found

    def head(self, terms: Sequence[str]) -> int:
        """Which of the terms is the noun that the phrase is about: the last noun, but "running" only if nothing else.

        -1 where there is none.
        """
        known = [(index, self.place(term), term) for index, term in enumerate(terms)]
        nouns = [(index, term) for index, place, term in known if place is not None and self.nouns[place]]
        things = [index for index, term in nouns if not term.endswith("ing")] or [index for index, _ in nouns]
        return things[-1] if things else len(terms) - 1


def _trigrams(word: str) -> set[str]:
    padded = f"  {word} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _unit(vectors: npt.NDArray[np.float32]) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def read_words(path: Path) -> Words:
    """A table from its file. Raises GenerationError, reason "unavailable", where it is none that this dcode reads."""
    arrays, _ = read_arrays(path, Kind("word table", FORMAT, VERSION), _ARRAYS)
    words = arrays["words"].tobytes().decode().split("\n")
    narrow = arrays["narrow"].tobytes().decode().split("\n") if len(arrays["narrow"]) else []
    return Words(
        arrays["vectors"],
        arrays["weights"],
        arrays["nouns"],
        {word: place for place, word in enumerate(words)},
        dict(zip(narrow, arrays["wider"].tolist(), strict=True)),
        arrays["mean"].astype(np.float32),
        arrays["axes"].astype(np.float32),
    )


def shipped_words() -> Words:
    """The table that comes with dcode."""
    with as_file(files(__package__) / "data" / SHIPPED) as path:
        return read_words(path)
