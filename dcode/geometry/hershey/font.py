"""The Hershey fonts: A. V. Hershey, "Calligraphy for Computers", 1967, in the format of James Hurt.

A glyph is a line of text: its number (5 characters), how many pairs follow (3), then the pairs. The first pair is the
left and the right edge, each other one a point, " R" a pen up; a coordinate is its character's distance from "R".
The 96 glyphs of a file stand for ASCII 32 to 127.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from dcode.geometry.hershey.accents import BAR, HIGH_BAR, SHORT_SLASH, SLASH, TWO_BARS, accented
from dcode.geometry.hershey.glyph import Glyph, Stroke

__all__ = ["BASE", "BOX", "CAP_HEIGHT", "FONTS", "UNITS_PER_EM", "Glyph", "font", "glyphs", "missing", "read_glyphs"]

FONTS: Final = ("futural", "timesr", "timesi", "scripts")  # simplex sans, roman, its italic, simplex script
CAP_HEIGHT: Final = 21.0  # of capitals in all of them: from -12, the top, to 9, the base line; y counts down
BASE: Final = 9.0
# Capitals of common outline fonts are 0.7 em high.
UNITS_PER_EM: Final = CAP_HEIGHT / 0.7
_FIRST: Final = 32
_CACHED: Final = 10_000  # letters of all fonts
# Letters as others, with marks over them where those follow.
_PLAIN: Final = {
    "‘": "'",
    "’": "'",
    "‚": ",",
    "“": '"',
    "”": '"',
    "„": ",,",
    "«": "<<",
    "»": ">>",
    "‹": "<",
    "›": ">",
    "–": "-",
    "—": "-",
    "\u2212": "-",
    "\u2010": "-",
    "\u2011": "-",
    "…": "...",
    "\u00a0": " ",
    "æ": "ae",
    "Æ": "AE",
    "œ": "oe",
    "Œ": "OE",
    "×": "x",
    "•": "*",
    "°": " \u030a",
    "ı": "i",
    "ø": f"o{SLASH}",
    "Ø": f"O{SLASH}",
    "ł": f"l{SHORT_SLASH}",
    "Ł": f"L{SHORT_SLASH}",
    "đ": f"d{HIGH_BAR}",
    "Đ": f"D{BAR}",
    "€": f"C{TWO_BARS}",
}


@cache
def font(name: str) -> tuple[Glyph, ...]:
    """The glyphs for ASCII 32 to 127. Raises KeyError for a font that is not in FONTS."""
    if name not in FONTS:
        raise KeyError(name)
    text = resources.files(__package__).joinpath(f"{name}.jhf").read_text(encoding="ascii")
    return tuple(read_glyphs(text))


def glyphs(text: str, name: str) -> list[Glyph]:
    """The glyphs of a text. Letters with accents are put together; one that the font does not have is a box."""
    return [glyph for char in unicodedata.normalize("NFC", text) for glyph in _glyphs_of(char, name)]


def missing(text: str) -> str:
    """The letters of a text that are boxes, each once: none of the fonts has them."""
    return "".join(sorted(char for char in set(text) if char.isprintable() and _glyphs_of(char, FONTS[0]) == (BOX,)))


@lru_cache(maxsize=_CACHED)
def _glyphs_of(char: str, name: str) -> tuple[Glyph, ...]:
    """The glyphs of one character: one as a rule, and none for a mark that stands alone."""
    if char == "ß":
        return (SHARP_S,)
    table, found = font(name), list[Glyph]()
    for part in _PLAIN.get(char) or unicodedata.normalize("NFKD", char):
        part = "/" if part == "\u2044" else part
        place = ord(part) - _FIRST
        if unicodedata.combining(part) or (part == TWO_BARS and found):
            found[-1:] = [accented(found[-1], part)] if found else []
        elif 0 <= place < len(table) - 1:
            found.append(table[place])
        else:
            return (BOX,)
    return tuple(found)


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
    strokes, stroke = list[Stroke](), list[tuple[float, float]]()
    for pair in [*pairs[1:], " R"]:
        if pair != " R":
            x, y = (ord(char) - ord("R") for char in pair)
            stroke.append((float(x - left), BASE - y))
        elif stroke:
            strokes.append(tuple(stroke))
            stroke = []
    return Glyph(tuple(strokes), float(right - left))


BOX: Final = Glyph((((2.0, 0.0), (2.0, CAP_HEIGHT), (14.0, CAP_HEIGHT), (14.0, 0.0), (2.0, 0.0)),), 16.0)
SHARP_S: Final = Glyph(
    (
        (
            (4.0, 0.0),
            (4.0, 16.0),
            (5.0, 19.0),
            (8.0, 21.0),
            (10.0, 21.0),
            (13.0, 19.0),
            (13.0, 16.0),
            (11.0, 13.0),
            (8.0, 12.0),
            (11.0, 12.0),
            (14.0, 10.0),
            (15.0, 7.0),
            (15.0, 4.0),
            (14.0, 1.0),
            (11.0, 0.0),
            (8.0, 0.0),
        ),
    ),
    18.0,
)
