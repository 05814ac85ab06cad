"""What is asked for: lists of prompts, by name or from a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dcode.errors import ConfigError
from dcode.ml.data.prompts.concepts import HELD_OUT, SEEN, Concept, read_concepts

AMONG: Final = 32  # prompts that the right one is looked for among, itself included


@dataclass(frozen=True, slots=True)
class PromptList:
    """One list. Figures are given for each."""

    name: str
    concepts: tuple[Concept, ...]


def read_prompts(names: Sequence[str]) -> tuple[PromptList, ...]:
    """Lists of the repository (`seen`, `held_out`) and files; both of the repository where none is named.

    Raises ConfigError for a file that cannot be read, that has no prompt, or that is named twice.
    """
    found = dict[str, PromptList]()
    for name in names or (SEEN, HELD_OUT):
        concepts = read_concepts(name)
        title = name if name in (SEEN, HELD_OUT) else Path(name).stem
        if not concepts or title in found:
            raise ConfigError("it has no prompt" if not concepts else "there are two lists of this name", file=name)
        found[title] = PromptList(title, concepts)
    return tuple(found.values())


def compared(lists: Sequence[PromptList]) -> list[str]:
    """The names that drawings are compared with: those asked for, and enough others of the repository's lists."""
    names = dict.fromkeys(concept.name for one in lists for concept in one.concepts)
    for other in (*read_concepts(SEEN), *read_concepts(HELD_OUT)):
        if len(names) < AMONG:
            names.setdefault(other.name)
    return list(names)
