from __future__ import annotations

import math

import numpy as np
import pytest

from dcode.errors import DrawingError
from dcode.geometry.strokes.crosshatch import Options, convert
from dcode.geometry.strokes.picture import darkness_of
from tests.unit.geometry.strokes.ink import picture


def even(grey: float, height: int = 60, width: int = 80, pixel_mm: float = 1.0):
    return picture(np.full((height, width), darkness_of(grey)), pixel_mm)


@pytest.mark.parametrize(
    ("grey", "layers"), [(0, 4), (50, 4), (51, 3), (52, 3), (102, 2), (153, 1), (203, 1), (204, 0)]
)
def test_a_layer_is_drawn_where_it_is_darker_than_the_layers_level(grey: int, layers: int):
    lines = convert(even(grey), Options(shortest=0))
    assert lines.lengths.sum() == pytest.approx(layers * 60 * 80 / 2.0, rel=0.03)


def test_every_line_is_two_points_and_goes_from_edge_to_edge():
    shown = even(0)
    lines = convert(shown, Options(angle=20, passes=3))
    assert (lines.counts == 2).all()
    assert lines.bounds == shown.frame
    x, y = np.abs(lines.points).T
    assert np.minimum(40 - x, 30 - y).max() < 1e-9


def test_lines_lie_where_the_originals_do():
    lines = convert(even(0), Options(angle=90, passes=1, step_size=1.7))
    heights = np.unique(np.round(lines.points[:, 1], 6))
    steps = (heights + math.hypot(60, 80)) / 1.7
    assert steps == pytest.approx(np.round(steps))
    assert len(heights) == len(lines) == pytest.approx(60 / 1.7, abs=1)


def test_the_angle_turns_from_layer_to_layer():
    lines = convert(even(0), Options(angle=30, passes=3))
    ways = np.diff(lines.points.reshape(-1, 2, 2), axis=1)[:, 0]
    angles = np.degrees(np.arctan2(ways[:, 1], ways[:, 0])) % 180
    assert set(np.round(angles, 6) % 180) == {0, 60, 120}


def test_the_pen_goes_up_where_the_tone_crosses_the_level():
    ramp = np.tile((np.arange(40) + 0.5) / 40, (10, 1))  # 0 at the left edge, 1 at the right one
    lines = convert(picture(ramp), Options(angle=90, passes=1))
    assert len(lines) == 5
    x = np.sort(lines.points[:, 0].reshape(-1, 2), axis=1)
    assert x[:, 0] == pytest.approx(0.0, abs=0.01)  # darkness 0.5
    assert (x[:, 1] == 20).all()


def test_short_gaps_are_closed_and_short_strokes_left_out():
    tones = np.ones((4, 100))
    tones[:, 40] = 0.0  # a gap of a millimetre
    tones[:, 60:] = 0.0
    tones[:, 80] = 1.0  # a stroke of a millimetre
    drawn = {
        shortest: convert(picture(tones), Options(angle=90, passes=1, shortest=shortest)) for shortest in (0.0, 2.0)
    }
    assert {shortest: len(lines) for shortest, lines in drawn.items()} == {0.0: 6, 2.0: 2}
    assert drawn[2.0].lengths == pytest.approx(60, abs=0.5)


def test_lines_are_given_to_and_fro():
    lines = convert(even(0), Options(angle=90, passes=1))
    ways = np.sign(np.diff(lines.points[:, 0].reshape(-1, 2), axis=1)[:, 0])
    assert (ways[1:] == -ways[:-1]).all()


def test_a_picture_of_few_large_pixels_is_looked_at_between_them():
    lines = convert(picture([[1.0, 0.0]], pixel_mm=50), Options(angle=90, passes=1, step_size=5))
    assert np.sort(lines.points[:, 0].reshape(-1, 2), axis=1)[:, 1] == pytest.approx(0.0, abs=0.02)


def test_too_many_lines_are_refused():
    with pytest.raises(DrawingError, match="wider steps"):
        convert(picture(np.ones((400, 400)), pixel_mm=10), Options(step_size=0.1))
