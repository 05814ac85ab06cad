"""Which drawings of the library are nearest to a phrase in meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.generation.sketch.phrase import plain, singular_forms, told
from dcode.generation.sketch.store import Store
from dcode.generation.sketch.words import Words

DOUBTFUL: Final = 0.48  # of 447 prompts those whose best drawing scored less got another thing in 15 of 17 cases
_SAME: Final = 1.0  # the score of a drawing that is called what is asked for
_LIKE: Final = 0.95  # the most for any other
_TAGGED: Final = (0.7, 0.25)  # for one that has it among its other words: at least, and more by what it is called
_HEADED: Final = 0.04  # more for one that is the same kind of thing: a "black cat" is a cat
_CLOSE: Final = 0.02  # scores that differ by less are the same: the library's own order decides


@dataclass(frozen=True, slots=True)
class Match:
    """A drawing by its place in the library, and how near it is: 1 for its very name, about 0 for anything."""

    place: int
    score: float


class Finder:
    """Searches a library by a word table. Made once: the captions' vectors take a tenth of a second."""

    def __init__(self, store: Store, words: Words) -> None:
        self.store, self.words = store, words
        self._vectors = words.vectors(store.texts)

    def near(self, phrase: str, most: int = 12, allowed: npt.NDArray[np.bool_] | None = None) -> list[Match]:
        """The nearest drawings, at most so many, the best first; equally good ones in the library's order.

        `allowed` has a truth value for each drawing: others are passed over. Nothing where no word is known.
        """
        scores = self.scores(phrase)
        if allowed is not None:
            scores = np.where(allowed, scores, -1.0)
        rank = np.round(scores / _CLOSE)
        order = np.lexsort((np.arange(len(scores)), -rank))[:most]
        return [Match(int(place), float(min(scores[place], 1.0))) for place in order if scores[place] > 0]

    def scores(self, phrase: str) -> npt.NDArray[np.float32]:
        """How near each drawing is to a phrase; 0 or less for one that has nothing to do with it."""
        text = plain(phrase)
        found = self._vectors @ self.words.vector(phrase)
        found += _HEADED * (found > 0) * self._same_head(phrase)
        found = np.minimum(found, _LIKE)
        for form in _phrase_forms(text):
            tagged = list(self._by_tag.get(form, ()))
            found[tagged] = np.minimum(_TAGGED[0] + _TAGGED[1] * np.maximum(found[tagged], 0.0), _LIKE)
        for form in _phrase_forms(text):
            if form in self._by_text:
                found[self._by_text[form]] = _SAME
        return np.asarray(found[self.store.caption_of], dtype=np.float32)

    def knows(self, phrase: str) -> bool:
        """Whether a drawing is called just that."""
        return any(form in self._by_text for form in _phrase_forms(plain(phrase)))

    def _same_head(self, phrase: str) -> npt.NDArray[np.bool_]:
        told_words = told(phrase)
        head = told_words[self.words.head(told_words)] if told_words else ""
        place = self.words.place(head) if head else None
        return np.asarray(self._heads == (-2 if place is None else place))

    @cached_property
    def _heads(self) -> npt.NDArray[np.int64]:
        """The last word of each caption by its place in the table, -1 for one that is not there."""
        places = (self.words.place(text.split(" ")[-1]) for text in self.store.texts)
        return np.array([-1 if place is None else place for place in places], dtype=np.int64)

    @cached_property
    def _by_text(self) -> Mapping[str, int]:
        return {text: place for place, text in enumerate(self.store.texts)}

    @cached_property
    def _by_tag(self) -> Mapping[str, set[int]]:
        """The captions of the drawings that have each tag: what one "horse" is tagged with is true of all of them."""
        found = dict[str, set[int]]()
        for caption, tags in zip(self.store.caption_of.tolist(), self.store.tags, strict=True):
            for tag in tags:
                found.setdefault(tag, set()).add(caption)
        return found


def _phrase_forms(text: str) -> list[str]:
    """A phrase, and what it may be the plural of: "polar bears", "polar bear"."""
    before, _, last = text.rpartition(" ")
    return [f"{before} {form}".strip() for form in singular_forms(last)]
