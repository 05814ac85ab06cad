"""C1: pictures made into strokes, on the whole A0 sheet.

C1  every algorithm takes at most 0.5 s of CPU (stipple and tsp 5 s), and makes no point that the check refuses;
    crosshatch at most 1/8 of upstream's time and 1/40 of its points
"""

from __future__ import annotations

from collections.abc import Iterator

from dcode.gcode.interpret import Program
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.strokes.picture import read_picture
from dcode.geometry.strokes.registry import ALGORITHMS, algorithm
from dcode.machine.check import check
from dcode.machine.drawing_motion import motion_of
from dcode.machine.sheet import drawable
from scripts.bench.geometry_rows import Row, in_turns, timed
from scripts.bench.geometry_setting import Setting

LONG = {"stipple": 5.0, "tsp": 5.0}
# What the dataset's own crosshatch took and made of photo1024.png on A0: CPU seconds of the machine of those figures.
UPSTREAM = {"photo1024": (3.13, 387_638)}


def algorithms(setting: Setting) -> Iterator[Row]:
    machine = setting.machine
    picture = read_picture(setting.picture(), drawable(machine))
    for name in ALGORITHMS:
        chosen = algorithm(name)
        options = chosen.options()
        work = timed(lambda chosen=chosen, options=options: chosen.convert(picture, options))  # type: ignore[misc]
        done = in_turns({"": work}, setting.rounds)[""]
        lines, points = done.result, len(done.result.points)
        yield Row("C1", f"{name}: time", "CPU s", done.seconds, at_most=LONG.get(name, 0.5))
        yield Row("C1", f"{name}: strokes", "strokes", len(lines))
        yield Row("C1", f"{name}: points", "points", points)
        if name == "crosshatch" and setting.photo is not None and setting.photo.stem in UPSTREAM:
            seconds, most = UPSTREAM[setting.photo.stem]
            yield Row("C1", "crosshatch, upstream (constant): time", "CPU s", done.seconds, seconds, at_most=1 / 8)
            yield Row("C1", "crosshatch, upstream (constant): points", "points", points, most, at_most=1 / 40)
        motion = motion_of(Drawing((Layer(lines),)), machine)
        report = check(Program(motion, [], len(motion)), machine)
        yield Row("C1", f"{name}: refused", "points", report.violations_total, at_most=0)
