from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from dcode.errors import DrawingError
from dcode.geometry.strokes.around import Surroundings
from dcode.geometry.strokes.halftone import Options, Shape, convert
from dcode.geometry.strokes.marks import Fill
from dcode.geometry.strokes.options import read_options
from dcode.geometry.strokes.registry import algorithm
from dcode.geometry.strokes.screen import ordered
from tests.unit.geometry.strokes.ink import covered, patches, picture, wedge

TONES = [0.0, 0.04, 0.15, 0.3, 0.5, 0.7, 0.85, 1.0]
RAMP = picture(np.tile(np.linspace(0.0, 1.0, 60), (40, 1)))


@pytest.mark.parametrize(
    ("options", "off"),
    [
        (Options(cell=3, pen=0.5), 0.015),
        (Options(cell=3, pen=0.5, fill=Fill.RINGS, angle=15), 0.01),
        (Options(cell=2, pen=0.8, angle=0), 0.02),
        (Options(cell=3, pen=0.5, shape=Shape.DIAMONDS), 0.01),
        (Options(cell=3, pen=0.5, shape=Shape.DIAMONDS, fill=Fill.RINGS, angle=15), 0.01),
        (Options(cell=3, pen=0.5, shape=Shape.LINES), 0.01),
        (Options(cell=2.5, pen=0.3, shape=Shape.LINES, angle=80), 0.01),
    ],
)
def test_paper_is_as_dark_as_the_picture(options, off):
    """That is what is measured with the pen's width on paper, 0 to 1."""
    steps = wedge(TONES, 30)
    lines = convert(steps, options)
    found = [covered(lines, options.pen, patch) for patch in patches(steps, len(TONES), 4)]
    assert found == pytest.approx(TONES, abs=off)


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("angle", [0, 30, 45, -100])
def test_nothing_leaves_the_frame_and_ink_reaches_all_edges(shape, angle):
    lines = convert(RAMP, Options(cell=4, pen=0.5, shape=shape, angle=angle))
    assert RAMP.frame.holds(lines.bounds)
    full = convert(picture(np.ones((30, 30))), Options(cell=4, pen=0.5, shape=shape, angle=angle))
    assert full.bounds.left < -14.75 and full.bounds.right > 14.75
    assert full.bounds.bottom < -14.75 and full.bounds.top > 14.75


def test_white_paper_stays_white():
    for shape in Shape:
        assert len(convert(picture(np.zeros((9, 9))), Options(shape=shape))) == 0


def test_each_dot_inside_is_one_stroke_a_cell_from_the_next():
    lines = convert(picture(np.full((60, 60), 0.4)), Options(cell=5, pen=0.5, angle=30, fill=Fill.RINGS))
    middles = np.array([line.mean(axis=0) for line in lines if (np.abs(line) < 29).all()])
    assert len(middles) == pytest.approx((58 - 4) ** 2 / 25, rel=0.1)
    off = middles[:, None] - middles
    apart = np.hypot(*off.T)
    near = np.degrees(np.arctan2(*off[(apart > 0.5) & (apart < 5.5)].T[::-1])) % 90
    assert apart[apart > 0.5].min() == pytest.approx(5, abs=0.1)
    assert near == pytest.approx(np.full(len(near), 30), abs=1)


def test_an_outline_is_the_last_turn_of_what_is_filled():
    even = picture(np.full((40, 40), 0.4))
    for shape in (Shape.DOTS, Shape.DIAMONDS):
        outlines, filled = (
            convert(even, Options(cell=8, pen=0.5, shape=shape, fill=fill)) for fill in (Fill.OUTLINE, Fill.SPIRAL)
        )
        inner = [line for line in filled if (np.abs(line) < 19.9).all()]
        whole = [line for line in outlines if (np.abs(line) < 19.9).all()]
        assert len(whole) == len(inner) > 10
        for outline, spiral in zip(whole, inner, strict=True):
            assert (outline[0] == outline[-1]).all()
            assert np.array_equal(spiral[-len(outline) :], outline)


def test_diamonds_stand_on_a_corner_of_the_turned_screen():
    diamonds = convert(
        picture(np.full((40, 40), 0.3)), Options(cell=8, pen=0.5, angle=20, shape=Shape.DIAMONDS, fill=Fill.OUTLINE)
    )
    whole = [line for line in diamonds if (np.abs(line) < 19.9).all()]
    assert {len(line) for line in whole} == {5}
    for line in whole:
        corner = line[0] - line[:-1].mean(axis=0)
        assert math.degrees(math.atan2(corner[1], corner[0])) == pytest.approx(20)


