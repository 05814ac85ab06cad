"""<text>: which letter stands where, in single-line fonts or in the outlines of the fonts that it asks for.

Positions and turns of text and tspan, white space, text-anchor, letter and word spacing, changes of font and size,
text along a path and lengths that are asked for are followed. Every letter is laid beside the one before it; then those
that are to have a length together are moved apart or stretched, those in one piece are moved to where they are
anchored, and those on a path are put there (SVG 2, 11.5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from dcode.geometry.hershey.font import BOX, FONTS, UNITS_PER_EM, Glyph, glyphs
from dcode.geometry.svg_import.faces import Face, Faces, Look, families
from dcode.geometry.svg_import.letters import Around, Letter, Stretch, letters
from dcode.geometry.svg_import.style import Style
from dcode.geometry.svg_import.track import Along
from dcode.geometry.svg_import.tree import Element
from dcode.geometry.transform import Transform

_SHIFT: Final = {"middle": 0.5, "end": 1.0}


class Outlined(NamedTuple):
    """A letter in the outlines of a font."""

    face: Face
    char: str


@dataclass(frozen=True, slots=True)
class Written:
    """A letter and where it stands: `place` is from what it is counted in, y up, to user units, y down.

    It is counted in units of a single-line font or in ems; `scale` is the size of one in user units.
    """

    glyph: Glyph | Outlined
    style: Style
    place: Transform
    scale: float


@dataclass(slots=True)
class _Set:
    """A letter as it is laid: its glyphs, how wide they are, and what is added before them, after them and to them."""

    letter: Letter
    glyphs: list[Glyph] | Outlined
    scale: float
    advance: float
    spacing: float
    kerning: float = 0.0
    gap: float = 0.0
    stretch: float = 1.0

    @property
    def width(self) -> float:
        """From where the one before it ended to where it ends."""
        return (self.kerning + self.advance + self.spacing) * self.stretch + self.gap


def written(
    text: Element, style: Style, around: Around, font_name: str | None = None, faces: Faces | None = None
) -> list[Written]:
    """The letters of a <text> and where they stand.

    They are drawn in the outlines of `faces`; where that is None, or no font has the letter, by the single-line font
    `font_name`, one of FONTS; None goes by the font-family. Raises ValueError for positions that cannot be read.
    """
    chooser = _Chooser(font_name, faces, around.notes)
    laid = [chooser.chosen(letter) for letter in letters(text, style, around)]
    _kern(laid)
    _lengthen(laid)
    placed, lost = _Placer(), 0
    for chunk in _chunks(laid):
        lost += placed.put(chunk)
    if lost:
        around.notes["letters beyond the ends of their path are not drawn"] += lost
    return placed.found


class _Chooser:
    """Chooses the font of each letter."""

    def __init__(self, font_name: str | None, faces: Faces | None, notes: Counter[str]) -> None:
        self._font_name, self._faces, self._notes = font_name, faces, notes
        self._look: tuple[Style, Look] | None = None

    def chosen(self, letter: Letter) -> _Set:
        style = letter.style
        face = self._face(letter)
        spacing = style.letter_spacing + (style.word_spacing if letter.char in " \u00a0" else 0.0)
        if face is not None:
            outlined, size = Outlined(face, letter.char), style.font_size
            return _Set(letter, outlined, size, face.advance(letter.char) * size, spacing)
        scale, found = style.font_size / UNITS_PER_EM, glyphs(letter.char, self._font_name or _font_name(style))
        if found == [BOX]:
            self._notes["letters that the single-line fonts do not have are boxes"] += 1
        return _Set(letter, found, scale, sum(glyph.width for glyph in found) * scale, spacing)

    def _face(self, letter: Letter) -> Face | None:
        if self._faces is None:
            return None
        style = letter.style
        if self._look is None or self._look[0] is not style:
            self._look = style, Look(families(style.font_family), style.font_weight, style.italic)
        return self._faces.face(self._look[1], letter.char)


def _kern(laid: list[_Set]) -> None:
    """Draw pairs together that their font has together."""
    for before, one in pairwise(laid):
        left, right, letter = before.glyphs, one.glyphs, one.letter
        if not (isinstance(left, Outlined) and isinstance(right, Outlined) and left.face is right.face):
            continue
        if before.letter.style is letter.style and not _begins_chunk(before, one):
            one.kerning = left.face.kerning(left.char, right.char) * letter.style.font_size


def _lengthen(laid: list[_Set]) -> None:
    """Give what has a length of its own that length: what is within others first, which then move it as one."""
    runs = dict[Stretch, list[_Set]]()
    for one in laid:
        for stretch in one.letter.within:
            runs.setdefault(stretch, []).append(one)
    for stretch, run in sorted(runs.items(), key=lambda item: len(item[1])):
        _to_length(run, stretch)


def _to_length(run: list[_Set], stretch: Stretch) -> None:
    long = sum(one.width for one in run)
    if stretch.glyphs:
        for one in run if long > 0 else ():
            one.stretch, one.gap = one.stretch * stretch.length / long, one.gap * stretch.length / long
        return
    parts = [_part(one, stretch) for one in run]
    ends = [one for one, (part, following) in zip(run, pairwise(parts), strict=False) if part is not following]
    for one in ends:
        one.gap += (stretch.length - long) / len(ends)


def _part(one: _Set, stretch: Stretch) -> object:
    """What moves as one with a letter within an element: the element inside it that has a length, or the letter."""
    within = one.letter.within
    place = within.index(stretch)
    return within[place - 1] if place else one


def _chunks(laid: list[_Set]) -> Iterator[list[_Set]]:
    """What stands in one piece, and is anchored together."""
    chunk = list[_Set]()
    for one in laid:
        if chunk and _begins_chunk(chunk[-1], one):
            yield chunk
            chunk = []
        chunk.append(one)
    if chunk:
        yield chunk


def _begins_chunk(before: _Set, one: _Set) -> bool:
    letter = one.letter
    if letter.along is not before.letter.along or letter.x is not None:
        return True
    return letter.y is not None and letter.along is None  # across a path it says nothing


class _Placer:
    """Puts piece after piece where it belongs."""

    def __init__(self) -> None:
        self.found = list[Written]()
        self._x = self._y = 0.0  # on a path along it and down from it
        self._along: Along | None = None

    def put(self, chunk: list[_Set]) -> int:
        """Put what stands in one piece; says how many letters have no place."""
        first = chunk[0].letter
        self._begin(first)
        begin, anchor = self._x, first.style.text_anchor
        placed = [(one, *self._next(one)) for one in chunk]
        shift, lost = (self._x - begin) * _SHIFT.get(anchor, 0.0), 0
        for one, x, y in placed:
            where = self._place(one, x - shift, y, anchor)
            if where is not None:
                self._write(one, where)
            elif not one.letter.char.isspace():
                lost += 1
        return lost

    def _begin(self, first: Letter) -> None:
        """Where a piece begins: on a path at its begin, after one at its end, or where it says."""
        if first.along is not self._along:
            if first.along is not None:
                self._x = self._y = 0.0
            elif self._along is not None:
                self._x, self._y, *_ = self._along.track.spot(self._along.track.length)
            self._along = first.along
        self._x = self._x if first.x is None else first.x
        if self._along is None:
            self._y = self._y if first.y is None else first.y

    def _next(self, one: _Set) -> tuple[float, float]:
        """Where a letter begins beside the one before it."""
        self._x, self._y = self._x + one.letter.dx, self._y + one.letter.dy
        x = self._x + one.kerning * one.stretch
        self._x += one.width
        return x, self._y

    def _place(self, one: _Set, x: float, y: float, anchor: str) -> Transform | None:
        """From units of the letter to user units; None for a letter beyond its path."""
        letter = one.letter
        where = Transform(e=x, f=y)
        if letter.along is not None:
            half = one.advance * one.stretch / 2
            spot = letter.along.spot(x + half, anchor)
            if spot is None:
                return None
            across, down = spot.across, spot.down
            where = Transform(across, down, -down, across, spot.x, spot.y).after(Transform(e=-half, f=y))
        if letter.turn:
            where = where.after(Transform.turn(letter.turn))
        return where.after(Transform(one.scale * one.stretch, 0.0, 0.0, -one.scale))

    def _write(self, one: _Set, where: Transform) -> None:
        style = one.letter.style
        if isinstance(one.glyphs, Outlined):
            self.found.append(Written(one.glyphs, style, where, one.scale))
            return
        x = 0.0
        for glyph in one.glyphs:
            self.found.append(Written(glyph, style, where.after(Transform(e=x)) if x else where, one.scale))
            x += glyph.width


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
