"""C1: pictures made into strokes, on the whole A0 sheet.

C1  every algorithm takes at most 0.5 s of CPU (stipple and tsp 5 s), and makes no point that the check refuses;
    crosshatch at most 1/8 of upstream's time and 1/40 of its points, and the ink of both the same: of what either
    covers, both cover at least 0.98 (S3's measure of the same ink)
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dcode.gcode.interpret import Program
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.lines import Lines, Mask, Points
from dcode.geometry.strokes.crosshatch import Options as Crosshatch
from dcode.geometry.strokes.picture import Picture, darkness_of, read_picture
from dcode.geometry.strokes.registry import ALGORITHMS, algorithm
from dcode.machine.check import check
from dcode.machine.drawing_motion import motion_of
from dcode.machine.preview.coverage import View, coverage
from dcode.machine.sheet import drawable
from scripts.bench.geometry_rows import Row, in_turns, timed
from scripts.bench.geometry_setting import Setting

LONG = {"stipple": 5.0, "tsp": 5.0}
# What the dataset's own crosshatch took and made of photo1024.png on A0: CPU seconds of the machine of those figures.
UPSTREAM = {"photo1024": (3.13, 387_638)}
FINE_MM = 0.25  # pixels in which ink is compared


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
        if name == "crosshatch":
            yield from same_ink(picture, options, lines)
        motion = motion_of(Drawing((Layer(lines),)), machine)
        report = check(Program(motion, [], len(motion)), machine)
        yield Row("C1", f"{name}: refused", "points", report.violations_total, at_most=0)


def same_ink(picture: Picture, options: Crosshatch, ours: Lines) -> Iterator[Row]:
    """The strokes beside those of a converter that looks at the picture as the original does."""
    theirs = looked_at(picture, options)
    view, width = View.of(picture.frame, FINE_MM), Layer(ours).width_mm
    one, other = (coverage(lines, view, width) for lines in (ours, theirs))
    shared = float(np.minimum(one, other).sum() / np.maximum(one, other).sum())
    yield Row("C1", "crosshatch, as the original: ink in both", "of either", shared, at_least=0.98)
    yield Row("C1", "crosshatch, as the original: ink", "mm", ours.lengths.sum(), theirs.lengths.sum())
    yield Row("C1", "crosshatch, as the original: points", "points", len(ours.points), len(theirs.points))


def looked_at(picture: Picture, options: Crosshatch) -> Lines:
    """Crosshatch place by place: every `step_size` along each line a look at the pixel that is there.

    Where this is darker than the layer's level there is a point of a stroke, and where it is not, or the line leaves
    the picture, the stroke ends.
    """
    frame, step = picture.frame, options.step_size
    x, y = frame.centre
    far = np.arange(0.0, 2 * np.hypot(frame.width, frame.height), step) - np.hypot(frame.width, frame.height)
    strokes = []
    for number in range(options.passes):
        turn = np.radians(options.angle + 180 * number / options.passes)
        level = 255 * (number + 1) / (options.passes + 1)
        for aside in far:
            points = np.column_stack(
                [x + aside * np.cos(turn) + far * np.sin(turn), y + aside * np.sin(turn) - far * np.cos(turn)]
            )
            strokes += _runs(points, _dark(picture, points, level))
    return Lines.of(strokes)


def _dark(picture: Picture, points: Points, level: float) -> Mask:
    frame, (rows, columns) = picture.frame, picture.darkness.shape
    column = np.floor((points[:, 0] - frame.left) / picture.pixel_mm).astype(int)
    row = np.floor((frame.top - points[:, 1]) / picture.pixel_mm).astype(int)
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    tones = picture.darkness[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)]
    return np.asarray(inside & (tones > darkness_of(level)))


def _runs(points: Points, drawn: Mask) -> list[Points]:
    """The points that are drawn, parted where some are not; a single one draws nothing."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], drawn, [False]])))
    return [points[begin:end] for begin, end in edges.reshape(-1, 2) if end - begin > 1]
