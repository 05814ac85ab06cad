from __future__ import annotations

import numpy as np
import pytest

from dcode.geometry.bounds import Bounds
from dcode.geometry.strokes.centreline import Areas, Options, convert
from dcode.geometry.strokes.picture import Picture
from tests.unit.geometry.skeleton.curves import arc, drawn, straight
from tests.unit.geometry.strokes.ink import covered, picture

CURVES = [arc(60, 60, 38), straight(10, 20, 110, 90), straight(12, 95, 108, 30)]


def test_every_line_is_one_stroke_on_the_paper():
    tones = drawn(CURVES, (120, 120))
    lines = convert(picture(tones, pixel_mm=0.5), Options())
    assert len(lines) == 3
    ring = lines[int(np.flatnonzero(lines.closed)[0])]
    assert np.hypot(*ring.T) == pytest.approx(19, abs=0.2)
    slant = max((line for line in lines if len(line) < 20), key=lambda line: abs(line[-1, 1] - line[0, 1]))
    ends = sorted(slant.tolist())
    assert ends[0] == pytest.approx([-25, 20], abs=0.5) and ends[-1] == pytest.approx([25, -15], abs=0.5)


def test_strokes_have_few_points_within_the_tolerance():
    tones = picture(drawn(CURVES, (120, 120)))
    counts = [len(convert(tones, Options(tolerance=tolerance)).points) for tolerance in (0.05, 0.2, 1.0)]
    assert counts[0] > counts[1] > counts[2]
    coarse = convert(tones, Options(tolerance=1.0))
    ring = coarse[int(np.flatnonzero(coarse.closed)[0])]
    assert np.abs(np.hypot(*ring.T) - 38).max() < 1.3


def solid() -> Picture:
    tones = np.zeros((80, 80))
    tones[20:60, 20:60] = 1
    return picture(tones)


def test_an_area_is_outlined_so_that_the_ink_ends_where_it_does():
    lines = convert(solid(), Options(pen=2.0))
    assert len(lines) == 1 and lines.closed.all()
    assert lines.bounds is not None
    assert (lines.bounds.left, lines.bounds.top) == pytest.approx((-19, 19), abs=0.1)


def test_an_area_is_filled_when_asked():
    filled = convert(solid(), Options(areas=Areas.FILL, pen=2.0))
    assert covered(filled, 2.0, Bounds(-19, 19, 19, -19)) > 0.97
    assert covered(filled, 2.0, Bounds(-40, -21, 40, -40)) < 0.01


def test_an_area_is_a_line_when_asked_or_when_lines_may_be_so_wide():
    for options in (Options(areas=Areas.LINE), Options(widest=50)):
        lines = convert(solid(), options)
        assert not lines.closed.any()
        assert 1 <= len(lines) <= 4


def test_dots_smaller_than_the_smallest_are_left_out():
    tones = np.zeros((40, 40))
    tones[5:8, 5:8] = 1
    assert convert(picture(tones), Options()).counts.tolist() == [1]
    assert len(convert(picture(tones), Options(smallest=5))) == 0


def test_the_threshold_is_a_grey():
    tones = 0.4 * drawn(CURVES, (120, 120))
    assert len(convert(picture(tones), Options())) == 3
    assert len(convert(picture(tones), Options(threshold=100))) == 0
    assert len(convert(picture(1 - tones), Options(inverted=True))) == 3


@pytest.mark.parametrize("options", [Options(), Options(areas=Areas.FILL, widest=3), Options(areas=Areas.LINE)])
@pytest.mark.parametrize("tones", [np.zeros((9, 7)), np.ones((9, 7)), np.ones((1, 1)), np.ones((3, 300)), np.eye(20)])
def test_no_stroke_leaves_the_frame(tones: np.ndarray, options: Options):
    shown = picture(tones, pixel_mm=1.7)
    bounds = convert(shown, options).bounds
    assert bounds is None or shown.frame.holds(bounds)
