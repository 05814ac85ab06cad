"""S1 to S3: SVG read, ordered and written.

S1  read in at most 1/5 of vpype's time (scribble 1/3), curves within 0.05 mm, icons with 1/4 of its points
S2  dcode optimize hatch.svg -o x.gcode: at most 0.2 of the wall time of vpype read linemerge linesort write, 150 MB
S3  reference drawings: of the ink of dcode's and of a renderer's at least 0.98 is in both
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from dcode.geometry.lines import Lines
from dcode.geometry.svg_import.read import LayersFrom, read_svg
from scripts.bench.geometry_anchor import INSTALL
from scripts.bench.geometry_rows import Row, Untold, in_turns, timed
from scripts.bench.geometry_setting import Setting

ROOT = Path(__file__).resolve().parents[2]
DCODE = [sys.executable, "-c", "from dcode.cli.main import main; main()"]
ROUNDING_MM = 0.0005  # so far are vpype's points beside straight lines of the file
COVERAGE = "tests/unit/geometry/test_svg_coverage.py"

Rows = Iterator[Row | Untold]


def reading(setting: Setting) -> Rows:
    """S1."""
    if (vpype := setting.vpype) is None:
        yield Untold("S1", INSTALL)
        return
    for kind, path in setting.svgs.items():
        ours = timed(lambda path=path: _strokes(path))  # type: ignore[misc]
        theirs = lambda path=path: vpype.read(path)  # noqa: E731
        done = in_turns({"theirs": theirs, "ours": ours}, setting.rounds)
        times = done["ours"].seconds, done["theirs"].seconds
        yield Row("S1", f"{kind}, read: time", "s", *times, at_most=1 / 3 if kind == "scribble" else 1 / 5)
        points, most = len(done["ours"].result.points), len(done["theirs"].result.points)
        yield Row("S1", f"{kind}, read: points", "points", points, most, at_most=1 / 4 if kind == "icons" else None)
        apart = farthest(_strokes(path, uncut=True), vpype.read(path, uncut=True).result)
        if apart is None:
            yield Untold("S1", f"{kind}: vpype has other strokes, no distance can be told")
        else:
            yield Row("S1", f"{kind}, read: Hausdorff distance", "mm", apart, at_most=0.05 + ROUNDING_MM)


def _strokes(path: Path, *, uncut: bool = False) -> Lines:
    drawing = read_svg(path.read_bytes(), layers_from=LayersFrom.NOTHING, crop_to_page=not uncut).drawing
    return Lines.joined(layer.lines for layer in drawing.layers)


def farthest(ours: Lines, theirs: Lines) -> float | None:
    """The largest of the strokes' Hausdorff distances, by the points of both; None if they are not the same strokes."""
    import shapely

    if len(ours) != len(theirs) or (ours.counts < 2).any() or (theirs.counts < 2).any():
        return None
    one, other = (shapely.linestrings(lines.points, indices=_owner(lines)) for lines in (ours, theirs))
    return float(shapely.hausdorff_distance(one, other).max())


def _owner(lines: Lines) -> list[int]:
    return [index for index, count in enumerate(lines.counts.tolist()) for _ in range(count)]


def pipeline(setting: Setting) -> Rows:
    """S2, whole commands."""
    if (vpype := setting.vpype) is None:
        yield Untold("S2", INSTALL)
        return
    for kind in [kind for kind in ("hatch", "scribble", "icons", "stipple") if kind in setting.svgs]:
        path = str(setting.svgs[kind])
        with TemporaryDirectory() as folder:
            to = str(Path(folder, "x.gcode")), str(Path(folder, "x.svg"))
            theirs = [vpype.python, "-m", "vpype_cli", "read", path, "linemerge", "linesort", "write", to[1]]
            found = _commands(
                {"ours": [*DCODE, "optimize", path, "-o", to[0]], "theirs": theirs}, folder, setting.rounds
            )
        goals = (0.2, 150.0) if kind == "hatch" else (None, None)
        yield Row("S2", f"{kind}, svg to gcode: wall time", "s", *found["wall"], at_most=goals[0])
        yield Row("S2", f"{kind}, svg to gcode: CPU time", "s", *found["cpu"])
        yield Row("S2", f"{kind}, svg to gcode: peak memory", "MB", *found["peak_mb"], at_most=goals[1], itself=True)


def _commands(commands: dict[str, list[str]], folder: str, rounds: int) -> dict[str, tuple[float, float]]:
    """Medians by figure, ours and theirs; the commands take turns. dcode finds no settings but its own.

    What is installed has been compiled: a first round, which does not count, sees to that.
    """
    environment = os.environ | dict.fromkeys(("DCODE_STATE_DIR", "DCODE_CONFIG_DIR"), folder)
    environment["PYTHONPYCACHEPREFIX"] = str(Path(folder, "compiled"))
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    told = dict[str, list[dict[str, float]]]()
    for _ in range(rounds + 1):
        for who, command in commands.items():
            line = [sys.executable, str(Path(__file__).with_name("geometry_command.py")), *command]
            done = subprocess.run(line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
            told.setdefault(who, []).append(json.loads(done.stdout))
    return {
        figure: (median(one[figure] for one in told["ours"][1:]), median(one[figure] for one in told["theirs"][1:]))
        for figure in ("wall", "cpu", "peak_mb")
    }


def coverage(setting: Setting) -> Rows:
    """S3, by its tests."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", COVERAGE]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    counts = {word: int(count) for count, word in re.findall(r"(\d+) (passed|failed|skipped|error)", told)}
    compared = counts.get("passed", 0) + counts.get("failed", 0) + counts.get("error", 0)
    if not compared:
        yield Untold("S3", f"it needs pytest and rsvg-convert (pytest {COVERAGE})")
        return
    share = counts.get("passed", 0) / compared
    yield Row("S3", f"{compared} drawings: share with IoU 0.98", "of 1", share, at_least=1)
