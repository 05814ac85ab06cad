"""The kernels of tracing, compiled or plain; as those of geometry/order/kernels.py, which tells how."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from dcode.geometry.order.kernels import Way
from dcode.geometry.strokes.kernels import Kernel


@cache
def kernel(name: str, way: Way | None = None) -> Kernel:
    """The compiled one, or the plain one where there is none. Raises ImportError for a compiled one not built."""
    if way != "plain":
        try:
            return Kernel(import_module(f"dcode.geometry.skeleton._{name}"), "compiled")
        except ImportError:
            if way == "compiled":
                raise
    return Kernel(import_module(f"dcode.geometry.skeleton.{name}"), "plain")
