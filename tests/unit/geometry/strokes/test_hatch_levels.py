from __future__ import annotations

import numpy as np
import pytest

from dcode.geometry.strokes.hatch import Angles, Options, convert
from tests.unit.geometry.strokes.ink import covered, patches, picture, wedge

TONES = [0.1, 0.25, 0.4, 0.6, 0.8, 1.0]


def directions(lines):
    """The angles of two-point strokes, in degrees from 0 to 180."""
    way = lines.points[1::2] - lines.points[::2]
    return np.degrees(np.arctan2(way[:, 1], way[:, 0])) % 180


@pytest.mark.parametrize("angles", Angles)
@pytest.mark.parametrize("pen", [0.7, 1.5])
def test_each_step_of_a_wedge_comes_out_as_dark_as_it_is(angles, pen):
    steps = wedge(TONES, 60)
    lines = convert(steps, Options(levels=12, pen=pen, angles=angles, angle=20, blur=0))
    # Few lines meet in a light patch, and they may lie well or badly: half a line more or less.
    drawn = [covered(lines, pen, patch) for patch in patches(steps, len(TONES), 5)]
    assert drawn == pytest.approx(TONES, abs=0.05)


def test_white_has_no_lines_and_black_has_them_a_pen_apart():
    assert len(convert(picture(np.zeros((20, 20))), Options())) == 0
    lines = convert(picture(np.ones((20, 20))), Options(pen=2, angle=0))
    assert np.unique(lines.points[:, 1]) == pytest.approx(np.arange(-9, 10, 2))


def test_a_level_takes_the_tone_that_it_has_and_not_the_middle_of_its_range():
    # One level from 1/3 on: at 0.9 its lines are to be pen / 0.9 apart.
    lines = convert(picture(np.full((90, 90), 0.9)), Options(levels=1, pen=1, angle=0))
    gaps = np.diff(np.unique(lines.points[:, 1].round(6)))
    assert len(gaps) > 78
    assert gaps == pytest.approx(1 / 0.9, abs=1e-5)


def test_levels_side_by_side_share_one_direction_and_crossing_ones_have_one_each():
    steps = wedge(TONES, 40)
    same = convert(steps, Options(levels=6, angle=30))
    assert directions(same) == pytest.approx(30)
    crossing = convert(steps, Options(levels=4, angle=30, angles=Angles.CROSSING))
    assert sorted(set(directions(crossing).round(6) % 180)) == pytest.approx([30, 75, 120, 165])


def test_outlines_are_the_borders_between_levels():
    steps = wedge([0.0, 0.5, 1.0], 20)
    drawn = convert(steps, Options(levels=2, outlines=True, blur=0))
    outlines = drawn.kept(drawn.counts > 2)
    # Levels at 0.2 and 0.6: between the middles of the pixels on either side, 20 and 40 mm from the left edge.
    lefts = sorted(float(ring[:, 0].min()) for ring in outlines)
    assert lefts == pytest.approx([-10.1, 9.7], abs=0.01)


def test_a_sharp_edge_has_no_fringe_of_short_strokes():
    x = np.arange(80)
    disc = np.hypot(x - 39.5, x[:, None] - 39.5) < 30
    lines = convert(picture(disc), Options(levels=12, blur=1.0, angle=0, pen=1.0))
    assert lines.lengths.min() >= 1.0
    assert len(lines) < 90  # sixty through the disc, and some along its edge


def test_no_end_is_outside_the_frame_at_any_angle():
    steps = picture(np.ones((37, 53)), pixel_mm=0.37)
    for angle in (1.0, 33.3, 89.9, 123.4):
        bounds = convert(steps, Options(angle=angle)).bounds
        assert bounds is not None
        assert steps.frame.holds(bounds)
