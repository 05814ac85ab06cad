from __future__ import annotations

import numpy as np
import pytest

from dcode.errors import DrawingError
from dcode.geometry.strokes.squiggle import Options, Wave, convert
from tests.unit.geometry.strokes.ink import covered, patches, picture, wedge

TONES = [0.25, 0.4, 0.6, 0.8, 0.9]


@pytest.mark.parametrize("wave", Wave)
@pytest.mark.parametrize(("rows", "pen"), [(6.0, 1.0), (5.0, 0.5)])
def test_each_step_of_a_wedge_comes_out_as_dark_as_it_is(wave, rows, pen):
    steps = wedge(TONES, 30)
    lines = convert(steps, Options(rows=rows, pen=pen, wave=wave))
    drawn = [covered(lines, pen, patch) for patch in patches(steps, len(TONES), 0)]
    assert drawn == pytest.approx(TONES, abs=0.035)


@pytest.mark.parametrize("wave", Wave)
def test_black_is_nearly_black_and_a_straight_row_is_the_lightest_tone_that_there_is(wave):
    steps = wedge([0.1, 1.0], 30)
    lines = convert(steps, Options(rows=6.0, pen=1.0, wave=wave))
    light, black = (covered(lines, 1.0, patch) for patch in patches(steps, 2, 3))
    assert light == pytest.approx(1 / 6, abs=0.02)
    assert black > 0.92


@pytest.mark.parametrize("wave", Wave)
def test_no_row_reaches_the_strip_of_another(wave):
    chance = np.random.default_rng(3)
    steps = picture(chance.random((64, 64)), pixel_mm=0.7)
    lines = convert(steps, Options(rows=3.2, pen=0.4, wave=wave, lightest=0))
    assert len(lines) == 14
    for row, line in enumerate(lines):
        middle = steps.frame.top - (row + 0.5) * 3.2
        assert np.abs(line[:, 1] - middle).max() <= 1.6 - 0.2 + 1e-9


def test_waves_are_higher_and_more_where_it_is_darker():
    steps = wedge([0.3, 0.9], 60)
    lines = convert(steps, Options(rows=6.0, pen=1.0))
    row = lines[0] - (0, steps.frame.top - 3)
    light, dark = row[row[:, 0] < -3], row[row[:, 0] > 3]
    assert np.ptp(dark[:, 1]) > 1.5 * np.ptp(light[:, 1])
    crossings = [int((np.diff(np.sign(part[:, 1])) != 0).sum()) for part in (light, dark)]
    assert crossings[1] > 1.5 * crossings[0]


def test_the_pen_is_up_where_it_is_lighter_than_the_lightest():
    steps = wedge([0.5, 0.0, 0.5], 30)
    lines = convert(steps, Options(rows=6.0))
    assert len(lines) == 10
    inner = np.abs(lines.points[:, 0]) < 14.5
    assert not inner.any()
    assert len(convert(picture(np.zeros((30, 30))), Options())) == 0


def test_rows_run_to_and_fro():
    lines = convert(picture(np.full((40, 40), 0.5)), Options(rows=8.0))
    ways = [np.sign(line[-1, 0] - line[0, 0]) for line in lines]
    assert ways == [1, -1, 1, -1, 1]


def test_a_sawtooth_has_straight_legs_between_its_peaks():
    lines = convert(picture(np.full((12, 90), 0.7)), Options(rows=6.0, wave=Wave.SAWTOOTH))
    for line in lines:
        way = np.diff(line[1:-2], axis=0)
        steep = np.abs(way[:, 1] / way[:, 0])
        assert steep == pytest.approx(steep.mean(), rel=1e-3)


def test_a_pen_wider_than_the_rows_draws_rows_all_the_same():
    steps = picture(np.ones((20, 20)))
    lines = convert(steps, Options(rows=2.0, pen=10.0))
    assert len(lines) == 10
    assert steps.frame.holds(lines.bounds)


def test_waves_too_fine_for_the_sheet_are_refused():
    with pytest.raises(DrawingError, match="wider pen"):
        convert(picture(np.ones((4, 4)), pixel_mm=200.0), Options(rows=0.5, pen=0.1))
