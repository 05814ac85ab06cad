"""A prompt taken apart: the things that are asked for, how many of each, and where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

_COUNTS: Final = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "pair of": 2, "couple of": 2, "several": 3}
_COUNTS_OF: Final = re.compile(rf"^(?:a |the )?({'|'.join(_COUNTS)}|[2-6])\s+(.+)$")
_BESIDE: Final = r"and|with|next to|beside|near|in front of|&|\+|,|;"
_ABOVE: Final = r"on top of|on|over|above|riding"
_BELOW: Final = r"under|underneath|below|beneath"
_SPLIT: Final = re.compile(rf"\s*(?:,\s*and\b|(?<!\S)(?:{_BESIDE}|{_ABOVE}|{_BELOW})(?!\S)|[,;&+])\s*")
_ASKING: Final = re.compile(r"^(?:please\s+)?(?:can you\s+)?(?:draw|sketch|doodle)(?:\s+me)?\s+(?!of\b)")
_PICTURE: Final = re.compile(
    r"^(?:an?\s+|the\s+)?(?:[a-z-]+\s+){0,2}?"
    r"(?:drawing|sketch|picture|image|doodle|illustration|line art|outline|photo|painting|portrait)\s+of\s+"
)
_MOST: Final = 6  # things in one drawing


class Place(Enum):
    """Where a thing stands, seen from the one before it."""

    BESIDE = "beside"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is asked for. `place` is where it stands, seen from the part before it."""

    words: str
    count: int = 1
    place: Place = Place.BESIDE


def whole(prompt: str) -> str:
    """The prompt without "draw me a sketch of": "Please draw a picture of two cats." is "two cats"."""
    text = prompt.lower().strip().strip(".!? ").removesuffix(" please").rstrip(", ")
    return _PICTURE.sub("", _ASKING.sub("", text)).strip() or text


def parts(text: str) -> tuple[Part, ...]:
    """The things of a prompt: "a cat and two dogs under a tree" has three, the tree above."""
    found, place, at = list[Part](), Place.BESIDE, 0
    for match in _SPLIT.finditer(text):
        _take(found, text[at : match.start()], place)
        place, at = _place(match[0].strip()), match.end()
    _take(found, text[at:], place)
    return tuple(found[:_MOST]) or (Part(text.strip()),)


def _take(found: list[Part], text: str, place: Place) -> None:
    words = text.strip()
    match = _COUNTS_OF.match(words)
    if match is not None:
        count = _COUNTS.get(match[1]) or int(match[1])
        words = match[2]
    else:
        count = 1
    if re.search(r"[a-z]", words) and words not in ("a", "an", "the"):
        found.append(Part(words, count, place if found else Place.BESIDE))


def _place(joint: str) -> Place:
    """Where the next thing stands. "a cat on a chair": the chair is below."""
    if re.fullmatch(_ABOVE, joint):
        return Place.BELOW
    return Place.ABOVE if re.fullmatch(_BELOW, joint) else Place.BESIDE
