"""Plain text in a single-line font, wrapped to a width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from dcode.errors import DrawingError
from dcode.geometry.hershey.font import CAP_HEIGHT, UNITS_PER_EM, Glyph, glyphs
from dcode.geometry.lines import Lines

MOST_LETTERS: Final = 500_000  # a long novel; more than any pen survives
_LEADING: Final = 1.2 * UNITS_PER_EM  # from one base line to the next, in font units
_TAB: Final = 4  # blanks
_PIECES: Final = re.compile(r" +|[^ ]+")


def lettered(text: str, font: str, size: float, width: float) -> Lines:
    """The strokes of a text, `size` mm the height of its capitals, no line wider than `width` mm.

    The first line's capitals end at y = 0, and lines begin at x = 0. Lines break between words, and within one that is
    wider than all the width. Blanks at the beginning of a paragraph indent it. Raises DrawingError for a size or width
    that is not above zero, KeyError for a font that there is not.
    """
    if not (size > 0 and width > 0):
        raise DrawingError(f"text {size:g} mm high on {width:g} mm cannot be drawn")
    if len(text) > MOST_LETTERS:
        raise DrawingError(f"a text of more than {MOST_LETTERS} letters", limit=MOST_LETTERS)
    scale = size / CAP_HEIGHT
    places, counts = list[tuple[float, float]](), list[int]()
    base = -CAP_HEIGHT
    for line in _wrapped(text, font, width / scale):
        x = 0.0
        for glyph in line:
            for stroke in glyph.strokes:
                places += [(x + across, base + up) for across, up in stroke]
                counts.append(len(stroke))
            x += glyph.width
        base -= _LEADING
    points = np.array(places, dtype=np.float64).reshape(-1, 2) * scale
    return Lines(points, np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]))


def _wrapped(text: str, font: str, width: float) -> Iterator[list[Glyph]]:
    """The glyphs of each line. Widths in font units."""
    for paragraph in text.expandtabs(_TAB).splitlines():
        shown = "".join(char for char in paragraph if char.isprintable() or char.isspace())
        line, used = list[Glyph](), 0.0
        for piece in _PIECES.findall(shown):
            word = glyphs(piece, font)
            needed = sum(glyph.width for glyph in word)
            if piece.isspace():
                line, used = line + word, used + needed
                continue
            if used + needed > width and any(glyph.strokes for glyph in line):
                yield line
                line, used = [], 0.0
            for glyph in word:
                if line and used + glyph.width > width:
                    yield line
                    line, used = [], 0.0
                line, used = [*line, glyph], used + glyph.width
        yield line
