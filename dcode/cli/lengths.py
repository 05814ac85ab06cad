"""Lengths as people type them: 10, 10mm, 2.5cm, 3m."""

from __future__ import annotations

import math
import re
from typing import Any, Final

import click

_MM: Final = {"": 1.0, "mm": 1.0, "cm": 10.0, "m": 1000.0}
_LENGTH: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(mm|cm|m|)")


def millimetres(text: str) -> float | None:
    """mm; None for what is no length."""
    found = _LENGTH.fullmatch(text.strip().lower())
    return float(found[1]) * _MM[found[2]] if found else None


def offset(text: str) -> tuple[float, float] | None:
    """mm to the right and up, as in "0.4 -0.2"; None for what is no such pair."""
    try:
        dx, dy = (float(part) for part in text.replace(",", " ").split())
    except ValueError:
        return None
    return (dx, dy) if math.isfinite(dx) and math.isfinite(dy) else None


class Length(click.ParamType[float]):
    """A length on the command line, in mm where no unit is said."""

    name = "length"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        mm = float(value) if isinstance(value, float | int) else millimetres(str(value))
        if mm is None:
            self.fail(f"{value!r} is not a length such as 10, 10mm or 3m.", param, ctx)
        return mm


LENGTH: Final = Length()
