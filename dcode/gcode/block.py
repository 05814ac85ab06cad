"""One line of G-code, read but not yet understood."""

from __future__ import annotations

from typing import NamedTuple


class Word(NamedTuple):
    """A letter and its number, as in X12.5. `column` counts from 1.

    The tape mark % is a word without a number, and so is a bare axis letter where a code takes one (G28 X Y): 0.0.
    """

    letter: str  # A to Z, or %
    value: float
    column: int


class Block(NamedTuple):
    """One line: words in the order of the source, comments without their marks, and the text exactly as it was.

    `text` has no line end. Bytes that are not UTF-8 are kept in it as surrogate escapes, so that encoding it with
    the same error handler gives the source's bytes back.
    """

    line: int
    words: tuple[Word, ...]
    comment: str
    number: int | None  # of N
    text: str
