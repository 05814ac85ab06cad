"""Options of the algorithms for pictures in words, as `dcode convert --list --json` tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def value_words(value: object) -> str:
    """A value as a person types it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:g}" if isinstance(value, float) and not value.is_integer() else f"{value:.0f}"
    return str(value)


def range_words(option: Mapping[str, Any]) -> str:
    """What it can be: from where to where, or which words; nothing for what is yes or no."""
    low, high = option["low"], option["high"]
    if low is None and high is None:
        return "|".join(option["choices"])
    ends = [f"from {value_words(low)}"] * (low is not None) + [f"to {value_words(high)}"] * (high is not None)
    return " ".join(ends)
