"""The kernel lookahead.py, compiled or plain: one source, the same result to the last bit.

See dcode/geometry/order/kernels.py for how and why. Plain Python takes some hundred times as long: a million rows take
20 s, where the compiled kernel takes 0.2 s.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, MutableSequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

Way = Literal["compiled", "plain"]


@dataclass(frozen=True, slots=True)
class Kernel:
    """What one way offers, and how it likes its arrays: plain Python reads lists faster."""

    way: Way
    pacer: Callable[..., Any]

    def floats(self, values: list[float]) -> MutableSequence[float]:
        return array("d", values) if self.way == "compiled" else values

    def ints(self, values: list[int]) -> MutableSequence[int]:
        return array("i", values) if self.way == "compiled" else values


@cache
def kernel(way: Way | None = None) -> Kernel:
    """The compiled kernel, or the plain one where there is none. Raises ImportError for a compiled one not built."""
    if way != "plain":
        try:
            from dcode.machine._lookahead import Pacer
        except ImportError:
            if way == "compiled":
                raise
        else:
            return Kernel("compiled", Pacer)
    from dcode.machine import lookahead

    return Kernel("plain", lookahead.Pacer)
