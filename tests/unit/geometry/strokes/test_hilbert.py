from __future__ import annotations

import numpy as np
import pytest
import shapely

from dcode.errors import DrawingError
from dcode.geometry.bounds import Bounds
from dcode.geometry.crop import crop
from dcode.geometry.strokes.filling import Curve
from dcode.geometry.strokes.hilbert import Options, convert
from tests.unit.geometry.strokes.ink import covered, patches, picture, wedge

TONES = [0.15, 0.3, 0.45, 0.6, 0.8, 1.0]


def clouds(height, width):
    """Tones of all kinds, some in soft shapes and some in a hard one."""
    row, column = np.mgrid[:height, :width]
    soft = 0.5 + 0.5 * np.sin(column / 9.0) * np.cos(row / 7.0)
    return np.where((row > height / 2) & (column > width / 2), (row // 8 + column // 8) % 2, soft)


@pytest.mark.parametrize("curve", Curve)
@pytest.mark.parametrize(("height", "width"), [(64, 64), (90, 64), (40, 140), (33, 100), (200, 20)])
def test_it_is_one_line_that_never_crosses_itself_and_reaches_all_parts_of_the_sheet(curve, height, width):
    steps = picture(clouds(height, width))
    lines = convert(steps, Options(curve=curve, pen=1.0, coarsest=8))
    assert len(lines) == 1
    assert shapely.LineString(lines[0]).is_simple
    assert steps.frame.holds(lines.bounds)
    # The centres of cells of at most 8 mm: no place is further from the line than such a cell is large.
    places = shapely.points(steps.to_paper(*np.mgrid[0 : height + 1 : 4, 0 : width + 1 : 4].reshape(2, -1)))
    assert shapely.distance(places, shapely.LineString(lines[0])).max() < 8


@pytest.mark.parametrize("curve", Curve)
def test_black_is_a_whole_curve_through_every_cell_of_one_size(curve):
    side = 32 if curve is Curve.HILBERT else 27
    (line,) = convert(picture(np.ones((side, side))), Options(curve=curve, pen=1.0))
    steps = np.abs(np.diff(line, axis=0))
    assert (steps.min(axis=1) == 0).all()  # along the grid
    assert steps.sum() == pytest.approx(side * side - 1)


@pytest.mark.parametrize("curve", Curve)
def test_each_step_of_a_wedge_comes_out_as_dark_as_it_is(curve):
    steps = wedge(TONES, 36)
    lines = convert(steps, Options(curve=curve, pen=1.0))
    drawn = [covered(crop(lines, patch.inset(-2)), 1.0, patch) for patch in patches(steps, len(TONES), 4)]
    # Between two sizes of Peano's cells, of which one is nine times the other, a patch this small is a coarse sample.
    assert drawn == pytest.approx(TONES, abs=0.06 if curve is Curve.HILBERT else 0.1)


@pytest.mark.parametrize("tone", [0.2, 0.5, 0.7])
def test_the_mean_tone_is_right_to_a_few_percent_where_there_is_room(tone):
    even = picture(np.full((72, 72), tone))
    assert covered(convert(even, Options(pen=1.0)), 1.0, even.frame) == pytest.approx(tone, abs=0.03)


@pytest.mark.parametrize("curve", Curve)
def test_a_small_black_shape_on_white_is_drawn_whole(curve):
    tones = np.zeros((100, 100))
    tones[61:73, 17:33] = 1.0
    shape = Bounds(-33, -17, -11, -23)
    lines = convert(picture(tones), Options(curve=curve, pen=1.0))
    assert covered(lines, 1.0, shape) > (0.8 if curve is Curve.HILBERT else 0.65)
    assert lines.lengths.sum() < 6 * 12 * 16  # of the rest there is little more than the way there


def test_white_has_cells_of_about_the_coarsest_size():
    lines = convert(picture(np.zeros((256, 256))), Options(coarsest=20))
    assert 10 <= np.hypot(*np.diff(lines[0], axis=0).T).min() <= 20


def test_a_pen_too_fine_for_the_sheet_is_refused():
    with pytest.raises(DrawingError, match="choose a wider one"):
        convert(picture(np.ones((8, 8)), pixel_mm=200.0), Options(pen=0.1))


def test_a_picture_of_one_pixel_and_a_pen_as_wide_as_the_sheet_is_a_point():
    lines = convert(picture(np.ones((1, 1)), pixel_mm=0.5), Options(pen=5.0))
    assert lines.points.tolist() == [[0.0, 0.0]]
