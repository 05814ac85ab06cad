"""The engines of this package, made: what dcode/generation/engines.py names."""

from __future__ import annotations

from dcode.generation.request import Engine
from dcode.generation.sketch.library import LibraryEngine


def library() -> Engine:
    """The nearest drawing of the line-art library."""
    return LibraryEngine()
