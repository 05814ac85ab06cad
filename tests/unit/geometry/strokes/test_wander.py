from __future__ import annotations

import numpy as np
import pytest

from dcode.geometry.strokes.wander import Options, convert
from tests.unit.geometry.strokes.ink import picture

HALF = picture(np.repeat([[0.0, 1.0]], 100, axis=0).repeat(50, axis=1))
FEW = Options(turns=2000)


def test_the_same_seed_gives_the_same_walk_and_another_one_another():
    first, again, other = (convert(HALF, Options(turns=2000, seed=seed)) for seed in (5, 5, 6))
    assert np.array_equal(first.points, again.points) and np.array_equal(first.starts, again.starts)
    assert not np.array_equal(first.points[:10], other.points[:10])


def test_it_stays_where_it_is_dark():
    lines = convert(HALF, FEW)
    assert len(lines) > 5
    assert lines.points[:, 0].min() > -5


def test_every_step_is_as_long_as_it_should_be_and_turns_no_further_than_the_bend():
    for stroke in convert(HALF, Options(turns=2000, step_size=1.5, bend=30)):
        ways = np.diff(stroke, axis=0)
        assert np.hypot(*ways.T) == pytest.approx(1.5)
        angles = np.unwrap(np.arctan2(ways[:, 1], ways[:, 0]))
        assert np.abs(np.diff(angles[1:])).max(initial=0) <= np.radians(30 + 6)  # half of what is between two choices


def test_it_draws_as_many_steps_as_it_may():
    lines = convert(HALF, Options(turns=2000, step_size=2, shortest=0))
    assert lines.lengths.sum() == pytest.approx(4000, rel=0.05)


def test_it_ends_when_nothing_is_missing():
    lines = convert(HALF, Options(turns=100_000, spacing=2.0))
    assert lines.lengths.sum() == pytest.approx(100 * 50 / 2.0, rel=0.15)


def test_there_is_more_ink_where_it_is_darker():
    tones = picture(np.repeat([[0.25, 0.75]], 200, axis=0).repeat(100, axis=1))
    for options, ratio in ((Options(turns=8000), 4.0), (Options(spacing=2.5), 3.0)):
        lines = convert(tones, options)
        right = (lines.points[:, 0] > 0).sum()
        assert right / (len(lines.points) - right) == pytest.approx(ratio, rel=0.2)


def test_short_strokes_are_left_out():
    lines = convert(HALF, Options(turns=20_000, shortest=12))
    assert lines.lengths.min() >= 12


def test_paper_is_left_alone():
    assert len(convert(picture(np.full((50, 50), 0.01)), Options())) == 0


def test_few_steps_and_a_single_pixel_are_drawn_too():
    lines = convert(picture([[1.0]], pixel_mm=30), Options(turns=10, walks=1, shortest=0))
    assert lines.lengths.sum() <= 10 * 2 + 1e-9
    assert len(lines)
