"""Letters with accents, of which the Hershey fonts have none: the letter, and its mark above, below or over it."""

from __future__ import annotations

from typing import Final

from dcode.geometry.hershey.glyph import Glyph, Stroke

_GAP: Final = 3.0  # from a letter to the mark above it, in font units
_TITTLE: Final = 2.5  # how high the dot of an i is, at the most


def _dot(x: float, y: float) -> Stroke:
    return ((x, y + 1), (x - 1, y), (x, y - 1), (x + 1, y), (x, y + 1))


# By their combining characters; x from the middle of the letter, y from _GAP above it.
_ABOVE: Final[dict[str, tuple[Stroke, ...]]] = {
    "\u0300": (((-2, 4), (1.5, 0)),),  # grave
    "\u0301": (((-1.5, 0), (2, 4)),),  # acute
    "\u0302": (((-3, 0), (0, 3.5), (3, 0)),),  # circumflex
    "\u0303": (((-4, 0), (-3, 2), (-1, 2), (1, 0.5), (3, 0.5), (4, 2.5)),),  # tilde
    "\u0304": (((-3.5, 1), (3.5, 1)),),  # macron
    "\u0306": (((-3, 3), (-2, 1), (0, 0), (2, 1), (3, 3)),),  # breve
    "\u0307": (_dot(0, 1),),  # dot
    "\u0308": (_dot(-3.5, 1), _dot(3.5, 1)),  # diaeresis
    "\u030a": (((-2, 2), (-1, 0.5), (1, 0.5), (2, 2), (1, 3.5), (-1, 3.5), (-2, 2)),),  # ring
    "\u030b": (((-3.5, 0), (-0.5, 4)), ((1, 0), (4, 4))),  # double acute
    "\u030c": (((-3, 3.5), (0, 0), (3, 3.5)),),  # caron
}
# y from the base line.
_BELOW: Final[dict[str, tuple[Stroke, ...]]] = {
    "\u0323": (_dot(0, -4),),  # dot
    "\u0326": (((0.5, -2), (-1, -6)),),  # comma
    "\u0327": (((0, 0), (0, -2), (2, -3), (1.5, -5.5), (-1.5, -6)),),  # cedilla
    "\u0328": (((1, 0), (-1, -2.5), (0, -5), (3, -5.5)),),  # ogonek
}
SLASH, SHORT_SLASH, BAR, HIGH_BAR, TWO_BARS = "\u0338", "\u0337", "\u0335", "\u0336", "="  # marks over a letter


def accented(glyph: Glyph, mark: str) -> Glyph:
    """The letter with a mark; unchanged for marks that are not known here. An i loses its dot below one."""
    if mark in _ABOVE:
        strokes = _without_tittle(glyph.strokes)
        top = max((y for stroke in strokes for _, y in stroke), default=0.0)
        across = [x for stroke in strokes for x, y in stroke if y > 0.6 * top] or [glyph.width / 2]
        added = _moved(_ABOVE[mark], (min(across) + max(across)) / 2, top + _GAP)
        return Glyph(strokes + added, glyph.width)
    across = [x for stroke in glyph.strokes for x, _ in stroke] or [glyph.width / 2]
    left, right = min(across), max(across)
    if mark in _BELOW:
        return Glyph(glyph.strokes + _moved(_BELOW[mark], (left + right) / 2, 0.0), glyph.width)
    top = max((y for stroke in glyph.strokes for _, y in stroke), default=0.0)
    over: dict[str, tuple[Stroke, ...]] = {
        SLASH: (((left, -1.0), (right, top + 1)),),
        SHORT_SLASH: (((left - 2, 0.4 * top), (left + 4, 0.6 * top)),),
        BAR: (((left - 3, 0.5 * top), (left + 5, 0.5 * top)),),
        HIGH_BAR: (((right - 6, 0.8 * top), (right + 2, 0.8 * top)),),
        TWO_BARS: (((left - 2, 0.6 * top), (right - 5, 0.6 * top)), ((left - 2, 0.4 * top), (right - 5, 0.4 * top))),
    }
    return Glyph(glyph.strokes + over.get(mark, ()), glyph.width)


def _moved(strokes: tuple[Stroke, ...], x: float, y: float) -> tuple[Stroke, ...]:
    return tuple(tuple((x + across, y + up) for across, up in stroke) for stroke in strokes)


def _without_tittle(strokes: tuple[Stroke, ...]) -> tuple[Stroke, ...]:
    tittles = [stroke for stroke in strokes if _is_tittle(stroke)]
    return tuple(stroke for stroke in strokes if len(tittles) != 1 or stroke is not tittles[0])


def _is_tittle(stroke: Stroke) -> bool:
    heights = [y for _, y in stroke]
    return len(stroke) == 5 and stroke[0] == stroke[-1] and min(heights) > 10 and max(heights) - min(heights) <= _TITTLE
