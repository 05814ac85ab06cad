"""Where the pen is down on lines that are drawn only where the picture is dark enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Mask, Offsets

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Stretches of rows of samples: of row `row` from `begin` to `end`, in samples from the row's first.

    In the order of the rows and along them; those of a row do not overlap.
    """

    row: Offsets
    begin: Values
    end: Values

    def __len__(self) -> int:
        return len(self.row)

    def kept(self, mask: Mask) -> Runs:
        """The runs that the mask names."""
        return Runs(self.row[mask], self.begin[mask], self.end[mask])

    def calmed(self, shortest: float) -> Runs:
        """Gaps shorter than `shortest` closed, then runs shorter than that left out.

        Noise about the level then neither cuts a line into dots nor scatters dots where there is no line.
        """
        if not len(self):
            return self
        opens = np.ones(len(self), dtype=bool)
        opens[1:] = (self.row[1:] != self.row[:-1]) | (self.begin[1:] - self.end[:-1] >= shortest)
        closes = np.append(opens[1:], True)
        joined = Runs(self.row[opens], self.begin[opens], self.end[closes])
        return joined.kept(joined.end - joined.begin >= shortest)


def runs_above(excess: npt.NDArray[np.floating[Any]]) -> Runs:
    """The runs in which `excess`, shape (rows, samples), is above 0; between two samples it changes in proportion."""
    rows, count = excess.shape
    above = np.zeros((rows, count + 2), dtype=bool)  # a row begins and ends below
    np.greater(excess, 0, out=above[:, 1:-1])
    changes = np.flatnonzero(above.ravel()[1:] != above.ravel()[:-1])
    row, after = np.divmod(changes, count + 2)  # between the samples after - 1 and after
    flat, inner = row * count + after, (after > 0) & (after < count)
    before, here = (excess.ravel()[np.where(inner, flat - step, 0)].astype(np.float64) for step in (1, 0))
    share = np.divide(before, before - here, out=np.zeros(len(flat)), where=inner)
    place = np.where(inner, after - 1 + share, np.clip(after, 0, count - 1))
    return Runs(row[::2], place[::2], place[1::2])
