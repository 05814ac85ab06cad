"""Which part of the sheet is seen, and how large: places in mm, y up, and dots on the screen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from dcode.geometry.bounds import Bounds
from dcode.geometry.braille import ACROSS, UPRIGHT

NEAREST: Final = 0.01  # mm a dot: nothing that a pen draws is smaller
FURTHEST: Final = 100.0
EDGE: Final = 1  # dots left free around what is fitted


@dataclass(frozen=True, slots=True)
class View:
    """`columns` by `rows` characters; (left, top) is where the upper left dot is, `dot` the mm from one to the next."""

    columns: int
    rows: int
    left: float = 0.0
    top: float = 0.0
    dot: float = 1.0

    @classmethod
    def of(cls, bounds: Bounds, columns: int, rows: int) -> View:
        """All of a rectangle, in the middle."""
        width, height = columns * ACROSS - 1, rows * UPRIGHT - 1
        across, upright = max(width - 2 * EDGE, 1), max(height - 2 * EDGE, 1)
        dot = max(bounds.width / across, bounds.height / upright) or 1.0
        x, y = bounds.centre
        return cls(columns, rows, x - width * dot / 2, y + height * dot / 2, dot)

    @property
    def centre(self) -> tuple[float, float]:
        """The place in the middle."""
        return (
            self.left + (self.columns * ACROSS - 1) / 2 * self.dot,
            self.top - (self.rows * UPRIGHT - 1) / 2 * self.dot,
        )

    def dots(self, x: float, y: float) -> tuple[float, float]:
        """A place in dots, to the right and down."""
        return (x - self.left) / self.dot, (self.top - y) / self.dot

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        """The row and column of the character that a place is in; None outside."""
        across, down = self.dots(x, y)
        if not (-0.5 <= across < self.columns * ACROSS - 0.5 and -0.5 <= down < self.rows * UPRIGHT - 0.5):
            return None
        return round(max(down, 0)) // UPRIGHT, round(max(across, 0)) // ACROSS

    def place(self, row: int, column: int) -> tuple[float, float]:
        """The middle of a character."""
        return self.left + (column * ACROSS + 0.5) * self.dot, self.top - (row * UPRIGHT + 1.5) * self.dot

    def zoomed(self, factor: float, x: float, y: float) -> View:
        """Larger by a factor; a place stays where it is seen."""
        dot = min(max(self.dot / factor, NEAREST), FURTHEST)
        across, down = self.dots(x, y)
        return replace(self, left=x - across * dot, top=y + down * dot, dot=dot)

    def moved(self, right: float, down: float) -> View:
        """Further right and down, by so much of what is seen."""
        across, upright = self.columns * ACROSS * self.dot, self.rows * UPRIGHT * self.dot
        return replace(self, left=self.left + right * across, top=self.top - down * upright)

    def sized(self, columns: int, rows: int) -> View:
        """On another number of characters; the place in the middle stays there."""
        x, y = self.centre
        new = replace(self, columns=columns, rows=rows)
        return replace(new, left=self.left + x - new.centre[0], top=self.top + y - new.centre[1])
