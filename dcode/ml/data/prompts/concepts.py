"""Concepts: a prompt and the other words for it, and whether a drawing's caption or tags say one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

import numpy as np

from dcode.errors import ConfigError
from dcode.generation.sketch.phrase import plain, singular_forms, turned
from dcode.generation.sketch.store import Store

SEEN: Final = "seen"
HELD_OUT: Final = "held_out"


@dataclass(frozen=True, slots=True)
class Concept:
    """A thing that is asked for by its name. `words` are the name and its synonyms and kinds, lower case."""

    name: str
    words: tuple[str, ...]


def read_concepts(name: str) -> tuple[Concept, ...]:
    """A list that ships, `seen` or `held_out`, or a file; none for "". Raises ConfigError.

    A line is a prompt, then after a colon the other words for it, apart by commas; # begins a remark.
    """
    if not name:
        return ()
    with as_file(files(__package__) / "lists") as shipped:
        path = shipped / f"{name}.txt" if name in (SEEN, HELD_OUT) else Path(name)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError("the list of concepts cannot be read", file=str(path), value=name) from error
    lines = (line.partition("#")[0].strip().lower() for line in text.splitlines())
    return tuple(_concept(line) for line in lines if line)


def says(phrases: Iterable[str], concepts: Sequence[Concept]) -> bool:
    """Whether one of the phrases has a concept's word in it: "black cats" says "cat", "cathedral" does not."""
    said = " | ".join(_forms(plain(phrase)) for phrase in phrases)
    return any(f" {word} " in f" {said} " for concept in concepts for word in concept.words)


def shows(caption: str, concepts: Sequence[Concept]) -> int | None:
    """The place of the concept that a caption is headed by: "black cat in a box" shows a cat. None: of none."""
    words = turned(caption)[0]
    if not words:
        return None
    endings = {" ".join([*words[at:-1], form]) for at in range(len(words)) for form in singular_forms(words[-1])}
    return next((place for place, one in enumerate(concepts) if not endings.isdisjoint(one.words)), None)


def without(store: Store, concepts: Sequence[Concept]) -> Store:
    """The library without the drawings whose caption or tags say one of the concepts."""
    said = (says((store.caption(place), *store.tags[place]), concepts) for place in range(len(store)))
    return store.only(~np.fromiter(said, dtype=np.bool_, count=len(store)))


def _concept(line: str) -> Concept:
    name, _, others = line.partition(":")
    words = (word.strip() for word in (name, *others.split(",")))
    return Concept(name.strip(), tuple(dict.fromkeys(word for word in words if word)))


def _forms(text: str) -> str:
    """A phrase, and the same with each word as what it may be the plural of."""
    forms = [list(dict.fromkeys(singular_forms(word))) for word in text.split()]
    return " | ".join(
        " ".join(row[min(at, len(row) - 1)] for row in forms) for at in range(max(map(len, forms), default=0))
    )
