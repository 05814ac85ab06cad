from __future__ import annotations

import numpy as np
import pytest

from dcode.errors import DrawingError
from dcode.geometry.lines import Points
from dcode.geometry.strokes.picture import darkness_of
from dcode.geometry.strokes.spiral import Options, Style, convert
from tests.unit.geometry.strokes.ink import picture

BLACK = picture(np.ones((100, 120)))


def even(tone: float, side: int = 200):
    return picture(np.full((side, side), tone))


def radii(points: Points) -> np.ndarray:
    return np.hypot(*points.T)


def off_spiral(points: Points, outer: float, step: float) -> np.ndarray:
    """How far points are from the nearest turn of the spiral, outwards."""
    turn = np.arctan2(points[:, 1], points[:, 0]) / (2 * np.pi)
    off = (radii(points) - (outer - step * turn)) / step
    return np.asarray((off - np.round(off)) * step)


@pytest.mark.parametrize("tolerance", [0.01, 0.05, 0.5])
def test_black_is_one_stroke_within_the_tolerance_of_the_spiral(tolerance: float):
    lines = convert(BLACK, Options(tolerance=tolerance))
    assert len(lines) == 1
    begin, end = lines.points[:-1], lines.points[1:]
    assert np.abs(off_spiral(lines.points, 50, 2)).max() < 1e-6
    for share in (0.25, 0.5, 0.75):
        assert np.abs(off_spiral(begin + share * (end - begin), 50, 2)).max() <= tolerance * 1.01


def test_it_takes_no_more_points_than_chords_of_the_greatest_length():
    lines = convert(BLACK, Options(tolerance=0.05))
    lengths = np.hypot(*np.diff(lines.points, axis=0).T)
    middle = radii((lines.points[:-1] + lines.points[1:]) / 2)
    far = middle > 5  # near the middle the spiral is no circle
    assert (lengths / np.sqrt(8 * 0.05 * middle))[far] == pytest.approx(1.0, abs=0.05)


def test_it_begins_at_the_nearest_edge_and_ends_half_a_step_from_the_middle():
    stroke = convert(BLACK, Options(step_size=3))[0]
    assert stroke[0] == pytest.approx([50, 0])
    assert radii(stroke[-1:]) == pytest.approx(1.5)
    assert (np.diff(radii(stroke)) < 0).all()


def test_into_the_corners_it_is_cut_at_the_frame():
    lines = convert(BLACK, Options(to_corners=True))
    assert len(lines) > 10
    ends = np.concatenate([lines.points[lines.starts[:-1]][1:], lines.points[lines.starts[1:] - 1][:-1]])
    assert np.minimum(60 - np.abs(ends[:, 0]), 50 - np.abs(ends[:, 1])).max() < 1e-9
    assert radii(lines.points).max() > np.hypot(60, 50) - 4
    assert lines.lengths.sum() == pytest.approx(120 * 100 / 2, rel=0.02)


@pytest.mark.parametrize("tone", [0.2, 0.5, 0.8])
def test_as_many_rings_are_drawn_as_it_is_dark(tone: float):
    whole = convert(even(1.0), Options()).lengths.sum()
    assert convert(even(tone), Options()).lengths.sum() / whole == pytest.approx(tone, abs=0.08)


def test_rings_do_not_all_end_in_one_direction():
    lines = convert(even(0.5), Options())
    ends = lines.points[lines.starts[1:] - 1]
    directions = np.histogram(np.arctan2(ends[:, 1], ends[:, 0]), bins=8, range=(-np.pi, np.pi))[0]
    assert directions.max() <= 0.25 * len(ends)


def test_rays_are_drawn_where_the_picture_is_darker_than_a_level_that_swings_four_times_a_turn():
    lines = convert(even(darkness_of(128)), Options(style=Style.RAYS))
    middles = np.array([stroke[len(stroke) // 2] for stroke in lines if len(stroke) > 2])
    middles = middles[radii(middles) > 5]
    assert (np.sin(4 * np.arctan2(middles[:, 1], middles[:, 0])) > 0).all()
    ends = lines.points[lines.starts[1:] - 1]
    ends = ends[radii(ends) > 5]
    assert np.sin(4 * np.arctan2(ends[:, 1], ends[:, 0])) == pytest.approx(0.0, abs=0.2)
    whole = convert(even(1.0), Options()).lengths.sum()
    assert lines.lengths.sum() / whole == pytest.approx(0.5, abs=0.03)


def test_a_wave_is_one_stroke_that_swings_where_it_is_dark():
    tones = np.zeros((100, 100))
    tones[:, 50:] = 1.0
    lines = convert(picture(tones), Options(style=Style.WAVE, step_size=5, wavelength=4, swing=0.8))
    assert len(lines) == 1
    points = lines.points
    off = off_spiral(points, 50 - 2, 5)
    assert np.abs(off[points[:, 0] > 1]).max() == pytest.approx(2.0, abs=0.02)
    assert np.abs(off[points[:, 0] < -1]).max() < 0.06
    assert (points[:, 0] > 0).sum() > 3 * (points[:, 0] < 0).sum()


def test_a_wave_on_paper_is_within_the_tolerance_and_takes_few_points():
    flat = convert(even(0.0), Options(style=Style.WAVE, swing=0.0, tolerance=0.1))
    plain = convert(even(1.0), Options(tolerance=0.1))
    assert len(flat.points) <= 3 * len(plain.points)
    middles = (flat.points[1:] + flat.points[:-1]) / 2
    assert np.abs(off_spiral(middles, 100, 2)).max() <= 0.1


def test_paper_is_left_alone():
    assert len(convert(even(0.0), Options())) == len(convert(even(0.0), Options(style=Style.RAYS))) == 0


def test_a_picture_smaller_than_a_turn_has_no_spiral():
    assert len(convert(picture([[1.0]]), Options(step_size=5))) == 0


def test_too_fine_a_spiral_is_refused():
    huge = picture(np.ones((1000, 1000)), pixel_mm=3)
    with pytest.raises(DrawingError, match="wider steps"):
        convert(huge, Options(step_size=0.2))
    with pytest.raises(DrawingError, match="wider steps"):
        convert(huge, Options(step_size=0.2, style=Style.WAVE, wavelength=0.2))
