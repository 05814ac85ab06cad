"""The file that a command is given: its bytes, or one sentence about why not."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from shlex import quote
from typing import Any, Final

import click

from dcode.cli.exit_codes import ExitCode
from dcode.client.recognise import Kind, foreign, recognise

STANDARD_INPUT: Final = "-"


@dataclass(frozen=True, slots=True)
class Made:
    """How artwork became a program. Lengths in mm; pen-up ways are those between strokes."""

    input: str
    optimize: str
    seed: int
    stopped: bool  # before the search for an order was over
    strokes_before: int
    strokes: int
    points_before: int
    points: int
    pen_up_mm_before: float
    pen_up_mm: float
    lower_bound_mm: float | None  # of any order; None where none was looked for, or found
    draw_mm: float
    lifts_before: int
    lifts: int
    seconds_before: float
    seconds: float
    pens: int
    layers: tuple[dict[str, Any], ...]  # name, colour and pen of each
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was read, once: it may change while it is plotted. `made` is set for G-code that was made here."""

    path: str
    name: str
    data: bytes
    kind: Kind = Kind.GCODE
    made: Made | None = None

    @property
    def lines(self) -> int:
        """How many lines it has; the last one may lack its end."""
        return self.data.count(b"\n") + (not self.data.endswith(b"\n") if self.data else 0)

    @property
    def strokes(self) -> int | None:
        """How many strokes it has, of artwork that was made into a program; None for a program that was given."""
        return self.made.strokes if self.made else None

    @property
    def quoted(self) -> str:
        """The path as one would type it in a shell."""
        return quote(self.path)


class Unusable(click.ClickException):
    """A file that cannot be used, in one sentence."""

    exit_code = ExitCode.USAGE


def source_argument(function: Any) -> Any:
    """FILE, or - for standard input."""
    return click.argument("file", type=click.Path(allow_dash=True), metavar="FILE|-")(function)


def read_source(path: str, *, as_text: bool = False) -> Source:
    """The whole file, and what kind of drawing it is. Raises Unusable for what cannot be read or is none."""
    try:
        if path == STANDARD_INPUT:
            name, data = "standard input", sys.stdin.buffer.read()
        else:
            name, data = Path(path).name, Path(path).read_bytes()
    except IsADirectoryError as error:
        raise Unusable(f"{path} is a folder; a file is wanted.") from error
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from error
    if not data:
        raise Unusable(f"{name} is empty: there is nothing to draw in it.")
    kind = recognise(data, name, as_text=as_text)
    if kind is Kind.FOREIGN:
        raise Unusable(f"{name} is {foreign(data)}.")
    return Source(path, name, data, kind)
