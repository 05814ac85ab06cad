"""Letters as outlines: what the import asks of fonts. Font files are read elsewhere, where reading files is allowed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Protocol

_FAMILY: Final = re.compile(r"""'([^']*)'|"([^"]*)"|([^,'"]+)""")


class GlyphPen(Protocol):
    """Takes an outline; outlines.PathPen is one."""

    def move(self, x: float, y: float) -> None: ...
    def line(self, x: float, y: float) -> None: ...
    def quadratic(self, x1: float, y1: float, x: float, y: float) -> None: ...
    def cubic(self, x1: float, y1: float, x2: float, y2: float, x: float, y: float) -> None: ...
    def close(self) -> object: ...


class Face(Protocol):
    """One font in one weight. Lengths in ems, y up from the base line. Raises DrawingError for a broken font."""

    def advance(self, char: str) -> float:
        """From where a letter begins to where the next one does."""
        ...

    def kerning(self, left: str, right: str) -> float:
        """What is added to the advance of `left` where `right` follows."""
        ...

    def draw(self, char: str, pen: GlyphPen) -> None:
        """The letter's outline, filled by the nonzero rule, its left end at 0."""
        ...


@dataclass(frozen=True, slots=True)
class Look:
    """The font that a text asks for: families in lower case, the first the dearest; weight from 1 to 1000."""

    families: tuple[str, ...] = ()
    weight: float = 400.0
    italic: bool = False


class Faces(Protocol):
    """The fonts that there are."""

    def face(self, look: Look, char: str) -> Face | None:
        """The one that comes nearest to what is asked for among those that have the letter; None where none has."""
        ...


def families(text: str) -> tuple[str, ...]:
    """The names in a font-family, which is in lower case."""
    names = ("".join(match.groups("")).strip() for match in _FAMILY.finditer(text))
    return tuple(name for name in names if name)
