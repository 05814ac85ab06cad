"""One picture to all its programs, each one checked against the machine. Nothing is written here."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from dcode.errors import DcodeError, DrawingError
from dcode.gcode.interpret import interpret
from dcode.gcode.reading import Reading
from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines
from dcode.geometry.strokes.picture import Colours, picture_of, read_picture
from dcode.machine.check import check
from dcode.machine.machine import Machine
from dcode.ml.data.pairs.budget import Budget, Fitted
from dcode.ml.data.pairs.program import LONG, SHORT, count_of, sheet_of, written
from dcode.ml.data.pairs.recipes import Recipe
from dcode.ml.language import LOWER

_SIDE: Final = 512  # pixels that the longer side of a picture has at most: what Stable Diffusion sees of it


@dataclass(frozen=True, slots=True)
class Settings:
    """What is made of every picture. `tokens`: what a program may take, counted by `tokenizer`; 0 for no bound."""

    machine: Machine
    recipes: tuple[Recipe, ...]
    tokens: int = 0
    tokenizer: str = ""

    @property
    def digest(self) -> str:
        """Tells settings apart by what they make."""
        same = (asdict(self.machine), self.recipes, self.tokens, _contents(self.tokenizer))
        return hashlib.sha256(repr(same).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Program:
    """One program. `coarser`: see budget.py; `tokens` 0 where nobody counted."""

    recipe: Recipe
    text: str
    tokens: int = 0
    coarser: float = 1.0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no program; no recipe where it is about the picture."""

    error: str
    recipe: Recipe | None = None


@dataclass(frozen=True, slots=True)
class Converted:
    """A picture as PNG, and what came of it."""

    picture: bytes
    programs: tuple[Program, ...]
    failed: tuple[Failure, ...]


def convert_file(path: Path, settings: Settings) -> Converted:
    """All programs of a picture. Never raises for what is in the file: what cannot be made is told in `failed`."""
    try:
        return convert(path.read_bytes(), settings)
    except OSError as error:
        return Converted(b"", (), (Failure(f"it cannot be read: {error.strerror or error}"),))
    except DcodeError as error:
        return Converted(b"", (), (Failure(error.message),))
    except Exception as error:  # the door: one bad picture never stops a run
        return Converted(b"", (), (Failure(f"{type(error).__name__}: {error}"),))


def convert(data: bytes, settings: Settings) -> Converted:
    """The same of a file's contents. Raises DrawingError for what is no picture."""
    colours = _small(data)
    programs, failed = list[Program](), list[Failure]()
    for recipe in settings.recipes:
        try:
            programs.append(_program(colours, recipe, settings))
        except DcodeError as error:
            failed.append(Failure(error.message, recipe))
        except Exception as error:  # the same door
            failed.append(Failure(f"{type(error).__name__}: {error}", recipe))
    if not programs and len({failure.error for failure in failed}) == 1:  # a blank one: no need to say it for each
        failed = [Failure(failed[0].error)]
    return Converted(_png(colours), tuple(programs), tuple(failed))


def _program(colours: Colours, recipe: Recipe, settings: Settings) -> Program:
    """Raises DrawingError for what draws nothing, does not fit the tokens or leaves the limits."""
    form = SHORT if settings.tokens else LONG
    machine, sheet = settings.machine, sheet_of(settings.machine, form)
    draw = _drawing(colours, recipe, sheet)

    def write(lines: Lines) -> str:
        return written(lines, machine, form)

    if settings.tokens:
        found = Budget(draw, write, count_of(settings.tokenizer), settings.tokens, machine.home).fitted()
    else:
        found = Fitted(write(draw(1.0)), 0, 1.0)
    _refuse_unsafe(found.text, settings)
    return Program(recipe, found.text, found.tokens, found.coarser)


def _drawing(colours: Colours, recipe: Recipe, sheet: Bounds) -> Callable[[float], Lines]:
    """What draws a picture for a sheet so many times smaller, and enlarges that; nothing leaves the sheet."""
    chosen, options = recipe.read()
    (x, y), width, height = sheet.centre, sheet.width, sheet.height
    low, high = (sheet.left, sheet.bottom), (sheet.right, sheet.top)

    def draw(coarser: float) -> Lines:
        across, up = width / coarser / 2, height / coarser / 2
        lines = chosen.convert(picture_of(colours, Bounds(x - across, x + across, y + up, y - up)), options)
        return Lines(np.clip((lines.points - (x, y)) * coarser + (x, y), low, high), lines.starts)

    return draw


def _contents(tokenizer: str) -> str:
    """What is in the files of a tokenizer's folder: one that was trained anew counts otherwise."""
    files = sorted(Path(tokenizer).rglob("tokenizer.json")) if tokenizer else []
    return " ".join(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)


def _refuse_unsafe(text: str, settings: Settings) -> None:
    """Raises DrawingError for a program that draws nothing, or that the machine must not run."""
    if LOWER not in text:
        raise DrawingError("there is nothing to draw in it")
    machine = settings.machine
    # With the pen's angles as the language has them: the machine's own are put in when it is drawn.
    reading = Reading(home=machine.home, travel_feed=machine.pen.travel_speed, draw_feed=machine.pen.draw_speed)
    report = check(interpret(text.encode("ascii"), reading), machine)
    if not report.ok:
        raise DrawingError(f"the machine must not draw it: {report.violations[0].message}")


def _small(data: bytes) -> Colours:
    """The pixels of a picture, on white, no more than are looked at. Raises DrawingError."""
    colours = read_picture(data, Bounds(0.0, 1.0, 1.0, 0.0)).colours
    assert colours is not None
    image = Image.fromarray(colours)
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    return np.asarray(image, dtype=np.uint8)


def _png(colours: Colours) -> bytes:
    file = io.BytesIO()
    Image.fromarray(colours).save(file, "PNG", compress_level=6)
    return file.getvalue()
