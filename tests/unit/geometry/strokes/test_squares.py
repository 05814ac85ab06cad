from __future__ import annotations

import numpy as np
import pytest

from dcode.errors import DrawingError
from dcode.geometry.strokes.picture import darkness_of
from dcode.geometry.strokes.squares import Options, convert
from tests.unit.geometry.strokes.ink import picture


def even(tone: float, height: int = 24, width: int = 40):
    return picture(np.full((height, width), tone))


def sides(lines: object) -> list[float]:
    return [float(np.ptp(line[:, 0])) for line in lines]  # type: ignore[attr-defined]


def test_each_box_has_closed_squares_around_its_middle():
    lines = convert(even(1.0), Options())
    assert (lines.counts == 5).all()
    assert lines.closed.all()
    middles = np.array([line[:4].mean(axis=0) for line in lines])
    assert sorted(set(middles[:, 0])) == [-16, -8, 0, 8, 16]
    assert sorted(set(middles[:, 1])) == [-8, 0, 8]


def test_black_is_even_from_box_to_box():
    lines = convert(even(1.0), Options(box_size=8, spacing=2))
    left = np.unique([line[:, 0].min() for line in lines] + [line[:, 0].max() for line in lines])
    assert np.diff(left) == pytest.approx(2.0)


def test_a_square_is_larger_where_it_is_darker():
    drawn = [sides(convert(even(darkness_of(grey)), Options(spacing=0, cutoff=200)))[0] for grey in (0, 50, 100, 150)]
    assert drawn == pytest.approx([7.5, 7.5 * 0.75, 7.5 * 0.5, 7.5 * 0.25])


@pytest.mark.parametrize(("grey", "boxes"), [(127, 15), (128, 0), (255, 0)])
def test_a_box_as_light_as_the_cutoff_stays_empty(grey: int, boxes: int):
    assert len(convert(even(darkness_of(grey)), Options(smallest=0.0001, spacing=0))) == boxes


def test_squares_smaller_than_the_smallest_are_left_out():
    assert sides(convert(even(1.0, 8, 8), Options(smallest=1.0))) == pytest.approx([6, 2])
    assert sides(convert(even(1.0, 8, 8), Options(smallest=2.5))) == pytest.approx([6])
    assert sides(convert(even(1.0, 8, 8), Options(smallest=7))) == []


def test_the_tone_of_a_box_is_its_mean():
    checks = (np.indices((24, 40)).sum(axis=0) % 2).astype(float)
    assert sides(convert(picture(checks), Options(cutoff=255))) == sides(convert(even(0.5), Options(cutoff=255)))


def test_no_side_is_drawn_twice():
    for spacing in (0.0, 1.0, 2.0, 7.9):
        lines = convert(even(1.0), Options(spacing=spacing))
        x, y = lines.points.reshape(-1, 5, 2)[:, 0].T
        assert len(set(zip(x.tolist(), y.tolist(), strict=True))) == len(lines)
        assert max(sides(lines)) < 8


def test_boxes_go_to_and_fro_from_the_bottom():
    middles = np.array([line[:4].mean(axis=0) for line in convert(even(1.0), Options(spacing=0))])
    assert (np.diff(middles[:, 1]) >= 0).all()
    assert middles[:, 0].tolist() == [-16, -8, 0, 8, 16, 16, 8, 0, -8, -16, -16, -8, 0, 8, 16]


def test_a_frame_smaller_than_a_box_has_none():
    assert len(convert(even(1.0), Options(box_size=30))) == 0


def test_too_many_squares_are_refused():
    with pytest.raises(DrawingError, match="wider spacing"):
        convert(even(1.0), Options(box_size=20, spacing=0.000001))
