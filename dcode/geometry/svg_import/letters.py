"""The letters of a <text>, and what the elements around each say of where it stands."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Final

from dcode.geometry.svg_import.numbers import length, numbers
from dcode.geometry.svg_import.style import Style
from dcode.geometry.svg_import.track import Along
from dcode.geometry.svg_import.tree import Element

_SPLIT: Final = re.compile(r"[\s,]+")
_WHITE: Final = str.maketrans("\n\t\r", "   ")
_SPANS: Final = frozenset({"tspan", "a", "textPath", "altGlyph"})
_SILENT: Final = frozenset({"title", "desc", "metadata", "style", "set", "script"})


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """An element that says how long its letters are together: by wider gaps, or, with `glyphs`, by wider letters."""

    length: float
    glyphs: bool


@dataclass(slots=True)
class Letter:
    """One letter. `x` and `y` are where it is put, None for where the one before ended; `turn` is in degrees."""

    char: str
    style: Style
    x: float | None = None
    y: float | None = None
    dx: float = 0.0
    dy: float = 0.0
    turn: float | None = None
    along: Along | None = None
    within: list[Stretch] = field(default_factory=list)  # the innermost first


@dataclass(frozen=True, slots=True)
class Around:
    """What a text asks of the file that it is in.

    `style_of` gives an element's style, None for what is not shown; `along` the path of a textPath, None for one that
    has none. Percentages are of `viewport`; `notes` counts what is not drawn.
    """

    style_of: Callable[[Element, Style], Style | None]
    along: Callable[[Element], Along | None]
    viewport: tuple[float, float]
    notes: Counter[str]


def letters(text: Element, style: Style, around: Around) -> list[Letter]:
    """The letters in the order of reading, runs of blanks as one. Raises ValueError for what cannot be read."""
    found = list(_letters(text, style, around))
    return found if text.attributes.get("xml:space") == "preserve" else _collapsed(found)


def length_of(text: Element) -> int:
    """How many letters there are in it, at the most."""
    return sum(len(part) if isinstance(part, str) else length_of(part) for part in text.content)


def _letters(element: Element, style: Style, around: Around) -> Iterator[Letter]:
    """The letters in the element and below; positions are given to as many as there are of them."""
    found = list[Letter]()
    for part in element.content:
        if isinstance(part, str):
            found += [Letter(char, style) for char in _shown(part)]
        elif part.tag not in _SPANS:
            if part.tag not in _SILENT and part.tag[:1] != "?" and ":" not in part.tag:
                around.notes[f"<{part.tag[:40]}> in a text is not drawn"] += 1
        elif (below := around.style_of(part, style)) is not None:
            found += _letters(part, below, around) if part.tag != "textPath" else _on_path(part, below, around)
    _position(found, element, style, around.viewport)
    _stretch(found, element, style, around.viewport)
    yield from found


def _on_path(element: Element, style: Style, around: Around) -> list[Letter]:
    along = around.along(element)
    if along is None:
        if length_of(element):
            around.notes["text whose path is not there is not drawn"] += 1
        return []
    found = list(_letters(element, style, around))
    for letter in found:
        letter.along = along
    return found


def _position(found: list[Letter], element: Element, style: Style, viewport: tuple[float, float]) -> None:
    """Give letters the positions that the element says, as far as none within has said them already."""
    for name, whole in zip(("x", "y", "dx", "dy"), 2 * viewport, strict=True):
        values = _values(element, name)
        shown = [letter for letter in found if not letter.char.isspace()] if len(values) == 1 else found
        for letter, value in zip(shown, values, strict=False):
            if value and (name in ("dx", "dy") or getattr(letter, name) is None):
                setattr(letter, name, length(value, whole, style.font_size))
    if turns := numbers(element.attributes.get("rotate", "")):
        for letter, turn in zip(found, chain(turns, repeat(turns[-1])), strict=False):  # the last is for all others
            letter.turn = turn if letter.turn is None else letter.turn


def _values(element: Element, name: str) -> list[str]:
    values = _SPLIT.split(element.attributes.get(name, "").strip())
    return [] if values == [""] else values


def _stretch(found: list[Letter], element: Element, style: Style, viewport: tuple[float, float]) -> None:
    """Tell letters how long they are together, where the element says so. A length below zero is none (SVG 2, 11.5)."""
    said = element.attributes.get("textLength", "").strip()
    if not said or (wanted := length(said, viewport[0], style.font_size)) < 0:
        return
    stretch = Stretch(wanted, element.attributes.get("lengthAdjust") == "spacingAndGlyphs")
    for letter in found:
        letter.within.append(stretch)


def _shown(text: str) -> str:
    """Line ends and tabs as blanks, and nothing that only says how to set the text, as a soft hyphen does."""
    plain = text.replace("\r\n", " ").translate(_WHITE)
    return plain if plain.isascii() else "".join(char for char in plain if unicodedata.category(char) != "Cf")


def _collapsed(found: list[Letter]) -> list[Letter]:
    """Runs of blanks as one, none at either end."""
    kept = list[Letter]()
    for letter in found:
        if letter.char != " " or (kept and kept[-1].char != " "):
            kept.append(letter)
    if kept and kept[-1].char == " ":
        kept.pop()
    return kept
