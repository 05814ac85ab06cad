"""Every algorithm that makes strokes of a picture, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final

from dcode.errors import ConfigError
from dcode.geometry.crop import crop
from dcode.geometry.lines import Lines
from dcode.geometry.strokes.options import read_options
from dcode.geometry.strokes.picture import Picture

ALGORITHMS: Final[Mapping[str, str]] = {
    "spiral": "one spiral, more of its turns drawn where the picture is darker; or one that trembles there",
    "crosshatch": "layers of parallel lines that cross, more of them where it is darker",
    "pulse": "rows that swing higher where it is darker",
    "squares": "a grid of concentric squares, larger where it is darker",
    "wander": "lines that wander about at random and stay where it is dark",
    "trace": "the outlines of what is dark, filled if wanted",
    "centreline": "one stroke along the middle of every line of a line drawing",
    "stipple": "dots, denser where it is darker (weighted Voronoi)",
    "hatch": "contours of equal tone, each level hatched denser than the last",
    "halftone": "a grid of dots or lines that grow with the tone",
    "tsp": "one line through every dot of a stipple",
    "flow": "evenly spaced lines along the picture's own directions",
    "hilbert": "one space-filling curve, finer where it is darker",
    "scribble": "strokes that run from dark to dark, as a hand sketches",
    "squiggle": "rows that tremble faster where it is darker",
}


@dataclass(frozen=True, slots=True)
class Algorithm:
    """`options` is the dataclass that `convert` takes."""

    name: str
    about: str
    options: type

    def convert(self, picture: Picture, options: Any) -> Lines:
        """The strokes of a picture in mm; no point is outside the picture's frame."""
        found: Lines = import_module(f"dcode.geometry.strokes.{self.name}").convert(picture, options)
        return crop(found, picture.frame)


def algorithm(name: str) -> Algorithm:
    """Raises ConfigError for a name that is none of them."""
    if name not in ALGORITHMS:
        near = get_close_matches(name, ALGORITHMS, n=1)
        problem = f"there is no algorithm {name!r}; there are {', '.join(ALGORITHMS)}."
        raise ConfigError(problem, key="algorithm", value=name, nearest=near[0] if near else "")
    return Algorithm(name, ALGORITHMS[name], import_module(f"dcode.geometry.strokes.{name}").Options)


def convert(picture: Picture, name: str, given: Mapping[str, str]) -> Lines:
    """The strokes of a picture by an algorithm with its options as texts. Raises ConfigError, DrawingError."""
    chosen = algorithm(name)
    return chosen.convert(picture, read_options(chosen.options, given))
