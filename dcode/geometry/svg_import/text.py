"""<text>: which letter stands where, in single-line fonts or in the outlines of the fonts that it asks for.

Positions (x, y, dx, dy) of text and tspan, white space, text-anchor, letter and word spacing and changes of font and
size are followed; text on a path and textLength are not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from dcode.geometry.hershey.font import FONTS, UNITS_PER_EM, Glyph, glyphs
from dcode.geometry.svg_import.faces import Face, Faces, Look, families
from dcode.geometry.svg_import.numbers import length
from dcode.geometry.svg_import.style import Style
from dcode.geometry.svg_import.tree import Element

_SPLIT: Final = re.compile(r"[\s,]+")
_SHIFT: Final = {"middle": 0.5, "end": 1.0}
_WHITE: Final = str.maketrans("\n\t\r", "   ")

StyleOf = Callable[[Element, Style], Style | None]  # None for what is not shown


@dataclass(slots=True)
class _Letter:
    char: str
    style: Style
    x: float | None = None  # where it is put; None for where the one before ended
    y: float | None = None
    dx: float = 0.0
    dy: float = 0.0


class Outlined(NamedTuple):
    """A letter in the outlines of a font."""

    face: Face
    char: str


@dataclass(frozen=True, slots=True)
class Written:
    """A letter and where it stands: its left end on the base line, in user units, y down.

    `scale` is the size in user units of what the letter is counted in: a unit of a single-line font, an em of others.
    """

    glyph: Glyph | Outlined
    style: Style
    x: float
    y: float
    scale: float


def written(
    text: Element, style: Style, style_of: StyleOf, font_name: str | None = None, faces: Faces | None = None
) -> list[Written]:
    """The letters of a <text> and where they stand.

    They are drawn in the outlines of `faces`; where that is None, or no font has the letter, by the single-line font
    `font_name`, one of FONTS; None goes by the font-family. Raises ValueError for positions that cannot be read.
    """
    preserve = text.attributes.get("xml:space") == "preserve"
    setter = _Setter(font_name, faces)
    for letter in _collapsed(list(_letters(text, style, style_of)), preserve):
        setter.put(letter)
    return setter.end()


def length_of(text: Element) -> int:
    """How many letters there are in it, at the most."""
    return sum(len(part) if isinstance(part, str) else length_of(part) for part in text.content)


class _Setter:
    """Puts letter beside letter."""

    def __init__(self, font_name: str | None, faces: Faces | None) -> None:
        self.found = list[Written]()
        self._font_name, self._faces = font_name, faces
        self._x = self._y = self._begin = 0.0
        self._chunk = list[Written]()  # what is anchored together
        self._before: Written | None = None  # what stands directly before
        self._look: tuple[Style, Look] | None = None

    def put(self, letter: _Letter) -> None:
        """The next letter, where it is put or where the one before it ended."""
        if letter.x is not None or letter.y is not None:
            self.end()
            self._x, self._y = self._x if letter.x is None else letter.x, self._y if letter.y is None else letter.y
            self._begin = self._x
        self._x, self._y = self._x + letter.dx, self._y + letter.dy
        face = self._face(letter)
        if face is None:
            self._single_line(letter)
        else:
            self._outlined(letter, face)
        self._x += letter.style.letter_spacing + (letter.style.word_spacing if letter.char in " \u00a0" else 0.0)

    def end(self) -> list[Written]:
        """What was put so far: all that stands in one piece is moved to where its start, middle or end is to be."""
        if self._chunk:
            shift = (self._x - self._begin) * _SHIFT.get(self._chunk[0].style.text_anchor, 0.0)
            for one in self._chunk:
                self.found.append(Written(one.glyph, one.style, one.x - shift, one.y, one.scale) if shift else one)
            self._chunk = []
        self._before = None
        return self.found

    def _face(self, letter: _Letter) -> Face | None:
        if self._faces is None:
            return None
        style = letter.style
        if self._look is None or self._look[0] is not style:
            self._look = style, Look(families(style.font_family), style.font_weight, style.italic)
        return self._faces.face(self._look[1], letter.char)

    def _single_line(self, letter: _Letter) -> None:
        scale = letter.style.font_size / UNITS_PER_EM
        for glyph in glyphs(letter.char, self._font_name or _font_name(letter.style)):
            self._chunk.append(Written(glyph, letter.style, self._x, self._y, scale))
            self._x += glyph.width * scale
        self._before = None

    def _outlined(self, letter: _Letter, face: Face) -> None:
        style = letter.style
        before = self._before.glyph if self._before is not None and self._before.style is style else None
        if isinstance(before, Outlined) and before.face is face:
            self._x += face.kerning(before.char, letter.char) * style.font_size
        self._before = Written(Outlined(face, letter.char), style, self._x, self._y, style.font_size)
        self._chunk.append(self._before)
        self._x += face.advance(letter.char) * style.font_size


def _letters(element: Element, style: Style, style_of: StyleOf) -> Iterator[_Letter]:
    """The letters in the element and below; positions are given to as many as there are of them."""
    found = list[_Letter]()
    for part in element.content:
        if isinstance(part, str):
            found += [_Letter(char, style) for char in _shown(part)]
        elif part.tag in ("tspan", "a") and (below := style_of(part, style)) is not None:
            found += _letters(part, below, style_of)
    for name in ("x", "y", "dx", "dy"):
        values = _SPLIT.split(element.attributes.get(name, "").strip())
        if values == [""]:
            continue
        shown = [letter for letter in found if not letter.char.isspace()] if len(values) == 1 else found
        for letter, value in zip(shown, values, strict=False):
            if value and (name in ("dx", "dy") or getattr(letter, name) is None):
                setattr(letter, name, length(value, 0.0, style.font_size))
    yield from found


def _shown(text: str) -> str:
    """Line ends and tabs as blanks, and nothing that only says how to set the text, as a soft hyphen does."""
    plain = text.replace("\r\n", " ").translate(_WHITE)
    return plain if plain.isascii() else "".join(char for char in plain if unicodedata.category(char) != "Cf")


def _collapsed(letters: list[_Letter], preserve: bool) -> list[_Letter]:
    """Runs of blanks as one, none at either end."""
    if preserve:
        return letters
    kept = list[_Letter]()
    for letter in letters:
        if letter.char != " " or (kept and kept[-1].char != " "):
            kept.append(letter)
    if kept and kept[-1].char == " ":
        kept.pop()
    return kept


def _font_name(style: Style) -> str:
    """The single-line font that comes nearest to a font-family."""
    family = style.font_family
    for name in FONTS:
        if name in family:
            return name
    if any(word in family for word in ("cursive", "script", "hand")):
        return "scripts"
    if "times" in family or ("serif" in family and "sans" not in family):
        return "timesi" if style.italic else "timesr"
    return "futural"
