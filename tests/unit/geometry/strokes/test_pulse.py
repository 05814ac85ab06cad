from __future__ import annotations

import numpy as np
import pytest

from dcode.errors import DrawingError
from dcode.geometry.strokes.picture import darkness_of
from dcode.geometry.strokes.pulse import Options, convert
from tests.unit.geometry.strokes.ink import picture


def even(tone: float):
    return picture(np.full((60, 80), tone))


def test_paper_is_straight_rows_of_two_points_to_and_fro():
    lines = convert(even(0.0), Options())
    assert (lines.counts == 2).all()
    x, y = lines.points.T
    assert np.unique(y) == pytest.approx(np.arange(-28.5, 30, 3))
    assert x.reshape(-1, 2).tolist() == [[-40, 40], [40, -40]] * 10


def test_a_row_is_a_sine_as_high_as_it_is_dark():
    lines = convert(even(0.5), Options(amplitude=4, step_size=10, wavelength=8, tolerance=0.02))
    row = lines[2]
    at = np.linspace(-40, 40, 5001)
    wanted = -5 + 2 * np.sin(2 * np.pi * (at + 40) / 8)
    assert np.abs(np.interp(at, row[:, 0], row[:, 1]) - wanted).max() <= 0.02 * 1.01


def test_rows_are_in_step():
    lines = convert(even(1.0), Options(step_size=10))
    heights = [np.interp(np.linspace(-39, 39, 99), *(row if row[0, 0] < 0 else row[::-1]).T) for row in lines]
    assert np.abs(heights[2] - heights[1] - 10).max() < 0.01


def test_rows_next_to_the_edge_swing_no_further_than_to_the_edge():
    lines = convert(even(1.0), Options(amplitude=5))
    bounds = lines.bounds
    assert bounds is not None
    assert (bounds.top, bounds.bottom) == (30, -30)
    assert np.abs(lines[0][:, 1] + 28.5).max() == pytest.approx(1.5)
    assert np.abs(lines[5][:, 1] + 13.5).max() == pytest.approx(5, abs=0.1)


def test_what_is_light_can_be_left_blank():
    tones = np.zeros((60, 80))
    tones[:, 20:40] = darkness_of(200)
    drawn = convert(picture(tones), Options(blank=228))  # halfway: the edge of the stripe
    assert len(drawn) == 20
    assert np.ptp(drawn[0][:, 0]) == pytest.approx(20, abs=0.1)
    assert len(convert(picture(tones), Options(blank=200))) == 0


def test_a_whole_number_of_half_waves_fits_the_frame():
    row = convert(even(1.0), Options(wavelength=7))[10]
    assert row[[0, -1], 1] == pytest.approx(row[0, 1])
    assert sorted(row[[0, -1], 0]) == [-40, 40]


def test_a_coarser_tolerance_takes_fewer_points():
    counts = [len(convert(even(1.0), Options(tolerance=tolerance)).points) for tolerance in (0.01, 0.1, 1.0)]
    assert counts[0] > 2 * counts[1] > 4 * counts[2]


def test_too_fine_rows_are_refused():
    with pytest.raises(DrawingError, match="wider steps"):
        convert(picture(np.ones((1000, 1000)), pixel_mm=3), Options(step_size=0.2, wavelength=0.5))
