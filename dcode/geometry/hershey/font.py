"""The Hershey fonts: A. V. Hershey, "Calligraphy for Computers", 1967, in the format of James Hurt.

A glyph is a line of text: its number (5 characters), how many pairs follow (3), then the pairs. The first pair is the
left and the right edge, each other one a point, " R" a pen up; a coordinate is its character's distance from "R".
The 96 glyphs of a file stand for ASCII 32 to 127.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

FONTS: Final = ("futural", "timesr", "timesi", "scripts")  # simplex sans, roman, its italic, simplex script
CAP_HEIGHT: Final = 21.0  # of capitals in all of them: from -12, the top, to 9, the base line; y counts down
BASE: Final = 9.0
# Capitals of common outline fonts are 0.7 em high.
UNITS_PER_EM: Final = CAP_HEIGHT / 0.7
_FIRST: Final = 32
_PLAIN: Final = {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "ß": "ss"}


@dataclass(frozen=True, slots=True)
class Glyph:
    """A letter: its strokes in font units, y up from the base line, x from its left edge; and how wide it is."""

    strokes: tuple[tuple[tuple[float, float], ...], ...]
    width: float


@cache
def font(name: str) -> tuple[Glyph, ...]:
    """The glyphs for ASCII 32 to 127. Raises KeyError for a font that is not in FONTS."""
    if name not in FONTS:
        raise KeyError(name)
    text = resources.files(__package__).joinpath(f"{name}.jhf").read_text(encoding="ascii")
    return tuple(read_glyphs(text))


def glyphs(text: str, name: str) -> list[Glyph]:
    """The glyphs of a text. A letter that the font does not have is drawn without its accents, or as a box."""
    table, found = font(name), list[Glyph]()
    for char in text:
        for plain in _PLAIN.get(char) or _without_accents(char):
            place = ord(plain) - _FIRST
            found.append(table[place] if 0 <= place < len(table) - 1 else BOX)
    return found


def read_glyphs(text: str) -> list[Glyph]:
    """The glyphs of a .jhf file. Raises ValueError for a file that is none."""
    found, position = list[Glyph](), 0
    text = text.replace("\r", "").replace("\n", "")
    while position < len(text):
        count = int(text[position + 5 : position + 8])
        pairs = text[position + 8 : position + 8 + 2 * count]
        if count < 1 or len(pairs) < 2 * count:
            raise ValueError("a glyph ends too early")
        found.append(_glyph([pairs[index : index + 2] for index in range(0, 2 * count, 2)]))
        position += 8 + 2 * count
    return found


def _glyph(pairs: list[str]) -> Glyph:
    left, right = (ord(char) - ord("R") for char in pairs[0])
    strokes, stroke = list[tuple[tuple[float, float], ...]](), list[tuple[float, float]]()
    for pair in [*pairs[1:], " R"]:
        if pair != " R":
            x, y = (ord(char) - ord("R") for char in pair)
            stroke.append((float(x - left), BASE - y))
        elif stroke:
            strokes.append(tuple(stroke))
            stroke = []
    return Glyph(tuple(strokes), float(right - left))


def _without_accents(char: str) -> str:
    plain = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    return plain if plain and plain.isascii() else char


BOX: Final = Glyph((((2.0, 0.0), (2.0, CAP_HEIGHT), (14.0, CAP_HEIGHT), (14.0, 0.0), (2.0, 0.0)),), 16.0)
