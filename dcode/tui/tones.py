"""Shades of braille: how many of a character's dots are shown where all of them are touched.

Without that a dense drawing is one dark patch. Where lines touch (nearly) all dots of a character, how often they do
says how dark it is there: from _FEWEST dots for the lightest of such characters to 8 for the darkest. It needs no
colours. Dots are arrays of shape (rows, 4, columns, 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.braille import ACROSS, NEVER, UPRIGHT
from dcode.geometry.lines import Mask

Counts = npt.NDArray[np.int32]

_ALL: Final = ACROSS * UPRIGHT
_AREA: Final = 6  # of the 8 dots: where more lines than one are
_FEWEST: Final = 4
_DARKER: Final = 1.5  # times as dark as the lightest: with less between them, shades say nothing
_ALIKE: Final = 0.2  # of a shade: what nobody sees
# In which order dots are shown, so that what is left out does not clump.
_RANK: Final = np.array([[0, 6], [5, 1], [2, 7], [4, 3]], np.uint8)


@dataclass(frozen=True, slots=True)
class Tones:
    """How often the dots of a character are touched, all together, where it is lightest and where it is darkest."""

    light: float = 1.0
    dark: float = 1.0

    @classmethod
    def of(cls, counts: Counts, first: Counts) -> Tones:
        """Of a whole picture: how often lines touch each dot, and the first row that does (NEVER where none does)."""
        dense = _sum(counts)[_sum((first != NEVER).view(np.uint8)) >= _AREA]
        if not len(dense):
            return cls()
        light, dark = (float(one) for one in np.percentile(dense, (5, 95)))
        return cls(light, dark) if dark > _DARKER * light else cls()

    def like(self, other: Tones) -> bool:
        """Whether nobody would see the difference."""
        return (
            abs(self.light - other.light) <= _ALIKE * other.light and abs(self.dark - other.dark) <= _ALIKE * other.dark
        )

    def kept(self, counts: Counts, first: Counts) -> Mask | np.bool_:
        """Which dots are shown, of some rows of characters."""
        if self.dark <= self.light:
            return np.bool_(True)
        share = np.log(np.maximum(_sum(counts), self.light) / self.light) / np.log(self.dark / self.light)
        dots = _FEWEST + np.rint(np.clip(share, 0, 1) * (_ALL - _FEWEST))
        dots[_sum((first != NEVER).view(np.uint8)) < _AREA] = _ALL  # a line is a line
        return np.asarray(_RANK[None, :, None, :] < dots[:, None, :, None])


# By hand: numpy is slow along short axes.


def largest(dots: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The largest of each character's, shape (rows, columns)."""
    column = np.maximum(np.maximum(dots[:, 0], dots[:, 1]), np.maximum(dots[:, 2], dots[:, 3]))
    return np.asarray(np.maximum(column[..., 0], column[..., 1]))


def least(dots: Counts) -> Counts:
    """The least of each character's."""
    column = np.minimum(np.minimum(dots[:, 0], dots[:, 1]), np.minimum(dots[:, 2], dots[:, 3]))
    return np.asarray(np.minimum(column[..., 0], column[..., 1]))


def _sum(dots: npt.NDArray[np.uint8] | Counts) -> Counts:
    column = dots[:, 0].astype(np.int32) + dots[:, 1] + dots[:, 2] + dots[:, 3]
    return np.asarray(column[..., 0] + column[..., 1])
