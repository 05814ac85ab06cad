"""How fast a drawing of a million points is planned, and how true the estimate is (E1).

    E1  the planner takes at least 5 million points a second; what it says is at most 1 % from the simulated firmware

python scripts/bench/planner.py [--drawings FILE.svg ...] [--strokes 100] [--firmware grbl ...] [--all]

Speed: a seeded drawing of 5,000 wandering strokes of 200 points, one millimetre apart, and the ways between them;
median of five, in seconds of this process. Every profile cuts it into its own lines and blocks; `points` are those of
the drawing, `blocks` what was planned. Truth: the drawings given, else seeded ones of the same kinds, of each so many
strokes from its middle, played at the simulated firmware line by line (tests/protocol/played.py).
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from dcode.config.machine_file import load_machine  # noqa: E402
from dcode.config.paths import data_dir  # noqa: E402
from dcode.firmware.pacing import pace_of  # noqa: E402
from dcode.gcode.interpret import Program  # noqa: E402
from dcode.gcode.motion import Kind, Motion  # noqa: E402
from dcode.geometry.lines import Lines  # noqa: E402
from dcode.geometry.transform import Transform  # noqa: E402
from dcode.machine.check import check  # noqa: E402
from dcode.machine.fit import clip, fit  # noqa: E402
from dcode.machine.kernels import kernel  # noqa: E402
from dcode.machine.machine import Machine  # noqa: E402
from dcode.machine.pace import Pace  # noqa: E402
from dcode.machine.timing import estimate  # noqa: E402
from scripts.bench import drawings  # noqa: E402
from scripts.bench.geometry_rows import in_turns, timed  # noqa: E402
from tests.protocol.played import BOARDS, Played  # noqa: E402

GOAL = 5e6


def wandering(machine: Machine, scale: float = 1.0) -> Motion:
    """The drawing, on the whole work area times `scale`."""
    chance, area = np.random.Generator(np.random.PCG64(1)), machine.work_area
    low, high = np.array([area.left, area.bottom]), np.array([area.right, area.top])
    first = chance.uniform(low, high, (5000, 1, 2))
    heading = chance.uniform(0, 2 * math.pi, (5000, 1)) + np.cumsum(chance.normal(0, 0.2, (5000, 200)), axis=1)
    way = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], axis=2), axis=1)
    points = np.clip(np.concatenate([first, first, first + way, first + way[:, -1:]], axis=1), low, high)
    points[:, -1] = points[:, -2]
    kinds = [Kind.TRAVEL, Kind.PEN_DOWN, *[Kind.DRAW] * 200, Kind.PEN_UP]
    values = [1000.0, 0.0, *[500.0] * 200, 0.0]
    rows = 5000 * len(kinds)
    motion = Motion()
    motion.extend(
        {
            "kind": np.tile(np.array(kinds, np.uint8), 5000).tobytes(),
            "x": np.ascontiguousarray(points[:, :, 0] * scale).tobytes(),
            "y": np.ascontiguousarray(points[:, :, 1] * scale).tobytes(),
            "value": np.tile(np.array(values, np.float32), 5000).tobytes(),
            "line": np.arange(1, rows + 1, dtype=np.uint32).tobytes(),
        }
    )
    return motion


def rate(what: str, work: Callable[[], object], rows: int, rounds: int = 3) -> float:
    """Points a second, which are said as well."""
    seconds = in_turns({"": timed(work)}, rounds)[""].seconds
    print(f"{what:42} {seconds * 1e3:8.1f} ms  {rows / seconds / 1e6:8.2f} M points/s")
    return rows / seconds


def blocks_of(motion: Motion, pace: Pace) -> int:
    """About how many blocks are planned: the lines that the host makes of moves."""
    kind = np.frombuffer(motion.kind, np.uint8)
    across, upright = (np.diff(np.frombuffer(column), prepend=0.0) for column in (motion.x, motion.y))
    lengths = np.hypot(across, upright)
    pieces = np.where(kind == Kind.DRAW, pace.draw_piece, pace.travel_piece)
    whole = pieces <= 0
    return int(np.where(whole, lengths > 0, np.ceil(lengths / np.where(whole, 1.0, pieces))).sum())


def speed(machine: Machine, names: list[str], *, other: bool) -> None:
    inside, outside = wandering(machine), wandering(machine, 2.5)
    rows = len(inside)
    print(f"kernel: {kernel().way}")
    reached = rate("planner alone", lambda: estimate(inside, machine), rows, 5)
    for name in names:
        pace = pace_of(BOARDS[name].profile(), machine)
        blocks = blocks_of(inside, pace) / rows
        told = rate(f"estimate, {name}", lambda pace=pace: estimate(inside, machine, pace), rows, 5)  # type: ignore[misc]
        print(f"{'':42} {'':8}     {told * blocks / 1e6:8.2f} M blocks/s")
    print(f"E1, speed: {reached / 1e6:.1f} M points/s, goal {GOAL / 1e6:.0f}")
    if other:
        rate("check, all inside", lambda: check(Program(inside, [], rows), machine), rows)
        rate("check, most of it outside", lambda: check(Program(outside, [], rows), machine), rows)
        rate("fit", lambda: fit(outside, machine), rows, 1)
        rate("clip", lambda: clip(outside, machine), rows, 1)


def given(paths: list[Path]) -> Iterator[tuple[str, Lines]]:
    """The strokes of SVG files, in mm, y up, around the sheet's centre."""
    from dcode.geometry.svg_import.read import read_svg

    for path in paths:
        drawing = read_svg(path.read_bytes()).drawing
        yield path.stem, next(layer.lines for layer in drawing.layers if len(layer.lines.starts) > 1)


