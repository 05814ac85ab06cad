"""The kernels, compiled or plain: one source each, the same result to the last bit.

The sources (nearest.py, greedy.py, search.py, spanning.py) are ordinary Python; setup.py has Cython compile the very
same files as `_nearest`, ... with the C types that the `.pxd` beside each declares. They do nothing in which C and
Python differ: integers that fit, no division of negative ones, +, -, *, / and square roots in doubles (not fused: see
the flags in setup.py), and a random generator of 32 bits.

Why Cython and not numba: 1 MB in the wheel where numba and llvmlite take 208 MB; nothing to compile at the first run,
where numba takes 10 s, and nothing to import, where it takes 0.4 s and 0.5 s more to load what it compiled; and on a
board for which there is no wheel the plain files run as they are, where llvmlite would have to be built.

Of nearest.py there is the same in numpy, for where it is not compiled: see boxes.py. The rest of plain Python takes 40
to 60 times as long for the same order, as the budget is counted in moves: fast takes 13 s for 20,000 strokes. Where
that is too long, a stop ends it early with the best order so far; already the chains that it begins with are shorter
than a greedy order.
"""

from __future__ import annotations

from collections.abc import Callable, MutableSequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Way = Literal["compiled", "plain"]


@dataclass(frozen=True, slots=True)
class Kernels:
    """What one way offers, and how it likes its arrays: numpy's own, or lists, which plain Python reads faster."""

    way: Way
    nearest: Callable[..., Any]
    search: Callable[..., Any]
    join: Callable[..., int]
    walk: Callable[..., None]
    span: Callable[..., float]

    def ints(self, values: npt.NDArray[Any]) -> MutableSequence[int]:
        array: Any = np.ascontiguousarray(values, dtype=np.intc)
        return array if self.way == "compiled" else array.tolist()  # type: ignore[no-any-return]

    def floats(self, values: npt.NDArray[Any]) -> MutableSequence[float]:
        array: Any = np.ascontiguousarray(values, dtype=np.float64)
        return array if self.way == "compiled" else array.tolist()  # type: ignore[no-any-return]


@cache
def kernels(way: Way | None = None) -> Kernels:
    """The compiled kernels, or the plain ones where there are none. Raises ImportError for compiled ones not built."""
    if way != "plain":
        try:
            from dcode.geometry.order._greedy import join, walk
            from dcode.geometry.order._nearest import Nearest
            from dcode.geometry.order._search import Search
            from dcode.geometry.order._spanning import span
        except ImportError:
            if way == "compiled":
                raise
        else:
            return Kernels("compiled", Nearest, Search, join, walk, span)
    from dcode.geometry.order import greedy, nearest, search, spanning

    return Kernels("plain", nearest.Nearest, search.Search, greedy.join, greedy.walk, spanning.span)
