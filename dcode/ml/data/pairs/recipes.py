"""The algorithms of a dataset, and each one's options: a program for every row of the table.

The values are those of the original's two converters (src/dcode/converter.py in both its versions: wander and pulse in
the earlier, trace in the later). Its trace has a `density` and a `fill`, which scans rows and columns: here that is
`fill_spacing` and a crosshatch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dcode.errors import ConfigError
from dcode.geometry.strokes.options import read_options
from dcode.geometry.strokes.registry import Algorithm, algorithm

Option = float | int | bool | str

PERMUTATIONS: Final[Mapping[str, Sequence[Mapping[str, Option]]]] = {
    "spiral": (
        {"step_size": 1.5, "to_corners": False},
        {"step_size": 2.5, "to_corners": False},
        {"step_size": 3.5, "to_corners": True},
    ),
    "crosshatch": (
        {"angle": 30, "step_size": 2.0, "passes": 3},
        {"angle": 45, "step_size": 1.5, "passes": 4},
        {"angle": 60, "step_size": 2.5, "passes": 5},
    ),
    "pulse": (
        {"step_size": 2.0, "amplitude": 4.0},
        {"step_size": 3.0, "amplitude": 6.0},
        {"step_size": 4.0, "amplitude": 8.0},
    ),
    "squares": (
        {"box_size": 6.0, "cutoff": 100},
        {"box_size": 8.0, "cutoff": 128},
        {"box_size": 10.0, "cutoff": 150},
    ),
    "wander": (
        {"step_size": 0.8, "turns": 8000},
        {"step_size": 1.2, "turns": 5000},
    ),
    "trace": (
        {"threshold": 100, "fill_spacing": 1.5, "fill": "none"},
        {"threshold": 128, "fill_spacing": 2.0, "fill": "none"},
        {"threshold": 150, "fill_spacing": 2.5, "fill": "crosshatch"},
    ),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """One program of a picture. `name` ends its files' names: the algorithm and the place in its row."""

    name: str
    algorithm: str
    options: tuple[tuple[str, Option], ...]

    def read(self) -> tuple[Algorithm, Any]:
        """The algorithm, and its options as it takes them. Raises ConfigError."""
        chosen = algorithm(self.algorithm)
        return chosen, read_options(chosen.options, {name: str(value) for name, value in self.options})


def recipes(algorithms: Sequence[str] = ()) -> tuple[Recipe, ...]:
    """Those of some algorithms, of all in the table for none; one that is not in it has its own defaults.

    Raises ConfigError for a name that is no algorithm's.
    """
    found = list[Recipe]()
    for name in dict.fromkeys(algorithms or PERMUTATIONS):
        for place, options in enumerate(PERMUTATIONS.get(name, ({},))):
            found.append(Recipe(f"{name}_{place}", name, tuple(options.items())))
            try:
                found[-1].read()
            except ConfigError as error:
                error.message = error.message.replace("key algorithm: ", "--algorithms: ", 1)
                raise
    return tuple(found)
