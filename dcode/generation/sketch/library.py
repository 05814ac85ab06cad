"""The `library` engine: the nearest drawing of the line-art library, its source named; several things put together.

The seed chooses among drawings that are equally near and varies the one that is chosen, as another hand would: the
same prompt and seed give the same drawing on every machine. Seed 0 draws the best one nearly as it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from dcode.errors import GenerationError
from dcode.generation.request import Drawn, DrawRequest, Progress
from dcode.generation.sketch.compose import composed
from dcode.generation.sketch.find import DOUBTFUL, Finder, Match
from dcode.generation.sketch.prompt import Part, Place, parts, whole
from dcode.generation.sketch.smooth import smoothed, varied
from dcode.generation.sketch.store import Store, shipped_store
from dcode.generation.sketch.words import Words, shipped_words
from dcode.geometry.lines import Lines

STYLES: Final = {"plain": 0.0, "curves": 1.0, "hand": 2.5}  # how much a drawing is varied
_EQUAL: Final = 0.03  # drawings whose scores differ by less are chosen from
_FAINT: Final = 0.3  # a thing whose nearest drawing is further off is left out of a composition


class LibraryEngine:
    """Draws after the library. Loads it at the first drawing."""

    name = "library"

    def __init__(self, store: Callable[[], Store] = shipped_store, words: Callable[[], Words] = shipped_words) -> None:
        self._load = (store, words)
        self._finder: Finder | None = None

    @property
    def finder(self) -> Finder:
        """The search, for whoever wants neighbours. Raises GenerationError where the data are not there."""
        if self._finder is None:
            store, words = self._load
            self._finder = Finder(store(), words())
        return self._finder

    def draw(
        self, request: DrawRequest, report: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> Sequence[Drawn]:
        """`count` drawings for the prompt, the nearest first. Raises GenerationError where nothing is near it."""
        strength = _strength(request.style)
        begun = time.perf_counter()
        things = self.matches(request.prompt)
        drawings = list[Drawn]()
        for number in range(request.count):
            if cancelled():
                break
            lines, score, source = self._drawing(things, request.seed, number, strength)
            report(Progress("library", number + 1, request.count, None, lines))
            now = time.perf_counter()
            drawings.append(
                Drawn(lines, score, source, self.name, "line-art library", request.seed + number, now - begun)
            )
            begun = now
        return drawings

    def matches(self, prompt: str) -> list[tuple[Part, list[Match]]]:
        """For each thing of a prompt the drawings that it may be drawn after, the nearest first.

        Raises GenerationError, reason "nothing near", where there is none, or where even the best is hardly near: its
        field `nearest` says what that is called.
        """
        text = whole(prompt)
        wanted = (Part(text),) if self.finder.knows(text) else parts(text)
        found = [(part, _best(self.finder.near(part.words))) for part in wanted]
        near = [(part, matches) for part, matches in found if matches and matches[0].score >= _FAINT]
        near = near or [(part, matches) for part, matches in found if matches][:1]
        if not near:
            told = (
                f"The library has nothing near {prompt.strip()!r}: use plain English words for things, such as horse."
            )
            raise GenerationError(told, reason="nothing near")
        best = max((matches[0] for _, matches in near), key=lambda match: match.score)
        if best.score < DOUBTFUL:
            nearest = self.finder.store.caption(best.place)
            told = (
                f"The library has nothing near {prompt.strip()!r}; the nearest is {nearest!r}: use other English words."
            )
            raise GenerationError(told, reason="nothing near", nearest=nearest)
        return near

    def _drawing(
        self, things: Sequence[tuple[Part, list[Match]]], seed: int, number: int, strength: float
    ) -> tuple[Lines, float, str]:
        """One drawing of all things, the score of the worst of them, and their sources."""
        store = self.finder.store
        placed, after, scores = list[tuple[Lines, Place]](), list[int](), list[float]()
        random = np.random.default_rng((seed + number, 7))
        first = int(random.integers(1 << 30)) if seed else 0
        for part, matches in things:
            match = matches[(first + number) % len(matches)]
            lines = store.lines(match.place) if strength == 0 else smoothed(store.lines(match.place))
            copies = [varied(lines, random, strength if seed + number + copy else 0.0) for copy in range(part.count)]
            row = copies[0] if len(copies) == 1 else composed([(copy, Place.BESIDE) for copy in copies])
            placed.append((row, part.place))
            scores.append(match.score)
            after.append(match.place)
        lines = placed[0][0] if len(placed) == 1 else composed(placed)
        return lines, min(scores), store.attribution(*after)


def _best(matches: list[Match]) -> list[Match]:
    return [match for match in matches if match.score >= matches[0].score - _EQUAL]


def _strength(style: str | None) -> float:
    if style is None:
        return STYLES["curves"]
    if style not in STYLES:
        raise GenerationError(f"The library has no style {style!r}. It has {', '.join(STYLES)}.", reason="style")
    return STYLES[style]
