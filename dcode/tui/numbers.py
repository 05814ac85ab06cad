"""Numbers as people type them. Pure."""

from __future__ import annotations

import math


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
