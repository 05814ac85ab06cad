"""Strokes as a program in the language that the decoders learn (language.py), and how many tokens it takes.

The long form is the original exporter's, line by line. The short form says the same in two thirds of the tokens: one
decimal, a feed where it changes, no comments; the grammar of drawing knows both.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from dcode.errors import ConfigError
from dcode.gcode.write import shortest
from dcode.generation.engines import EXTRA
from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines, Points
from dcode.machine.machine import Machine
from dcode.machine.sheet import drawable
from dcode.ml.language import END, END_SAYS, HEADER, HOME_SAYS, LOWER, LOWER_SAYS, RAISE, RAISE_SAYS

# What a vocabulary that was trained on such programs has at least: letters, numbers of up to three digits, signs.
_PIECES: Final = re.compile(r"[A-Za-z]+|\d{1,3}|[^\w\s]|\n")
_MARKS: Final = 2  # the tokens that begin and end a program

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Form:
    """How a program is written; both are in the language."""

    decimals: int
    short: bool


LONG: Final = Form(2, short=False)
SHORT: Final = Form(1, short=True)


def sheet_of(machine: Machine, form: Form) -> Bounds:
    """What may be drawn on, its edges moved inwards to numbers that the form can write. Raises ConfigError."""
    area, steps = drawable(machine), 10**form.decimals
    left, bottom = (math.ceil(round(value * steps, 6)) / steps for value in (area.left, area.bottom))
    right, top = (math.floor(round(value * steps, 6)) / steps for value in (area.right, area.top))
    return Bounds(left, right, top, bottom)


def written(lines: Lines, machine: Machine, form: Form) -> str:
    """The program of strokes in mm. A stroke that is a dot at the form's decimals is left out."""
    pen = machine.pen
    travel, draw = f" F{pen.travel_speed:g}", f" F{pen.draw_speed:g}"
    said = ("", "", "") if form.short else (LOWER_SAYS, RAISE_SAYS, HOME_SAYS)
    parts = [HEADER.rstrip("\n"), ""]
    for line in lines:
        places = _places(line, form)
        if len(places) < 2:
            continue
        parts += [f"G0 {places[0]}{travel}", LOWER + said[0], f"G1 {places[1]}{draw}"]
        parts += [f"G1 {place}" if form.short else f"G1 {place}{draw}" for place in places[2:]]
        parts += [RAISE + said[1]] if form.short else [RAISE + said[1], ""]
    if not form.short:
        x, y = (shortest(value, form.decimals) for value in machine.home)
        parts += [f"G0 X{x} Y{y}{travel}{said[2]}", RAISE + said[1]]
    return "\n".join([*parts, END + END_SAYS])


def _places(line: Points, form: Form) -> list[str]:
    """The points of a stroke as words, without those that are where the one before is."""
    rounded = np.round(line, form.decimals) + 0.0  # no -0
    moved = np.ones(len(rounded), dtype=bool)
    moved[1:] = (np.diff(rounded, axis=0) != 0).any(axis=1)
    return [f"X{_number(x, form)} Y{_number(y, form)}" for x, y in rounded[moved].tolist()]


def _number(value: float, form: Form) -> str:
    return shortest(value, form.decimals) if form.short else f"{value:.{form.decimals}f}"


def estimated(text: str) -> int:
    """No fewer tokens than a vocabulary of 8,192 takes that was trained on such programs, both ends counted."""
    return len(_PIECES.findall(text)) + _MARKS


@cache
def count_of(tokenizer: str) -> Count:
    """What counts tokens: exactly, by the tokenizer in a model's folder; by an upper bound where none is given.

    Raises ConfigError, GenerationError for a tokenizer that cannot be read.
    """
    if not tokenizer:
        return estimated
    try:
        from dcode.ml.tokenizer import GcodeTokenizer
    except ImportError as error:
        raise ConfigError(f"{EXTRA}   installs what reads tokenizers.", key="--tokenizer") from error
    words = GcodeTokenizer.load(Path(tokenizer))
    return lambda text: len(words.encode(text)) + _MARKS
