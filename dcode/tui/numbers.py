"""Numbers as people type them. Pure."""

from __future__ import annotations

import math
from typing import Final

_NEARLY: Final = 1e-9  # what is lost when decimal fractions are worked with
_FINEST: Final = 0.01


def number(text: str) -> float | None:
    """A finite number, with a point or a comma; None for anything else."""
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def millimetres(text: str) -> float | None:
    """A length, not below 0."""
    found = number(text)
    return found if found is not None and found >= 0 else None


def stepped(value: float, by: int, low: float, high: float, *, whole: bool = False) -> float:
    """The next round number up (`by` 1) or down (-1), as on a dial: ... 0.9, 1, 2, ... 9, 10, 20 ...; it stops at the
    ends. Where 0 is among the numbers it is come to in hundredths.
    """
    size = abs(value) or 0.1
    step: float = 10.0 ** math.floor(math.log10(size) + _NEARLY)
    if value * by < 0 and size < step * (1 + _NEARLY):  # from 1 down to 0.9
        step /= 10
    least = 1.0 if whole else _FINEST if low <= 0 <= high else 0.0
    step = max(step, least)
    steps = math.floor(value / step + _NEARLY) + 1 if by > 0 else math.ceil(value / step - _NEARLY) - 1
    return min(max(round(steps * step, 12), low), high) + 0.0
