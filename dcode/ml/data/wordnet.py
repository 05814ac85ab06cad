"""WordNet's nouns, read from its own files: https://wordnet.princeton.edu/documentation/wndb5wn.

Debian's wordnet-base has the files in usr/share/wordnet: index.noun, data.noun, noun.exc.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from dcode.errors import ConfigError

# The lexicographer files of nouns by number: https://wordnet.princeton.edu/documentation/lexnames5wn.
_KINDS: Final = """
Tops act animal artifact attribute body cognition communication event feeling food group location motive object person
phenomenon plant possession process quantity relation shape state substance time
"""
KINDS: Final = dict(enumerate(_KINDS.split(), start=3))
_ENDINGS: Final = (
    ("ches", "ch"),
    ("shes", "sh"),
    ("ses", "s"),
    ("xes", "x"),
    ("zes", "z"),
    ("ies", "y"),
    ("men", "man"),
    ("s", ""),
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One sense: its kind (animal, food, ...), its words, the place of the more general sense, and what it is."""

    kind: str
    words: tuple[str, ...]
    wider: int | None
    gloss: str = ""  # without examples


@dataclass(frozen=True)
class Nouns:
    """The nouns; `folder` holds index.noun, data.noun, noun.exc, index.adj. Raises ConfigError for a missing one."""

    folder: Path

    @cached_property
    def senses(self) -> dict[str, tuple[int, ...]]:
        """For each noun the places of its senses, the most frequent first. Words of a compound are apart by spaces."""
        found = dict[str, tuple[int, ...]]()
        for line in self._lines("index.noun"):
            parts = line.split()
            found[parts[0].replace("_", " ")] = tuple(int(place) for place in parts[-int(parts[2]) :])
        return found

    @cached_property
    def counted(self) -> dict[str, int]:
        """For each noun how many of its senses were met in the texts that WordNet's makers tagged: 0 for a rare one."""
        return {
            line.split(" ", 1)[0].replace("_", " "): int(line.split()[-int(line.split()[2]) - 1])
            for line in self._lines("index.noun")
        }

    @cached_property
    def adjectives(self) -> frozenset[str]:
        """The adjectives, of which only the words are known here."""
        return frozenset(line.split(" ", 1)[0] for line in self._lines("index.adj"))

    @cached_property
    def meanings(self) -> dict[int, Meaning]:
        """All senses by their place."""
        found = dict[int, Meaning]()
        for line in self._lines("data.noun"):
            data, _, gloss = line.partition(" | ")
            parts = data.split()
            words = int(parts[3], 16)
            pointers = parts[4 + 2 * words :]
            wider = [int(place) for sign, place in zip(pointers[1::4], pointers[2::4], strict=False) if sign[0] == "@"]
            names = tuple(name.replace("_", " ").lower() for name in parts[4 : 4 + 2 * words : 2])
            found[int(parts[0])] = Meaning(
                KINDS[int(parts[1])], names, wider[0] if wider else None, gloss.split(";")[0].strip()
            )
        return found

    @cached_property
    def _irregular(self) -> dict[str, str]:
        pairs = (line.split() for line in self._lines("noun.exc"))
        return {pair[0].replace("_", " "): pair[1].replace("_", " ") for pair in pairs}

    def singular(self, word: str) -> str | None:
        """The word as WordNet lists it, or None where it has no such noun."""
        if word in self.senses:
            return word
        if (known := self._irregular.get(word)) in self.senses:
            return known
        for ending, instead in _ENDINGS:
            base = word.removesuffix(ending) + instead
            if word.endswith(ending) and len(base) > 2 and base in self.senses:
                return base
        return None

    def kind(self, word: str) -> str | None:
        """Of what kind a noun's most frequent sense is; None for what is no noun."""
        base = self.singular(word)
        return None if base is None else self.meanings[self.senses[base][0]].kind

    def wider(self, word: str) -> Iterator[Meaning]:
        """The more and more general senses of a noun's most frequent one, itself first."""
        base = self.singular(word)
        place = None if base is None else self.senses[base][0]
        while place is not None:
            yield self.meanings[place]
            place = self.meanings[place].wider

    def _lines(self, name: str) -> list[str]:
        try:
            text = (self.folder / name).read_text(encoding="utf-8")
        except OSError as error:
            raise ConfigError("WordNet's file cannot be read", file=str(self.folder / name)) from error
        return [line for line in text.splitlines() if line and not line.startswith("  ")]
