"""The kernels of the algorithms, compiled or plain: one source each, the same result to the last bit.

As in geometry/order/kernels.py: `name.py` is ordinary Python, which setup.py has compiled as `_name` too, with the
types in `_name.pxd`.
"""

from __future__ import annotations

from collections.abc import MutableSequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from dcode.geometry.order.kernels import Way


@dataclass(frozen=True, slots=True)
class Kernel:
    """A module, and how it likes its arrays: numpy's own, or lists, which plain Python reads faster."""

    module: ModuleType
    way: Way

    def ints(self, values: npt.ArrayLike) -> MutableSequence[int]:
        array: Any = np.ascontiguousarray(values, dtype=np.intc).ravel()
        return array if self.way == "compiled" else array.tolist()  # type: ignore[no-any-return]

    def floats(self, values: npt.ArrayLike) -> MutableSequence[float]:
        array: Any = np.ascontiguousarray(values, dtype=np.float64).ravel()
        return array if self.way == "compiled" else array.tolist()  # type: ignore[no-any-return]

    def bytes(self, values: npt.NDArray[np.uint8]) -> MutableSequence[int]:
        """A copy where it is to be a list's like; else the array itself where it is in one piece."""
        array: Any = np.ascontiguousarray(values).ravel()
        return array if self.way == "compiled" else bytearray(array)  # type: ignore[no-any-return]


@cache
def kernel(name: str, way: Way | None = None) -> Kernel:
    """The compiled one, or the plain one where there is none. Raises ImportError for a compiled one not built."""
    if way != "plain":
        try:
            return Kernel(import_module(f"dcode.geometry.strokes._{name}"), "compiled")
        except ImportError:
            if way == "compiled":
                raise
    return Kernel(import_module(f"dcode.geometry.strokes.{name}"), "plain")