@dataclass(frozen=True)
class Compared:
    """Seconds of the same strokes: as the estimate says, and as they are played at a simulated firmware."""

    how: str
    firmware: str
    told: float
    played: float

    @property
    def off(self) -> float:
        """By which share the estimate is too long."""
        return self.told / self.played - 1


def compared(lines: Lines, strokes: int, machine: Machine, firmwares: Iterable[str]) -> Iterator[Compared]:
    """So many strokes from the middle, as usual and on an eager plotter, with each firmware."""
    eager = replace(machine, acceleration=1000.0, max_feed=9000.0)
    for how, plotter, draw, travel in (("usual", machine, 500.0, 1000.0), ("fast", eager, 3000.0, 6000.0)):
        motion = middle(lines, strokes, plotter, draw, travel)
        for name in firmwares:
            told = estimate(motion, plotter, pace_of(BOARDS[name].profile(), plotter)).elapsed[-1]
            yield Compared(how, name, told, Played(motion, plotter, BOARDS[name]).seconds)


def middle(lines: Lines, strokes: int, machine: Machine, draw: float, travel: float) -> Motion:
    """So many strokes from the middle, moved to the middle of the work area, at these feeds (mm/min)."""
    first = max(0, (len(lines) - strokes) // 2)
    part = lines.kept(np.arange(first, min(first + strokes, len(lines))))
    bounds, area = part.bounds, machine.work_area
    assert bounds is not None
    scale = min(1.0, min(area.width, area.height) / max(bounds.width, bounds.height))
    placed = Transform.scale(scale).after(Transform.shift(-bounds.centre[0], -bounds.centre[1])).lines(part)
    motion = Motion()
    for line in placed:
        points = line.tolist()
        motion.append(Kind.TRAVEL, *points[0], travel, 1)
        motion.append(Kind.PEN_DOWN, *points[0], 0.0, 1)
        for point in points[1:]:
            motion.append(Kind.DRAW, *point, draw, 1)
        motion.append(Kind.PEN_UP, *points[-1], 0.0, 1)
    return motion


def truth(machine: Machine, kinds: Iterator[tuple[str, Lines]], strokes: int, names: list[str]) -> None:
    worst = 0.0
    for kind, lines in kinds:
        for one in compared(lines, strokes, machine, names):
            worst = max(worst, abs(one.off))
            print(
                f"{kind:12} {one.how:6} {one.firmware:16} {one.played:10.2f} s played, {one.told:10.2f} told "
                f"{one.off:+8.2%}"
            )
    print(f"E1, truth: at most {worst:.2%} from the simulated firmware, goal 1 %")


def seeded(seed: int) -> Iterator[tuple[str, Lines]]:
    yield "scribble", Lines.of(drawings.scribble(seed))
    yield "stipple", Lines.of(drawings.stipple(seed))
    yield "hatch", Lines.of(drawings.hatch(seed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drawings", type=Path, nargs="+", help="SVG files instead of seeded drawings")
    parser.add_argument("--strokes", type=int, default=40, help="of each drawing that are played")
    parser.add_argument("--firmware", nargs="+", default=list(BOARDS), choices=list(BOARDS))
    parser.add_argument("--all", action="store_true", help="checking, fitting and clipping too")
    told = parser.parse_args()
    machine = load_machine(data_dir("configs") / "machine.json")
    speed(machine, told.firmware, other=told.all)
    kinds = given(told.drawings) if told.drawings else seeded(11)
    truth(machine, kinds, told.strokes, told.firmware)


if __name__ == "__main__":
    main()
