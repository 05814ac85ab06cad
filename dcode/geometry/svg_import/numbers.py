"""Numbers, lengths and angles as SVG and CSS write them."""

from __future__ import annotations

import math
import re
from typing import Final

MM_PER_PX: Final = 25.4 / 96  # CSS Values and Units 4: 96 px are an inch
_PX: Final = {
    "": 1.0,
    "px": 1.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 96 / 25.4,
    "q": 96 / 101.6,
    "pt": 96 / 72,
    "pc": 16.0,
    "rem": 16.0,
}
# Atomic: a run of digits is one number and is never tried as two, which would take for ever on hostile ones.
NUMBER: Final = r"(?>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)"
_LENGTH: Final = re.compile(rf"\s*({NUMBER})\s*([a-zA-Z]*|%)\s*")
_NUMBERS: Final = re.compile(rf"{NUMBER}|[^\s,]")
_DEGREES: Final = {"": 1.0, "deg": 1.0, "rad": 180 / math.pi, "grad": 0.9, "turn": 360.0}


def length(text: str, hundred_percent: float = 0.0, font_size: float = 16.0) -> float:
    """A length in user units (px). Raises ValueError for what is none or has a unit that there is not."""
    try:
        return float(text)  # most of them
    except ValueError:
        pass
    match = _LENGTH.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:40]!r} is not a length")
    value, unit = float(match[1]), match[2].lower()
    if unit == "%":
        return value / 100 * hundred_percent
    if unit in ("em", "ex", "ch"):
        return value * font_size * (1.0 if unit == "em" else 0.5)
    if unit not in _PX:
        raise ValueError(f"{text[:40]!r} has a unit that is not known")
    return value * _PX[unit]


def angle(text: str) -> float:
    """An angle in degrees; a bare number is degrees. Raises ValueError for what is none."""
    match = _LENGTH.fullmatch(text)
    if match is None or match[2].lower() not in _DEGREES:
        raise ValueError(f"{text[:40]!r} is not an angle")
    return float(match[1]) * _DEGREES[match[2].lower()]


def numbers(text: str) -> list[float]:
    """Numbers between blanks and commas, or without anything where it is plain. Raises ValueError for anything else."""
    return [float(part) for part in _NUMBERS.findall(text)]