def test_what_is_lighter_than_the_pen_can_draw_has_fewer_dots():
    """A cell of 4 mm2 at a tone of 0.02 takes 0.08 mm2 of ink; a pen of 0.5 mm leaves 0.196: four dots in ten."""
    lines = convert(picture(np.full((64, 64), 0.02)), Options(cell=2, pen=0.5, angle=0))
    assert lines.counts.max() == 1
    assert len(lines) == pytest.approx(32 * 32 * 0.08 / 0.196, rel=0.06)


def test_lines_are_outlined_where_they_are_thick_and_dashed_where_they_are_thin():
    lines = convert(RAMP, Options(cell=4, pen=1, angle=0, shape=Shape.LINES))
    assert max(np.ptp(line[:, 1]) for line in lines if line[:, 0].max() > 29) == pytest.approx(3, abs=0.1)
    dashes = [line for line in lines if line[:, 0].max() < -16]
    assert len(dashes) > 5
    assert all(np.ptp(line[:, 1]) < 1e-9 for line in dashes)


def test_a_line_keeps_the_detail_that_lies_along_it():
    """An edge across the lines of a screen shows within half a cell."""
    half = picture(np.tile(np.arange(60) >= 30, (40, 1)))
    lines = convert(half, Options(cell=6, pen=0.5, angle=0, shape=Shape.LINES))
    ink = shapely.union_all([shapely.LineString(line).buffer(0.25) for line in lines])
    assert ink.intersection(shapely.box(-30, -20, -3, 20)).is_empty
    assert ink.intersection(shapely.box(3, -19, 29, 19)).area == pytest.approx(26 * 38, rel=0.01)


def test_contrast_makes_dark_darker():
    even = picture(np.full((30, 30), 0.7))
    one, more = (convert(even, Options(cell=5, pen=0.5, contrast=contrast)).lengths.sum() for contrast in (1, 1.5))
    assert more > 1.05 * one


@pytest.mark.parametrize("shape", list(Shape))
def test_too_fine_a_screen_is_refused(shape):
    with pytest.raises(DrawingError, match="cells larger"):
        convert(picture(np.ones((20, 20)), pixel_mm=100), Options(cell=0.5, pen=0.1, shape=shape))


def test_too_many_points_are_refused():
    with pytest.raises(DrawingError, match="wider pen"):
        convert(picture(np.ones((20, 20)), pixel_mm=50), Options(cell=50, pen=0.1, fill=Fill.RINGS))


def test_the_same_choices_give_the_same_strokes():
    for shape in Shape:
        one, same = (convert(RAMP, Options(cell=5, shape=shape)) for _ in range(2))
        assert np.array_equal(one.points, same.points)
        assert np.array_equal(one.starts, same.starts)


def test_is_known_by_name_with_options_as_texts():
    halftone = algorithm("halftone")
    options = read_options(halftone.options, {"cell": "5", "shape": "diamonds", "fill": "rings"})
    assert options == Options(cell=5, shape=Shape.DIAMONDS, fill=Fill.RINGS)
    assert np.array_equal(halftone.convert(RAMP, options).points, convert(RAMP, options).points)


def test_means_around_places_count_pixels_in_part():
    tones = np.arange(12, dtype=float).reshape(3, 4) / 12
    around = Surroundings(picture(tones))
    assert around.mean(np.array([[-1.5, 1.0], [0.0, 0.0]]), 1.0) == pytest.approx([tones[0, 0], tones[1, 1:3].mean()])
    assert around.mean(np.array([[0.0, 0.5]]), 2.0) == pytest.approx([tones[:2, 1:3].mean()])
    # At a corner only what is inside counts; outside, what is nearest.
    assert around.mean(np.array([[2.0, -1.5], [9.0, -9.0]]), 2.0) == pytest.approx([tones[2, 3]] * 2)
    assert around.mean(np.array([[0.0, 0.0]]), 99.0) == pytest.approx([tones.mean()])


def test_thresholds_are_all_different_and_spread_at_every_scale():
    rows, columns = np.mgrid[-8:0, 3:11]
    found = ordered(rows, columns)
    assert sorted((found * 64 - 0.5).ravel().tolist()) == list(range(64))
    for row, column in np.ndindex(4, 4):
        quarter = found[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
        assert quarter.mean() == pytest.approx(0.5, abs=0.13)
