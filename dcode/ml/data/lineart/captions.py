"""What an icon shows, in plain words, and whether that is a thing that someone would ask to have drawn.

A thing: no word of the caption is a modifier of user interfaces, a brand or on the list of rejects, and the first
sense of its head noun is of a concrete kind in WordNet, or the noun is on the list of those kept by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

from dcode.ml.data.lineart.icons import Icon
from dcode.ml.data.wordnet import Nouns

_CONCRETE: Final = {"animal", "artifact", "body", "food", "object", "person", "phenomenon", "plant"}
_WORD: Final = re.compile(r"[a-z]+")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_VARIANT: Final = {
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "alt",
    "alternate",
    "fill",
    "filled",
    "outline",
}
_GENERAL: Final = {
    "animal",
    "building",
    "device",
    "fruit",
    "food",
    "vehicle",
    "outlined",
    "minimalistic",
    "simple",
}
_JOINING: Final = {
    "of",
    "with",
    "in",
    "on",
    "for",
    "at",
    "from",
    "without",
    "holding",
    "wearing",
    "under",
    "over",
    "and",
}
_MOST_TAGS: Final = 10


@cache
def word_list(name: str) -> frozenset[str]:
    """The words of lists/NAME.txt; a line that begins with # is a remark."""
    text = (files(__package__) / "lists" / f"{name}.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


@cache
def line_list(name: str) -> tuple[str, ...]:
    """The lines of lists/NAME.txt, what follows two spaces and a # on each left out."""
    text = (files(__package__) / "lists" / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line.split("  #")[0].strip() for line in text.splitlines() if line and not line.startswith("#"))


@cache
def _rejects() -> frozenset[str]:
    return frozenset(line_list("reject"))


@cache
def _aliases() -> dict[str, tuple[str, ...]]:
    """Other words for a caption, by the caption."""
    pairs = (line.split(" = ") for line in line_list("aliases"))
    return {caption: tuple(words.split(", ")) for caption, words in pairs}


@dataclass(frozen=True)
class Captioner:
    """Captions by WordNet and the lists beside this file."""

    nouns: Nouns
    _known: dict[str, bool] = field(default_factory=dict)

    def caption(self, icon: Icon) -> str:
        """`building-castle-02` becomes "castle": lower case, no numbers, the thing itself last."""
        words = _WORD.findall(_CAMEL.sub(" ", icon.title).lower().replace("'s", "").replace("t-shirt", "tshirt"))
        while len(words) > 1 and words[-1] in _VARIANT:
            words.pop()
        while len(words) > 1 and words[0] in _GENERAL:
            words.pop(0)
        turned = " ".join(reversed(words))
        if len(words) == 2 and turned in self.nouns.senses and " ".join(words) not in self.nouns.senses:
            return turned  # "bottle wine" is a wine bottle
        return " ".join(words)

    def head(self, caption: str) -> str:
        """The noun that the caption is about: "bunch of grapes" has bunch, "fire truck" truck."""
        words = caption.split()
        for place, word in enumerate(words):
            if word in _JOINING and place:
                words = words[:place]
                break
        return words[-1] if words else ""

    def is_thing(self, icon: Icon, caption: str) -> bool:
        """Whether it may be in the library."""
        words = caption.split()
        if not words or f"{icon.set_key}:{icon.name}" in _rejects():
            return False
        name = icon.name.lower()
        dashed = name.replace("_", "-").replace(" ", "-")
        parts = set(dashed.split("-")) | set(words) | {dashed, "-".join(words)}
        if parts & word_list("brands") or any("-" in brand and brand in dashed for brand in word_list("brands")):
            return False
        if words[0] in ("brand", "flag", "zodiac", "tarot", "card") and len(words) > 1:
            return False
        head = self.head(caption)
        if caption.replace(" ", "-") in word_list("keep"):
            return True
        if set(words) & word_list("modifiers") and not (len(words) > 1 and self._concrete(caption)):
            return False  # but "traffic light" or "music stand" is one noun
        if {head, self.nouns.singular(head) or head, "-".join(words)} & word_list("heads") or len(head) < 2:
            return False
        compounds = (" ".join(words[-length:]) for length in range(len(words), 1, -1))
        compound = next((one for one in compounds if self.nouns.singular(one)), head)
        return self._is_kept(head) or self._concrete(compound)

    def _is_kept(self, head: str) -> bool:
        return bool({head, self.nouns.singular(head) or head} & word_list("keep"))

    def _concrete(self, noun: str) -> bool:
        """Whether one of its two most frequent senses is of a concrete kind."""
        if noun not in self._known:
            base = self.nouns.singular(noun)
            places = () if base is None else self.nouns.senses[base][:2]
            self._known[noun] = any(self.nouns.meanings[place].kind in _CONCRETE for place in places)
        return self._known[noun]

    def tags(self, icon: Icon, caption: str) -> tuple[str, ...]:
        """The other words that it is looked for by: plain, none twice, none that the caption has."""
        own = tuple(_plain(icon.tags, {caption, *caption.split()}))[:_MOST_TAGS]
        return tuple(dict.fromkeys([*own, *_aliases().get(caption, ())]))


def _plain(tags: Iterable[str], known: set[str]) -> Iterable[str]:
    for tag in tags:
        words = _WORD.findall(tag.lower())
        plain = " ".join(words)
        if plain and plain not in known and len(words) < 4 and len(plain) > 2:
            known.add(plain)
            yield plain
