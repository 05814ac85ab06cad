"""Sizes of paper by name."""

from __future__ import annotations

import re
from typing import Any, Final

import click

# ISO 216, and ANSI's letter; upright, mm.
PAPERS: Final = {
    "A0": (841.0, 1189.0),
    "A1": (594.0, 841.0),
    "A2": (420.0, 594.0),
    "A3": (297.0, 420.0),
    "A4": (210.0, 297.0),
    "A5": (148.0, 210.0),
    "A6": (105.0, 148.0),
    "LETTER": (215.9, 279.4),
}
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)[xX*](\d+(?:\.\d+)?)(?:\s*mm)?")
_MOST_MM: Final = 1e5


class PaperSize(click.ParamType[tuple[float, float]]):
    """A4, or 210x297: width and height in mm."""

    name = "A4|WxH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        if isinstance(value, tuple):
            return value
        text = str(value).strip()
        if text.upper() in PAPERS:
            return PAPERS[text.upper()]
        if found := _SIZE.fullmatch(text):
            width, height = float(found[1]), float(found[2])
            if 1 <= width <= _MOST_MM and 1 <= height <= _MOST_MM:
                return width, height
        names = ", ".join(PAPERS).replace("LETTER", "letter")
        return self.fail(f"{text!r} is no size: one of {names}, or width and height in mm, 200x150.", param, ctx)
