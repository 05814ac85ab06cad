"""Phrases in words: which of them say something to be seen, and where a phrase turns to something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_WORD: Final = re.compile(r"[a-z]+(?:'s)?")
_NOTHING: Final = """
a an the this that these those my your his her its our their some any of to is are be it and or as
draw drawing draws drawn sketch sketches sketched picture image illustration outline doodle icon art line please
me i want would like simple cute nice beautiful style single very just
"""
_EMPTY: Final = frozenset(_NOTHING.split())  # words that say nothing of what is to be seen
_AFTER: Final = """
of with in on at from for by under over near behind above below beside inside between through without into onto
wearing holding who which while
"""
_TURNS: Final = frozenset(_AFTER.split())  # what comes after one of these only says more about what stands before it
_ENDINGS: Final = (("ies", "y"), ("ves", "f"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("s", ""))


def told(phrase: str) -> list[str]:
    """The words of a phrase that may mean something to be seen, lower case, in their order."""
    words = (word.removesuffix("'s") for word in _WORD.findall(phrase.lower()))
    return [word for word in words if word not in _EMPTY and word not in _TURNS]


def plain(phrase: str) -> str:
    """A phrase as captions are written: lower case, without articles, "a sketch of" and the like."""
    words = [word.removesuffix("'s") for word in _WORD.findall(phrase.lower())]
    while words and (words[0] in _EMPTY or words[0] in _TURNS):
        words.pop(0)
    return " ".join(word for word in words if word not in ("a", "an", "the"))


def turned(phrase: str) -> tuple[list[str], list[str]]:
    """The words before the first one that turns to something else, and those after it."""
    words = plain(phrase).split()
    turn = next((index for index, word in enumerate(words) if index and word in _TURNS), len(words))
    return told(" ".join(words[:turn])), told(" ".join(words[turn:]))


def singular_forms(word: str) -> Iterator[str]:
    """A word, then what it may be the plural of."""
    yield word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            yield word.removesuffix(ending) + instead
    if word.endswith("es") and len(word) > 4:
        yield word[:-2]
