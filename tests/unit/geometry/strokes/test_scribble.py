from __future__ import annotations

import numpy as np
import pytest
import shapely

from dcode.geometry.strokes.darkest import Darkest
from dcode.geometry.strokes.kernels import kernel
from dcode.geometry.strokes.scribble import Options, convert
from tests.unit.geometry.strokes.ink import covered, patches, picture, wedge

TONES = [0.1, 0.25, 0.4, 0.6, 0.8, 1.0]


def compiled() -> bool:
    try:
        kernel("darkest", "compiled")
    except ImportError:
        return False
    return True


@pytest.mark.parametrize(("pen", "size"), [(0.5, 20), (1.0, 32)])
def test_each_step_of_a_wedge_comes_out_as_dark_as_it_is(pen, size):
    steps = wedge(TONES, size)
    lines = convert(steps, Options(pen=pen, error=0))
    drawn = [covered(lines, pen, patch) for patch in patches(steps, len(TONES), 4)]
    assert drawn == pytest.approx(TONES, abs=0.07)


def test_it_begins_where_it_is_darkest():
    lines = convert(wedge([0.3, 0.5, 0.9, 0.6], 24), Options())
    assert (lines[0][0] > (0, -12)).all() and (lines[0][0] < (24, 12)).all()


def test_pieces_are_neither_shorter_nor_longer_than_wanted():
    lines = convert(picture(np.full((60, 60), 0.7)), Options(shortest=3, longest=9))
    pieces = np.concatenate([np.hypot(*np.diff(line, axis=0).T) for line in lines])
    # Counted in whole cells, of a 64th of the sheet.
    assert pieces.min() >= 3 - 0.5 and pieces.max() <= 9 + 0.5


def test_it_ends_at_the_count_of_strokes_and_each_has_no_more_pieces_than_wanted():
    lines = convert(picture(np.full((60, 60), 0.7)), Options(strokes=7, pieces=4))
    assert len(lines) == 7
    assert lines.counts.max() == 5


def test_it_ends_when_the_tone_is_near_enough():
    steps = picture(np.full((60, 60), 0.5))
    rough, fine = (convert(steps, Options(error=error, pen=1.0)) for error in (0.5, 0.1))
    # Half the tone is as much ink, if little of it lies on ink.
    assert covered(rough, 1.0, steps.frame) == pytest.approx(0.25, abs=0.04)
    assert covered(fine, 1.0, steps.frame) == pytest.approx(0.45, abs=0.04)


def test_white_stays_white_even_between_dark_places():
    assert len(convert(picture(np.zeros((40, 40))), Options())) == 0
    steps = wedge([1.0, 0.0, 1.0], 24)
    gap = shapely.box(-10, -12, 10, 12)
    assert shapely.MultiLineString(list(convert(steps, Options()))).intersection(gap).length < 1


def test_the_seed_alone_changes_the_drawing():
    steps = wedge(TONES, 16)
    one, again, other = (convert(steps, Options(seed=seed)).points.tobytes() for seed in (1, 1, 2))
    assert one == again != other


def darkest(worth: list[float], columns: int, rows: int, strokes: int = 50) -> Darkest:
    """The plain kernel: blocks of 8 cells, 8 directions, pieces of 2 to 5 cells of a pen half a cell wide."""
    angles = np.arange(8) * (np.pi / 4)
    blocks = (rows // 8, columns // 8)
    return Darkest(
        list(worth),
        [0.0] * (rows * columns),
        [0.0] * (blocks[0] * blocks[1]),
        [0] * blocks[0],
        [0] * blocks[0],
        np.round(np.cos(angles), 12).tolist(),
        np.round(np.sin(angles), 12).tolist(),
        [columns, rows, 3, 8, 2, 5, strokes, 20],
        [0.5, 0.0, 0.02, 0.5, 0.5],
        [0.0] * 5_000,
        [0.0] * 5_000,
        [0] * (strokes + 1),
        1,
    )


@pytest.mark.parametrize(
    ("x", "y", "step", "cells"),
    [
        (8.5, 4.5, (1.0, 0.0), 5),
        (20.5, 4.5, (1.0, 0.0), 3),
        (20.0, 4.5, (1.0, 0.0), 4),  # up to the edge itself
        (22.5, 4.5, (1.0, 0.0), 0),  # one cell is too short
        (2.25, 4.5, (-1.0, 0.0), 2),
        (24.0, 12.5, (0.0, 1.0), 3),
        (24.0, 16.0, (0.0, -1.0), 5),
        (1.0, 1.0, (-0.6, -0.8), 0),
        (2.0, 2.5, (-0.6, -0.8), 3),
    ],
)
def test_a_piece_reaches_as_far_as_the_picture_does(x, y, step, cells):
    assert darkest([1.0] * 384, 24, 16).reach(x, y, *step) == cells


def test_what_is_left_of_each_block_is_what_is_left_of_its_cells():
    worth = np.random.Generator(np.random.PCG64(7)).random((16, 24))
    plain = darkest(worth.ravel().tolist(), 24, 16)
    assert plain.draw() > 5
    left = (worth.ravel() - plain.covered).reshape(2, 8, 3, 8).sum(axis=(1, 3))
    assert plain.sums == pytest.approx(left.ravel().tolist())
    assert plain.off == pytest.approx(np.abs(left).sum())


def test_along_the_far_edges_the_cells_inside_them_count():
    worth = np.zeros((16, 24))
    worth[-1] = worth[:, -1] = 1.0
    plain = darkest(worth.ravel().tolist(), 24, 16)
    plain.measure()
    along = [plain.look(24.0, 8.0), plain.look(12.0, 16.0)]
    assert along[0] > 0 and along[1] > 0
    assert (plain.best_x, plain.best_y) in {(7.0, 16.0), (17.0, 16.0)}


@pytest.mark.skipif(not compiled(), reason="the kernel is not compiled here")
@pytest.mark.parametrize("size", [24, 19])
def test_compiled_and_plain_strokes_are_the_same(size):
    steps = wedge(TONES, size)
    one, other = (convert(steps, Options(directions=7), way) for way in ("compiled", "plain"))
    assert len(one) > 10
    assert np.array_equal(one.points, other.points) and np.array_equal(one.starts, other.starts)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (7, 90), (41, 29)])
def test_no_point_is_outside_the_frame(height, width):
    steps = picture(np.ones((height, width)), pixel_mm=0.7)
    lines = convert(steps, Options(pen=0.6, shortest=0.5))
    assert lines.bounds is None or steps.frame.holds(lines.bounds)
    assert len(lines) > 0 or height == 1
