"""The outlines of one font file, read by fontTools: TrueType and CFF, variable fonts in the weight asked for.

fontTools is an extra: only dcode.cli.fonts imports this module, when outlines are wanted.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Final

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from dcode.cli.font_files import FontFile
from dcode.cli.kerning import Kerning
from dcode.errors import DrawingError
from dcode.geometry.svg_import.faces import GlyphPen

MOST_BYTES: Final = 200 << 20  # a collection for all of China, Japan and Korea has 120 MB
MOST_SEGMENTS: Final = 20_000  # of one letter: an ornate one has a few hundred
_MOST_PARTS: Final = 1_000  # that a letter is put together from, each as often as it is used
_GROUPS: Final = (12, 13)  # the formats of a `cmap` that say in twelve bytes which four thousand million letters it has
_MOST_LETTERS: Final = 0x110000

logging.getLogger("fontTools").setLevel(logging.CRITICAL)  # what is wrong with a font is said here, once


class BrokenFont(DrawingError):
    """A font file that cannot be read."""


class Typeface:
    """One font in one weight, as svg_import.faces.Face asks for it. Raises BrokenFont."""

    def __init__(self, file: FontFile, weight: float) -> None:
        self._file = file
        with self._reading():
            if file.path.stat().st_size > MOST_BYTES:
                raise ValueError(f"larger than {MOST_BYTES >> 20} MB")
            font = TTFont(BytesIO(file.path.read_bytes()), fontNumber=file.number, lazy=True)
            self._em = float(font["head"].unitsPerEm)
            if not self._em > 0:
                raise ValueError("its em has no size")
            self._names = _letters(font)
            self._glyphs = font.getGlyphSet(location=_location(font, weight))
            self._kerning = Kerning(font)

    def has(self, char: str) -> bool:
        return ord(char) in self._names

    def advance(self, char: str) -> float:
        with self._reading():
            return float(self._glyphs[self._names[ord(char)]].width) / self._em

    def kerning(self, left: str, right: str) -> float:
        names = self._names.get(ord(left)), self._names.get(ord(right))
        if names[0] is None or names[1] is None:
            return 0.0
        with self._reading():
            return self._kerning.between(names[0], names[1]) / self._em

    def draw(self, char: str, pen: GlyphPen) -> None:
        """All of it or, where the font is broken, nothing."""
        outline = _Outline(self._glyphs)
        with self._reading():
            self._glyphs[self._names[ord(char)]].draw(outline)
        for kind, points in outline.segments:
            getattr(pen, kind)(*(value / self._em for value in points))

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """A font is a stranger's file, and fontTools fails in many ways on a broken one."""
        try:
            yield
        except Exception as error:
            said = str(error) or type(error).__name__
            reason = said if isinstance(error, (ValueError, OSError)) else f"{type(error).__name__}: {said}"
            problem = f"the font {self._file.path} cannot be read ({' '.join(reason.split())[:200]})"
            raise BrokenFont(problem) from error


class _Outline(BasePen):
    """Keeps a glyph's outline, its parts put together, as calls of a GlyphPen in font units."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.segments = list[tuple[str, tuple[float, ...]]]()
        self._parts = 0

    def _keep(self, kind: str, *points: tuple[float, float]) -> None:
        if len(self.segments) >= MOST_SEGMENTS:
            raise ValueError(f"a letter of more than {MOST_SEGMENTS} segments")
        self.segments.append((kind, tuple(float(value) for point in points for value in point)))

    def _moveTo(self, pt: tuple[float, float]) -> None:
        self._keep("move", pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:
        self._keep("line", pt)

    def _qCurveToOne(self, pt1: tuple[float, float], pt2: tuple[float, float]) -> None:
        self._keep("quadratic", pt1, pt2)

    def _curveToOne(self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]) -> None:
        self._keep("cubic", pt1, pt2, pt3)

    def _closePath(self) -> None:
        if self.segments[-1][0] == "move":
            self.segments.pop()  # a point alone is a handle for the font's maker, and no ink
        else:
            self._keep("close")

    def _endPath(self) -> None:
        self._closePath()  # a contour that is left open is filled all the same

    def addComponent(self, glyphName: str, transformation: Any) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise ValueError(f"a letter of more than {_MOST_PARTS} parts")
        super().addComponent(glyphName, transformation)


def _letters(font: Any) -> dict[int, str]:
    """The glyph for each letter. Raises ValueError where there is no table of them, or one without end."""
    for table in font["cmap"].tables:
        if table.format in _GROUPS and table.isUnicode():
            data = table.data or b""
            whole = len(data) // 12 * 12
            ends = (
                int.from_bytes(data[at + 4 : at + 8]) - int.from_bytes(data[at : at + 4]) for at in range(0, whole, 12)
            )
            if sum(end + 1 for end in ends) > _MOST_LETTERS:
                raise ValueError("it says that it has more letters than there are")
    found = font.getBestCmap()
    if not found:
        raise ValueError("it has no table of letters")
    return dict(found)


def _location(font: Any, weight: float) -> dict[str, float]:
    """Where on its axes a variable font is: in the weight asked for, the rest as it is by itself."""
    axes = {axis.axisTag: axis for axis in font["fvar"].axes} if "fvar" in font else {}
    if "wght" not in axes:
        return {}
    return {"wght": min(max(weight, axes["wght"].minValue), axes["wght"].maxValue)}
