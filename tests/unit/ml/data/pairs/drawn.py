"""Pictures that the tests draw, and the settings that they are made into programs with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from dcode.geometry.bounds import Bounds
from dcode.machine.machine import Machine
from dcode.ml.data.pairs.convert import Converted, Settings
from dcode.ml.data.pairs.recipes import recipes

OWNERS = Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5))
# An origin outside the work area, and edges with more decimals than are written.
ODD = Machine(800.0, 800.0, Bounds(10.125, 99.99, -3.3333, -250.07), home=(50.0, -100.0))


def draw_shapes(path: Path, number: int = 0) -> Path:
    """A ring, a grey box and a black triangle, a little elsewhere for every number."""
    image = Image.new("RGB", (160, 120 + 7 * (number % 5)), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((20 + number % 9, 15, 90, 85), outline="black", width=5)
    draw.rectangle((70, 50, 140, 100), fill=(80, 80, 80))
    draw.polygon([(10, 110), (30, 70 - number % 7), (50, 112)], fill="black")
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
    return path


def draw_tones(path: Path) -> Path:
    """Soft hills of grey, all over the picture."""
    y, x = np.mgrid[0:90, 0:120] / 90
    tones = 127 + 120 * np.sin(7 * x + 3 * y) * np.cos(5 * y - x)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(tones.clip(0, 255).astype(np.uint8)).save(path)
    return path


def settings(*algorithms: str, tokens: int = 0, machine: Machine = OWNERS) -> Settings:
    return Settings(machine, recipes(algorithms), tokens)


def one_after_the_other(
    function: Callable[[Path], Converted], paths: Iterable[Path]
) -> Iterator[tuple[Path, Converted | None]]:
    """A mapper without processes."""
    return ((path, function(path)) for path in paths)
