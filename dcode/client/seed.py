"""The seed of a drawing for which nobody chose one."""

from __future__ import annotations

from secrets import randbits
from typing import Final

_BITS: Final = 31  # short enough to be typed again


def some_seed() -> int:
    """Another one each time."""
    return randbits(_BITS)
