"""Drawings in, short paths out, honest times: dcode against the goals, the anchor in the same run.

    O1 fast order, O2 default order, O3 against two-opt, O4 best order, O5 seams and plot time, O6 200,000 strokes,
    P4 writing, S1 reading SVG, S2 whole command, S3 ink coverage, T1 T2 centreline, C1 algorithms, E1 estimate

python scripts/bench geometry [--only O1,S1] [--drawings FOLDER | --seed N] [--vpype PYTHON] [--rounds N] [--json]

What each goal says is at the top of the geometry_*.py that measures it. A ratio is dcode's figure to the anchor's. The
anchor is vpype 1.15, which may have a Python of its own: its work is timed there, in turns with dcode's here, in CPU
seconds of its process (S2: wall). Medians of five rounds; vpype's --two-opt and the best order, which take minutes, are
measured once.
Without --drawings (hatch*.svg, stipple*.svg, scribble*.svg, icons*.svg, photo*.png, lines*.png, million.gcode*), seeded
ones of the same kinds. Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.bench import (  # noqa: E402
    geometry_images,
    geometry_lines,
    geometry_order,
    geometry_scale,
    geometry_svg,
    geometry_times,
)
from scripts.bench.geometry_anchor import WANTED, Vpype  # noqa: E402
from scripts.bench.geometry_rows import Row, Untold, show  # noqa: E402
from scripts.bench.geometry_setting import KINDS, Setting, chosen  # noqa: E402

GOALS: Final[dict[str, Callable[[Setting], Iterable[Row | Untold]]]] = {
    "O1": geometry_order.fast,
    "O2": geometry_order.default,
    "O3": geometry_order.two_opt,
    "O4": geometry_order.best,
    "O5": geometry_order.seams,
    "O6": geometry_scale.many,
    "P4": geometry_scale.written,
    "S1": geometry_svg.reading,
    "S2": geometry_svg.pipeline,
    "S3": geometry_svg.coverage,
    "T1": geometry_lines.fast,
    "T2": geometry_lines.true,
    "C1": geometry_images.algorithms,
    "E1": geometry_times.planned,
}


def _several(names: Iterable[str]) -> Callable[[str], list[str]]:
    known = list(names)

    def read(text: str) -> list[str]:
        given = [name.strip() for name in text.split(",")]
        if unknown := [name for name in given if name not in known]:
            raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(known)}")
        return given

    return read


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=_several(GOALS), default=list(GOALS), metavar="ID,...", help="these goals")
    parser.add_argument("--kinds", type=_several(KINDS), default=list(KINDS), metavar="KIND,...", help="of drawings")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--drawings", type=Path, metavar="FOLDER", help="drawings instead of seeded ones")
    where.add_argument("--seed", type=int, default=11, help="of the seeded drawings [11]")
    parser.add_argument("--vpype", default=sys.executable, metavar="PYTHON", help="one that has vpype [this one]")
    parser.add_argument("--rounds", type=int, default=5, help="of each measurement [5]")
    parser.add_argument("--json", action="store_true", help="one object a line")
    return parser.parse_args()


def anchor(python: str) -> Vpype | None:
    try:
        vpype = Vpype(python)
    except (LookupError, OSError) as error:
        print(f"without an anchor: {error}", file=sys.stderr)
        return None
    if not vpype.version.startswith(WANTED):
        print(f"the goals are about vpype {WANTED}, this is {vpype.version}", file=sys.stderr)
    return vpype


def rows(setting: Setting, goals: list[str]) -> Iterator[Row | Untold]:
    for goal in goals:
        yield from GOALS[goal](setting)


def main() -> int:
    wanted = read_arguments()
    vpype = anchor(wanted.vpype)
    try:
        with chosen(wanted.drawings, wanted.seed, wanted.kinds, vpype, wanted.rounds) as setting:
            missed = show(rows(setting, wanted.only), as_json=wanted.json)
    except FileNotFoundError as error:
        sys.exit(f"nothing to measure: {error}")
    finally:
        if vpype is not None:
            vpype.close()
    if not wanted.json:
        print(f"{missed} missed, load {' '.join(f'{load:.1f}' for load in os.getloadavg())}")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
