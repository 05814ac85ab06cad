"""A whole drawing in a given number of tokens: as fine as they allow, and no finer.

A decoder that reads 2,048 tokens sees some hundred and fifty points. Cut there, a drawing of ten thousand is a corner
of it. So the picture is drawn on a sheet so many times smaller, by the same algorithm with the same options and the
same pen, and what comes of it is enlarged to the sheet: lines further apart, fewer squares, calmer outlines. How many
times, is searched for: the least with which the program fits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from dcode.errors import DrawingError
from dcode.geometry.lines import Lines
from dcode.geometry.merge import merge
from dcode.geometry.order.best_order import best_order
from dcode.geometry.order.effort import Mode
from dcode.geometry.pen_width import PEN_MM
from dcode.geometry.short import drop_short
from dcode.geometry.simplify import simplify
from dcode.ml.data.pairs.program import Count

_STEPS: Final = 8  # to twice as coarse
_COARSEST: Final = 8 * _STEPS  # 256 times: a pen that draws 128 mm wide
_KEPT_INK: Final = 0.8  # of a drawing that nearly fits, where its shortest strokes are left out
_TOLERANCE: Final = PEN_MM / 4
_HARDER: Final = 12  # times that a drawing of which nothing coarser is left is simplified twice as much

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A program within the budget, and how many times smaller the sheet was that it is drawn for."""

    text: str
    tokens: int
    coarser: float


class Budget:
    """The search for one drawing."""

    def __init__(
        self, draw: Callable[[float], Lines], write: Callable[[Lines], str], count: Count, tokens: int, home: Place
    ) -> None:
        """`draw(n)`: the strokes for a sheet n times smaller, enlarged; `write`: their program; `home`: the pen's."""
        self._draw, self._write, self._count, self._tokens, self._home = draw, write, count, tokens, home
        self._known = dict[int, Fitted | None]()

    def fitted(self) -> Fitted:
        """The finest program that fits. Raises DrawingError where nothing is drawn, or none fits."""
        coarse, fine = _COARSEST, _COARSEST
        while fine > 0 and self._fits(fine):
            coarse, fine = fine, max(0, fine - _STEPS)
        if not self._fits(fine):
            while coarse - fine > 1:
                middle = (coarse + fine) // 2
                coarse, fine = (middle, fine) if self._fits(middle) else (coarse, middle)
        best = min((place for place, found in self._known.items() if found and found.text), default=None)
        if best is not None:
            found = self._known[best]
            assert found is not None
            return self._without_shortest(best - 1, _KEPT_INK) or found
        if all(self._known.values()):
            raise DrawingError("there is nothing to draw in it")
        return self._harder(fine)

    def _fits(self, place: int) -> bool:
        """Whether a drawing fits, or has nothing in it."""
        if place not in self._known:
            self._known[place] = self._tried(thinned(self._draw(_times(place)), _times(place)), _times(place))
        return self._known[place] is not None

    def _tried(self, lines: Lines, coarser: float) -> Fitted | None:
        """None for what does not fit; an empty text for what draws nothing."""
        if len(lines.points) > self._tokens:  # none takes less than one
            return None
        if not len(lines):
            return Fitted("", 0, coarser)
        text = self._write(best_order(lines, Mode.FAST, start=self._home).sequence.apply(lines))
        tokens = self._count(text)
        return Fitted(text, tokens, coarser) if tokens <= self._tokens else None

    def _without_shortest(self, place: int, ink: float, harder: float = 1.0) -> Fitted | None:
        """A drawing that does not fit without as many of its shortest strokes as need be, as long as so much of its
        ink stays; None where that does not fit either.
        """
        if place < 0:
            return None
        times = _times(place)
        lines = simplify(thinned(self._draw(times), times), _TOLERANCE * times * harder)
        longest = np.argsort(-lines.lengths, kind="stable")
        drawn = np.cumsum(lines.lengths[longest])
        few = 1 + int(np.searchsorted(drawn, ink * drawn[-1])) if len(drawn) else 1
        best, many = None, len(longest)
        while few <= many:
            middle = (few + many) // 2
            found = self._tried(lines.kept(np.sort(longest[:middle])), times)
            if found and found.text:
                best, few = found, middle + 1
            else:
                many = middle - 1
        return best

    def _harder(self, place: int) -> Fitted:
        """Where all that is coarser is blank: as much as fits of the finest that is not, with ever fewer points."""
        for harder in range(1, _HARDER + 1):
            if found := self._without_shortest(place, 0.0, 2.0**harder):
                return found
        raise DrawingError(f"the drawing does not fit into {self._tokens} tokens", limit=self._tokens)


def thinned(lines: Lines, coarser: float) -> Lines:
    """What a pen so many times as wide would draw: ends within half its width joined, no point, no stroke too many."""
    pen = PEN_MM * coarser
    return drop_short(simplify(merge(lines, pen / 2), _TOLERANCE * coarser), pen)


def _times(place: int) -> float:
    return float(2.0 ** (place / _STEPS))
